import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { runFilePath } from './run-file.js';
import { endChildren, isAbandoned } from './sweep.js';

const [dir, mode] = process.argv.slice(2);
if (!dir) throw new Error('guard-main: the state directory is missing');

// The pipe can end a moment before the process is gone from the table.
for (let tries = 0; tries < 100 && !isAbandoned(dir); tries++) await delay(50);
if (isAbandoned(dir)) {
  await endChildren(dir);
  rmSync(mode === 'delete' ? dir : runFilePath(dir), { recursive: true, force: true });
}
