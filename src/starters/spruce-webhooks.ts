import { createVendors } from '../activities/vendors.js';
import { VendorError } from '../clients/http/index.js';
import { openDeps } from '../process/deps.js';
import { addWebhook, retireOldWebhooks, webhooksNow } from '../process/spruce-webhooks.js';
import { loadPractice } from '../store/practices.js';
import { choosePractice } from './choose-practice.js';
import { CommandFailed, say } from './outcome.js';
import { table } from './table.js';

/** `resultloop practice webhooks`: where Spruce tells of messages, and how its signing secret is renewed. */
export async function practiceWebhooksCommand(options: {
  practice?: string;
  add?: boolean;
  retire?: boolean;
}): Promise<void> {
  const deps = await openDeps(process.env, 'practice');
  try {
    const practice = await choosePractice(deps.store, options.practice);
    const spruce = createVendors(deps.store, deps.metrics, () => undefined).spruce(practice);
    if (options.add) {
      await addWebhook(deps.store, practice, spruce);
      say('A new endpoint is registered and heard beside the old. Retire those after 20 minutes: --retire.');
    }
    if (options.retire) {
      const done = await retireOldWebhooks(deps.store, practice.id, spruce);
      if ('missing' in done)
        throw new CommandFailed(
          'no-new-webhook',
          `${practice.id}: the endpoint that was added last is not there or paused in Spruce. Add one first: --add.`,
        );
      say(`Old endpoints retired: ${done.retired}.`);
    }
    const now = await loadPractice(deps.store, practice.id);
    const { ours, state } = await webhooksNow(now, spruce);
    if (state === 'missing')
      throw new CommandFailed(
        'no-webhook',
        `${practice.id}: Spruce does not tell us of messages. Register an endpoint: resultloop practice webhooks --add.`,
      );
    const current = now.connections.spruce.webhookEndpointId;
    say(
      table(
        [
          { title: 'endpoint', text: (one) => one.endpointId },
          { title: 'state', text: (one) => one.status ?? '' },
          { title: 'use', text: (one) => (one.endpointId === current ? 'current' : 'old') },
        ],
        ours,
      ),
    );
  } catch (err) {
    if (err instanceof VendorError) throw new CommandFailed(`spruce-${err.code}`, err.message);
    throw err;
  } finally {
    await deps.close();
  }
}
