// Starts the real engines once for all tests of this project: PostgreSQL, Temporal, the three sandboxes, worker, web.
// They run in a process of their own (TypeScript through tsx), which ends with this one.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export default async function start() {
  // Engines that run already (`node --import tsx test/real/engines.ts`, its last line) save the start.
  if (process.env.RESULTLOOP_TEST_ENGINES) return;
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/real/engines.ts'], {
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
  });
  globalThis.__engines = child;
  const lines = createInterface({ input: child.stdout });
  const ready = await new Promise((resolve, reject) => {
    child.once('exit', (code) =>
      reject(new Error(`The test engines ended with code ${code} before they were ready.`)),
    );
    lines.on('line', (line) => {
      if (line.startsWith('{')) resolve(JSON.parse(line));
      else process.stderr.write(`${line}\n`);
    });
  });
  process.env.RESULTLOOP_TEST_ENGINES = JSON.stringify(ready);
}
