import { createVendors } from '../activities/vendors.js';
import type { AthenaClient } from '../clients/athenahealth/index.js';
import { VendorError } from '../clients/http/index.js';
import type { SpruceClient } from '../clients/spruce/index.js';
import { eventScopesNotAsked, eventsNow, renewEvents } from '../process/athena-events.js';
import { openDeps } from '../process/deps.js';
import { addWebhook, retireOldWebhooks, webhooksNow } from '../process/spruce-webhooks.js';
import { loadPractice, type Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';
import { choosePractice } from './choose-practice.js';
import { CommandFailed, say } from './outcome.js';
import { table } from './table.js';

/** `resultloop practice webhooks`: where vendors tell of what happened, and how their signing secrets are renewed. */
export async function practiceWebhooksCommand(options: {
  practice?: string;
  add?: boolean;
  retire?: boolean;
  events?: boolean;
}): Promise<void> {
  const deps = await openDeps(process.env, 'practice');
  try {
    const { store } = deps;
    const practice = await choosePractice(store, options.practice);
    const vendors = createVendors(store, deps.metrics, () => undefined);
    if (options.events) await subscribe(store, practice, vendors.athena(practice));
    if (eventScopesNotAsked(practice.connections).length === 0)
      await showEvents(store, practice, vendors.athena(practice));
    await spruceWebhooks(store, practice, vendors.spruce(practice), options);
  } catch (err) {
    if (err instanceof VendorError) throw new CommandFailed(`${err.vendor}-${err.code}`, err.message);
    throw err;
  } finally {
    await deps.close();
  }
}

async function subscribe(store: Store, practice: Practice, athena: AthenaClient): Promise<void> {
  const notAsked = eventScopesNotAsked(practice.connections);
  if (notAsked.length > 0)
    throw new CommandFailed(
      'no-event-scope',
      `${practice.id}: athenahealth gives events to applications that it granted ${notAsked.join(', ')}. ` +
        'Ask for them, name them in "scope" of connections.json beside athena/service/Athenanet.MDP.*, and import the practice again.',
    );
  const { topics } = await renewEvents(store, practice, athena);
  if (topics.length === 0)
    throw new CommandFailed('no-event-topic', `${practice.id}: athenahealth offers no event of results.`);
  say(`Subscribed to ${topics.length} topics of athenahealth, for a year.`);
}

async function showEvents(store: Store, practice: Practice, athena: AthenaClient): Promise<void> {
  const { ours, silent } = await eventsNow(store, practice, athena);
  const columns = [
    { title: 'topic', text: (one: (typeof ours)[number]) => one.topic ?? '' },
    { title: 'state', text: (one: (typeof ours)[number]) => one.status ?? '' },
    { title: 'ends', text: (one: (typeof ours)[number]) => one.end?.slice(0, 10) ?? '' },
  ];
  if (ours.length > 0) say(table(columns, ours));
  if (silent.length > 0)
    say(`athenahealth does not tell us of: ${silent.join(', ')}. Subscribe: practice webhooks --events.`);
}

async function spruceWebhooks(
  store: Store,
  practice: Practice,
  spruce: SpruceClient,
  options: { readonly add?: boolean; readonly retire?: boolean },
): Promise<void> {
  if (options.add) {
    await addWebhook(store, practice, spruce);
    say('A new endpoint is registered and heard beside the old. Retire those after 20 minutes: --retire.');
  }
  if (options.retire) {
    const done = await retireOldWebhooks(store, practice.id, spruce);
    if ('missing' in done)
      throw new CommandFailed(
        'no-new-webhook',
        `${practice.id}: the endpoint that was added last is not there or paused in Spruce. Add one first: --add.`,
      );
    say(`Old endpoints retired: ${done.retired}.`);
  }
  const now = await loadPractice(store, practice.id);
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
}
