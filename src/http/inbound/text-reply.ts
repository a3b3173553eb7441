import { sql } from 'kysely';
import { parseInboundText } from '../../clients/twilio/index.js';
import { readReply, type ReplyReading } from '../../domain/messages/replies.js';
import { openIncident } from '../../store/incidents.js';
import { raiseAlarm } from '../../store/inbound.js';
import { liveMembers, toldBy } from '../../store/notices.js';
import { markNumber, patientsWithNumber } from '../../store/numbers.js';
import type { Practice } from '../../store/practices.js';
import { onOptWord } from './opt-word.js';
import type { Inbound, InboundPort } from './port.js';
import { indexOf } from './text-answer.js';

/** A text from a phone: an opt-out, an answer, or work for a person (L35, L37). */
export async function onText(
  port: InboundPort,
  practice: Practice,
  inbound: Inbound<unknown>,
): Promise<string> {
  const { store, tell } = port;
  const text = parseInboundText(inbound.body);
  if (!text) return 'unreadable';
  const number = indexOf(store, text.from);
  const reading =
    text.optOutType === 'STOP' ? 'opts-out' : text.optOutType === 'START' ? 'opts-in' : readReply(text.body);
  const patients = number === null ? [] : await patientsWithNumber(store, practice.id, number);
  // Of a text that was found later its own time counts: a START may have come after its STOP.
  const sentAt = text.sentAt ?? inbound.receivedAt;
  if (number !== null && (reading === 'opts-out' || reading === 'opts-in'))
    await onOptWord(port, practice, number, { sid: text.sid, reading, at: sentAt });
  if (number !== null && reading === 'wrong-person')
    await markNumber(store.db, practice.id, number, { suspended_at: inbound.receivedAt });
  for (const patientId of patients) {
    if (reading === 'opts-out' || reading === 'wrong-person') await tell.noticeChanged(practice, patientId);
    if (reading !== 'opts-out' && reading !== 'opts-in' && reading !== 'help')
      await answer(port, practice, inbound, patientId, reading);
  }
  if (patients.length > 0 || reading === 'opts-out' || reading === 'opts-in') return reading;
  // Somebody wrote whom we do not know: a person looks (nothing is dropped).
  await raiseAlarm(store, practice, `inbound/${inbound.id}`, 'reply-from-unknown-number');
  return 'unknown-sender';
}

/** Goes to the results that the patient was last told about; without any, to the open ones. */
async function answer(
  { store, tell }: InboundPort,
  practice: Practice,
  inbound: Inbound<unknown>,
  patientId: string,
  reading: ReplyReading,
): Promise<void> {
  const fact = {
    id: `inbound/${inbound.id}`,
    at: inbound.receivedAt,
    channel: 'text',
    acknowledges: reading === 'acknowledges',
  };
  // L36: one page for one cry for help, whatever number of results the patient was told of.
  const emergency = reading === 'emergency' && { emergency: true };
  // By the call, not by its answer: a reply may come before we know that the message left.
  const notice = await store.db
    .selectFrom('notice')
    .innerJoin('effect', 'effect.notice_id', 'notice.id')
    .select(['notice.id', 'notice.purpose'])
    .where('notice.patient_id', '=', patientId)
    .where((e) =>
      e.or([
        e('notice.state', 'in', ['sending', 'sent', 'confirmed']),
        // Its note has told; the text that goes with it waits for its hours.
        e('notice.noted_epoch', 'is not', null),
      ]),
    )
    .where('effect.state', 'in', ['called', 'unknown', 'confirmed'])
    .orderBy(sql`effect.called_at desc nulls last`)
    .orderBy('notice.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (notice && reading === 'wrong-person') {
    const [first] = await liveMembers(store.db, notice.id);
    // L43: what was sent reached somebody else.
    await store.db.transaction().execute((tx) =>
      openIncident(tx, store, practice, {
        key: `message-to-wrong-person/${notice.id}`,
        kind: 'message-to-wrong-person',
        resultId: first?.resultId ?? null,
        otherId: null,
      }),
    );
    for (const m of await liveMembers(store.db, notice.id))
      await tell.delivery(practice, m.resultId, {
        id: `inbound/${inbound.id}`,
        at: inbound.receivedAt,
        noticeId: notice.id,
        version: m.version,
        purpose: notice.purpose,
        status: 'needs-person',
        channel: 'text',
        task: 'contact-fix',
        why: 'wrong-person',
      });
    return;
  }
  if (notice) {
    for (const [i, m] of (await liveMembers(store.db, notice.id)).entries())
      await tell.replied(practice, m.resultId, {
        ...fact,
        ...(i === 0 && emergency),
        told: toldBy(notice.purpose, m),
      });
    return;
  }
  const results = await store.db
    .selectFrom('result')
    .select(['id', 'closure'])
    .where('patient_id', '=', patientId)
    .orderBy('detected_at', 'desc')
    .execute();
  const open = results.filter((r) => r.closure === null);
  if (open.length === 0)
    await raiseAlarm(store, practice, `inbound/${inbound.id}`, 'reply-without-open-result');
  // Somebody in need is heard, also when nothing is open: the newest result takes it up again.
  const heard = open.length === 0 && emergency ? results.slice(0, 1) : open;
  for (const [i, { id }] of heard.entries())
    await tell.replied(practice, id, { ...fact, ...(i === 0 && emergency) });
}
