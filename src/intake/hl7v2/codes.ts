import { codeOf } from '../athena/observations.js';
import type { Repetition, Segment } from './segment.js';

export interface Coding {
  readonly code: string | null;
  readonly text: string | null;
  readonly system: string | null;
}

/** The two or three triples of a CE, CWE or CNE, in their order. Empty ones are left out. */
export function codings(repetition: Repetition): Coding[] {
  return [1, 4, 10].flatMap((at) => {
    const [code, text, system] = [0, 1, 2].map((n) => repetition.component(at + n));
    return code || text ? [{ code: code ?? null, text: text ?? null, system: system ?? null }] : [];
  });
}

/** True for the names that senders give LOINC, and for what can be nothing else where no system is named. */
function isLoinc({ code, system }: Coding): boolean {
  if (code === null || !/^\d{1,7}-\d$/.test(code)) return false;
  return system === null || /^(LN|LOINC|LNC|2\.16\.840\.1\.113883\.6\.1|http:\/\/loinc\.org)$/i.test(system);
}

/** Code (LOINC first), its system, and a name for people. */
export function testOf(segment: Segment, field: number) {
  const repetition = segment.first(field);
  const all = repetition ? codings(repetition) : [];
  const loinc = all.find(isLoinc) ?? null;
  const local = all.find((one) => one !== loinc && one.code !== null) ?? null;
  const coded = codeOf(loinc?.code ?? null, local?.code ?? null);
  const name =
    loinc?.text ?? all.find((one) => one.text !== null)?.text ?? repetition?.component(9) ?? coded.code;
  return { ...coded, name: name ?? null, all };
}

/** The words of a coded field: what a person would read. */
export function wordsOf(repetition: Repetition | null): string | null {
  if (!repetition) return null;
  const all = codings(repetition);
  return all.find((one) => one.text !== null)?.text ?? repetition.component(9) ?? all[0]?.code ?? null;
}
