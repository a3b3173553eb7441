import type { PatientAsSent } from '../../intake/received.js';
import type { Store } from '../../store/store.js';

/** Keyed hashes of the identifiers that the sender has for a patient, its first one first. */
export function senderIndexes(store: Store, patient: PatientAsSent): string[] {
  const all = [{ id: patient.id, authority: patient.authority }, ...patient.identifiers];
  const indexes = all
    .filter((one) => one.id !== null && one.id.trim() !== '')
    .map((one) => store.index.index('sender-patient', JSON.stringify([one.authority ?? '', one.id])));
  return [...new Set(indexes)];
}

/** What keeps the unmatched results of one patient of a sender together: the identifier, else what is printed. */
export function senderIndexOf(store: Store, patient: PatientAsSent): string {
  const printed = JSON.stringify([patient.family, patient.given, patient.birthDate]);
  return senderIndexes(store, patient)[0] ?? store.index.index('sender-patient-printed', printed);
}
