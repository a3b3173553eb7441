import { npiOk } from '../npi.js';
import { nobody, type PatientAsSent, type ProviderAsSent } from '../received.js';
import type { Group } from './groups.js';
import type { Repetition, Segment } from './segment.js';
import { readBirthDate } from './times.js';
import type { Warnings } from './warnings.js';

const socialSecurity = '2.16.840.1.113883.4.1';
/** No chart's number: accounts, licences, insurances. */
const notARecord = new Set(['AN', 'VN', 'DL', 'PPN', 'MB', 'MC', 'MA', 'MCR', 'MCD', 'SN', 'PN', 'BR']);

/** PID as printed. Social security numbers are dropped; of several identifiers the medical record number comes first. */
export function readPatient(pid: Segment | null, warnings: Warnings): PatientAsSent {
  if (!pid) return nobody;
  const identifiers = [3, 2, 4]
    .flatMap((field) => pid.repetitions(field).map((one) => ({ one, field })))
    .flatMap(({ one, field }) => {
      const id = one.component(1);
      if (id === null || isSocialSecurity(one)) return [];
      return [{ id, authority: authorityOf(one, 4), type: one.component(5), field }];
    });
  const best = [...identifiers].sort((a, b) => rank(a) - rank(b))[0] ?? null;
  const name = nameOf(pid.repetitions(5), 7);
  const birth = pid.text(7);
  const birthDate = readBirthDate(birth);
  if (birth !== null && birthDate === null) warnings.add('birth-date-unreadable');
  const sex = pid
    .text(8)
    ?.toUpperCase()
    .replace(/^FEMALE$/, 'F')
    .replace(/^MALE$/, 'M');
  return {
    id: best?.id ?? null,
    authority: best?.authority ?? null,
    identifiers: identifiers.map(({ id, authority, type }) => ({ id, authority, type })),
    family: name?.family ?? null,
    given: name?.given ?? null,
    birthDate,
    sex: sex === 'F' || sex === 'M' ? sex : null,
  };
}

/** PID-3 before the fields that older versions used; the record number before others. */
function rank({ type, field }: { type: string | null; field: number }): number {
  const kind = type === 'MR' ? 0 : type === null || !notARecord.has(type.toUpperCase()) ? 1 : 8;
  return kind + (field === 3 ? 0 : field === 2 ? 3 : 4);
}

function isSocialSecurity(one: Repetition): boolean {
  return (
    /^SS[N]?$/i.test(one.component(5) ?? '') ||
    /^(SSN|SSA|USSSA)$/i.test(one.component(4) ?? '') ||
    one.subcomponent(4, 2) === socialSecurity
  );
}

/** An HD: the name of the authority, else its universal id. */
function authorityOf(one: Repetition, component: number): string | null {
  return one.subcomponent(component, 1) ?? one.subcomponent(component, 2);
}

/** Table 0200: alias, maiden, birth, nickname, anonymous. */
const notToday = new Set(['A', 'M', 'B', 'N', 'NB', 'S', 'U']);

/** The legal name, else the first of today's that is whole. `typeAt`: component with the kind of name. */
function nameOf(
  names: readonly Repetition[],
  typeAt: number,
): { family: string | null; given: string | null } | null {
  const named = names
    .map((one) => ({ family: one.component(1), given: one.component(2), type: one.component(typeAt) }))
    .filter(({ family, given }) => family !== null || given !== null);
  const rank = ({ family, type }: (typeof named)[number]) =>
    (type?.toUpperCase() === 'L' ? 0 : notToday.has(type?.toUpperCase() ?? '') ? 4 : 1) +
    (family === null ? 2 : 0);
  return [...named].sort((a, b) => rank(a) - rank(b))[0] ?? null;
}

/**
 * Who ordered: OBR-16, else ORC-12, else PRT of an ordering provider (2.7 and later), else the attending of PV1-7
 * (reference §8). A name without an identifier is kept for
 * a person to choose by; an organisation or a placeholder is nobody. Another field may add the identifier of the same
 * name, never another person.
 */
