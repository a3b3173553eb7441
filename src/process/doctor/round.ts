import type { ProcessDeps } from '../deps.js';
import { readStoredPractice, UnknownPractice } from '../../store/practices.js';
import { clearStanding, raiseStanding } from '../../store/standing-alarms.js';
import type { ConnectionActivities } from '../../workflows/activity-types.js';
import { examinePractice } from './doctor.js';

/** The daily look at a practice's connections; only `worker.ts` wires it. @param env What the process was started with. */
export function createConnectionActivities(
  { store, metrics, log }: Pick<ProcessDeps, 'store' | 'metrics' | 'log'>,
  env: NodeJS.ProcessEnv,
): ConnectionActivities {
  return {
    async examineConnections({ practiceId }) {
      const report = await examinePractice({ env, practice: practiceId });
      // As it is stored: what is not in order may be the very configuration.
      const practice = await readStoredPractice(store.db, practiceId);
      if (!practice) throw new UnknownPractice(practiceId);
      for (const { id, state } of report.checks) {
        const alarm = { code: 'connection-check-failed', about: id } as const;
        // What was not carried out says nothing, neither good nor bad.
        if (state === 'skipped') continue;
        if (state !== 'fail') {
          await clearStanding(store, practice, alarm);
          continue;
        }
        if (!(await raiseStanding(store, practice, alarm))) continue;
        metrics.alarm(alarm.code);
        log.error({ practice: practiceId, check: id, alarm: alarm.code }, 'a connection is not in order');
      }
      return {
        passed: report.passed,
        failed: report.checks.filter(({ state }) => state === 'fail').map(({ id }) => id),
      };
    },
  };
}
