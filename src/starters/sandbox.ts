import { spawnPart } from '../embedded/child.js';
import { openStateDir } from '../embedded/state-dir.js';
import { CommandFailed, say, tell } from './outcome.js';
import { table } from './table.js';

/** `resultloop sandbox`: the three vendors' sandboxes alone, until Ctrl-C. */
export async function sandboxCommand(options: {
  athenaPort?: number;
  twilioPort?: number;
  sprucePort?: number;
}): Promise<void> {
  const stateDir = await openStateDir({ onProgress: tell });
  try {
    const env = {
      ...(options.athenaPort !== undefined && { ATHENA_SANDBOX_PORT: String(options.athenaPort) }),
      ...(options.twilioPort !== undefined && { TWILIO_SANDBOX_PORT: String(options.twilioPort) }),
      ...(options.sprucePort !== undefined && { SPRUCE_SANDBOX_PORT: String(options.sprucePort) }),
    };
    const { ready, exited } = await spawnPart('sandbox/main', env, { stateDir, onLine: tell });
    const vendors = ['athena', 'twilio', 'spruce'].map((vendor) => ({ vendor, url: String(ready[vendor]) }));
    say(
      table(
        [
          { title: 'SANDBOX', text: (v) => v.vendor },
          { title: 'URL', text: (v) => v.url },
        ],
        vendors,
      ),
    );
    say('Nothing here is real. Stop it with Ctrl-C.');
    await exited;
    throw new CommandFailed('part-ended', 'The sandboxes ended by themselves. Their last lines are above.');
  } finally {
    await stateDir.close();
  }
}
