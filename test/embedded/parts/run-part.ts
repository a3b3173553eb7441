import { spawn } from 'node:child_process';
import { openStateDir } from '../../../src/embedded/state-dir.js';

/** A run as the demo is one: opens a state directory, starts something in the background, and waits. */
const stateDir = await openStateDir();
const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
if (child.pid === undefined) throw new Error('sleep did not start');
stateDir.registerChild({ pid: child.pid, name: 'sleep' });
process.stdout.write(`${JSON.stringify({ ready: true, dir: stateDir.path, child: child.pid })}\n`);
setInterval(() => {
  if (process.env.PART_THROWS) throw new Error('an error nobody caught');
}, 50);
