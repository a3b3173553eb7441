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
  ref: ChartDocumentRef,
  feedRow?: FeedRow,
): Promise<(Pick<MappedReport, 'report' | 'facilityId'> & { readonly raw: unknown }) | null> {
  const found = await find(athena, ref);
  if (!found) return null;
  return { ...mapDocument(found.raw, practice, ref, feedRow), raw: found.raw };
}

/** A lab or imaging result as read, or as a list shows it. @throws IntakeError when it cannot become a report. */
export function mapDocument(
  raw: unknown,
  practice: Practice,
  ref: ChartDocumentRef,
  feedRow?: FeedRow,
): Pick<MappedReport, 'report' | 'facilityId'> {
  const map = vendorDocument(ref.documentId).kind === 'lab' ? mapLabResult : mapImagingResult;
  const { report, facilityId } = map(raw, {
    practiceId: practice.athenaPracticeId,
    patientId: ref.chartId,
    ...(feedRow && { feedRow }),
  });
  return { report, facilityId };
}

/** The note that the patient sees beside a result, as it stands there now. */
export async function patientNote(athena: AthenaClient, ref: ChartDocumentRef): Promise<string> {
  return (await find(athena, ref))?.patientNote ?? '';
}

function find(athena: AthenaClient, { chartId, documentId }: ChartDocumentRef) {
  const { kind, id } = vendorDocument(documentId);
  return kind === 'lab' ? athena.labResult(chartId, id) : athena.imaging.read(chartId, id);
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
