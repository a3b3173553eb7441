import { z } from 'zod';
import type { Changes } from './change-feed.js';
import type { JsonRecord } from './fields.js';
import { id, record, text } from './fields.js';

export type FeedKind = 'lab' | 'imaging';

/**
 * One row of the feed of lab or imaging results: the current state of a document's metadata, without values. Every
 * field may be missing; a row that is not understood at all still arrives, with `raw` and nothing else.
 */
export interface FeedRow {
  readonly kind: FeedKind;
  /** Id of the lab or imaging result, by `kind`. */
  readonly labResultId: string | null;
  /** `null` on HOLD rows: no patient matched yet, the document can be neither read nor listed (L5). */
  readonly patientId: string | null;
  readonly departmentId: string | null;
  readonly providerId: string | null;
  /** The laboratory. */
  readonly facilityId: string | null;
  readonly orderId: string | null;
  /** Work state, e.g. REVIEW, HOLD, DATAENTRY, CLOSED. */
  readonly state: string | null;
  readonly documentSource: string | null;
  readonly documentRoute: string | null;
  /** As written by the vendor; read them with `readTime`. */
  readonly observedAt: string | null;
  readonly createdAt: string | null;
  readonly lastModifiedAt: string | null;
  /** Exactly what came. Holds PHI. */
  readonly raw: unknown;
}

export type ChangedResults = Changes<FeedRow>;

const shape = z.object({
  labresultid: id,
  imagingresultid: id,
  patientid: id,
  departmentid: id,
  providerid: id,
  facilityid: id,
  tietoorderid: id,
  status: text,
  documentsource: text,
  documentroute: text,
  observationdatetime: text,
  observationdate: text,
  createddatetime: text,
  createddate: text,
  lastmodifieddatetime: text,
  lastmodifieddate: text,
});

/** A document of a patient's list as its feed would have announced it: metadata without values. */
export function announcement(
  document: { readonly raw: JsonRecord },
  patientId: string,
  departmentId: string,
): FeedRow {
  const metadata = Object.fromEntries(
    Object.keys(shape.shape).flatMap((key) => (key in document.raw ? [[key, document.raw[key]]] : [])),
  );
  return readFeedRow({ departmentid: departmentId, ...metadata, patientid: patientId });
}

/** Any row, understood or not. Without either id it is taken for what the caller says. */
export function readFeedRow(raw: unknown, kind: FeedKind = 'lab'): FeedRow {
  const parsed = record.safeParse(raw);
  const row = shape.parse(parsed.success ? parsed.data : {});
  const isImaging = row.labresultid === null && (row.imagingresultid !== null || kind === 'imaging');
  return {
    kind: isImaging ? 'imaging' : 'lab',
    labResultId: isImaging ? row.imagingresultid : row.labresultid,
    patientId: row.patientid,
    departmentId: row.departmentid,
    providerId: row.providerid,
    facilityId: row.facilityid,
    orderId: row.tietoorderid,
    state: row.status?.trim().toUpperCase() ?? null,
    documentSource: row.documentsource,
    documentRoute: row.documentroute,
    observedAt: row.observationdatetime ?? row.observationdate,
    createdAt: row.createddatetime ?? row.createddate,
    lastModifiedAt: row.lastmodifieddatetime ?? row.lastmodifieddate,
    raw,
  };
}
