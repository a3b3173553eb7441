/** `interpretation[]` as one flag text that the rules read, the worst counting (hl7-fhir §7, §9). */
import { readFlag, type FlagMeaning } from '../../domain/rules/flags.js';
import { isSnomed, withoutSemanticTag } from './concepts.js';
import type { Coding, Concept } from './shapes.js';

/** SNOMED CT findings used as interpretations in R4 and before. */
const snomedFlags: Readonly<Record<string, string>> = {
  '281302008': 'H',
  '281300000': 'L',
  '281301001': 'N',
  '371879000': 'H',
  '371880002': 'L',
  '394844007': 'A',
  '263654008': 'A',
  '17621005': 'N',
  '10828004': 'POS',
  '260385009': 'NEG',
  '260373001': 'DET',
  '260415000': 'ND',
  '11214006': 'RR',
  '131194007': 'NR',
  '82334004': 'IND',
  '42425007': 'E',
};

/** Codes of v3 that table 0078 writes otherwise. */
const v3Flags: Readonly<Record<string, string>> = { 'H>': 'HU', 'L<': 'LU' };

const order: readonly FlagMeaning[] = ['silent', 'normal', 'review', 'abnormal', 'critical'];

export interface FlagsAsSent {
  /** Several are parted by `~`; `null` when there is none. What no table knows stays as it was written. */
  readonly flag: string | null;
  /** Whole sentences in the place of a flag: for a person to read. */
  readonly sentences: readonly string[];
}

const longestFlagWords = 5;

export function readInterpretation(interpretation: readonly Concept[]): FlagsAsSent {
  const said = [...new Set(interpretation.flatMap(flagsOf))];
  const isSentence = (text: string) =>
    text.split(/\s+/).length > longestFlagWords && readFlag(text)?.isKnown !== true;
  return {
    flag: said.filter((one) => !isSentence(one)).join('~') || null,
    sentences: said.filter(isSentence),
  };
}

function flagsOf(concept: Concept): string[] {
  const coded = concept.coding.map(codedFlag).filter((one) => one !== null);
  const words = concept.text;
  if (coded.length > 0) {
    // Words beside a code count only where they say something worse that is understood.
    const said = words === null ? null : readFlag(words);
    const worst = Math.max(...coded.map((one) => rankOf(one)));
    return words !== null && said?.isKnown && order.indexOf(said.meaning) > worst ? [...coded, words] : coded;
  }
  const display = concept.coding.find((one) => one.display !== null)?.display ?? null;
  const text =
    words ?? (display && withoutSemanticTag(display)) ?? concept.coding.find((one) => one.code)?.code;
  return text ? [text] : [];
}

function codedFlag(coding: Coding): string | null {
  const { code } = coding;
  if (code === null) return null;
  if (isSnomed(coding)) return snomedFlags[code] ?? null;
  const flag = v3Flags[code.toUpperCase()] ?? code;
  return readFlag(flag)?.isKnown ? flag : null;
}

function rankOf(flag: string): number {
  const reading = readFlag(flag);
  return reading ? order.indexOf(reading.meaning) : -1;
}
