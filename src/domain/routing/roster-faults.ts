import type { EpochMs } from '../result/report.js';
import { isAvailable, onCallAt, personById, type Roster } from './roster.js';

/**
 * What is wrong with a roster although every field has its form: nobody to own a result, page or sign. Each sentence
 * says what to change. Empty = nothing.
 * @param at Practice time.
 */
export function rosterFaults(roster: Roster, at: EpochMs): string[] {
  const faults = roleFaults(roster);
  const onCall = onCallAt(roster, at);
  if (personById(roster, onCall) && !isAvailable(roster, onCall, at))
    faults.push(`Nobody on call is available now ("${onCall}" is absent or inactive).`);
  return faults;
}

/** The same, whoever is on call. */
export function roleFaults(roster: Roster): string[] {
  const faults: string[] = [];
  const ids = roster.people.map((p) => p.id);
  for (const id of new Set(ids.filter((one, i) => ids.indexOf(one) !== i)))
    faults.push(`Person id "${id}" is used twice. Give each person one of their own.`);
  const mustExist = (id: string, where: string) => {
    if (!personById(roster, id)) faults.push(`${where} names "${id}", who is not among "people".`);
  };
  for (const [who, colleague] of Object.entries(roster.cover)) {
    mustExist(who, 'cover');
    mustExist(colleague, 'cover');
  }
  for (const absence of roster.absences) mustExist(absence.person, 'absences');
  for (const shift of roster.onCall) mustExist(shift.person, 'onCall');
  for (const span of [...roster.absences, ...roster.onCall])
    if (span.from >= span.to) faults.push(`A time of "${span.person}" ends before it begins.`);
  const named = [
    ['coordinator', roster.coordinator, false],
    ['keeper', roster.keeper, false],
    ['supervisingPhysician', roster.supervisingPhysician, true],
    ['medicalDirector', roster.medicalDirector, true],
    ['administrator', roster.administrator, false],
  ] as const;
  for (const [field, id, mustSign] of named) {
    const person = personById(roster, id);
    if (!person) faults.push(`${field} is "${id}", who is not among "people".`);
    else if (!person.active) faults.push(`${field} is "${id}", who is not active. Name a successor.`);
    else if (mustSign && !person.credentialed)
      faults.push(`${field} is "${id}", who is not credentialed and could not sign off.`);
  }
  for (const person of roster.people.filter((p) => p.active)) {
    if (!person.spruceMemberId)
      faults.push(`"${person.id}" has no spruceMemberId and cannot be paged. Add it.`);
    if (!person.roles.includes('provider')) continue;
    if (!person.credentialed) faults.push(`Provider "${person.id}" is not credentialed and cannot sign off.`);
    if (!person.athenaProviderId && !person.npi)
      faults.push(`Provider "${person.id}" has neither athenaProviderId nor npi: no result would find them.`);
    if (!roster.cover[person.id]) faults.push(`Provider "${person.id}" has no cover. Add one to "cover".`);
  }
  return faults;
}

/** Spans of practice time without an available person on call; the supervising physician stands in for them. */
export function onCallGaps(
  roster: Roster,
  from: EpochMs,
  to: EpochMs,
): readonly { readonly from: EpochMs; readonly to: EpochMs }[] {
  // Who is on call changes only where a shift or an absence begins or ends.
  const edges = [...roster.onCall, ...roster.absences]
    .flatMap((span) => [span.from, span.to])
    .filter((edge) => from < edge && edge < to);
  const cuts = [...new Set([from, ...edges, to])].sort((a, b) => a - b);
  const gaps: { from: EpochMs; to: EpochMs }[] = [];
  for (const [i, start] of cuts.slice(0, -1).entries()) {
    const end = cuts[i + 1] ?? to;
    const isCovered = roster.onCall.some(
      (shift) => shift.from <= start && start < shift.to && isAvailable(roster, shift.person, start),
    );
    if (isCovered) continue;
    const last = gaps.at(-1);
    if (last?.to === start) last.to = end;
    else gaps.push({ from: start, to: end });
  }
  return gaps;
}
