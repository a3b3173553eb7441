import type { Line } from '../domain/lifecycle/decisions.js';
import type { TemplateTier } from '../domain/messages/panel-template-shape.js';
import type { EpochMs } from '../domain/result/report.js';
import { personById } from '../domain/routing/roster.js';
import { newId } from '../security/tokens.js';
import { localTime } from './calendar.js';
import type { Tx } from './database.js';
import { templatedNote } from './note-wording.js';
import type { Practice } from './practices.js';
import type { Store } from './store.js';

export const noteBodyAad = 'chart_note.body';

type NoteLine = Extract<Line, { do: 'note' }>;

/** Queues one chart note. Its key makes it one effect; the queue is this table. */
export async function queueNote(
  tx: Tx,
  store: Store,
  practice: Practice,
  input: {
    resultId: string;
    patientId: string;
    line: NoteLine;
    /** As they stand after the batch that the line is of. */
    ownerId: string | null;
    tier: string | null;
  },
): Promise<void> {
  const { resultId, patientId, line, ownerId, tier } = input;
  const id = newId();
  const signer = typeof line.data.by === 'string' ? line.data.by : null;
  const wanted = templateOf(line, tier);
  const about = { resultId, patientId, personId: signer ?? ownerId, tier };
  const body = [
    line.kind === 'closing' ? await closingBody(tx, practice, resultId, line) : touchBody(practice, line),
    wanted && (await templatedNote(tx, store, practice, about, wanted)),
  ]
    .filter(Boolean)
    .join('\n');
  await tx
    .insertInto('chart_note')
    .values({
      id,
      practice_id: practice.id,
      result_id: resultId,
      patient_id: patientId,
      key: `${resultId}/${line.key}`,
      kind: line.kind,
      marker: `[ref ${id}]`,
      body_sealed: store.cipher.seal(body, noteBodyAad),
      state: 'queued',
      lease_real_until: null,
      document_id: null,
      code: null,
      queued_at: line.at,
      confirmed_at: null,
    })
    .onConflict((c) => c.column('key').doNothing())
    .execute();
}

/** Closures by which a normal result was told by a message of ours. */
const toldByMessage: readonly string[] = ['acknowledged', 'notified-opened', 'notified-unopened'];

/**
 * Which of the signed wordings a note carries (S000-56): a release that of an abnormal result, a closing note that of a
 * critical one, or of a normal one that a message told. Every other note only says what happened.
 */
function templateOf({ kind, code }: NoteLine, tier: string | null): TemplateTier | null {
  if (kind === 'action') return code === 'release' && tier === 'abnormal' ? 'abnormal' : null;
  if (kind !== 'closing') return null;
  if (tier === 'critical') return code === 'reached' || code === 'handed-over' ? 'critical' : null;
  return tier === 'normal' && toldByMessage.includes(code) ? 'normal' : null;
}

const touchWords: Record<string, string> = {
  'message-sent': 'Message sent to the patient',
  'message-delivered': 'Message delivered to the patient',
  'message-failed': 'Message could not be delivered',
  opened: "Patient opened the message's page",
  'read-confirmed': 'Patient confirmed having read the message',
  'asked-for-call': 'Patient asked to be called',
  replied: 'Patient replied',
  attempt: 'Call to the patient',
  'letter-mailed': 'Letter mailed',
  'told-by-hand': 'Patient told by a message written in athenaOne',
  amended: 'Result amended by the laboratory, clinical change',
  'amended-cosmetic': 'Result amended by the laboratory, no clinical change',
  'tried-to-reach-left': 'Message sent: we tried to reach you',
  'tried-to-reach-failed': 'Message "we tried to reach you" could not be delivered',
  'note-text-left': 'Text sent: a new message is in the portal',
  'note-text-failed': 'Text about the new message in the portal could not be delivered',
  release: 'Reviewed and released to the patient',
  'call-instead': 'Reviewed; patient to be called',
  'tier-changed': 'Reviewed; tier changed',
};

function touchBody(practice: Practice, line: NoteLine): string {
  const by = typeof line.data.by === 'string' ? personById(practice.roster, line.data.by)?.name : undefined;
  const details = [line.data.outcome, line.data.channel].filter((d) => typeof d === 'string').join(', ');
  const words = touchWords[line.code] ?? line.code;
  return `${localTime(practice.settings, line.at)}: ${words}${details ? ` (${details})` : ''}${by ? `, ${by}` : ''}.`;
}

const closureWords: Record<string, string> = {
  acknowledged: 'Patient acknowledged',
  reached: 'Patient reached by phone',
  'handed-over': 'Handed over to emergency care',
  'notified-opened': 'Patient notified, message opened',
  'notified-unopened': 'Patient notified, no answer within the time set by policy',
  'notified-by-letter': 'Patient notified by letter',
  'notified-by-resultscall': 'Patient notified by athenahealth ResultsCall of the published result',
  'providers-choice': "Closed by the provider's choice after the contact protocol",
  'not-performed': 'Test not performed; orderer told',
  void: 'Result withdrawn',
  superseded: 'Another record of the same result goes on in its place',
  historic: 'Recorded only',
};

/** L34: what counts as having told somebody. */
const contactOutcomes: readonly string[] = [
  'reached',
  'authorised-person',
  'family-disclosed',
  'emergency-care',
];

/** S000-112: sent, received and acted on are three dated facts, taken from the timeline. */
async function closingBody(tx: Tx, practice: Practice, resultId: string, line: NoteLine): Promise<string> {
  const events = await tx
    .selectFrom('event')
    .select(['kind', 'at', 'data'])
    .where('result_id', '=', resultId)
    .orderBy('seq')
    .execute();
  // The text that goes with a note is not what told (L25).
  const isTelling = (data: object) => (data as { purpose?: unknown }).purpose !== 'note-text';
  const last = (kinds: readonly string[]) =>
    events.filter((e) => kinds.includes(e.kind) && isTelling(e.data)).at(-1);
  const when = (at: EpochMs | undefined) => (at === undefined ? 'no' : localTime(practice.settings, at));
  const told = events
    .filter(
      (e) =>
        e.kind === 'attempt' && contactOutcomes.includes(String((e.data as { outcome?: unknown }).outcome)),
    )
    .at(-1);
  const sent = last(['message-left', 'message-confirmed', 'told-by-hand']);
  const received = last(['message-confirmed', 'told-by-hand']);
  const acted = last(['acknowledged', 'page-confirmed', 'opened']);
  const left = last(['left-to-resultscall']);
  return [
    `Closed ${localTime(practice.settings, line.at)}: ${closureWords[line.code] ?? line.code}.`,
    ...(told ? [`Told by phone: ${when(told.at)}.`] : []),
    ...(left ? [`Left to ResultsCall: ${when(left.at)}.`] : []),
    ...(sent || !(told || left)
      ? [`Message sent: ${when(sent?.at)}. Received: ${when(received?.at)}. Acted on: ${when(acted?.at)}.`]
      : []),
  ].join('\n');
}
