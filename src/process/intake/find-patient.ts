import { VendorError } from '../../clients/http/index.js';
import type { SourceConfig } from '../../domain/practice/source.js';
import type { PatientCard } from '../../domain/result/patient.js';
import { toPatientCard } from '../../intake/athena/index.js';
import type { PatientAsSent } from '../../intake/received.js';
import { normaliseTerm } from '../../security/name-terms.js';
import { loadPatient, patientIdOf, upsertPatient } from '../../store/patients.js';
import type { Practice } from '../../store/practices.js';
import { mappedPatients } from '../../store/unmatched.js';
import { senderIndexes } from './sender-index.js';
import type { IntakePort } from './port.js';

/** Why nobody could be found. Codes for the record and for words to staff. */
export type Unmatched =
  /** No identifier that is the chart's, and none that a person has mapped. */
  | 'no-chart-id'
  | 'not-in-chart'
  /** The identifier leads to a chart with another name or birth date: perhaps a mix-up. */
  | 'name-or-birth-date-differs'
  | 'several-charts'
  /** The chart did not answer; it is asked again. */
  | 'chart-unreachable';

export type PatientFound =
  | { readonly kind: 'found'; readonly patientId: string; readonly chartId: string }
  | { readonly kind: 'unmatched'; readonly why: Unmatched };

/** Kinds of identifiers that name a visit, an account or a document, not a person. */
const notAPerson = /^(AN|VN|AM|VS|DL|PPN|SS|SR|NI|MA|MC|MB)$/i;

/**
 * Whose chart it is: an identifier of the chart's own authority (or one that a person mapped), **and** name and birth
 * date as the chart has them. Anything less is a person's to decide, never a guess.
 */
export async function findPatient(
  port: IntakePort,
  practice: Practice,
  source: SourceConfig,
  patient: PatientAsSent,
): Promise<PatientFound> {
  const { store } = port;
  const found = new Map<string, PatientCard>();
  let hasIdentifier = false;
  let isUnreachable = false;
  for (const chartId of chartIds(source, patient)) {
    hasIdentifier = true;
    try {
      const one = await readChart(port, practice, chartId, patient);
      if (one) found.set(one.id, one.card);
    } catch (err) {
      if (!(err instanceof VendorError)) throw err;
      // A refused id is none of the chart's; anything else may be answered later.
      isUnreachable ||= err.outcome !== 'refused';
    }
  }
  const indexes = senderIndexes(store, patient);
  for (const id of await mappedPatients(store, practice.id, source.id, indexes)) {
    hasIdentifier = true;
    found.set(id, (await loadPatient(store, id)).card);
  }
  if (found.size === 0) {
    const why = isUnreachable ? 'chart-unreachable' : hasIdentifier ? 'not-in-chart' : 'no-chart-id';
    return { kind: 'unmatched', why };
  }
  if (found.size > 1) return { kind: 'unmatched', why: 'several-charts' };
  for (const [patientId, card] of found)
    if (isSamePerson(card, patient)) return { kind: 'found', patientId, chartId: card.chartId };
  return { kind: 'unmatched', why: 'name-or-birth-date-differs' };
}

function chartIds(source: SourceConfig, patient: PatientAsSent): string[] {
  const ours = new Set(source.chartAuthorities.map((a) => a.trim().toLowerCase()));
  const ids = patient.identifiers
    .filter((one) => !notAPerson.test(one.type?.trim() ?? ''))
    .filter((one) => ours.has((one.authority ?? '').trim().toLowerCase()))
    .map((one) => one.id.trim());
  return [...new Set(ids)].filter((id) => id !== '');
}

/** What we know of the chart if that agrees, else what the chart says now; a merged chart leads to its survivor. */
async function readChart(
  { store, athena }: IntakePort,
  practice: Practice,
  chartId: string,
  patient: PatientAsSent,
): Promise<{ id: string; card: PatientCard } | null> {
  const knownId = await patientIdOf(store, practice.id, chartId);
  if (knownId !== null) {
    const { card } = await loadPatient(store, knownId);
    if (card.status !== 'merged' && isSamePerson(card, patient)) return { id: knownId, card };
  }
  const read = await athena(practice).patient(chartId);
  if (!read) return null;
  const card = toPatientCard(read.raw);
  return { id: await upsertPatient(store, practice.id, card), card };
}

/** Family name, first given name and birth date are equal, spelling aside. A missing one is no agreement. */
export function isSamePerson(card: PatientCard, patient: PatientAsSent): boolean {
  const same = (a: string, b: string) => a !== '' && a === b;
  return (
    card.birthDate !== null &&
    card.birthDate === patient.birthDate &&
    same(normaliseTerm(card.familyName), normaliseTerm(patient.family ?? '')) &&
    same(firstName(card.givenName), firstName(patient.given ?? ''))
  );
}

/** Charts and laboratories differ in whether they add a middle name to the first. */
function firstName(given: string): string {
  return normaliseTerm(given.trim().split(/\s+/)[0] ?? '');
}
