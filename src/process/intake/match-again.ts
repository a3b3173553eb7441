import { announce } from '../../activities/announce.js';
import { toPatientCard } from '../../intake/athena/index.js';
import type { ReceivedResult } from '../../intake/received.js';
import { upsertPatient } from '../../store/patients.js';
import type { Practice } from '../../store/practices.js';
import { findSource } from '../../store/sources.js';
import {
  askLater,
  endUnmatched,
  recordMatch,
  unmatchedItems,
  type UnmatchedItem,
} from '../../store/transmission-items.js';
import { readTransmission } from '../../store/transmissions.js';
import { findPatient, isSamePerson } from './find-patient.js';
import type { IntakePort } from './port.js';
import { askAgainMs, localReport, storeFor } from './take-in.js';

/** How many charts are asked about in one round, so that the vendor's budget is left for others. */
const atMost = 20;

/** Looks again for the patients of unmatched results: the chart may know them by now. */
export async function findOutAgain(port: IntakePort, practice: Practice): Promise<void> {
  const done = new Set<string>();
  for (const item of await unmatchedItems(port.store, { practiceId: practice.id, limit: atMost })) {
    // The newest of a result stands for it.
    if (done.has(item.resultId)) continue;
    done.add(item.resultId);
    const source = await sourceOf(port, item);
    const found = source && (await findPatient(port, practice, source, item.patient));
    if (found?.kind === 'found') await giveTo(port, practice, item, found);
    else await askLater(port.store, item, askAgainMs);
  }
}

/**
 * The patient of an unmatched result is found: its newest content is delivered under that patient, to the same result
 * unless the chart's feed had brought it already; then the two are joined.
 */
export async function giveTo(
  port: IntakePort,
  practice: Practice,
  item: UnmatchedItem,
  to: { readonly patientId: string; readonly chartId: string },
): Promise<string | null> {
  const { store } = port;
  const row = await readTransmission(store, item.transmissionId);
  const source = await sourceOf(port, item);
  const received = source && resultAt(port, row.body, source, item.position);
  if (!source || !received) return null;
  const stored = await storeFor(port, practice, source, {
    ...to,
    reportId: null,
    report: localReport(received.report, source, practice.roster),
    raw: { transmission: row.id, position: item.position },
    detectedAt: row.receivedAt,
    detectedRealAt: row.receivedRealAt,
    sourceLane: source.feed,
    waitingResultId: item.resultId,
  });
  // Before anybody is told: a result that was joined writes its closing note into this chart.
  await endUnmatched(store, item, { resultId: stored.resultId, patientId: to.patientId });
  await announce(store, practice, port.tell, stored);
  return stored.resultId;
}

export type MatchRefusal = 'not-unmatched' | 'not-in-chart' | 'birth-date-differs' | 'name-differs';

/** A person's match was refused. Nothing was changed. */
export class MatchRefused extends Error {
  constructor(readonly code: MatchRefusal) {
    super(
      {
        'not-unmatched': 'This result does not wait for its patient. Look it up: resultloop unmatched',
        'not-in-chart': 'The chart has no such patient. Check the number in athenaOne.',
        'birth-date-differs':
          'The birth date in the chart is another one: this is not the same person, or one of the two is wrong. Ask the laboratory, or correct the chart.',
        'name-differs':
          'The name in the chart is another one. If you have made sure that it is the same person, say so: --despite-name',
      }[code],
    );
  }
}

/**
 * The keeper says whose an unmatched result is. Remembered for the sender's patient id; name and birth date are
 * compared with the chart each time all the same.
 * @throws MatchRefused
 */
export async function matchByPerson(
  port: IntakePort,
  practice: Practice,
  said: {
    readonly resultId: string;
    readonly chartId: string;
    readonly by: string;
    readonly despiteName: boolean;
  },
): Promise<string> {
  const { store } = port;
  const [item] = await unmatchedItems(store, { practiceId: practice.id, resultId: said.resultId });
  const source = item && (await sourceOf(port, item));
  if (!item || !source) throw new MatchRefused('not-unmatched');
  const read = await port.athena(practice).patient(said.chartId);
  if (!read) throw new MatchRefused('not-in-chart');
  const card = toPatientCard(read.raw);
  if (card.birthDate === null || card.birthDate !== item.patient.birthDate)
    throw new MatchRefused('birth-date-differs');
  if (!said.despiteName && !isSamePerson(card, item.patient)) throw new MatchRefused('name-differs');
  const patientId = await upsertPatient(store, practice.id, card);
  await recordMatch(store, practice, { item, sourceId: source.id, patientId, by: said.by });
  return (await giveTo(port, practice, item, { patientId, chartId: card.chartId })) ?? said.resultId;
}

function resultAt(
  { read: readBody }: IntakePort,
  body: Buffer,
  source: { zone: string; id: string },
  position: number,
): ReceivedResult | null {
  const read = readBody(body, { zone: source.zone, name: source.id });
  return read.verdict === 'results' ? (read.results[position] ?? null) : null;
}

async function sourceOf({ store }: IntakePort, item: UnmatchedItem) {
  const row = await store.db
    .selectFrom('transmission')
    .select('source_id')
    .where('id', '=', item.transmissionId)
    .executeTakeFirstOrThrow();
  return (await findSource(store, item.practiceId, row.source_id))?.config ?? null;
}
