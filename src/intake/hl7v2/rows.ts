import type { Observation } from '../../domain/result/report.js';
import { isAskedAtOrderEntry } from '../../domain/rules/ask-at-order-entry.js';
import { testOf } from './codes.js';
import type { Group } from './groups.js';
import type { Segment } from './segment.js';
import { readValues } from './values.js';
import type { Warnings } from './warnings.js';

export interface Rows {
  readonly observations: readonly Observation[];
  /** OBX-11 of every row in words; a row that does not say is unknown. */
  readonly statuses: readonly string[];
  readonly hasDocument: boolean;
}

/**
 * The observations of an order, none left out. The key is code, sub-id (OBX-4) and occurrence: it is the same in every
 * version of the report, while OBX-1 may repeat and change.
 */
export function readRows(observations: Group['observations'], warnings: Warnings): Rows {
  const rows: Observation[] = [];
  const statuses: string[] = [];
  const seen = new Map<string, number>();
  let hasDocument = false;
  for (const { obx, notes, isBeforeOrder } of observations) {
    const { code, system, name } = testOf(obx, 3);
    const label = name ?? 'Unnamed analyte';
    const stem = [code ?? label.trim().toLowerCase(), obx.text(4)].filter((part) => part !== null).join('/');
    const { values, isDocument } = readValues(obx);
    const flag = flagOf(obx);
    const status = obx.text(11);
    hasDocument ||= isDocument;
    if (isDocument) warnings.add('value-is-document');
    if (isAskedAtOrderEntry({ code, system })) warnings.add('asked-at-order-entry');
    if (isShifted(obx)) warnings.add('value-in-wrong-field');
    for (const { value, remark } of values) {
      const occurrence = (seen.get(stem) ?? 0) + 1;
      seen.set(stem, occurrence);
      if (value === null && !isDocument && !isWaiting(status)) warnings.add('value-missing');
      const note = [...notes, remark, isDocument ? 'A document was sent: read it.' : null];
      rows.push({
        key: occurrence === 1 ? stem : `${stem}#${occurrence}`,
        code,
        system,
        name: label,
        value,
        unit: unitOf(obx),
        range: rangeOf(obx),
        flag,
        status,
        note: note.filter((one) => one !== null && one !== '').join('\n') || null,
      });
      // What stands above the order does not say how far the order is.
      if (!isBeforeOrder || status !== null) statuses.push(observationStatus(status));
    }
    if (status === null) warnings.add('status-missing');
  }
  return { observations: rows, statuses, hasDocument };
}

/** Table 0085 in words that the report's status is made of. */
function observationStatus(code: string | null): string {
  switch (code?.toUpperCase()) {
    case 'F':
    case 'B':
    case 'V':
      return 'final';
    case 'C':
    case 'A':
      return 'corrected';
    case 'P':
    case 'R':
    case 'I':
    case 'S':
    case 'O':
      return 'preliminary';
    case 'X':
      return 'cancelled';
    case 'D':
    case 'W':
      return 'withdrawn';
    default:
      return 'unknown';
  }
}

function isWaiting(status: string | null): boolean {
  return /^[IOSXNDW]$/i.test(status ?? '');
}

/** Every repetition of OBX-8, the code before its words; the rules take the worst. */
function flagOf(obx: Segment): string | null {
  const flags = obx.repetitions(8).map((one) => one.component(1) ?? one.component(2) ?? one.joined(' '));
  return flags.filter((one) => one !== null).join('~') || null;
}

function unitOf(obx: Segment): string | null {
  const unit = obx.first(6);
  return unit ? (unit.component(1) ?? unit.component(2) ?? unit.component(4) ?? unit.component(5)) : null;
}

/** OBX-7 as text. A range in components is low, high, or only a high in the third (reference §5). */
function rangeOf(obx: Segment): string | null {
  const ranges = obx.repetitions(7);
  const [only] = ranges;
  if (!only) return null;
  if (ranges.length > 1) return ranges.map((one) => one.joined(' ') ?? '').join('; ');
  const [low, high, third] = [1, 2, 3].map((n) => only.component(n));
  if (!low && !high && third) return /^\d/.test(third) ? `<=${third}` : third;
  if (low && high && isNumber(low) && isNumber(high)) return `${low}-${high}`;
  return only.joined(' ');
}

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}

/** A sender that is off by some fields: no value, and what looks like one in the field of range or units. */
function isShifted(obx: Segment): boolean {
  if (obx.first(5) !== null) return false;
  return /^[<>=]?\^-?\d/.test(obx.raw(7)) || /^[<>=]?\^-?\d/.test(obx.raw(6));
}
