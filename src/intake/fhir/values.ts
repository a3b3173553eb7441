/** `value[x]` of any kind as the texts that the rules read; digits stay as they were written. */
import { Decimal } from 'decimal.js';
import { starterRules } from '../../domain/library/starter-rules.js';
import { acceptUnit, normaliseUnit } from '../../domain/rules/unit.js';
import { contradicting } from '../coded-text.js';
import { isSnomed, withoutSemanticTag, wordsOf } from './concepts.js';
import {
  asList,
  asText,
  conceptShape,
  isJson,
  quantityShape,
  type Concept,
  type Json,
  type Quantity,
} from './shapes.js';

export interface ValueReading {
  readonly value: string | null;
  readonly unit: string | null;
}

/**
 * The value of an Observation or a component. `loinc` helps to tell two spellings of a unit from two units. More than one
 * value contradict each other: all are kept as one text, which no rule takes for a number.
 */
export function readValue(raw: Json, loinc: string | null): ValueReading | null {
  const read = Object.entries(raw)
    .filter(([key, value]) => /^value[A-Z]/.test(key) && value !== null && value !== undefined)
    .map(([key, value]) => readOne(key.slice('value'.length), value, loinc))
    .filter((one) => one.value !== null);
  if (read.length <= 1) return read[0] ?? null;
  return {
    value: read.map(({ value, unit }) => [value, unit].filter(Boolean).join(' ')).join(' | '),
    unit: null,
  };
}

function readOne(kind: string, value: unknown, loinc: string | null): ValueReading {
  const only = (text: string | null): ValueReading => ({ value: text, unit: null });
  const json = asList(value).find(isJson) ?? null;
  if (!json) return only(asText(asList(value)[0]));
  switch (kind) {
    case 'Quantity':
    case 'Age':
    case 'Duration':
    case 'Money':
    case 'Count':
    case 'Distance': {
      const quantity = quantityShape.parse(json);
      return { value: numberOf(quantity), unit: unitOf(quantity, loinc) };
    }
    case 'CodeableConcept':
      return only(codedText(conceptShape.parse(json)));
    case 'Coding':
      return only(codedText(conceptShape.parse({ coding: [json] })));
    case 'Ratio':
      return only(ratioText(json));
    case 'Range': {
      const [low, high] = [quantityOf(json['low']), quantityOf(json['high'])];
      const unit = (low && unitOf(low, loinc)) ?? (high && unitOf(high, loinc));
      return { value: rangeText(low, high), unit };
    }
    case 'Period':
      return only([asText(json['start']), asText(json['end'])].map((one) => one ?? '').join(' to '));
    case 'SampledData':
      return only(`sampled data: ${asText(json['data']) ?? ''}`.trim());
    case 'Attachment':
      return only(`attachment: ${asText(json['title']) ?? asText(json['contentType']) ?? 'document'}`);
    case 'Reference':
      return only(asText(json['display']) ?? asText(json['reference']));
    default:
      return only(JSON.stringify(json));
  }
}

/** Comparator and number, an exponent written out; longer than any laboratory writes stays as it is. */
export function numberOf({ comparator, value }: Quantity): string | null {
  if (value === null) return null;
  const exponent = /^[+-]?\d+(?:\.\d+)?e([+-]?\d{1,2})$/i.exec(value)?.[1];
  const number =
    exponent !== undefined && Math.abs(Number(exponent)) <= 20 ? new Decimal(value).toFixed() : value;
  return `${comparator ?? ''}${number}`;
}

/**
 * The printed unit. Where unit and UCUM code are two spellings of one unit, the one that the analyte's table knows; where
 * they are two units, both, so that no table takes the number for either.
 */
