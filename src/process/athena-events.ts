import { randomBytes } from 'node:crypto';
import {
  eventScopes,
  ourEvents,
  type AthenaClient,
  type EventState,
  type EventSubscription,
} from '../clients/athenahealth/index.js';
import { VendorError } from '../clients/http/index.js';
import { changeConnections, type Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';

/** How long a subscription lasts; `doctor` asks for the next one in time. No limit of it is published. */
const lastsMs = 365 * 86_400_000;

/** Where athenahealth sends this practice's events. */
export function eventsUrlOf(practice: {
  readonly id: string;
  readonly settings: Pick<Practice['settings'], 'publicBaseUrl'>;
}): string {
  return `${practice.settings.publicBaseUrl}/webhooks/athenahealth/${practice.id}`;
}

/** Scopes of event subscriptions that the practice's connection does not ask for; [] where it has them. */
export function eventScopesNotAsked(connections: Pick<Practice['connections'], 'athenahealth'>): string[] {
  const asked = connections.athenahealth.scope?.split(/[\s,]+/) ?? [];
  return eventScopes.filter((scope) => !asked.includes(scope));
}

/** The subscriptions that lead to us, as athenahealth has them. @throws VendorError */
export function eventsNow(store: Store, practice: Practice, athena: AthenaClient): Promise<EventState> {
  return ourEvents(athena.events, eventsUrlOf(practice), store.realNow());
}

/**
 * Subscribes to every topic that wakes the poll and is offered, with a new secret and a new end; what led to us before is
 * replaced. The secret before stays heard, because deliveries are repeated for an hour. May be repeated.
 * @throws VendorError
 */
export async function renewEvents(
  store: Store,
  practice: Practice,
  athena: AthenaClient,
): Promise<{ readonly topics: readonly string[] }> {
  const endpoint = eventsUrlOf(practice);
  const { ours, offered } = await eventsNow(store, practice, athena);
  const secret = randomBytes(32).toString('hex');
  await changeConnections(store, practice.id, ({ athenahealth, ...others }) => ({
    ...others,
    athenahealth: {
      ...athenahealth,
      webhookSecrets: [secret, ...(athenahealth.webhookSecrets ?? []).slice(0, 1)],
    },
  }));
  const endsAt = new Date(store.realNow() + lastsMs);
  for (const topic of offered) {
    // One per topic and practice: the old one goes first. What happens in between is found by the next poll.
    for (const old of ours.filter((one) => one.topic === topic)) await remove(athena, old);
    await athena.events.subscribe({ topic, endpoint, secret, endsAt });
  }
  for (const old of ours.filter(({ topic }) => !offered.some((one) => one === topic)))
    await remove(athena, old);
  return { topics: offered };
}

async function remove(athena: AthenaClient, { id }: EventSubscription): Promise<void> {
  try {
    await athena.events.remove(id);
  } catch (err) {
    // It has ended by itself.
    if (!(err instanceof VendorError) || err.code !== 'not-found') throw err;
  }
}
