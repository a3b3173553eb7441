import { z } from 'zod';
import { pathOf } from '../http/index.js';
import type { ChangedResults } from './lab-feed.js';
import { readFeedRow } from './lab-feed.js';
import type { FeedQuery, Subscribed } from './change-feed.js';
import { changes, ensureSubscription } from './change-feed.js';
import type { JsonRecord } from './fields.js';
import { flag, id, record, text } from './fields.js';
import type { Transport } from './transport.js';

/** What the product itself reads of an imaging result document; `raw` goes to `mapImagingResult`. */
export interface AthenaImagingResult {
  readonly imagingResultId: string;
  readonly departmentId: string | null;
  /** Work state, upper case, e.g. REVIEW, CLOSED. */
  readonly state: string | null;
  readonly reviewedByProvider: boolean;
  readonly internalNote: string | null;
  /** Text the patient sees once the result is on the portal. */
  readonly patientNote: string | null;
  /** Exactly what came. Holds PHI. */
  readonly raw: JsonRecord;
}

/** Imaging results: the same kind of feed and document as lab results, without values (L5b). */
export interface ImagingResults {
  ensureSubscription(): Promise<Subscribed>;
  /** **Consuming**, like the feed of lab results. */
  changed(query?: FeedQuery): Promise<ChangedResults>;
  read(patientId: string, imagingResultId: string): Promise<AthenaImagingResult | null>;
  ofPatient(patientId: string, departmentId: string): Promise<readonly AthenaImagingResult[]>;
  noteToPatient(input: ImagingNote & { readonly patientId: string }): Promise<void>;
  addInternalNote(input: ImagingNote & { readonly patientId: string }): Promise<void>;
  addActionNote(input: ImagingNote): Promise<void>;
}

export interface ImagingNote {
  readonly imagingResultId: string;
  readonly note: string;
}

const shape = z.object({
  departmentid: id,
  status: text,
  isreviewedbyprovider: flag,
  internalnote: text,
  patientnote: text,
  externalnote: text,
});

export function createImagingResults(transport: Transport): ImagingResults {
  const documents = (patientId: string) => pathOf`/patients/${patientId}/documents/imagingresult`;
  const document = (patientId: string, documentId: string) =>
    pathOf`/patients/${patientId}/documents/imagingresult/${documentId}`;
  return {
    ensureSubscription: () => ensureSubscription(transport, 'imaging-results'),
    async changed(query = {}) {
      const { rows, totalCount } = await changes(transport, 'imaging-results', query);
      return { rows: rows.map((row) => readFeedRow(row, 'imaging')), totalCount };
    },
    async read(patientId, imagingResultId) {
      const raw = await transport.one(
        'imaging-result.read',
        document(patientId, imagingResultId),
        undefined,
        (found) =>
          id.parse(found['imagingresultid']) === imagingResultId
            ? null
            : 'it is not the imaging result that was asked for',
      );
      return raw && read(raw, imagingResultId);
    },
    async ofPatient(patientId, departmentId) {
      const query = { departmentid: departmentId };
      const rows = await transport.all('imaging-result.list', documents(patientId), 'imagingresults', query);
      return rows.flatMap((row) => {
        const parsed = record.safeParse(row);
        const found = parsed.success ? id.parse(parsed.data['imagingresultid']) : null;
        return parsed.success && found !== null ? [read(parsed.data, found)] : [];
      });
    },
    async noteToPatient({ patientId, imagingResultId, note }) {
      const path = document(patientId, imagingResultId);
      await transport.write('imaging-result.note-to-patient', 'PUT', path, { patientnote: note });
    },
    async addInternalNote({ patientId, imagingResultId, note }) {
      const path = document(patientId, imagingResultId);
      await transport.write('imaging-result.internal-note', 'PUT', path, { internalnote: note });
    },
    async addActionNote({ imagingResultId, note }) {
      const path = pathOf`/documents/imagingresult/${imagingResultId}/actions`;
      await transport.write('imaging-result.action-note', 'POST', path, { actionnote: note });
    },
  };
}

function read(raw: JsonRecord, imagingResultId: string): AthenaImagingResult {
  const fields = shape.parse(raw);
  return {
    imagingResultId,
    departmentId: fields.departmentid,
    state: fields.status?.trim().toUpperCase() ?? null,
    reviewedByProvider: fields.isreviewedbyprovider === true,
    internalNote: fields.internalnote,
    patientNote: fields.patientnote ?? fields.externalnote,
    raw,
  };
}
