import { z } from 'zod';
import { pathOf } from '../http/index.js';
import type { JsonRecord } from './fields.js';
import type { FeedQuery } from './change-feed.js';
import { changes } from './change-feed.js';
import { id, list, record } from './fields.js';
import type { Transport } from './transport.js';

/** A patient as read; `raw` goes to `toPatientCard`. */
export interface AthenaPatient {
  /** May differ from the id asked for: then the chart was merged, and this is the survivor. */
  readonly patientId: string;
  /** Ids merged into this one (L42). */
  readonly previousPatientIds: readonly string[];
  /** Exactly what came. Holds PHI. */
  readonly raw: JsonRecord;
}

const shape = z.object({ patientid: id, previouspatientids: list });

/**
 * One patient, or `null` (unknown, or merged away: look for a survivor, or stop for a person). Record restrictions
 * are respected: `ignorerestrictions` is never sent.
 * @throws VendorError `bad-answer` when the answer does not say which patient it is.
 */
export async function patient(
  transport: Transport,
  patientId: string,
  options: { readonly departmentId?: string | null } = {},
): Promise<AthenaPatient | null> {
  const raw = await transport.one(
    'patient.read',
    pathOf`/patients/${patientId}`,
    { departmentid: options.departmentId, showportalstatus: true, showpreviouspatientids: true },
    (found) => (id.parse(found['patientid']) === null ? 'it does not say whose record it is' : null),
  );
  return raw && read(raw, patientId);
}

/**
 * Patients that changed since the last reading: consent, phone, death, and mergers, where the survivor names the ids
 * that are gone. **Consuming**, like every feed. Rows that do not say whose they are name nobody and are left out.
 */
export async function changedPatients(
  transport: Transport,
  query: FeedQuery,
): Promise<{ readonly patients: readonly AthenaPatient[]; readonly totalCount: number }> {
  const { rows, totalCount } = await changes(transport, 'patients', query);
  const patients = rows.flatMap((row) => {
    const parsed = record.safeParse(row);
    const patientId = parsed.success ? id.parse(parsed.data['patientid']) : null;
    return parsed.success && patientId !== null ? [read(parsed.data, patientId)] : [];
  });
  return { patients, totalCount };
}

function read(raw: JsonRecord, patientId: string): AthenaPatient {
  const fields = shape.parse(raw);
  return {
    patientId: fields.patientid ?? patientId,
    previousPatientIds: fields.previouspatientids
      .flatMap((one) => (typeof one === 'string' ? one.split(',') : [previousId(one)]))
      .map((one) => id.parse(one))
      .filter((one) => one !== null),
    raw,
  };
}

function previousId(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? Object.values(value)[0] : value;
}
