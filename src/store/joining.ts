import { versionOf } from '../domain/result/amending.js';
import { repointAliases } from './aliases.js';
import { loadResult } from './candidates.js';
import { lockPatient, type Tx } from './database.js';
import { appendEvents } from './events.js';
import { addVersion } from './keeping.js';
import { addNews, type IdentityNews } from './news.js';
import { leaveNotices } from './notices.js';
import { patientLock } from './patients.js';
import { practiceNow, type Practice } from './practices.js';
import { matchResult } from './results.js';
import type { Store } from './store.js';

/**
 * L39: two records of one result become one. Every name of the other leads to the survivor, its deliveries and its
 * current content belong there, what it had not sent is withdrawn; its own workflow ends as `superseded` when it hears.
 * Runs under the patient lock.
 */
export async function joinInto(
  tx: Tx,
  store: Store,
  practice: Practice,
  survivorId: string,
  otherId: string,
  actor: string,
): Promise<IdentityNews> {
  const [survivor, other] = [await loadResult(tx, store, survivorId), await loadResult(tx, store, otherId)];
  await repointAliases(tx, otherId, survivorId);
  await tx.updateTable('report').set({ result_id: survivorId }).where('result_id', '=', otherId).execute();
  await tx
    .updateTable('result')
    .set({ successor_id: survivorId, successor_why: 'joined' })
    .where('id', '=', otherId)
    .execute();
  await leaveNotices(tx, otherId);
  const at = practiceNow(store, practice);
  await appendEvents(tx, store, practice.id, otherId, [
    { at, actor, kind: 'joined-into', data: { result: survivorId } },
  ]);
  await appendEvents(tx, store, practice.id, survivorId, [
    { at, actor, kind: 'joined', data: { result: otherId } },
  ]);
  if (survivor && other) await carryContent(tx, store, practice, survivor, other);
  return addNews(tx, store, practice, { resultId: otherId, kind: 'joined', otherId: survivorId });
}

type Loaded = NonNullable<Awaited<ReturnType<typeof loadResult>>>;

/** What the other says now is judged like a delivery: newer, older, a piece, or the same. */
async function carryContent(
  tx: Tx,
  store: Store,
  practice: Practice,
  survivor: Loaded,
  other: Loaded,
): Promise<void> {
  const { report, hash } = other.current;
  const feed = other.isUnmatched ? 'second' : 'master';
  const placing = versionOf({ report, hash, feed }, survivor);
  if (placing.kind === 'known') return;
  const row = await tx
    .selectFrom('version')
    .innerJoin('result', 'result.id', 'version.result_id')
    .select(['version.report_id', 'version.detected_at', 'version.detected_real_at', 'result.lane'])
    .where('result_id', '=', other.resultId)
    .where('number', '=', other.current.number)
    .executeTakeFirstOrThrow();
  if (placing.matches) await matchResult(tx, survivor.resultId, row.lane);
  await addVersion(tx, store, practice, {
    resultId: survivor.resultId,
    reportId: row.report_id,
    content: placing.content,
    take: placing.take,
    marks: placing.marks,
    feed,
    detectedAt: row.detected_at,
    detectedRealAt: row.detected_real_at,
  });
}

export type JoinRefusal = 'unknown-result' | 'another-patient' | 'joined-already';

/** Two results cannot be joined. The message says what to do and names nobody. */
export class JoinRefused extends Error {
  constructor(readonly code: JoinRefusal) {
    super(
      {
        'unknown-result': 'There is no such result in this practice. Check both ids.',
        'another-patient':
          'The two results are of different patients. Correct the patient in the chart first.',
        'joined-already':
          'One of the two was joined or given to another patient before. Look at its successor.',
      }[code],
    );
  }
}

/**
 * L39: what has no identifiers is joined by a person only. `by` is the person, for the timeline.
 * @throws JoinRefused
 */
export async function joinByPerson(
  store: Store,
  practice: Practice,
  input: { readonly survivorId: string; readonly otherId: string; readonly by: string },
): Promise<IdentityNews> {
  const { survivorId, otherId, by } = input;
  return store.db.transaction().execute(async (tx) => {
    const read = () =>
      tx
        .selectFrom('result')
        .select(['id', 'patient_id', 'successor_id'])
        .where('practice_id', '=', practice.id)
        .where('id', 'in', [survivorId, otherId])
        .execute();
    const [first] = await read();
    if (first?.patient_id) await lockPatient(tx, patientLock(first.patient_id));
    const rows = await read();
    if (rows.length !== 2) throw new JoinRefused('unknown-result');
    const [a, b] = rows;
    if (a?.successor_id || b?.successor_id) throw new JoinRefused('joined-already');
    if (!a?.patient_id || a.patient_id !== b?.patient_id) throw new JoinRefused('another-patient');
    return joinInto(tx, store, practice, survivorId, otherId, by);
  });
}
