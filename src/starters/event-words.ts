import { localTime } from '../store/calendar.js';
import type { Practice } from '../store/practices.js';
import type { TimelineEvent } from '../store/timeline.js';
import { unroutedWords } from './worklist-text.js';
import { nameOf } from './roster-names.js';
import { stepWords } from './step-words.js';

type Data = TimelineEvent['data'];
type Words = Pick<Practice, 'roster' | 'settings'>;
type Sentence = (data: Data, practice: Words) => string;

/** An event as one plain sentence. A kind that has none is shown with its codes, never left out. */
export function eventWords(practice: Words, event: Pick<TimelineEvent, 'kind' | 'data'>): string {
  const sentence = sentences[event.kind];
  return sentence ? sentence(event.data, practice) : `${event.kind.replaceAll('-', ' ')}${codes(event.data)}`;
}

/** Who did it: a person by name, the patient, or a system. */
export function actorWords(practice: Words, actor: string): string {
  return actor === 'patient' ? 'patient' : nameOf(practice, actor);
}

const sentences: Record<string, Sentence> = {
  received: (d, p) =>
    `Version ${of(d, 'version')} received (${of(d, 'status')}); verified ${time(d, 'verifiedAt', p)}, posted ${time(d, 'postedAt', p)}, detected ${time(d, 'detectedAt', p)}`,
  'received-late': (d) =>
    `Version ${of(d, 'version')} received late (${of(d, 'status')}): older than what is current, kept and not taken over`,
  'second-feed-agrees': (d) => `The second feed says the same as version ${of(d, 'version')}`,
  'classified-late': (d) =>
    `Version ${of(d, 'version')}, not taken over, would be ${of(d, 'tier') || 'without tier'}`,
  joined: () => 'Joined with another record of the same result, which ends here',
  'joined-into': () => 'Joined into another record of the same result, which goes on',
  superseded: () => 'Another record of the same result goes on in its place',
  rekeyed: () => 'The chart was merged: the result belongs to the surviving record',
  'patient-changed': () => 'The document belongs to another patient: nothing of it counts here',
  'privacy-incident': () => 'Privacy incident recorded for the compliance lead',
  'filler-of-another-patient': () =>
    'A report of another patient names the same filler number; it is kept apart',
  disputed: () => 'In doubt whose it is: nothing goes to the patient until somebody has looked',
  'dispute-cleared': () => 'Looked at: it is this patient’s',
  'told-elsewhere': (d) => `The patient may know version ${of(d, 'version')} already, by ${list(d, 'by')}`,
  unmatched: (d) =>
    `Nobody knows whose it is: ${unroutedWords[of(d, 'why')] ?? of(d, 'why').replaceAll('-', ' ')}`,
  'patient-found': (d) =>
    `Said whose it is${d.source ? `; later results of that patient from ${of(d, 'source')} are known by it` : ''}`,
  repeated: (d) => `Same content as version ${of(d, 'version')} delivered again`,
  classified: (d) =>
    `Version ${of(d, 'version')} classified: ${of(d, 'tier') || 'no tier'}, urgency ${of(d, 'urgency')}${d.change === 'first' ? '' : `, ${of(d, 'change')} change`}`,
  assigned: (d, p) =>
    d.from !== undefined
      ? `${of(d, 'task')} passed from ${person(d, 'from', p)} to ${person(d, 'owner', p)}`
      : `Owner is ${person(d, 'owner', p)}; ordered by ${person(d, 'orderedBy', p)}${d.routed === false ? '; on the unrouted list' : ''}`,
  final: (d) => `Version ${of(d, 'version')} is the final result`,
  amended: (d) =>
    d.kind === 'cosmetic'
      ? `Amended by the laboratory without clinical change (version ${of(d, 'from')} to ${of(d, 'to')})`
      : `Amended by the laboratory (version ${of(d, 'to')}): ${of(d, 'tierBefore') || 'no tier'} to ${of(d, 'tier') || 'no tier'}; earlier decisions no longer count`,
  'preliminary-after-final': (d) =>
    `Version ${of(d, 'version')} is preliminary and came after the final: kept, not taken over`,
  'task-opened': (d, p) =>
    `Work opened: ${of(d, 'task')} for the ${of(d, 'role')}, due ${time(d, 'dueAt', p)}`,
  'task-done': (d) => `Work done: ${of(d, 'task')} (${of(d, 'outcome')})`,
  'task-cancelled': (d) => `Work no longer needed: ${of(d, 'task')} (${of(d, 'outcome')})`,
  accepted: (d) => `Accepted: ${of(d, 'task')}`,
  declined: (d) => `Declined: ${of(d, 'task')}`,
  'not-mine': (d) => `Said that it is not theirs: ${of(d, 'task')}`,
  'signed-off': (d) =>
    `Signed off version ${of(d, 'version')}: ${decisionWords[of(d, 'decision')] ?? of(d, 'decision')}`,
  'tier-changed': (d) => `Tier changed from ${of(d, 'from') || 'none'} to ${of(d, 'to')}`,
  attempt: (d) => `Call attempt ${of(d, 'number')}: ${of(d, 'outcome')}`,
  'attempt-about-another': (d) =>
    `Call about another version than the current one: ${of(d, 'outcome')}; the current one is still to be told`,
  handled: (d) => `Handled: ${of(d, 'task')}`,
  'limit-signed': (d, p) => `Limit signed for this patient alone, until ${time(d, 'until', p)}`,
  'limit-ended': () => 'A limit for this patient alone was ended',
  proposal: (d) => `Proposed without a login, so not counted (command ${of(d, 'command')})`,
  paged: (d, p) =>
    `Paged ${people(d, 'to', p)} (${stepWords(of(d, 'step'))})${d.critical === true ? ', critical' : ''}`,
  'page-failed': (d, p) => `Page could not be sent to ${people(d, 'for', p)} (${stepWords(of(d, 'step'))})`,
  'arrived-late': (d) =>
    `Verified ${of(d, 'minutes')} min before it was detected: owner and on-call are rung together and asked whether the laboratory has phoned`,
  'page-unanswered': (d, p) => `No answer from ${people(d, 'for', p)}: the next is rung`,
  'page-answer-refused': (d, p) =>
    `${person(d, 'person', p)} answered a page; it does not count (${of(d, 'why').replaceAll('-', ' ')})`,
  'page-dropped': (d) => `Page not sent, its cause has gone (${stepWords(of(d, 'step'))})`,
  'page-reached-nobody': () => 'The page reached nobody; the list begins again',
  'step-due': (d, p) => `Clock ran out: ${stepWords(of(d, 'step'))}, due ${time(d, 'dueAt', p)}`,
  'step-skipped': (d) => `Step ${stepWords(of(d, 'step'))} skipped: ${of(d, 'for')} was due as well`,
  'sla-missed': (d) => `Missed in time: ${clockWords[of(d, 'clock')] ?? of(d, 'clock')}`,
  'on-call-decides': (d) => `On-call decides now: ${of(d, 'task')} is theirs`,
  ageing: (d) => `Ageing: ${of(d, 'task')} open for more than 48 h`,
  'message-asked': (d) => `Message to the patient asked for (${of(d, 'purpose')})`,
  'message-left': (d) => `Message left by ${of(d, 'channel') || 'an unknown channel'}`,
  'message-confirmed': (d) => `Message delivered by ${of(d, 'channel') || 'an unknown channel'}`,
  'left-to-resultscall': () => 'Left to athenahealth’s ResultsCall: the result is in the portal',
  'message-failed': (d) =>
    `Message by ${of(d, 'channel') || 'an unknown channel'} failed${d.why ? ` (${of(d, 'why')})` : ''}`,
  'message-withdrawn': (d) => `Message withdrawn before it left${d.why ? ` (${of(d, 'why')})` : ''}`,
  'message-needs-person': (d) =>
    `The patient is told by a person: ${of(d, 'task') || 'callback'}${d.why ? ` (${of(d, 'why')})` : ''}`,
  opened: () => "The patient's page was opened",
  'page-confirmed': (d) =>
    d.wantsCall === true ? 'The patient asked to be called' : 'The patient confirmed having read it',
  replied: (d) =>
    `The patient replied by ${of(d, 'channel')}${d.acknowledges === true ? ', which acknowledges' : ''}`,
  acknowledged: (d) => `Acknowledged by the patient (${of(d, 'how')})`,
  'told-by-hand': (d) => `Told by a message written in athenaOne (version ${of(d, 'version')})`,
  'patient-steps-held': (d) => `Nothing goes to the patient: the chart says ${of(d, 'status')}`,
  'patient-steps-resumed': () => 'The chart says active again: messages go on',
  settled: (d) => `Settled: ${of(d, 'closure')}; the closing chart note is written next`,
  closed: (d) => `Closed: ${of(d, 'closure')}`,
  reopened: (d) => `Opened again (${of(d, 'why')})`,
  'chart-note-confirmed': (d) => `Chart note is in the chart (${of(d, 'noteKind')})`,
  'chart-note-failed': (d) => `Chart note could not be written (${of(d, 'noteKind')})`,
  'chart-note-unread': (d) => `The chart took a note and does not show it (${of(d, 'noteKind')})`,
  'chart-late': () => 'The closing chart note is late',
  'duty-failed': (d) =>
    `A step failed and is tried again or given to a person: ${of(d, 'duty')} (${of(d, 'code')})`,
  alarm: (d) => `Alarm: ${of(d, 'code').replaceAll('-', ' ')}`,
};

const clockWords: Record<string, string> = {
  'same-day-act': 'a provider to act on a same-day result',
  'same-day': 'a same-day result to be done by closing',
};

const decisionWords: Record<string, string> = {
  release: 'release to the patient',
  'call-instead': 'call the patient instead',
  'tier-changed': 'normal, release to the patient',
};

function of(data: Data, key: string): string {
  const value = data[key];
  return value === null || value === undefined ? '' : String(value);
}

function list(data: Data, key: string): string {
  const value = data[key];
  return Array.isArray(value) ? value.join(', ') : of(data, key);
}

function time(data: Data, key: string, practice: Words): string {
  const value = data[key];
  return localTime(practice.settings, typeof value === 'number' ? value : null);
}

function person(data: Data, key: string, practice: Words): string {
  const id = of(data, key);
  return id === '' ? 'nobody on the roster' : nameOf(practice, id);
}

function people(data: Data, key: string, practice: Words): string {
  const ids = data[key];
  return Array.isArray(ids) && ids.length > 0
    ? ids.map((id) => nameOf(practice, String(id))).join(', ')
    : 'nobody';
}

function codes(data: Data): string {
  const parts = Object.entries(data).map(([key, value]) => `${key} ${String(value)}`);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}
