/** Clocks and duties on the policy page. Every number is read from the policy that runs. */
import type { LifecyclePolicy } from '../../lifecycle/policy.js';

/** A duty and who holds it: `medical director`, `Dr. Ada Winter`. */
export interface Duty {
  readonly role: string;
  readonly name: string;
}

const minuteMs = 60_000;

/** "30 min", "2 h", "5 days". */
export function durationWords(ms: number): string {
  const minutes = Math.round(ms / minuteMs);
  if (minutes < 120 && minutes % 60 !== 0) return `${minutes} min`;
  const hours = minutes / 60;
  if (hours >= 96 && hours % 24 === 0) return `${hours / 24} days`;
  return Number.isInteger(hours) ? `${hours} h` : `${minutes} min`;
}

type Row = readonly [urgency: string, what: string, within: string, then: string];

/** L7. */
function sameDayRows({ sameDay }: LifecyclePolicy): readonly Row[] {
  if (!sameDay) return [];
  return [
    ['same day', 'receipt: the owner is paged', 'at once in staffed hours', 'on-call provider after closing'],
    [
      'same day',
      'provider decides or calls',
      `${durationWords(sameDay.actStaffedMs)} of staffed time`,
      'owner, covering colleague and coordinator',
    ],
    [
      'same day',
      'action: patient reached',
      'the same business day',
      `on-call provider decides at closing; silent for ${durationWords(sameDay.onCallSilentMs)}, the supervising physician`,
    ],
    ['same day', 'still open', 'the next closing', 'on-call provider and supervising physician'],
  ];
}

/** L9. */
function minorRows({ minor }: LifecyclePolicy): readonly Row[] {
  if (!minor) return [];
  return [
    ['minor', 'receipt: provider signs off', durationWords(minor.coverMs), 'covering colleague'],
    ['minor', 'not signed off', durationWords(minor.ownerMs), 'owner and coordinator'],
    ['minor', 'missed a second time', durationWords(minor.supervisorMs), 'supervising physician'],
  ];
}

/** L48. */
function outcomeRows({ outcomeKnownMs }: LifecyclePolicy): readonly Row[] {
  if (outcomeKnownMs === undefined) return [];
  return [['any', 'sent and no outcome known', durationWords(outcomeKnownMs), 'work of a person']];
}

/** The clocks for receipt (a person accepts) and for action (the patient is told), with who comes next. */
export function printClocks(policy: LifecyclePolicy, contactByHours: number, staffedHours?: string): string {
  const p = policy;
  const rows: readonly Row[] = [
    [
      'critical',
      'receipt: a person accepts',
      'at once',
      `paged again every ${durationWords(p.criticalRepeatMs)}, next person after ${durationWords(p.criticalNextRungMs)}, until someone accepts`,
    ],
    [
      'critical',
      `verified over ${durationWords(p.lateArrivalMs)} before it was detected`,
      'at once',
      'owner and on-call together, asked whether the laboratory has phoned',
    ],
    [
      'critical',
      'action: first attempt to reach the patient',
      `${durationWords(p.criticalAttemptMs)}, practice policy`,
      'owner, coordinator and an alarm',
    ],
    ['critical', 'no attempt yet', durationWords(p.criticalSupervisorMs), 'supervising physician'],
    ['critical', 'patient not reached', durationWords(p.criticalUnreachedMs), 'on-call provider decides'],
    ['critical', 'still open', durationWords(p.criticalDirectorMs), 'medical director'],
    ...sameDayRows(p),
    ['standard', 'receipt: provider signs off', durationWords(p.signOffCoverMs), 'covering colleague'],
    ['standard', 'not signed off', durationWords(p.signOffOwnerMs), 'owner and coordinator'],
    ['standard', 'missed a second time', durationWords(p.signOffSupervisorMs), 'supervising physician'],
    [
      'standard',
      'action: patient told, where the panel says nothing else',
      `${contactByHours} h`,
      `owner and coordinator, ${durationWords(p.contactSupervisorMs)} later the supervising physician`,
    ],
    ...minorRows(p),
    ...outcomeRows(p),
    ['normal', 'told without proof of delivery', durationWords(p.normalUntoldMs), 'owner and coordinator'],
    ['any', 'not final', durationWords(p.notFinalMs), 'a person reviews'],
  ];
  return [
    '## Clocks',
    'All clocks are **practice policy**, chosen by this practice and signed by its medical director. No accreditation body and no law fixes these minutes; they ask that a practice sets its own, measures them and improves. Clocks run from the moment the result was detected; the time at which the laboratory verified it is shown beside it.',
    [
      '| Urgency | What | Within (practice policy) | Then |',
      '| --- | --- | --- | --- |',
      ...rows.map((row) => `| ${row.join(' | ')} |`),
    ].join('\n'),
    `After ${p.attemptsBeforeChoice} attempts on at least ${p.attemptDays} days the provider chooses what happens next. Replies of patients are read within ${durationWords(p.replyStaffedMs)} of staffed time, within ${durationWords(p.replyWhileCriticalMs)} while a critical result is open.`,
    ...(staffedHours ? [`Staffed hours: ${staffedHours}. Critical results do not wait for them.`] : []),
  ].join('\n\n');
}

/** Who owns what, and the people who hold the duties today. */
export function printResponsibilities(people: readonly Duty[] = []): string {
  const duties = [
    '- The **ordering provider** owns the result; while absent the covering colleague, else the on-call provider, else the supervising physician.',
    '- A result that names nobody is owned by the keeper of the unrouted list, with its clock running; a critical one goes to the on-call provider at once.',
    '- Only a **credentialed provider** signs off. The **coordinator** calls patients and follows up.',
    '- The **medical director** approves these rules, and reviews them every quarter.',
    '- Every result has at every moment one owner, a due time and a next step if it is missed.',
  ];
  const names = people.map(({ role, name }) => `| ${role} | ${name} |`);
  const table = names.length > 0 ? [['| Duty | Person |', '| --- | --- |', ...names].join('\n')] : [];
  return ['## Responsibilities', duties.join('\n'), ...table].join('\n\n');
}
