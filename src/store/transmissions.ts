import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { SourceConfig } from '../domain/practice/source.js';
import type { EpochMs } from '../domain/result/report.js';
import { toPractice, type ClockMap } from '../domain/calendar/clock-map.js';
import { newId } from '../security/tokens.js';
import type { TransmissionState } from './schema.js';
import type { Store } from './store.js';

const bodyAad = 'transmission.body';
const envelopeAad = 'transmission.envelope';

/** What the sender says of the message: evidence only, because senders reuse it. */
export interface Envelope {
  readonly application: string | null;
  readonly facility: string | null;
  readonly controlId: string | null;
}

export interface NewTransmission {
  readonly practice: { readonly id: string; readonly clock: ClockMap };
  readonly source: Pick<SourceConfig, 'id' | 'format'>;
  readonly body: Buffer;
  readonly envelope: Envelope | null;
  /** Refused at the door, kept for a person all the same. */
  readonly refused?: { readonly reason: string; readonly words: string };
}

export interface KeptTransmission {
  readonly id: string;
  /** The same bytes are here already: nothing happens because of them. */
  readonly isRepeat: boolean;
}

/**
 * Stores a message before anything is done with it, durably: when this has returned, the sender may forget it. The same
 * bytes from the same source again are the same row.
 */
export async function keepTransmission(store: Store, input: NewTransmission): Promise<KeptTransmission> {
  const { practice, source, body, envelope, refused } = input;
  const realNow = store.realNow();
  const at = toPractice(practice.clock, realNow);
  const row = await store.db.transaction().execute(async (tx) => {
    const kept = await tx
      .insertInto('transmission')
      .values({
        id: newId(),
        practice_id: practice.id,
        source_id: source.id,
        format: source.format,
        hash: messageHash(body),
        bytes: body.length,
        // Latin-1 keeps every byte and seals to a third more instead of the double.
        body_sealed: store.cipher.seal(body.toString('latin1'), bodyAad),
        envelope_sealed: envelope && store.cipher.sealJson(envelope, envelopeAad),
        state: refused ? 'dead-letter' : 'received',
        reason: refused?.reason ?? null,
        words: refused?.words ?? null,
        lease_real_until: null,
        received_at: at,
        received_real_at: realNow,
        settled_at: refused ? at : null,
        settled_real_at: refused ? realNow : null,
      })
      .onConflict((c) =>
        c.columns(['practice_id', 'source_id', 'hash']).doUpdateSet({
          repeats: sql`transmission.repeats + 1`,
          // What could not be used before may be usable now: whoever sends it again wants it looked at again.
          ...(!refused && {
            state: sql<TransmissionState>`case transmission.state when 'dead-letter' then 'received' else transmission.state end`,
            tries: sql`case transmission.state when 'dead-letter' then 0 else transmission.tries end`,
          }),
        }),
      )
      .returning(['id', 'repeats'])
      .executeTakeFirstOrThrow();
    await tx
      .updateTable('source')
      .set({
        last_seen_at: at,
        last_seen_real_at: realNow,
        ...(kept.repeats === 0 && { received: sql`received + 1` }),
      })
      .where('practice_id', '=', practice.id)
      .where('id', '=', source.id)
      .execute();
    return kept;
  });
  return { id: row.id, isRepeat: row.repeats > 0 };
}

/**
 * SHA-256 of a message as its content goes: byte-order mark, kind of line ends and outer line ends are the transport's,
 * not the sender's.
 */
export function messageHash(body: Buffer): string {
  const hash = createHash('sha256');
  let from = body.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf)) ? 3 : 0;
  let until = body.length;
  while (from < until && isBreak(body[from])) from += 1;
  while (from < until && isBreak(body[until - 1])) until -= 1;
  const text = body.subarray(from, until);
  if (!text.includes(0x0a)) return hash.update(text).digest('hex');
  const normal = text.toString('latin1').replace(/\r?\n/g, '\r');
  return hash.update(normal, 'latin1').digest('hex');
}

function isBreak(byte: number | undefined): boolean {
  return byte === 0x0d || byte === 0x0a;
}

export interface OpenTransmission {
  readonly id: string;
  readonly practiceId: string;
  readonly sourceId: string;
  readonly receivedAt: EpochMs;
  readonly receivedRealAt: EpochMs;
  readonly tries: number;
}

/** Above any processing; a crashed processor's rows are free again after it. */
const leaseMs = 60_000;

/**
 * Takes the oldest transmissions that nobody has settled or is working on. Settling one twice is harmless, so the
 * lease only saves work. Bodies are large: read one by one, with {@link readTransmission}.
 */
export async function claimTransmissions(
  store: Store,
  limit: number,
  only?: string,
): Promise<OpenTransmission[]> {
  const now = store.realNow();
  const rows = await store.db
    .updateTable('transmission')
    .set({ lease_real_until: now + leaseMs, tries: sql`tries + 1` })
    .where('id', 'in', (e) => {
      const open = e
        .selectFrom('transmission')
        .select('id')
        .where('state', '=', 'received')
        .where('next_real_at', '<=', now)
        .where((w) => w.or([w('lease_real_until', 'is', null), w('lease_real_until', '<=', now)]))
        .orderBy('received_real_at')
        .orderBy('id')
        .limit(limit)
        .forUpdate()
        .skipLocked();
      return only === undefined ? open : open.where('id', '=', only);
    })
    .returning(['id', 'practice_id', 'source_id', 'received_at', 'received_real_at', 'tries'])
    .execute();
  return rows.map(openOf).sort((a, b) => a.receivedRealAt - b.receivedRealAt || (a.id < b.id ? -1 : 1));
}

function openOf(r: {
  id: string;
  practice_id: string;
  source_id: string;
  received_at: EpochMs;
  received_real_at: EpochMs;
  tries: number;
}): OpenTransmission {
  return {
    id: r.id,
    practiceId: r.practice_id,
    sourceId: r.source_id,
    receivedAt: r.received_at,
    receivedRealAt: r.received_real_at,
    tries: r.tries,
  };
}

/** A stored transmission with every byte of it, whatever its state. PHI. */
export async function readTransmission(
  store: Store,
  id: string,
): Promise<OpenTransmission & { readonly body: Buffer }> {
  const r = await store.db
    .selectFrom('transmission')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return { ...openOf(r), body: Buffer.from(store.cipher.open(r.body_sealed, bodyAad), 'latin1') };
}

/** The end of a transmission: processed, ignored or dead letter, the last two with the reason. */
export async function settleTransmission(
  store: Store,
  practice: { readonly clock: ClockMap },
  id: string,
  end: {
    readonly state: Exclude<TransmissionState, 'received'>;
    readonly reason?: string;
    readonly words?: string;
  },
): Promise<void> {
  const realNow = store.realNow();
  await store.db
    .updateTable('transmission')
    .set({
      state: end.state,
      reason: end.reason ?? null,
      words: end.words ?? null,
      lease_real_until: null,
      settled_at: toPractice(practice.clock, realNow),
      settled_real_at: realNow,
    })
    .where('id', '=', id)
    .where('state', '=', 'received')
    .execute();
}

/** Not now: again after a while. */
export async function postponeTransmission(store: Store, id: string, waitMs: number): Promise<void> {
  await store.db
    .updateTable('transmission')
    .set({ lease_real_until: null, next_real_at: store.realNow() + waitMs })
    .where('id', '=', id)
    .execute();
}
