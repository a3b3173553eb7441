import { z } from 'zod';
import { pathOf } from '../http/index.js';
import { id, onlyRecord, text } from './fields.js';
import { readTime } from './times.js';
import type { Transport } from './transport.js';

/** A note to file in the patient's chart. `internalNote` carries our marker: it is how the note is found again. */
export interface NewChartDocument {
  readonly patientId: string;
  readonly departmentId: string;
  readonly providerId?: string | null;
  readonly internalNote: string;
  /** True files it as CLOSED; false puts it into the clinical inbox. */
  readonly autoClose: boolean;
}

export interface NewClinicalDocument extends NewChartDocument {
  readonly subclass?: 'CLINICALDOCUMENT';
}

/** A row of the patient's list, for reading back. */
export interface ChartDocument {
  readonly documentId: string | null;
  readonly internalNote: string | null;
  /** Epoch ms. */
  readonly createdAt: number | null;
  readonly status: string | null;
}

type DocumentClass = 'clinicaldocument' | 'phonemessage';

/**
 * Files a document. Not idempotent: after outcome `unknown` look for the marker before writing again.
 * @throws VendorError `bad-answer` (unknown) when the answer has no document id.
 */
export async function createDocument(
  transport: Transport,
  documentClass: DocumentClass,
  input: NewChartDocument & { readonly subclass?: string },
): Promise<{ readonly documentId: string }> {
  const answer = await transport.write(
    `${documentClass}.create`,
    'POST',
    pathOf`/patients/${input.patientId}/documents/` + documentClass,
    {
      departmentid: input.departmentId,
      documentsubclass: input.subclass,
      providerid: input.providerId,
      internalnote: input.internalNote,
      autoclose: input.autoClose,
    },
    (body) =>
      documentIdOf(documentClass, onlyRecord(body)) === null ? 'there is no document id in it' : null,
  );
  return { documentId: documentIdOf(documentClass, onlyRecord(answer)) ?? '' };
}

/** All documents of one class of a patient, over all pages. */
export async function documentsOf(
  transport: Transport,
  documentClass: DocumentClass,
  patientId: string,
  departmentId: string,
): Promise<readonly ChartDocument[]> {
  const path = pathOf`/patients/${patientId}/documents/` + documentClass;
  const rows = await transport.all(`${documentClass}.list`, path, `${documentClass}s`, {
    departmentid: departmentId,
  });
  return rows.map((row) => {
    const raw = onlyRecord(row);
    const fields = shape.parse(raw ?? {});
    return {
      documentId: documentIdOf(documentClass, raw),
      internalNote: fields.internalnote,
      createdAt: readTime(fields.createddatetime ?? fields.createddate)?.at ?? null,
      status: fields.status?.trim().toUpperCase() ?? null,
    };
  });
}

/**
 * Files a note for a **test patient** and looks for it in the patient's list: the very path that chart notes take. How
 * `doctor` proves that what is written can be read back.
 */
export async function writeAndReadBack(
  transport: Transport,
  input: {
    readonly patientId: string;
    readonly departmentId: string;
    /** Unique to this try. */
    readonly marker: string;
  },
): Promise<{ readonly documentId: string; readonly isReadBack: boolean }> {
  const { patientId, departmentId, marker } = input;
  const { documentId } = await createDocument(transport, 'clinicaldocument', {
    patientId,
    departmentId,
    subclass: 'CLINICALDOCUMENT',
    internalNote: `Test of the connection. ${marker}`,
    autoClose: true,
  });
  const found = await documentsOf(transport, 'clinicaldocument', patientId, departmentId);
  return { documentId, isReadBack: found.some((one) => one.internalNote?.includes(marker)) };
}

const shape = z.object({ internalnote: text, createddatetime: text, createddate: text, status: text });

function documentIdOf(documentClass: DocumentClass, raw: Record<string, unknown> | null): string | null {
  return id.parse(raw?.[`${documentClass}id`]) ?? id.parse(raw?.['documentid']);
}
