import type {
  Classification,
  ClassifiablePatient,
  ClassifiedObservation,
  ClassifyContext,
} from '../domain/rules/classification.js';
import type { Reason } from '../domain/rules/reason.js';
import type { Store } from './store.js';

const decisionAad = 'version.decision';

/**
 * What a version was classified with, and what decided. Kept with the version: whoever classifies it again has the same
 * inputs, whatever became of the patient, of earlier results or of limits since. The reasons stand beside it.
 */
export interface Decision {
  /** Whose it was then (opaque id); for another patient the inputs do not hold. */
  readonly patientId: string | null;
  readonly patient: ClassifiablePatient | null;
  readonly context: Required<ClassifyContext>;
  readonly ruleSet: Classification['ruleSet'];
  /** `null` where there was no tier to set. */
  readonly decidedBy: Reason | null;
  readonly observations: readonly ClassifiedObservation[];
}

export function sealDecision(store: Store, decision: Decision): string {
  return store.cipher.sealJson(decision, decisionAad);
}

/** `null` for a version that was classified before decisions were kept, or was not classified yet. */
export function openDecision(store: Store, sealed: string | null): Decision | null {
  return sealed === null ? null : (store.cipher.openJson(sealed, decisionAad) as Decision);
}
