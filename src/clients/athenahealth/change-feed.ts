import type { HttpAnswer } from '../http/index.js';
import { badAnswer } from '../http/index.js';
import { count, list, onlyRecord, text } from './fields.js';
import { feedTime } from './times.js';
import type { Transport } from './transport.js';
import { rowsOf } from './transport.js';

/** The changed feeds of athenahealth that matter here (API reference §4). All are queues that a read empties. */
export type FeedName =
  'lab-results' | 'imaging-results' | 'patients' | 'appointments' | 'providers' | 'orders' | 'patient-cases';

const feeds: Readonly<Record<FeedName, { readonly path: string; readonly key: string }>> = {
  'lab-results': { path: '/labresults/changed', key: 'labresults' },
  'imaging-results': { path: '/imagingresults/changed', key: 'imagingresults' },
  patients: { path: '/patients/changed', key: 'patients' },
  appointments: { path: '/appointments/changed', key: 'appointments' },
  providers: { path: '/providers/changed', key: 'providers' },
  orders: { path: '/orders/changed', key: 'orders' },
  'patient-cases': { path: '/documents/patientcase/changed', key: 'patientcases' },
};

export interface FeedQuery {
  /** Rows per call; vendor's default when absent. */
  readonly limit?: number;
  /** Rows handed out before, between these instants (epoch ms): the way back after a crash. Keep it short. */
  readonly replay?: { readonly from: number; readonly to?: number };
}

export interface Changes<Row = unknown> {
  readonly rows: readonly Row[];
  /** What is still waiting, these rows included. Read again until it is 0 (no offset on a consuming feed). */
  readonly totalCount: number;
}

export type SubscriptionStatus = 'ACTIVE' | 'PARTIAL' | 'INACTIVE' | 'UNKNOWN';

export interface Subscribed {
  readonly status: SubscriptionStatus;
  readonly subscribed: boolean;
}

/** Any changed feed, by name. Lab and imaging results have functions of their own with typed rows. */
export interface ChangeFeeds {
  /** Subscribes to all events unless that is so already. The feed answers `needs-setup` for some minutes after. */
  ensureSubscription(feed: FeedName): Promise<Subscribed>;
  /** The names of a feed's events, as the vendor says; those of lab results were never published. */
  events(feed: FeedName): Promise<readonly string[]>;
  /** Ends the subscription to one event, or to all; unread rows of it are gone. */
  unsubscribe(feed: FeedName, event?: string): Promise<void>;
  /** Takes changes. **Consuming**: persist them before anything else. */
  changes(feed: FeedName, query?: FeedQuery): Promise<Changes>;
}

export function createChangeFeeds(transport: Transport): ChangeFeeds {
  return {
    ensureSubscription: (feed) => ensureSubscription(transport, feed),
    changes: (feed, query = {}) => changes(transport, feed, query),
    async events(feed) {
      const path = `${feeds[feed].path}/subscription/events`;
      const { body } = await transport.page(`${feed}.events`, path);
      return list
        .parse(body['subscriptions'])
        .map((one) => text.parse(onlyRecord(one)?.['eventname']))
        .filter((one) => one !== null);
    },
    async unsubscribe(feed, event) {
      const path = `${feeds[feed].path}/subscription`;
      await transport.write(`${feed}.unsubscribe`, 'DELETE', path, { eventname: event });
    },
  };
}

/** Reads and thereby consumes changes. Its effect is a write's: after a timeout the rows may be gone. */
export async function changes(transport: Transport, feed: FeedName, query: FeedQuery): Promise<Changes> {
  const { path, key } = feeds[feed];
  const { body, answer } = await transport.page(
    `${feed}.changes`,
    path,
    {
      limit: query.limit,
      showprocessedstartdatetime: query.replay && feedTime(query.replay.from, 'from'),
      showprocessedenddatetime: query.replay?.to === undefined ? undefined : feedTime(query.replay.to, 'to'),
      ...(feed === 'patients' && { showpreviouspatientids: true }),
    },
    'write',
  );
  return countedRows(body, key, answer);
}

/** Subscribes the practice to all events of a feed unless it is already. Idempotent. */
export async function ensureSubscription(transport: Transport, feed: FeedName): Promise<Subscribed> {
  const path = `${feeds[feed].path}/subscription`;
  const before = statusOf((await transport.page(`${feed}.subscription`, path)).body);
  if (before === 'ACTIVE') return { status: before, subscribed: false };
  await transport.write(`${feed}.subscribe`, 'POST', path, {});
  return {
    status: statusOf((await transport.page(`${feed}.subscription`, path)).body),
    subscribed: true,
  };
}

function countedRows(body: Record<string, unknown>, key: string, answer: HttpAnswer): Changes {
  const rows = rowsOf(body, key, answer);
  const totalCount = count.parse(body['totalcount']) ?? rows.length;
  if (rows.length === 0 && totalCount > 0)
    throw badAnswer(answer.call, answer.status, 'it counts rows but holds none');
  return { rows, totalCount };
}

function statusOf(body: Record<string, unknown>): SubscriptionStatus {
  const status = text.parse(body['status'])?.trim().toUpperCase();
  return status === 'ACTIVE' || status === 'PARTIAL' || status === 'INACTIVE' ? status : 'UNKNOWN';
}
