import { spawnSync } from 'node:child_process';
import { EngineError } from './engine-error.js';

export interface UserIds {
  uid: number;
  gid: number;
}

/**
 * Whom to run PostgreSQL as, which refuses to run as root: the `postgres` user when the machine has one, else
 * `nobody`; nothing when we are not root. The machine's list of users is never changed.
 *
 * @throws {EngineError} `postgres-unusable` when root and there is neither.
 */
export function unprivilegedUser(): UserIds | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const ids = idsOf('postgres') ?? idsOf('nobody');
  if (ids) return ids;
  throw new EngineError(
    'postgres-unusable',
    'PostgreSQL does not run as root, and this machine has neither a user "postgres" nor "nobody". ' +
      'Run as an ordinary user, add one of them, or set DATABASE_URL.',
  );
}

function idsOf(name: string): UserIds | undefined {
  const [uid, gid] = ['-u', '-g'].map((option) => {
    const id = spawnSync('id', [option, name], { encoding: 'utf8' });
    return id.status === 0 ? Number.parseInt(id.stdout, 10) : undefined;
  });
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}