export function readProvider(group: Group, warnings: Warnings): ProviderAsSent | null {
  const { obr, orc, participants, visit } = group;
  const ordering = participants.filter((prt) => prt.text(4)?.toUpperCase() === 'OP');
  const sent = [
    obr?.repetitions(16),
    orc?.repetitions(12),
    ordering.flatMap((prt) => prt.repetitions(5)),
    visit?.repetitions(7),
  ].flatMap((repetitions) => repetitions ?? []);
  const people = sent.flatMap((one) => readPerson(one, warnings) ?? []);
  const [first] = people;
  if (!first) {
    warnings.add('provider-missing');
    return null;
  }
  if (first.id !== null || first.npi !== null) return withNpi(first, people);
  const same = people.find((one) => (one.id !== null || one.npi !== null) && isSameName(one, first));
  if (same) return withNpi({ ...same, given: first.given ?? same.given }, people);
  warnings.add('provider-without-id');
  return first;
}

/** The same person in another repetition or field, with the NPI that this one lacks. */
function withNpi(one: ProviderAsSent, people: readonly ProviderAsSent[]): ProviderAsSent {
  if (one.npi !== null) return one;
  const same = people.find((other) => other.npi !== null && isSameName(one, other));
  return same ? { ...one, npi: same.npi } : one;
}

function isSameName(a: ProviderAsSent, b: ProviderAsSent): boolean {
  const [familyA, familyB, givenA, givenB] = [a.family, b.family, a.given, b.given].map((s) =>
    s?.toLowerCase(),
  );
  if (familyA === undefined || familyA !== familyB) return false;
  return givenA === undefined || givenB === undefined || givenA === givenB;
}

const organisation =
  /\b(hospital|clinics?|laborator(y|ies)|health(care)?|medical|center|centre|associates|group|department|university|institute|inc|llc|corp)\b/i;
/** In the place of a given name: no person is called so. */
const partOfOrganisation = /^(laborator(y|ies)|hospitals?|clinics?|inc|llc|corp)\.?$/i;
/** "Unspecified Staff", "Unknown Provider", "See Below": words in the place of a person. */
const nobodyInWords =
  /\b(unspecified|unknown|unassigned|not (?:given|provided|available|listed|known)|no (?:provider|physician)|see (?:below|above|comments?|notes?))\b/i;

function readPerson(one: Repetition, warnings: Warnings): ProviderAsSent | null {
  const [sentId, family, given] = [1, 2, 3].map((n) => one.component(n) ?? null);
  const id = sentId !== null && sentId !== undefined && !isPlaceholder(sentId) ? sentId : null;
  const isOrganisation =
    (given ?? null) === null ? organisation.test(family ?? '') : partOfOrganisation.test(given ?? '');
  const isWords = nobodyInWords.test(`${given ?? ''} ${family ?? ''}`) && !npiOk(id ?? '');
  if (isOrganisation || isWords || (id === null && sentId !== null && (family ?? null) === null)) {
    warnings.add('provider-is-no-person');
    return null;
  }
  if (id === null && (family ?? null) === null) return null;
  const authority = [one.subcomponent(9, 1), one.subcomponent(9, 2), one.component(13)].join(' ');
  const saysNpi = /\bNPI\b|NPPES|2\.16\.840\.1\.113883\.4\.6\b/i.test(authority);
  const isUnnamed = authority.trim() === '';
  const npi = id !== null && (saysNpi || isUnnamed) && npiOk(id) ? id : null;
  if (saysNpi && id !== null && npi === null) warnings.add('npi-check-digit');
  return { id, npi, family: family ?? null, given: given ?? null };
}

/** 0000000000, 9999999999 and the like. */
function isPlaceholder(id: string): boolean {
  return /^(\d)\1{4,}$/.test(id) || /^(unknown|none|n\/?a)$/i.test(id);
}
