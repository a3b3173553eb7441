import { starterPanels } from '../domain/library/starter-panels.js';
import type { PanelTemplateSet } from '../domain/messages/panel-template.js';
import { isAvailable, onCallAt, personById, type Roster } from '../domain/routing/roster.js';
import type { EpochMs } from '../domain/result/report.js';
import type { RuleSet } from '../domain/rules/rule-set.js';

/**
 * What is wrong with a roster although every field has its form: nobody to own a result, page or sign. Each sentence
 * says what to change. Empty = nothing.
 * @param at Practice time.
 */
export function rosterFaults(roster: Roster, at: EpochMs): string[] {
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
  const onCall = onCallAt(roster, at);
  if (personById(roster, onCall) && !isAvailable(roster, onCall, at))
    faults.push(`Nobody on call is available now ("${onCall}" is absent or inactive).`);
  return faults;
}

/** Templates that nobody would ever get: of a panel that the rules do not know, or of somebody not on the roster. */
export function templateFaults(set: PanelTemplateSet, roster: Roster, ruleSet: RuleSet): string[] {
  const panels = new Set(['other', ...[...starterPanels, ...ruleSet.panels].map((one) => one.id)]);
  return [
    ...[...new Set(set.templates.map((one) => one.panelId))]
      .filter((id) => !panels.has(id))
      .map(
        (id) =>
          `panel-templates.json has words for "${id}", which is no panel of the rules or of the library.`,
      ),
    ...[...new Set(set.templates.flatMap((one) => one.providerId ?? []))]
      .filter((id) => !personById(roster, id)?.credentialed)
      .map((id) => `panel-templates.json has words of "${id}", who is no credentialed person of the roster.`),
  ];
}
