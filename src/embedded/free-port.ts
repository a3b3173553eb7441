import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';
import { EngineError } from './engine-error.js';

/** Below the ports that Linux (32768) and macOS (49152) give to outgoing connections, which come and go. */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;
const TRIES = 200;

const handedOut = new Set<number>();

/**
 * The port that was asked for, or a free one on loopback that this process has not handed out before. An asked
 * one must be free: else we would talk to whoever has it and take the answer for our own engine's.
 *
 * @throws {EngineError} `port-taken`, `no-free-port`
 */
export async function choosePort(wanted?: number): Promise<number> {
  if (wanted === undefined) return findFreePort();
  if (await isFree(wanted)) return wanted;
  throw new EngineError(
    'port-taken',
    `Port ${wanted} is taken. Stop what listens there, or choose another port.`,
  );
}

/**
 * A TCP port on loopback that nobody listens on now and that this process has not handed out before.
 *
 * @throws {EngineError} `no-free-port`
 */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await isFree(port)) return port;
  }
  throw new EngineError('no-free-port', `No free port between ${FIRST_PORT} and ${LAST_PORT} was found.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
      .once('error', () => resolve(false))
      .once('listening', () => probe.close(() => resolve(true)))
      .listen(port, '127.0.0.1');
  });
}
