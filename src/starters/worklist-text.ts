import { localTime } from '../store/calendar.js';
import type { Practice } from '../store/practices.js';
import type {
  PatientIdentity,
  UnroutedResult,
  WaitingResult,
  Worklist,
  WorklistMember,
  WorklistTask,
} from '../store/worklist.js';
import { dueWords, spanWords } from './due-words.js';
import { shortId } from './find-result.js';
import { nameOf } from './roster-names.js';
import { table, type Column } from './table.js';

type Words = Pick<Practice, 'roster' | 'settings' | 'name'>;

/** A worklist as plain text: open work, then what waits without work, then the unrouted list. */
export function worklistText(
  practice: Words,
  list: Worklist,
  query: { personId?: string | null; all?: boolean },
): string {
  const whose = query.personId ? ` of ${nameOf(practice, query.personId)}` : '';
  const blocks = [
    `Open work${whose}, ${practice.name}, ${localTime(practice.settings, list.at)}`,
    list.tasks.length > 0 ? table(taskColumns(practice, list.at), list.tasks) : 'No open work.',
  ];
  if (query.all) {
    blocks.push('Open results that wait for something else than a person:');
    blocks.push(list.waiting.length > 0 ? table(waitingColumns(practice, list.at), list.waiting) : 'None.');
  }
  if (list.unrouted.length > 0) {
    blocks.push(`Unrouted list, kept by ${nameOf(practice, practice.roster.keeper)}:`);
    blocks.push(table(unroutedColumns(practice, list.at), list.unrouted));
  } else if (query.all) blocks.push('The unrouted list is empty.');
  if (list.unread > 0)
    blocks.push(`${list.unread} announced documents are not read yet; the next poll goes on with them.`);
  return blocks.join('\n\n');
}

function taskColumns(practice: Words, now: number): Column<WorklistTask>[] {
  return [
    { title: 'RESULT', text: (t) => idsOf(t.members) },
    { title: 'TASK', text: (t) => t.kind },
    { title: 'TIER', text: (t) => tierWords(t.members[0]) },
    { title: 'PATIENT', text: (t) => patientWords(t.patient) },
    { title: 'TEST', text: (t) => t.members.map((m) => m.test).join('; ') },
    { title: 'DUE', text: (t) => `${localTime(practice.settings, t.dueAt)} (${dueWords(t.dueAt, now)})` },
    { title: 'OWNER', text: (t) => nameOf(practice, t.ownerId) },
    { title: 'ORDERED BY', text: (t) => orderedBy(practice, t.members) },
    { title: 'STATE', text: (t) => stateWords(practice, t, now) },
  ];
}

function waitingColumns(practice: Words, now: number): Column<WaitingResult>[] {
  return [
    { title: 'RESULT', text: (r) => shortId(r.resultId) },
    { title: 'TIER', text: tierWords },
    { title: 'PATIENT', text: (r) => patientWords(r.patient) },
    { title: 'TEST', text: (r) => r.test },
    { title: 'OWNER', text: (r) => nameOf(practice, r.ownerId) },
    { title: 'NEXT STEP', text: (r) => (r.dueAt === null ? '-' : dueWords(r.dueAt, now)) },
    { title: 'WAITS FOR', text: (r) => r.waitsFor ?? 'its first step' },
  ];
}

function unroutedColumns(practice: Words, now: number): Column<UnroutedResult>[] {
  return [
    { title: 'RESULT', text: (r) => shortId(r.resultId) },
    { title: 'HELD BY', text: (r) => nameOf(practice, r.ownerId) },
    { title: 'WHY', text: (r) => unroutedWords[r.reason] ?? r.reason },
    {
      title: 'SINCE',
      text: (r) => `${localTime(practice.settings, r.detectedAt)} (${spanWords(now - r.detectedAt)})`,
    },
  ];
}

const readAgain = 'athenahealth did not let it be read; it is tried again';

/** Why a result is on the unrouted list. */
export const unroutedWords: Record<string, string> = {
  'nobody-ordered-it': 'nobody on the roster ordered it',
  unmatched: 'its patient is not known yet',
  'second-feed-only': 'only the second feed speaks of it: the chart has no such document',
  'no-patient': 'athenahealth has not matched it to a patient yet',
  'row-without-id': 'the feed named no document',
  'document-not-found': 'the document cannot be read under this patient',
  ...Object.fromEntries(
    ['unavailable', 'timeout', 'network', 'rate-limited', 'bad-answer', 'forbidden', 'unauthorized'].map(
      (code) => [code, readAgain],
    ),
  ),
};

/** Name, date of birth and chart id: two identifiers and more, on every line. */
export function patientWords(patient: PatientIdentity | null): string {
  if (!patient) return 'no patient yet';
  return `${patient.name}, born ${patient.birthDate ?? 'not known'}, MRN ${patient.chartId}`;
}

function tierWords(result: Pick<WorklistMember, 'tier' | 'urgency'> | undefined): string {
  if (!result?.tier) return '-';
  const isDecided = result.tier === 'abnormal' || result.tier === 'review';
  const urgency = isDecided ? urgencyWords[result.urgency ?? ''] : undefined;
  return urgency ? `${result.tier}, ${urgency}` : result.tier;
}

/** Urgencies with clocks of their own (L7, L9); a normal result has none. */
const urgencyWords: Record<string, string> = { 'same-day': 'same day', minor: 'minor' };

function idsOf(members: readonly WorklistMember[]): string {
  return members.map((m) => shortId(m.resultId)).join(' ');
}

function orderedBy(practice: Words, members: readonly WorklistMember[]): string {
  return [...new Set(members.map((m) => nameOf(practice, m.orderedBy)))].join(', ');
}

function stateWords(practice: Words, task: WorklistTask, now: number): string {
  const state = task.acceptedBy ? `accepted by ${nameOf(practice, task.acceptedBy)}` : task.state;
  return task.isAgeing ? `${state}, AGEING (open ${spanWords(now - task.openedAt)})` : state;
}
