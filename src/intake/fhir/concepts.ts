import { loincOk } from '../../domain/library/loinc.js';
import { starterRules } from '../../domain/library/starter-rules.js';
import type { Report } from '../../domain/result/report.js';
import type { Coding, Concept } from './shapes.js';

export const snomed = 'http://snomed.info/sct';

export function isLoinc({ system }: Coding): boolean {
  return /^(https?:\/\/(www\.)?loinc\.org\/?|urn:oid:2\.16\.840\.1\.113883\.6\.1)$/i.test(system ?? '');
}

export function isSnomed({ system }: Coding): boolean {
  return /^(https?:\/\/snomed\.info\/sct\b.*|urn:oid:2\.16\.840\.1\.113883\.6\.96)$/i.test(system ?? '');
}

/**
 * The coding by which a test is known: LOINC first. A code under LOINC's name with a wrong check digit is kept as
 * local: one EHR prints its own numbers there, and nothing may be mapped by them (athenahealth §9).
 */
export function testOf(concept: Concept | null): Report['test'] {
  const codings = concept?.coding ?? [];
  const valid = codings.filter((one) => isLoinc(one) && one.code !== null && loincOk(one.code));
  const loinc = nameOneTest(valid) ? valid[0] : undefined;
  const chosen = loinc ?? valid[0] ?? codings.find((one) => one.code !== null) ?? null;
  const name =
    concept?.text ?? chosen?.display ?? codings.find((one) => one.display)?.display ?? chosen?.code;
  return {
    code: chosen?.code ?? null,
    system: chosen === null ? null : loinc ? 'LOINC' : 'local',
    name: name ?? 'Unnamed test',
  };
}

/** False when the codes stand for different analytes: then none of them says which test it is. */
function nameOneTest(valid: readonly Coding[]): boolean {
  if (valid.length < 2) return true;
  const analytes = valid.flatMap(
    ({ code }) =>
      starterRules.analytes.find((one) => [...one.loinc, ...one.molarLoinc].includes(code ?? ''))?.id ?? [],
  );
  return new Set(analytes).size <= 1;
}

/** What a person reads: the text, else the first display, else the first code. */
export function wordsOf(concept: Concept | null): string | null {
  if (!concept) return null;
  const { coding } = concept;
  return (
    concept.text ?? coding.find((one) => one.display)?.display ?? coding.find((one) => one.code)?.code ?? null
  );
}

/** Every code of some concepts, upper case. */
export function codesOf(concepts: readonly (Concept | null)[]): string[] {
  return concepts.flatMap((one) => one?.coding ?? []).flatMap(({ code }) => code?.toUpperCase() ?? []);
}

/** SNOMED's displays name their kind at the end: "Detected (qualifier value)". */
export function withoutSemanticTag(display: string): string {
  return display.replace(/\s*\((qualifier value|finding|observable entity|disorder|situation)\)\s*$/i, '');
}
