import { z } from 'zod';
import { badAnswer } from '../http/index.js';
import { count, id, record, text } from './fields.js';
import { feedTime } from './times.js';
import type { Transport } from './transport.js';
import { rowsOf } from './transport.js';

/**
 * One row of the changed feed: the current state of a lab result's metadata, without values. Every field may be
 * missing; a row that is not understood at all still arrives, with `raw` and nothing else.
 */
export interface FeedRow {
  readonly labResultId: string | null;
  /** `null` on HOLD rows: no patient matched yet, the document can be neither read nor listed (L5). */
  readonly patientId: string | null;
  readonly departmentId: string | null;
  readonly providerId: string | null;
  /** The laboratory. */
  readonly facilityId: string | null;
  readonly orderId: string | null;
  /** Work state, e.g. REVIEW, HOLD, DATAENTRY, CLOSED. */
  readonly state: string | null;
  readonly documentSource: string | null;
  readonly documentRoute: string | null;
  /** As written by the vendor; read them with `readTime`. */
  readonly observedAt: string | null;
  readonly createdAt: string | null;
  readonly lastModifiedAt: string | null;
  /** Exactly what came. Holds PHI. */
  readonly raw: unknown;
}

export interface ChangedLabResults {
  readonly rows: readonly FeedRow[];
  /** What is still waiting, these rows included. Read again until it is 0 (no offset on a consuming feed). */
  readonly totalCount: number;
}

export interface FeedQuery {
  /** Rows per call; vendor's default when absent. */
  readonly limit?: number;
  /** Rows handed out before, between these instants (epoch ms): the way back after a crash. Keep it short. */
  readonly replay?: { readonly from: number; readonly to?: number };
}

export type SubscriptionStatus = 'ACTIVE' | 'PARTIAL' | 'INACTIVE' | 'UNKNOWN';

const shape = z.object({
  labresultid: id,
  patientid: id,
  departmentid: id,
  providerid: id,
  facilityid: id,
  tietoorderid: id,
  status: text,
  documentsource: text,
  documentroute: text,
  observationdatetime: text,
  observationdate: text,
  createddatetime: text,
  createddate: text,
  lastmodifieddatetime: text,
  lastmodifieddate: text,
});

/** Any row, understood or not. */
export function readFeedRow(raw: unknown): FeedRow {
  const parsed = record.safeParse(raw);
  const row = shape.parse(parsed.success ? parsed.data : {});
  return {
    labResultId: row.labresultid,
    patientId: row.patientid,
    departmentId: row.departmentid,
    providerId: row.providerid,
    facilityId: row.facilityid,
    orderId: row.tietoorderid,
    state: row.status?.trim().toUpperCase() ?? null,
    documentSource: row.documentsource,
    documentRoute: row.documentroute,
    observedAt: row.observationdatetime ?? row.observationdate,
    createdAt: row.createddatetime ?? row.createddate,
    lastModifiedAt: row.lastmodifieddatetime ?? row.lastmodifieddate,
    raw,
  };
}

/** Reads and thereby consumes changes. Its effect is a write's: after a timeout the rows may be gone. */
export async function changedLabResults(transport: Transport, query: FeedQuery): Promise<ChangedLabResults> {
  const { body, answer } = await transport.page(
    'lab-feed.read',
    '/labresults/changed',
    {
      limit: query.limit,
      showprocessedstartdatetime: query.replay && feedTime(query.replay.from, 'from'),
      showprocessedenddatetime: query.replay?.to === undefined ? undefined : feedTime(query.replay.to, 'to'),
    },
    'write',
  );
  const rows = rowsOf(body, 'labresults', answer).map(readFeedRow);
  const totalCount = count.parse(body['totalcount']) ?? rows.length;
  if (rows.length === 0 && totalCount > 0)
    throw badAnswer(answer.call, answer.status, 'it counts rows but holds none');
  return { rows, totalCount };
}

/** Subscribes the practice to all lab events unless it is already. Idempotent. */
export async function ensureLabSubscription(
  transport: Transport,
): Promise<{ readonly status: SubscriptionStatus; readonly subscribed: boolean }> {
  const path = '/labresults/changed/subscription';
  const before = statusOf((await transport.page('lab-subscription.read', path)).body);
  if (before === 'ACTIVE') return { status: before, subscribed: false };
  await transport.write('lab-subscription.create', 'POST', path, {});
  return { status: statusOf((await transport.page('lab-subscription.read', path)).body), subscribed: true };
}

function statusOf(body: Record<string, unknown>): SubscriptionStatus {
  const status = text.parse(body['status'])?.trim().toUpperCase();
  return status === 'ACTIVE' || status === 'PARTIAL' || status === 'INACTIVE' ? status : 'UNKNOWN';
}
