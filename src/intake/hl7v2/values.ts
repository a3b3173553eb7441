import { contradicting } from '../coded-text.js';
import { codings } from './codes.js';
import type { Repetition, Segment } from './segment.js';

export interface ReadValue {
  /** As the rules read it; `null` when nothing readable was sent. */
  readonly value: string | null;
  /** What was sent beside the value and a person should read. */
  readonly remark: string | null;
}

export interface ReadValues {
  /** One for each value: a repeated OBX-5 of a number or code is several values of one observation. */
  readonly values: readonly ReadValue[];
  /** A PDF, picture or pointer: a person must read it. */
  readonly isDocument: boolean;
}

const nothing: ReadValue = { value: null, remark: null };

/** OBX-5 by the type in OBX-2 (reference §5). An unknown or missing type is text. */
export function readValues(segment: Segment): ReadValues {
  const type = (segment.text(2) ?? '').toUpperCase();
  const repetitions = segment.repetitions(5);
  const [first] = repetitions;
  if (!first) return { values: [nothing], isDocument: false };
  switch (type) {
    case 'ED':
      return { values: [nothing], isDocument: true };
    case 'RP':
      // Where the document lies is all that was sent of it.
      return {
        values: repetitions.map((one) => ({ value: null, remark: `Document at: ${one.joined(' ') ?? ''}` })),
        isDocument: true,
      };
    case 'SN':
      return { values: repetitions.map((one) => plain(structuredNumber(one))), isDocument: false };
    case 'NM':
      return { values: repetitions.map((one) => plain(one.whole())), isDocument: false };
    case 'CE':
    case 'CWE':
    case 'CNE':
    case 'CF':
    case 'IS':
    case 'ID':
      return { values: repetitions.map(coded), isDocument: false };
    case 'XPN':
    case 'XCN':
    case 'XAD':
    case 'XTN':
    case 'XON':
    case 'CX':
    case 'EI':
    case 'CP':
    case 'CQ':
    case 'PL':
      return { values: repetitions.map((one) => plain(one.joined(' '))), isDocument: false };
    default: {
      // Lines of one text.
      const text = repetitions.map((one) => one.whole() ?? '').join('\n');
      return { values: [plain(text || null)], isDocument: false };
    }
  }
}

function plain(value: string | null): ReadValue {
  return { value, remark: null };
}

/** SN: comparator, number, separator, number. `^1^:^80` is a titer, `^1^-^2` a span, `^2^+` two plus. */
function structuredNumber(one: Repetition): string | null {
  const [comparator, low, separator, high] = [1, 2, 3, 4].map((n) => one.component(n) ?? '');
  if (!low) return one.joined(' ');
  const sign = comparator === '=' ? '' : (comparator ?? '');
  return `${sign}${low}${separator ?? ''}${high ?? ''}`;
}

/**
 * A coded value: its words, the standard triple before the alternate one; where only the alternate one has words, those.
 * Other words beside them are no value, but a person must see them. What reads worse than the words (the SNOMED CT code, an
 * alternate, the original text) contradicts them and becomes part of the value, so that the worst counts.
 */
function coded(one: Repetition): ReadValue {
  const all = codings(one);
  const original = one.component(9);
  const words = [...all.map((coding) => coding.text), original].filter((text) => text !== null);
  const value = words[0] ?? all[0]?.code ?? one.whole();
  const codes = all.flatMap(({ code, system }) =>
    code !== null && /^(SCT|SNOMED(-| )?CT|2\.16\.840\.1\.113883\.6\.96)$/i.test(system ?? '') ? [code] : [],
  );
  const worse = value === null ? [] : contradicting(value, [...words, ...codes]);
  const others = words.filter((text) => text.toLowerCase() !== value?.toLowerCase() && !worse.includes(text));
  return {
    value: value === null ? null : [value, ...new Set(worse)].join('^'),
    remark: others.length > 0 ? `Also coded as: ${[...new Set(others)].join('; ')}` : null,
  };
}
