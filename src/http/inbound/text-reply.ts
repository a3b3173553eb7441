import { sql } from 'kysely';
import { parseInboundText, type InboundText } from '../../clients/twilio/index.js';
import { replyReadings, type ReplyReading } from '../../domain/messages/replies.js';
import { openIncident } from '../../store/incidents.js';
import { raiseAlarm } from '../../store/inbound.js';
import { liveMembers, toldBy } from '../../store/notices.js';
import { markNumber, patientsWithNumber } from '../../store/numbers.js';
import type { Practice } from '../../store/practices.js';
import { onOptWord } from './opt-word.js';
import type { Inbound, InboundPort } from './port.js';
import { indexOf } from './text-answer.js';
import { urgentResult } from './urgent-result.js';

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
  const readings = readingsOf(text);
  const is = (reading: ReplyReading) => readings.includes(reading);
  const patients = number === null ? [] : await patientsWithNumber(store, practice.id, number);
  // Of a text that was found later its own time counts: a START may have come after its STOP.
  const sentAt = text.sentAt ?? inbound.receivedAt;
  const optWord = is('opts-out') ? 'opts-out' : is('opts-in') ? 'opts-in' : null;
  if (number !== null && optWord !== null)
    await onOptWord(port, practice, number, { sid: text.sid, reading: optWord, at: sentAt });
  if (number !== null && is('wrong-person'))
    await markNumber(store.db, practice.id, number, { suspended_at: inbound.receivedAt });
  for (const patientId of patients) {
    if (is('opts-out') || is('wrong-person')) await tell.noticeChanged(practice, patientId);
    if (is('wrong-person') && (await wrongPerson(port, practice, inbound, patientId)) && !is('emergency'))
      continue;
    const isAnswer = is('emergency') || is('wrong-person') || (optWord === null && !is('help'));
    if (isAnswer) await answer(port, practice, inbound, patientId, readings);
  }
  const [first = 'other'] = readings;
  if (patients.length > 0 || optWord !== null) return first;
  // Somebody wrote whom we do not know: a person looks (nothing is dropped).
  await raiseAlarm(store, practice, `inbound/${inbound.id}`, 'reply-from-unknown-number');
  return 'unknown-sender';
}

/** All that a text says: "wrong number, stop" opts out and asks for a new number, "stop, I am going to the ER" is heard. */
function readingsOf(text: InboundText): readonly ReplyReading[] {
  const readings = replyReadings(text.body);
  if (text.optOutType !== 'STOP' && text.optOutType !== 'START') return readings;
  const word = text.optOutType === 'STOP' ? 'opts-out' : 'opts-in';
  return [word, ...readings.filter((reading) => reading === 'emergency' || reading === 'wrong-person')];
}

/** The message that the patient was last sent, by its call: a reply may come before we know that it left. */
function lastNotice({ store }: InboundPort, patientId: string) {
  return store.db
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
}

/**
 * L43: what was sent reached somebody else; a person finds the right number.
 * @returns false when nothing was sent.
 */
async function wrongPerson(
  port: InboundPort,
  practice: Practice,
  inbound: Inbound<unknown>,
  patientId: string,
): Promise<boolean> {
  const { store, tell } = port;
  const notice = await lastNotice(port, patientId);
  if (!notice) return false;
  const members = await liveMembers(store.db, notice.id);
  await store.db.transaction().execute((tx) =>
    openIncident(tx, store, practice, {
      key: `message-to-wrong-person/${notice.id}`,
      kind: 'message-to-wrong-person',
      resultId: members[0]?.resultId ?? null,
      otherId: null,
    }),
  );
  for (const m of members)
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
  return true;
}

/** Goes to the results that the patient was last told about, and to one that is urgent; without any, to the open ones. */
async function answer(
  port: InboundPort,
  practice: Practice,
  inbound: Inbound<unknown>,
  patientId: string,
  readings: readonly ReplyReading[],
): Promise<void> {
  const { store, tell } = port;
  // Another fact than the wrong number that the same text may speak of.
  const id = readings.includes('wrong-person') ? `inbound/${inbound.id}/said` : `inbound/${inbound.id}`;
  const fact = {
    id,
    at: inbound.receivedAt,
    channel: 'text',
    acknowledges: readings.includes('acknowledges'),
  };
  const emergency = readings.includes('emergency') && { emergency: true };
  const notice = await lastNotice(port, patientId);
  const members = notice ? await liveMembers(store.db, notice.id) : [];
  if (notice && members.length > 0) {
    const urgent = await urgentResult(
      store,
      patientId,
      members.map((m) => m.resultId),
    );
    if (urgent !== null)
      await tell.replied(practice, urgent, { ...fact, acknowledges: false, told: null, ...emergency });
    for (const [i, m] of members.entries())
      await tell.replied(practice, m.resultId, {
        ...fact,
        // L36: one page for one cry for help, whatever number of results the patient was told of.
        ...(i === 0 && urgent === null && emergency),
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
  for (const [i, { id: resultId }] of heard.entries())
    await tell.replied(practice, resultId, { ...fact, ...(i === 0 && emergency) });
}
