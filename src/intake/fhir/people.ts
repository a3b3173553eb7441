/** The patient and the clinician who ordered, as the delivery prints them. Nothing is guessed from a display text. */
import { npiOk } from '../npi.js';
import { nobody, type PatientAsSent, type ProviderAsSent } from '../received.js';
import { codesOf, wordsOf } from './concepts.js';
import { baseOf, type References, type Resource } from './resources.js';
import {
  patientShape,
  practitionerRoleShape,
  practitionerShape,
  type HumanName,
  type Identifier,
  type Reference,
} from './shapes.js';
import { readBirthDate } from './times.js';

export interface PatientReading {
  readonly patient: PatientAsSent;
  /** The chart says that another record took its place. */
  readonly isReplaced: boolean;
  /** The message holds no Patient resource: only what it is called elsewhere. */
  readonly isReferenceOnly: boolean;
}

/** The subject; `null` when there is none, or when it is no person (a device, a herd, a place). */
export function readPatient(
  subject: Reference | null,
  from: Resource,
  references: References,
): PatientReading | null {
  if (!subject) return null;
  const found = references.resolve(subject, from);
  if (found && found.type !== 'Patient') return null;
  if (!found) return byReference(subject, from);
  const read = patientShape.parse(found.raw);
  const identifiers = read.identifier.filter((one) => one.value !== null && !isSocialSecurity(one));
  const best = [...identifiers].sort((a, b) => identifierRank(a) - identifierRank(b))[0];
  const known = best && identifierRank(best) < notOfThePerson ? best : null;
  // An id inside its own message (contained, or named by a throw-away urn) is nobody's id outside of it.
  const ownId = found.container ? null : found.id;
  const name = bestName(read.name);
  return {
    patient: {
      id: known?.value ?? ownId,
      authority: known ? authorityOf(known) : ownId === null ? null : found.base,
      identifiers: identifiers.map((one) => ({
        id: one.value ?? '',
        authority: authorityOf(one),
        type: codesOf([one.type])[0] ?? one.type?.text ?? null,
      })),
      family: name?.family.join(' ') || null,
      given: name?.given[0] ?? null,
      birthDate: readBirthDate(read.birthDate),
      sex: read.gender === 'female' ? 'F' : read.gender === 'male' ? 'M' : null,
    },
    isReplaced: read.link.some((one) => one.type === 'replaced-by'),
    isReferenceOnly: false,
  };
}

function byReference(subject: Reference, from: Resource): PatientReading | null {
  const { identifier } = subject;
  if (identifier?.value && !isSocialSecurity(identifier)) {
    const id = { id: identifier.value, authority: authorityOf(identifier) };
    const patient = {
      ...nobody,
      ...id,
      identifiers: [{ ...id, type: codesOf([identifier.type])[0] ?? null }],
    };
    return { patient, isReplaced: false, isReferenceOnly: true };
  }
  const text = subject.reference?.replace(/\/_history\/[^/]*$/, '') ?? null;
  if (text === null || text.startsWith('#')) return null;
  const uuid = /^urn:(?:uuid|oid):(.+)$/i.exec(text)?.[1];
  const [, type, id] = /(?:^|\/)([A-Za-z]+)\/([^/]+)$/.exec(text) ?? [];
  if ((type ?? subject.type ?? 'Patient') !== 'Patient') return null;
  const owner = from.container ?? from;
  const authority = uuid ? null : (baseOf(text, 'Patient') ?? owner.base);
  return {
    patient: { ...nobody, id: uuid ?? id ?? text, authority },
    isReplaced: false,
    isReferenceOnly: true,
  };
}

const notOfThePerson = 8;

/** Medical record number first; licences, passports and insurance numbers are no chart's identifiers. */
function identifierRank(one: Identifier): number {
  const [type] = codesOf([one.type]);
  const worn = one.use === 'old' || one.use === 'temp' ? 4 : 0;
  const isRecordNumber = type === 'MR' || /medical record|\bmrn\b/i.test(one.type?.text ?? '');
  if (isRecordNumber) return worn;
  if (type === 'PI' || type === 'PT' || type === 'MRT') return 1 + worn;
  if (type === undefined && one.type === null)
    return (one.use === 'official' || one.use === 'usual' ? 1 : 2) + worn;
  if (type === 'DL' || type === 'PPN' || type === 'MB' || type === 'MC' || type === 'MA' || type === 'SN')
    return notOfThePerson;
  return 3 + worn;
}

