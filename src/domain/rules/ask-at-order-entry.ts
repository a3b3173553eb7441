/** Questions answered when a test is ordered: they come as observations and are never results (hl7-fhir §12). */
import type { Observation } from '../result/report.js';

/** Age, pregnancy, symptoms and their onset, hospital, care setting and employment of the patient, as LOINC codes. */
const questions: ReadonlySet<string> = new Set([
  '95418-0',
  '95417-2',
  '77974-4',
  '95420-6',
  '30525-0',
  '82810-3',
  '95421-4',
  '95419-8',
  '35659-2',
  '11294-6',
  '21612-7',
  '29553-5',
  '11368-8',
  '65222-2',
]);

export function isAskedAtOrderEntry({ code, system }: Pick<Observation, 'code' | 'system'>): boolean {
  return system !== 'local' && code !== null && questions.has(code.trim());
}
