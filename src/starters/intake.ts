import { openDeps } from '../process/deps.js';
import { buildIntakeHttp, createIntake } from '../process/intake/create-intake.js';
import { say, tell } from './outcome.js';

/** `resultloop intake`: MLLP, watched folders and HTTP intake alone, until Ctrl-C. */
export async function intakeCommand(options: { port?: number; host?: string }): Promise<void> {
  const deps = await openDeps(process.env, 'intake');
  const doors = createIntake(deps);
  const http = await buildIntakeHttp(deps, doors);
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve()).once('SIGINT', () => resolve());
  });
  const open = await doors.start();
  const url = await http.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  for (const door of open) tell(`${door.sourceId}: ${door.at}`);
  tell(`HTTP: ${url}/intake/hl7v2 and ${url}/intake/fhir. Stop it with Ctrl-C.`);
  say(JSON.stringify({ ready: true, url, doors: open }));
  await stopped;
  await http.close();
  await doors.stop();
  await deps.close();
}