function isSocialSecurity(one: Identifier): boolean {
  return (
    codesOf([one.type]).some((code) => code === 'SS' || code === 'SB') ||
    /us-ssn|2\.16\.840\.1\.113883\.4\.1$/i.test(one.system ?? '') ||
    /social security|\bssn\b/i.test(wordsOf(one.type) ?? '') ||
    (one.type === null && one.system === null && /^\d{3}-\d{2}-\d{4}$/.test(one.value ?? ''))
  );
}

function authorityOf(one: Identifier): string | null {
  return one.system ?? one.assigner?.display ?? null;
}

const nameUses = ['official', 'usual', null, 'temp', 'anonymous', 'nickname', 'maiden', 'old'];

function bestName(names: readonly HumanName[]): HumanName | null {
  const rank = (one: HumanName) => {
    const use = nameUses.indexOf(one.use);
    return (use < 0 ? 2 : use) + (one.period?.end ? nameUses.length : 0);
  };
  return names.length === 0 ? null : names.reduce((best, one) => (rank(one) < rank(best) ? one : best));
}

/**
 * The requester of the order. An organisation, a device or the patient is no clinician. A name that is only a display
 * text is kept whole in `family`, never taken apart: it may be suggested to a person, nothing is matched by it.
 */
export function readProvider(
  requester: Reference | null,
  from: Resource,
  references: References,
): ProviderAsSent | null {
  if (!requester) return null;
  const found = references.resolve(requester, from);
  const type = found?.type ?? typeOf(requester);
  if (type !== null && type !== 'Practitioner' && type !== 'PractitionerRole') return null;

  const role = found?.type === 'PractitionerRole' ? practitionerRoleShape.parse(found.raw) : null;
  const person = role && found ? references.resolve(role.practitioner, found, 'Practitioner') : found;
  const read = person?.type === 'Practitioner' ? practitionerShape.parse(person.raw) : null;
  const identifiers = [
    ...(read?.identifier ?? []),
    ...(role?.identifier ?? []),
    ...(role?.practitioner?.identifier ? [role.practitioner.identifier] : []),
    ...(requester.identifier ? [requester.identifier] : []),
  ].filter((one) => one.value !== null && !isSocialSecurity(one));
  const npi = identifiers.find((one) => isNpi(one) && npiOk(one.value ?? ''))?.value ?? null;
  const other =
    identifiers.find((one) => one.value !== npi && codesOf([one.type])[0] !== 'DEA')?.value ?? null;
  const outside = person && !person.container ? person.id : null;
  const id = other ?? outside ?? idOf(role?.practitioner ?? null) ?? idOf(requester) ?? npi;
  const name = bestName(read?.name ?? []);
  const family =
    name?.family.join(' ') || name?.text || requester.display || role?.practitioner?.display || null;
  if (id === null && npi === null && family === null) return null;
  return { id, npi, family, given: name?.family.length ? (name.given[0] ?? null) : null };
}

function isNpi(one: Identifier): boolean {
  return (
    /us-npi|2\.16\.840\.1\.113883\.4\.6$/i.test(one.system ?? '') ||
    codesOf([one.type]).includes('NPI') ||
    /\bnpi\b/i.test(one.type?.text ?? '')
  );
}

function typeOf(reference: Reference): string | null {
  return /(?:^|\/)([A-Za-z]+)\/[^/]+$/.exec(reference.reference ?? '')?.[1] ?? reference.type;
}

function idOf(reference: Reference | null): string | null {
  const text = reference?.reference?.replace(/\/_history\/[^/]*$/, '') ?? null;
  if (text === null || text.startsWith('#')) return null;
  return /([^/:]+)$/.exec(text)?.[1] ?? null;
}
