import { z } from 'zod';
import { text } from './fields.js';
import type { FhirTransport } from './fhir-transport.js';

/** Topics after which a feed of ours has something to read (API reference §10). */
export const resultTopics = [
  'LabResult.create',
  'LabResult.update',
  'LabResult.close',
  'ImagingResult.create',
  'ImagingResult.update',
  'ImagingResult.close',
  'Patient.update',
  'Patient.merge',
] as const;

/** What a token must be asked for beside the proprietary API; athenahealth grants them on request only. */
export const eventScopes = [
  'system/SubscriptionTopic.read',
  'system/Subscription.read',
  'system/Subscription.write',
] as const;

export interface EventSubscription {
  readonly id: string;
  readonly topic: string | null;
  readonly status: string | null;
  readonly endpoint: string | null;
  /** ISO time at which it ends by itself: it must be renewed before. */
  readonly end: string | null;
}

/**
 * Subscriptions of the event platform, which athenahealth still calls alpha and grants on request. One per topic and
 * practice. Nothing depends on them: they only wake the poll (S000-36).
 */
export interface EventSubscriptions {
  /** Names of the topics that may be subscribed. */
  topics(): Promise<readonly string[]>;
  list(): Promise<readonly EventSubscription[]>;
  subscribe(input: {
    readonly topic: string;
    /** HTTPS on port 443 with a public certificate. */
    readonly endpoint: string;
    /** Signs every delivery; keep it beside the connection. */
    readonly secret: string;
    readonly endsAt: Date;
  }): Promise<{ readonly id: string }>;
  remove(subscriptionId: string): Promise<void>;
}

/** How our subscriptions stand. */
export interface EventState {
  /** Those that lead to us. */
  readonly ours: readonly EventSubscription[];
  /** Topics of results and patients that athenahealth offers. */
  readonly offered: readonly string[];
  /** Of these, those that nobody tells us of: no subscription, or one that ended or is not active. */
  readonly silent: readonly string[];
  /** When the first of those that are active ends, epoch ms; `null` when none does. */
  readonly endsAt: number | null;
}

/** Looks at the subscriptions that lead to an endpoint; those of others are none of our business. @throws VendorError */
export async function ourEvents(
  events: Pick<EventSubscriptions, 'list' | 'topics'>,
  endpoint: string,
  realNow: number,
): Promise<EventState> {
  const topics = await events.topics();
  const offered = resultTopics.filter((topic) => topics.includes(topic));
  const ours = (await events.list()).filter((one) => one.endpoint === endpoint);
  const endOf = ({ end }: EventSubscription) => Date.parse(end ?? '') || Infinity;
  // `requested` becomes active without us; what went wrong is `error`, what ended is `off`.
  const isActive = (one: EventSubscription) =>
    (one.status === 'active' || one.status === 'requested') && endOf(one) > realNow;
  const active = ours.filter(isActive);
  const first = Math.min(...active.map(endOf));
  return {
    ours,
    offered,
    silent: offered.filter((topic) => !active.some((one) => one.topic === topic)),
    endsAt: Number.isFinite(first) ? first : null,
  };
}

const backport = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition';
const shape = z.object({
  id: text,
  status: text,
  criteria: text,
  end: text,
  channel: z.object({ endpoint: text }).optional().catch(undefined),
});
const topicShape = z.object({ id: text, url: text, title: text });

export function createEventSubscriptions(
  fhir: FhirTransport,
  practiceId: string,
  baseUrl: string,
): EventSubscriptions {
  return {
    async topics() {
      const found = await fhir.search('event-topic.list', 'SubscriptionTopic');
      return found.flatMap((one) => {
        const topic = topicShape.safeParse(one);
        const name = topic.success ? (topic.data.url?.split('/').at(-1) ?? topic.data.id) : null;
        return name ? [name] : [];
      });
    },
    async list() {
      const found = await fhir.search('event-subscription.list', 'Subscription');
      return found.flatMap((one) => {
        const parsed = shape.safeParse(one);
        if (!parsed.success || parsed.data.id === null) return [];
        const { id, status, criteria, end, channel } = parsed.data;
        const topic = criteria?.split('/').at(-1) ?? null;
        return [{ id, topic, status, endpoint: channel?.endpoint ?? null, end }];
      });
    },
    async subscribe({ topic, endpoint, secret, endsAt }) {
      const created = await fhir.create(
        'event-subscription.create',
        'Subscription',
        {
          resourceType: 'Subscription',
          meta: { profile: [`${backport}/backport-subscription`] },
          status: 'requested',
          reason: 'Wakes the reading of results',
          end: endsAt.toISOString(),
          criteria: `${baseUrl.replace(/\/+$/, '')}/fhir/r4/SubscriptionTopic/${topic}`,
          _criteria: {
            extension: [
              {
                url: `${backport}/backport-filter-criteria`,
                valueString: `ah-practice=Organization/a-1.Practice-${practiceId}`,
              },
            ],
          },
          channel: {
            type: 'rest-hook',
            endpoint,
            payload: 'application/fhir+json',
            _payload: {
              extension: [{ url: `${backport}/backport-payload-content`, valueCode: 'id-only' }],
            },
          },
        },
        { 'x-hub-secret': secret },
      );
      return { id: text.parse(created['id']) ?? '' };
    },
    remove: (subscriptionId) => fhir.remove('event-subscription.remove', 'Subscription', subscriptionId),
  };
}
