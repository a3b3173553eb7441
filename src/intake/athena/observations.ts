import { z } from 'zod';
import { id, record, text } from '../../clients/athenahealth/fields.js';
import { loincOk } from '../../domain/library/loinc.js';
import type { Observation } from '../../domain/result/report.js';

const shape = z.object({
  analyteid: id,
  analytename: text,
  value: text,
  units: text,
  abnormalflag: text,
  referencerange: text,
  resultstatus: text,
  loinc: id,
  observationidentifier: id,
  note: text,
});

/** Code with its system. A code with a wrong check digit is kept, but as local: nothing may be mapped by it. */
export function codeOf(
  loinc: string | null,
  local: string | null = null,
): { readonly code: string | null; readonly system: 'LOINC' | 'local' | null } {
  if (loinc !== null && loincOk(loinc)) return { code: loinc, system: 'LOINC' };
  const code = loinc ?? local;
  return { code, system: code === null ? null : 'local' };
}

/**
 * Every row, as written. The key is the analyte (LOINC, else name) and its occurrence in order of analyte id, not the
 * analyte id itself: a fuller or corrected report is a new document with new analyte ids, and its rows must meet their
 * predecessors. A row that is no object is kept as its text.
 */
export function readObservations(rows: readonly unknown[]): Observation[] {
  const unkeyed = rows.map((row) => {
    const parsed = record.safeParse(row);
    const fields = shape.parse(parsed.success ? parsed.data : { analytename: 'Unreadable row', value: row });
    return { fields, coding: codeOf(fields.loinc, fields.observationidentifier) };
  });
  const seen = new Map<string, number>();
  return unkeyed
    .sort((a, b) => order(a.fields.analyteid) - order(b.fields.analyteid))
    .map(({ fields, coding }) => {
      const name = fields.analytename ?? coding.code ?? 'Unnamed analyte';
      const analyte = coding.system === 'LOINC' ? (coding.code ?? name) : name.trim().toLowerCase();
      const occurrence = (seen.get(analyte) ?? 0) + 1;
      seen.set(analyte, occurrence);
      return {
        key: occurrence === 1 ? analyte : `${analyte}#${occurrence}`,
        ...coding,
        name,
        value: fields.value,
        unit: fields.units,
        range: fields.referencerange,
        flag: fields.abnormalflag,
        status: fields.resultstatus,
        note: fields.note,
      };
    });
}

/** Rows without a numeric id keep their place at the end. */
function order(analyteId: string | null): number {
  const number = Number(analyteId ?? Number.NaN);
  return Number.isFinite(number) ? number : Number.MAX_SAFE_INTEGER;
}
