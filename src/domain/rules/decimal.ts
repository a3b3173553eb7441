/**
 * Exact decimals at limits: strings in, no binary floats, no rounding before a comparison
 * (lifecycle §2: "limits compare exact decimals in every unit; nothing is near enough").
 */
import { Decimal } from 'decimal.js';

/** 80 digits: the longest accepted value (24) times the longest factor stays exact. */
const Exact = Decimal.clone({ defaults: true, precision: 80, toExpNeg: -100, toExpPos: 100 });
export type Exact = Decimal;

export type LimitOperator = '<' | '<=' | '>' | '>=';

const decimalText = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;
const longestDecimal = 24;

/** Reads plain decimal text (`6.3`, `0065.88`, `-2`); `null` for anything else, exponents included. */
export function exact(text: string): Exact | null {
  if (text.length > longestDecimal || !decimalText.test(text)) return null;
  return new Exact(text);
}

/** For numbers already checked by a schema. Throws on anything else. */
export function exactOf(text: string): Exact {
  const value = exact(text);
  if (!value)
    throw new Error(
      'A rule set holds a number that is not a plain decimal; parse it with parseRuleSet first.',
    );
  return value;
}

/** Decimal text without exponent, as a chart would show it. */
export function show(value: Exact): string {
  return value.toFixed();
}

export function holds(value: Exact, operator: LimitOperator, limit: Exact): boolean {
  switch (operator) {
    case '<':
      return value.lt(limit);
    case '<=':
      return value.lte(limit);
    case '>':
      return value.gt(limit);
    case '>=':
      return value.gte(limit);
  }
}
