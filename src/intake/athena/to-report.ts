import { z } from 'zod';
import { flag, id, list, onlyRecord, text } from '../../clients/athenahealth/fields.js';
import type { FeedRow } from '../../clients/athenahealth/lab-feed.js';
import { readTime } from '../../clients/athenahealth/times.js';
import type { EpochMs, Report, ReportIdentifier } from '../../domain/result/report.js';
import { IntakeError } from './intake-error.js';
import { codeOf, readObservations } from './observations.js';
import { reportStatus } from './status.js';

export interface ReportContext {
  readonly practiceId: string;
  /** From the feed row or the URL: the document itself does not say whose it is. `null` only for HOLD. */
  readonly patientId: string | null;
  /** Fills what the document leaves out. */
  readonly feedRow?: FeedRow;
  /** Zone of the vendor's wall clock. */
  readonly zone?: string;
}

/** What a person should know about a mapping; stable codes without PHI. */
export type MappingRemark =
  | 'collection-time-unknown'
  | 'collection-date-missing'
  | 'date-unreadable'
  | 'status-missing'
  | 'provider-missing'
  | 'patient-missing'
  | 'row-unreadable';

export interface MappedReport {
  readonly report: Report;
  /** athenahealth's id of the laboratory; it tells whether another feed speaks for the result (L4). */
  readonly facilityId: string | null;
  readonly remarks: readonly MappingRemark[];
}

const shape = z.object({
  documentclass: text,
  labresultid: id,
  patientid: id,
  departmentid: id,
  providerid: id,
  facilityid: id,
  tietoorderid: id,
  externalaccessionid: id,
  performinglabname: text,
  description: text,
  labresultloinc: id,
  status: text,
  resultstatus: text,
  reportstatus: text,
  deleteddatetime: text,
  documentsource: text,
  documentroute: text,
  observationdatetime: text,
  observationdate: text,
  specimenreporteddatetime: text,
  createddatetime: text,
  createddate: text,
  portalpublisheddatetime: text,
  isconfidential: flag,
  isreviewedbyprovider: flag,
  notefromlab: text,
  resultnotes: text,
  originalfilename: text,
  observations: list,
  pages: list,
});

/** {@link mapLabResult} without its remarks. */
export function toReport(document: unknown, context: ReportContext): Report {
  return mapLabResult(document, context).report;
}

/**
 * Maps a lab result document (an object or the vendor's array of one) to a report. Missing patient, provider, date,
 * observations, flags or units are no errors: they stay `null` and are remarked. A collection known by date only is
 * the start of that Eastern day, with the remark `collection-time-unknown`.
 * @throws IntakeError when the body is no lab result, or not the one, or not of the patient, it was read for.
 */
export function mapLabResult(document: unknown, context: ReportContext): MappedReport {
  const raw = onlyRecord(document);
  if (!raw) throw notALabResult('The answer is not one lab result document');
  const doc = shape.parse(raw);
  const row = context.feedRow;
  const looksLikeOne = doc.labresultid !== null || 'observations' in raw || 'labresultloinc' in raw;
  if (!looksLikeOne || (doc.documentclass !== null && doc.documentclass.trim().toUpperCase() !== 'LABRESULT'))
    throw notALabResult('The document is not of class LABRESULT');

  const documentId = doc.labresultid ?? row?.labResultId ?? null;
  if (documentId === null)
    throw new IntakeError(
      'no-document-id',
      'The lab result has no id. Read it again; if it stays so, open it in athenaOne and report it to athenahealth.',
    );
  if (row?.labResultId && row.labResultId !== documentId)
    throw new IntakeError(
      'wrong-document',
      'The document is not the one its feed row names. Read it again by its id.',
    );
  if (doc.patientid !== null && context.patientId !== null && doc.patientid !== context.patientId)
    throw new IntakeError(
      'wrong-patient',
      'The document names another patient than it was read for. Tell nobody; look at the document in athenaOne.',
    );

  const remarks = new Set<MappingRemark>();
  const read = (written: string | null) => {
    const time = readTime(written, context.zone);
    if (written !== null && time === null) remarks.add('date-unreadable');
    return time;
  };
  const at = (written: string | null): EpochMs | null => read(written)?.at ?? null;

  const collected = read(doc.observationdatetime ?? doc.observationdate ?? row?.observedAt ?? null);
  if (!collected) remarks.add('collection-date-missing');
  else if (!collected.timeKnown) remarks.add('collection-time-unknown');

  const observations = readObservations(doc.observations);
  if (doc.observations.some((one) => typeof one !== 'object' || one === null)) remarks.add('row-unreadable');
  const statusTexts = [doc.resultstatus, doc.reportstatus];
  if ([...statusTexts, ...observations.map((one) => one.status)].every((one) => one === null))
    remarks.add('status-missing');
  const documentState = doc.status?.trim().toUpperCase() ?? row?.state ?? null;
  const providerId = doc.providerid ?? row?.providerId ?? null;
  if (providerId === null) remarks.add('provider-missing');
  const patientId = context.patientId ?? doc.patientid;
  if (patientId === null) remarks.add('patient-missing');

  const isScan = observations.length === 0 && (doc.pages.length > 0 || doc.originalfilename !== null);
  const report: Report = {
    source: 'athenahealth',
    documentId,
    kind: 'lab',
    patient: patientId === null ? null : { id: patientId, authority: patientAuthority(context.practiceId) },
    departmentId: doc.departmentid ?? row?.departmentId ?? null,
    orderingProvider: providerId === null ? null : { id: providerId, npi: null },
    identifiers: identifiers([
      ['lab-result', documentId],
      ['order', doc.tietoorderid ?? row?.orderId ?? null],
      ['accession', doc.externalaccessionid],
    ]),
    test: { ...codeOf(doc.labresultloinc), name: doc.description ?? onlyName(observations) ?? 'Lab result' },
    status: reportStatus({
      report: statusTexts,
      rows: observations.map((one) => one.status),
      isDeleted: documentState === 'DELETED' || doc.deleteddatetime !== null,
    }),
    laboratory: doc.performinglabname,
    collectedAt: collected?.at ?? null,
    reportedAt: at(doc.specimenreporteddatetime),
    postedAt: at(doc.createddatetime ?? doc.createddate ?? row?.createdAt ?? null),
    observations,
    note: [doc.notefromlab, doc.resultnotes].filter((one) => one !== null).join('\n') || null,
    readable: !isScan,
    documentSource: doc.documentsource ?? row?.documentSource ?? null,
    documentRoute: doc.documentroute ?? row?.documentRoute ?? null,
    documentState,
    reviewedByProvider: doc.isreviewedbyprovider === true,
    publishedAt: at(doc.portalpublisheddatetime),
    confidential: doc.isconfidential === true,
  };
  return { report, facilityId: doc.facilityid ?? row?.facilityId ?? null, remarks: [...remarks] };
}

/** Authority of patient ids of one athenahealth practice. */
export function patientAuthority(practiceId: string): string {
  return `athenahealth/${practiceId}`;
}

function identifiers(pairs: readonly [ReportIdentifier['namespace'], string | null][]): ReportIdentifier[] {
  return pairs.flatMap(([namespace, value]) => (value === null ? [] : [{ namespace, value }]));
}

function onlyName(observations: Report['observations']): string | null {
  return observations.length === 1 ? (observations[0]?.name ?? null) : null;
}

function notALabResult(what: string): IntakeError {
  return new IntakeError(
    'not-a-lab-result',
    `${what}. Check in athenaOne what was filed under this id; it is kept for a person to look at.`,
  );
}
