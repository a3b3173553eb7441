import { z } from 'zod';
import { id, list, onlyRecord, text } from '../../clients/athenahealth/fields.js';
import { IntakeError } from './intake-error.js';
import { mapLabResult, type MappedReport, type ReportContext } from './to-report.js';

/** Sets ids of imaging results apart from those of lab results in our own record. */
const prefix = 'imaging/';

const shape = z.object({
  documentclass: text,
  imagingresultid: id,
  description: text,
  accessionid: id,
  externalaccessionid: id,
  resultstatus: text,
  reportstatus: text,
  interpretation: text,
  resultnotes: text,
  notefromlab: text,
  observations: list,
});

/** Words in a status that say how it turned out, not how final it is (athenahealth §5.3 names them among statuses). */
const outcomeWords = /^(critical|abnormal|normal)$/i;

/** The document id under which our record knows an imaging result. */
export function imagingDocumentId(imagingResultId: string): string {
  return prefix + imagingResultId;
}

/** The vendor's id of a document of our record, and which of its documents it is. */
export function vendorDocument(documentId: string): {
  readonly kind: 'lab' | 'imaging';
  readonly id: string;
} {
  return documentId.startsWith(prefix)
    ? { kind: 'imaging', id: documentId.slice(prefix.length) }
    : { kind: 'lab', id: documentId };
}

/**
 * Maps an imaging result document to a report of kind `imaging` (L5b): no values, its words are the report's note, and
 * what its status says about the outcome is the sender's flag.
 * @throws IntakeError as {@link mapLabResult} does.
 */
export function mapImagingResult(document: unknown, context: ReportContext): MappedReport {
  const raw = onlyRecord(document);
  const doc = shape.parse(raw ?? {});
  const documentClass = doc.documentclass?.trim().toUpperCase() ?? null;
  if (!raw || doc.imagingresultid === null || (documentClass !== null && documentClass !== 'IMAGINGRESULT'))
    throw new IntakeError(
      'not-an-imaging-result',
      'The answer is not one imaging result document. It is kept; look at it in athenaOne.',
    );
  const statuses = [doc.resultstatus, doc.reportstatus];
  const flag = statuses.find((one) => one !== null && outcomeWords.test(one.trim())) ?? null;
  const words = [doc.interpretation, doc.notefromlab, doc.resultnotes].filter((one) => one !== null);
  const { report, facilityId, remarks } = mapLabResult(
    {
      ...raw,
      documentclass: 'LABRESULT',
      labresultid: doc.imagingresultid,
      description: doc.description ?? 'Imaging result',
      externalaccessionid: doc.externalaccessionid ?? doc.accessionid,
      resultstatus: withoutOutcome(doc.resultstatus),
      reportstatus: withoutOutcome(doc.reportstatus),
      observations:
        flag === null
          ? []
          : [{ analytename: 'Impression', value: words.join('\n') || flag, abnormalflag: flag }],
    },
    context,
  );
  return {
    report: {
      ...report,
      kind: 'imaging',
      documentId: imagingDocumentId(report.documentId),
      identifiers: report.identifiers.map((one) =>
        one.namespace === 'lab-result' ? { ...one, value: imagingDocumentId(one.value) } : one,
      ),
      note: words.join('\n') || null,
      // Without a word of text there is nothing but pictures or a scan.
      readable: report.readable && words.length > 0,
    },
    facilityId,
    remarks,
  };
}

function withoutOutcome(status: string | null): string | null {
  return status !== null && outcomeWords.test(status.trim()) ? null : status;
}
