import { startAthenaSandbox } from './athenahealth/server.js';
import { startSpruceSandbox } from './spruce/server.js';
import { startTwilioSandbox } from './twilio/server.js';

/**
 * Process entry: the three vendor sandboxes on the ports of the environment (0 or absent = free ones). Prints
 * one line of JSON when all answer, and ends on SIGTERM or SIGINT.
 */
async function main(): Promise<void> {
  const [athena, twilio, spruce] = await Promise.all([
    startAthenaSandbox({ port: portOf('ATHENA_SANDBOX_PORT') }),
    startTwilioSandbox({ port: portOf('TWILIO_SANDBOX_PORT') }),
    startSpruceSandbox({ port: portOf('SPRUCE_SANDBOX_PORT') }),
  ]);
  const stop = () => {
    void Promise.all([athena.close(), twilio.close(), spruce.close()]).then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const ready = { ready: true, athena: athena.url, twilio: twilio.url, spruce: spruce.url };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

function portOf(name: string): number {
  const port = Number(process.env[name] ?? '0');
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`${name} must be a port number between 0 and 65535.`);
  return port;
}

await main();
