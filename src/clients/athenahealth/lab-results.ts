import { z } from 'zod';
import { pathOf } from '../http/index.js';
import type { JsonRecord } from './fields.js';
import { flag, id, record, text } from './fields.js';
import type { Transport } from './transport.js';

/** What the product itself reads of a lab result document; `raw` goes to `toReport`. */
export interface AthenaLabResult {
  readonly labResultId: string;
  readonly departmentId: string | null;
  /** Work state, upper case, e.g. REVIEW, CLOSED. */
  readonly state: string | null;
  readonly reviewedByProvider: boolean;
  /** Staff-only text; every API update appends to it. */
  readonly internalNote: string | null;
  /** Text the patient sees once the result is on the portal. */
  readonly patientNote: string | null;
  /** The latest action note only. */
  readonly actionNote: string | null;
  /** Who changed it last; `API-…` is an application. */
  readonly lastModifiedUser: string | null;
  /** As written by the vendor; absent = not on the portal. */
  readonly portalPublishedAt: string | null;
  /** Exactly what came. Holds PHI. */
  readonly raw: JsonRecord;
}

const shape = z.object({
  labresultid: id,
  departmentid: id,
  status: text,
  isreviewedbyprovider: flag,
  internalnote: text,
  patientnote: text,
  labresultnote: text,
  externalnote: text,
  notetopatient: text,
  actionnote: text,
  lastmodifieduser: text,
  portalpublisheddatetime: text,
});

/**
 * One document. `null` when there is none of this id under this patient.
 * @throws VendorError `bad-answer` when another document came back than was asked for.
 */
export async function labResult(
  transport: Transport,
  patientId: string,
  labResultId: string,
): Promise<AthenaLabResult | null> {
  const path = pathOf`/patients/${patientId}/documents/labresult/${labResultId}`;
  const raw = await transport.one('lab-result.read', path, undefined, (found) =>
    id.parse(found['labresultid']) === labResultId ? null : 'it is not the lab result that was asked for',
  );
  return raw && read(raw, labResultId);
}

/** All lab results of a patient, for the nightly comparison. Rows without an id or that are no objects are `unread`. */
export async function labResultsOfPatient(
  transport: Transport,
  patientId: string,
  departmentId: string,
): Promise<{ readonly results: readonly AthenaLabResult[]; readonly unread: readonly unknown[] }> {
  const path = pathOf`/patients/${patientId}/documents/labresult`;
  const rows = await transport.all('lab-result.list', path, 'labresults', { departmentid: departmentId });
  const results: AthenaLabResult[] = [];
  const unread: unknown[] = [];
  for (const row of rows) {
    const parsed = record.safeParse(row);
    const labResultId = parsed.success ? id.parse(parsed.data['labresultid']) : null;
    if (parsed.success && labResultId) results.push(read(parsed.data, labResultId));
    else unread.push(row);
  }
  return { results, unread };
}

/** Appends to the note that the patient sees on the portal. Only after the sign-off its tier needs (L25). */
export async function noteToPatient(
  transport: Transport,
  input: { readonly patientId: string; readonly labResultId: string; readonly note: string },
): Promise<void> {
  const path = pathOf`/patients/${input.patientId}/documents/labresult/${input.labResultId}`;
  await transport.write('lab-result.note-to-patient', 'PUT', path, { notetopatient: input.note });
}

/** Adds a line to the document's own history. Only the latest can be read back: nothing that must be proved. */
export async function addActionNote(
  transport: Transport,
  input: { readonly labResultId: string; readonly note: string },
): Promise<void> {
  const path = pathOf`/documents/labresult/${input.labResultId}/actions`;
  await transport.write('lab-result.action-note', 'POST', path, { actionnote: input.note });
}

/** Appends to the note for staff: what stands there can be read back, unlike an action note (API reference §8.6). */
export async function addInternalNote(
  transport: Transport,
  input: { readonly patientId: string; readonly labResultId: string; readonly note: string },
): Promise<void> {
  const path = pathOf`/patients/${input.patientId}/documents/labresult/${input.labResultId}`;
  await transport.write('lab-result.internal-note', 'PUT', path, { internalnote: input.note });
}

/**
 * Closes a lab result: CLOSED in athenaOne, with whatever the practice's settings do then, publishing included (L22).
 */
export async function closeLabResult(
  transport: Transport,
  input: { readonly labResultId: string; readonly note?: string },
): Promise<void> {
  const path = pathOf`/documents/labresult/${input.labResultId}/close`;
  await transport.write('lab-result.close', 'PUT', path, { actionnote: input.note });
}

function read(raw: JsonRecord, labResultId: string): AthenaLabResult {
  const fields = shape.parse(raw);
  return {
    labResultId,
    departmentId: fields.departmentid,
    state: fields.status?.trim().toUpperCase() ?? null,
    reviewedByProvider: fields.isreviewedbyprovider === true,
    internalNote: fields.internalnote,
    patientNote: fields.patientnote ?? fields.labresultnote ?? fields.externalnote ?? fields.notetopatient,
    actionNote: fields.actionnote,
    lastModifiedUser: fields.lastmodifieduser,
    portalPublishedAt: fields.portalpublisheddatetime,
    raw,
  };
}
