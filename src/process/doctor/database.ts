import { sql } from 'kysely';
import { migrationGap } from '../../store/database.js';
import { fail, pass, type Check } from './check.js';
import type { DoctorContext } from './context.js';

export const databaseChecks: readonly Check<DoctorContext>[] = [
  {
    id: 'database.reachable',
    area: 'database',
    todo: 'Check DATABASE_URL and that PostgreSQL runs and lets resultloop in; then run doctor again.',
    ask: async ({ db }) => {
      const { rows } = await sql<{ server_version: string }>`show server_version`.execute(db());
      return pass(`PostgreSQL ${rows[0]?.server_version ?? ''} answers.`);
    },
  },
  {
    id: 'database.migrations',
    area: 'database',
    needs: ['database.reachable'],
    todo: 'Start the worker, the web process or any resultloop command of this version once: each brings the schema up to date.',
    ask: async ({ db }) => {
      const { missing, unknown } = await migrationGap(db());
      if (missing.length > 0) return fail(`The schema is behind: ${missing.join(', ')} not applied.`);
      if (unknown.length > 0)
        return fail(
          `The schema is newer than this program: ${unknown.join(', ')}.`,
          'Run the version of resultloop that brought the schema up to date, here too.',
        );
      return pass('The schema is up to date.');
    },
  },
];
