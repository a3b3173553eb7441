import type { AthenaClient, FeedRow } from '../clients/athenahealth/index.js';
import { mapImagingResult, mapLabResult, vendorDocument, type MappedReport } from '../intake/athena/index.js';
import type { Practice } from '../store/practices.js';

/** A document of our record, where it stands in athenahealth. */
export interface ChartDocumentRef {
  readonly chartId: string;
  /** As in our record; it says whether it is a lab or an imaging result. */
  readonly documentId: string;
}

/**
 * Reads a lab or imaging result from the chart; `null` when it is not there under this patient.
 * @throws IntakeError when what came back cannot become a report.
 */
export async function readDocument(
  athena: AthenaClient,
  practice: Practice,
  { chartId, documentId }: ChartDocumentRef,
  feedRow?: FeedRow,
): Promise<(Pick<MappedReport, 'report' | 'facilityId'> & { readonly raw: unknown }) | null> {
  const { kind, id } = vendorDocument(documentId);
  const found = kind === 'lab' ? await athena.labResult(chartId, id) : await athena.imaging.read(chartId, id);
  if (!found) return null;
  const map = kind === 'lab' ? mapLabResult : mapImagingResult;
  const { report, facilityId } = map(found.raw, {
    practiceId: practice.athenaPracticeId,
    patientId: chartId,
    ...(feedRow && { feedRow }),
  });
  return { report, facilityId, raw: found.raw };
}

/** The note that the patient sees beside a result, as it stands there now. */
export async function patientNote(
  athena: AthenaClient,
  { chartId, documentId }: ChartDocumentRef,
): Promise<string> {
  const { kind, id } = vendorDocument(documentId);
  const found = kind === 'lab' ? await athena.labResult(chartId, id) : await athena.imaging.read(chartId, id);
  return found?.patientNote ?? '';
}

export async function writePatientNote(
  athena: AthenaClient,
  { chartId, documentId }: ChartDocumentRef,
  note: string,
): Promise<void> {
  const { kind, id } = vendorDocument(documentId);
  if (kind === 'lab') await athena.noteToPatient({ patientId: chartId, labResultId: id, note });
  else await athena.imaging.noteToPatient({ patientId: chartId, imagingResultId: id, note });
}
