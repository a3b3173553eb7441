/** What a source wrote in the value field, read without guessing (hl7-fhir §3, §5). */
import { exact, show, type Exact, type LimitOperator } from './decimal.js';

/** A number with its comparator (`>500`), or `null` comparator for a plain number. */
export interface Quantity {
  readonly comparator: LimitOperator | null;
  readonly number: Exact;
  /** The upper end where the value itself is a span (`0-5` cells per field), both ends included. */
  readonly to?: Exact;
}

/** "6.3", ">500", "0-5". */
export function showQuantity({ comparator, number, to }: Quantity): string {
  return `${comparator ?? ''}${show(number)}${to ? `-${show(to)}` : ''}`;
}

export type ParsedValue =
  | { readonly kind: 'number'; readonly quantity: Quantity; readonly suffix: string | null }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' };

const words: readonly (readonly [RegExp, LimitOperator])[] = [
  [/^(greater than or equal to|at least)\s+/i, '>='],
  [/^(less than or equal to|at most|up to)\s+/i, '<='],
  [/^(greater than|more than|above|over)\s+/i, '>'],
  [/^(less than|below|under)\s+/i, '<'],
];

/** Writes every comparator in one form: `≥`, `=>`, `> OR =`, `greater than` become `>=` or `>`. */
export function plainComparators(text: string): string {
  let plain = text
    .replace(/≥|=>/g, '>=')
    .replace(/≤|=</g, '<=')
    .replace(/([<>])\s*or\s*=/gi, '$1=');
  for (const [pattern, operator] of words) plain = plain.replace(pattern, operator);
  return plain;
}

/** Drops thousands commas (`1,250`); a decimal comma (`6,3`) stays and makes the text unreadable. */
export function withoutThousands(number: string): string {
  return /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(number) ? number.replaceAll(',', '') : number;
}

/**
 * Reads a value as a number only when the whole text is one: optional comparator, decimal, optional
 * suffix (a unit or a flag printed behind it). HL7 structured numerics (`>^500`, `^182`) are accepted;
 * ranges and titers stay text.
 */
export function parseValue(raw: string | null): ParsedValue {
  const text = (raw ?? '').normalize('NFKC').trim().replace(/\s+/g, ' ');
  if (text === '') return { kind: 'missing' };
  const structured = /^(<|>|<=|>=|=|)\^([+-]?[\d.]+)\^*$/.exec(text);
  const plain = structured
    ? `${structured[1] === '=' ? '' : structured[1]}${structured[2]}`
    : plainComparators(text);
  const match = /^(<=|>=|<|>)?\s*([+-]?[\d.,]+)\s*((?![eE][+-]?\d)[\p{L}%{[/*!].*)?$/u.exec(plain);
  const number = match?.[2] ? exact(withoutThousands(match[2])) : null;
  if (!match || !number) return { kind: 'text', text };
  const comparator = (match[1] as LimitOperator | undefined) ?? null;
  return { kind: 'number', quantity: { comparator, number }, suffix: match[3]?.trim() ?? null };
}

/** Reads counts written as a span (`0-5`, `^0^-^5`); `null` for anything else. Ends must be in order. */
export function parseSpan(raw: string | null): Quantity | null {
  const text = (raw ?? '')
    .normalize('NFKC')
    .replace(/[‐-―−]/g, '-')
    .trim();
  const match = /^(?:\^(\d+(?:\.\d+)?)\^-\^(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s*-\s*(\d+(?:\.\d+)?))$/.exec(
    text,
  );
  const number = exact(match?.[1] ?? match?.[3] ?? '');
  const to = exact(match?.[2] ?? match?.[4] ?? '');
  return number && to && number.lte(to) ? { comparator: null, number, to } : null;
}
