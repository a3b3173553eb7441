/** One row through steps 1 to 10 of clinical-rules §1. Each step may raise, none lowers. */
import type { Observation } from '../result/report.js';
import { acceptNumber, nameOnly } from './acceptance.js';
import { isAskedAtOrderEntry } from './ask-at-order-entry.js';
import type { ClassifiedObservation } from './classification.js';
import { show } from './decimal.js';
import { applyDeltas } from './deltas.js';
import { readFlag } from './flags.js';
import { judgeNumber } from './judge-number.js';
import { judgeText } from './judge-text.js';
import { heedFlag, heedLaboratory } from './laboratory-word.js';
import { applyLimits } from './limits.js';
import { readQualitative } from './qualitative.js';
import { parseRange } from './range.js';
import type { Step, Verdict } from './reason.js';
import { RowReading, type RowContext } from './row-reading.js';
import type { AnalyteRule } from './rule-set.js';
import { readRowStatus } from './status.js';
import { acceptUnit } from './unit.js';
import { parseSpan, parseValue, type ParsedValue, type Quantity } from './value.js';

export interface RowResult {
  readonly observation: ClassifiedObservation;
  readonly verdict: Verdict;
  readonly outcome: 'classified' | 'not-performed' | 'withdrawn' | 'not-a-result';
  /** In the rule's unit; `null` when value or unit was not accepted. */
  readonly canonical: Quantity | null;
}

/** Classifies one row. */
export function classifyObservation(row: Observation, context: RowContext): RowResult {
  const reading = new RowReading(row, context);
  const { label } = reading;
  if (isAskedAtOrderEntry(row))
    return withoutTier(reading, 'not-a-result', 1, `${row.name} was asked when ordering and is no result`);
  const status = readRowStatus(row.status) ?? context.reportStatus;
  if (status === 'cancelled')
    return withoutTier(reading, 'not-performed', 1, `${label} was cancelled or not performed`);
  if (status === 'withdrawn')
    return withoutTier(reading, 'withdrawn', 1, `${label} was withdrawn by the laboratory`);
  if (status === 'unknown') reading.doubt('status-unknown', 'its status is not known to be final');
  if (status === 'preliminary') reading.doubt('not-final', 'it is not final yet');

  if (/^(b|v|appended)$/i.test(row.status?.trim() ?? ''))
    reading.mark(1, 'added-to', `${label} was added to or verified after it was final`);

  heedLaboratory(reading);
  const value = valueOf(reading);
  if (value.kind === 'number') judgeQuantity(reading, value.quantity, value.suffix);
  else if (value.kind === 'missing') reading.doubt('no-value', 'it has no value');
  else if (judgeText(reading, value.text) === 'not-performed' && reading.verdict.tier !== 'critical')
    return withoutTier(reading, 'not-performed', 3, `${label} was not performed: ${value.text}`);
  applyDeltas(reading);
  heedFlag(reading);
  conclude(reading);
  return resultOf(reading, 'classified');
}

/** A number, unless a signed list knows the whole text (`260415000`, `<10,000 CFU/mL` of a culture). */
function valueOf({ row, analyte, context }: RowReading): ParsedValue {
  const value = parseValue(row.value);
  if (value.kind === 'missing') return value;
  const text = (row.value ?? '').trim();
  const isListed =
    readQualitative(text, context.ruleSet.qualitative, analyte?.qualitative ?? null) !== 'unmatched';
  if (isListed) return { kind: 'text', text };
  const span = value.kind === 'text' && analyte && analyte.unit !== null ? parseSpan(row.value) : null;
  return span ? { kind: 'number', quantity: span, suffix: null } : value;
}

/** Steps 3, 4, 6 and 7 for a number. */
function judgeQuantity(reading: RowReading, quantity: Quantity, suffix: string | null): void {
  const { row, match } = reading;
  const analyte = match?.analyte ?? null;
  const unitText = unitInForce(reading, analyte, suffix);
  const range = parseRange(row.range, unitText ?? row.unit);
  const accepted = acceptNumber({ row, match, quantity, unitText, suffix, range });
  reading.canonical = accepted.canonical;
  if (accepted.contradiction) reading.doubts.push(accepted.contradiction);
  if (accepted.doubt) {
    const { cause, text } = accepted.doubt;
    const sentence = `${reading.label} ${reading.shown}: ${text}`;
    reading.raise('review', 'standard', 3, 'value-not-accepted', sentence, [cause]);
  }
  if (analyte) applyLimits(reading, accepted, quantity, analyte);
  judgeNumber(reading, quantity, range);
}

/** The unit in force; `undefined` when text behind the number is neither a unit nor a flag. */
function unitInForce(
  reading: RowReading,
  analyte: AnalyteRule | null,
  suffix: string | null,
): string | null | undefined {
  const sent = reading.row.unit?.trim() ? reading.row.unit.trim() : null;
  if (suffix === null) return sent;
  const suffixUnit = analyte ? acceptUnit(analyte, suffix) : null;
  if (suffixUnit && analyte) {
    const sentUnit = sent === null ? suffixUnit : acceptUnit(analyte, sent);
    return sentUnit?.factor.eq(suffixUnit.factor) ? suffix : undefined;
  }
  const flag = readFlag(suffix);
  if (!flag?.isKnown || flag.meaning === 'silent') return undefined;
  const said = `${reading.label} flagged ${suffix} beside its value`;
  if (flag.meaning === 'critical') reading.raise('critical', 'critical', 2, 'laboratory-flag', said);
  if (flag.meaning === 'abnormal') reading.raise('abnormal', 'standard', 5, 'laboratory-flag', said);
  if (flag.meaning === 'review') reading.raise('review', 'standard', 5, 'laboratory-flag', said);
  return sent;
}

/** Step 10: normal needs positive proof. */
function conclude(reading: RowReading): void {
  const { verdict, doubts, proof, match } = reading;
  if (!match) doubts.unshift({ cause: 'unknown-test', text: 'no rule knows this test' });
  else if (!match.isCertain) doubts.unshift(nameOnly);
  if (verdict.tier === null && proof !== null && doubts.length === 0)
    return reading.raise('normal', 'minor', 10, 'normal-proof', proof);
  if (verdict.tier !== null && doubts.length === 0) return;
  const why = doubts.length > 0 ? doubts.map(({ text }) => text).join('; ') : 'nothing proves it normal';
  reading.raise(
    'review',
    'standard',
    10,
    'normal-not-proved',
    `${reading.label} ${reading.shown}: ${why}`,
    doubts.map(({ cause }) => cause),
  );
}

function withoutTier(
  reading: RowReading,
  outcome: Exclude<RowResult['outcome'], 'classified'>,
  step: Step,
  text: string,
): RowResult {
  reading.verdict.tier = null;
  reading.verdict.urgency = 'minor';
  reading.mark(step, outcome, text);
  return resultOf(reading, outcome);
}

function resultOf(reading: RowReading, outcome: RowResult['outcome']): RowResult {
  const { canonical, analyte, verdict, row } = reading;
  const observation: ClassifiedObservation = {
    key: row.key,
    analyteId: analyte?.id ?? null,
    tier: verdict.tier,
    canonicalValue: canonical && !canonical.to ? show(canonical.number) : null,
    canonicalUnit: canonical && !canonical.to ? (analyte?.unit ?? null) : null,
    comparator: canonical?.comparator ?? null,
  };
  return { observation, verdict, outcome, canonical };
}
