import { signedStarterRules } from '../../src/domain/library/starter-rules.js';
import { classify } from '../../src/domain/rules/classify.js';
import type { ReceivedResult } from '../../src/intake/received.js';

const rules = signedStarterRules('Dr. Helene Wirth', '2026-01-05');
const yearMs = 365.25 * 86_400_000;

/** The tier of a received result by the starter rules, at the patient's age when the specimen was taken. */
export function judge({ report, patient }: ReceivedResult): string | null {
  const at = report.collectedAt ?? report.reportedAt;
  const ageYears =
    patient.birthDate === null || at === null
      ? null
      : Math.floor((at - Date.parse(patient.birthDate)) / yearMs);
  const known = { sex: patient.sex, ageYears, pregnant: null };
  return classify(report, rules, known).tier;
}
