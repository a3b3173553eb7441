import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const OTHERS_MAY_ENTER = 0o001;

/** True when every user of the machine may pass through this directory and all its parents. */
export function isTraversable(dir: string): boolean {
  return obstacle(dir) === null;
}

/** The first directory on the way down to `dir` that other users may not enter; `null` when there is none. */
export function obstacle(dir: string): string | null {
  const path = resolve(dir);
  const parent = dirname(path);
  const above = parent === path ? null : obstacle(parent);
  if (above) return above;
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && (stat.mode & OTHERS_MAY_ENTER) === 0 ? path : null;
}