export function unitOf(quantity: Quantity, loinc: string | null): string | null {
  const code = isUcum(quantity) ? quantity.code : null;
  const printed = quantity.unit ?? quantity.code;
  if (printed === null || code === null || sameSpelling(printed, code)) return printed;
  const analyte = starterRules.analytes.find(
    (one) => loinc !== null && [...one.loinc, ...one.molarLoinc].includes(loinc),
  );
  if (!analyte) return looksOtherwise(printed, code) ? `${printed} (coded ${code})` : printed;
  const [byPrint, byCode] = [acceptUnit(analyte, printed), acceptUnit(analyte, code)];
  if (byPrint && byCode && !(byPrint.factor.eq(byCode.factor) && byPrint.offset.eq(byCode.offset)))
    return `${printed} (coded ${code})`;
  if (byPrint !== null && byCode !== null) return printed;
  if (looksOtherwise(printed, code)) return `${printed} (coded ${code})`;
  return byPrint || !byCode ? printed : code;
}

/** Same unit: by code where both have one, else by print. A limit without a unit has the value's by custom. */
export function sameUnit(value: Quantity, limit: Quantity): boolean {
  if (limit.unit === null && limit.code === null) return true;
  const [a, b] = [isUcum(value) ? value.code : null, isUcum(limit) ? limit.code : null];
  if (a !== null && b !== null) return a === b;
  const spellings = (one: Quantity) => [one.unit, one.code].filter((text) => text !== null);
  return spellings(value).some((mine) => spellings(limit).some((theirs) => sameSpelling(mine, theirs)));
}

function isUcum({ system }: Quantity): boolean {
  return system === null || /unitsofmeasure\.org|2\.16\.840\.1\.113883\.6\.8$/i.test(system);
}

function sameSpelling(a: string, b: string): boolean {
  return plainUnit(a) === plainUnit(b);
}

function plainUnit(unit: string): string {
  return normaliseUnit(unit)
    .toLowerCase()
    .replace(/[[\]{}]/g, '')
    .replace(/^x(?=10)/, '')
    .replace(/_/g, '');
}

/** Both are written as units (no words), and one counts particles where the other weighs, or their scales differ. */
function looksOtherwise(a: string, b: string): boolean {
  const part = /^(?:[munpfkdc]|mc)?(?:g|mol|l|eq|iu|u|s|pa)(?:\/(?:[munpfkdc]|mc)?(?:l|g|mol))?$/;
  const [x, y] = [plainUnit(a), plainUnit(b)].map((unit) => unit.replace(/^mc/, 'u'));
  return (
    x !== undefined &&
    y !== undefined &&
    part.test(x) &&
    part.test(y) &&
    x.replace('iu', 'u') !== y.replace('iu', 'u')
  );
}

/** What is printed of a coded answer; where its parts say different things all of them, so that the worst counts. */
export function codedText(concept: Concept): string | null {
  const printed = concept.text ?? display(concept) ?? wordsOf(concept);
  if (printed === null) return null;
  const parts = [
    ...concept.coding.flatMap(({ display: text }) => (text === null ? [] : [withoutSemanticTag(text)])),
    ...concept.coding.filter(isSnomed).flatMap(({ code }) => code ?? []),
  ];
  return [...new Set([printed, ...contradicting(printed, parts)])].join('^');
}

function display(concept: Concept): string | null {
  const text = concept.coding.find((one) => one.display !== null)?.display ?? null;
  return text && withoutSemanticTag(text);
}

function ratioText(json: Json): string | null {
  const [over, under] = [quantityOf(json['numerator']), quantityOf(json['denominator'])];
  const text = (one: Quantity | null) =>
    one ? [numberOf(one), unitOf(one, null)].filter(Boolean).join(' ') : '';
  return over || under ? `${text(over)}:${text(under)}` : null;
}

function rangeText(low: Quantity | null, high: Quantity | null): string | null {
  const [from, to] = [low && numberOf(low), high && numberOf(high)];
  if (from && to) return `${from} to ${to}`;
  return from ? `${from} or more` : to ? `${to} or less` : null;
}

function quantityOf(value: unknown): Quantity | null {
  return isJson(value) ? quantityShape.parse(value) : null;
}
