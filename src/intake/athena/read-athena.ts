/** athenahealth documents as deliveries: what {@link mapLabResult} gives, with what the document prints about it. */
import { z } from 'zod';
import { id, list, record, text, type JsonRecord } from '../../clients/athenahealth/fields.js';
import { athenaZone, readTime } from '../../clients/athenahealth/times.js';
import type { IntakeWarning, PatientAsSent, Received, ReceivedResult, SentTime } from '../received.js';
import { mapImagingResult } from './imaging.js';
import { IntakeError } from './intake-error.js';
import { mapLabResult, type MappingRemark } from './to-report.js';

const shape = z.object({
  patientid: id,
  providerid: id,
  providerusername: text,
  tietoorderid: id,
  externalaccessionid: id,
  observationdatetime: text,
  observationdate: text,
  specimenreporteddatetime: text,
  specimenreceiveddatetime: text,
  ordereddatetime: text,
  specimensource: text,
  performinglabname: text,
  performinglabaddress1: text,
  performinglabaddress2: text,
  performinglabcity: text,
  performinglabstate: text,
  performinglabzip: text,
});

const remarkTexts: Readonly<Record<MappingRemark, string>> = {
  'collection-time-unknown': 'Only the day of the collection is known',
  'collection-date-missing': 'It is not said when the specimen was taken',
  'date-unreadable': 'A date cannot be read and was left out',
  'status-missing': 'It is not said whether this is final',
  'provider-missing': 'No ordering provider is named',
  'patient-missing': 'The document does not say whose it is: only the feed row or its address does',
  'row-unreadable': 'A row is no object and was kept as text',
};

/** How each name of the chart's list is called in the document itself (athenahealth §5.5). */
const chartNames: Readonly<Record<string, string>> = {
  orderid: 'tietoorderid',
  labresultdate: 'observationdate',
  labresultdatetime: 'observationdatetime',
  analytes: 'observations',
};

/** True for a lab or imaging result document, an array of them, or one of the vendor's lists of them. */
export function isAthenaJson(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every((one) => isDocument(one));
  return isDocument(value) || rowsOf(value) !== null;
}

/**
 * Reads documents and lists of athenahealth. Rows of the changed feed carry no values (athenahealth §0): they are no
 * results, the documents that they name are. Never throws.
 */
export function readAthenaJson(value: unknown, source: { readonly name?: string }): Received {
  const rows = Array.isArray(value) ? value : (rowsOf(value) ?? [value]);
  const results: ReceivedResult[] = [];
  const warnings: IntakeWarning[] = [];
  let announced = 0;
  let refused = '';
  for (const row of rows) {
    const parsed = record.safeParse(row);
    if (!parsed.success) {
      warnings.push({ code: 'row-unreadable', text: 'A row of the list is no object and was not read' });
      continue;
    }
    const document = asDocument(parsed.data);
    if (!holdsContent(document)) {
      announced += 1;
      continue;
    }
    try {
      results.push(receivedOf(document, source.name ?? ''));
    } catch (error) {
      refused =
        error instanceof IntakeError
          ? error.message
          : 'A lab result cannot be read as it is built. It is kept for a person to look at.';
      warnings.push({
        code: error instanceof IntakeError ? error.code : 'document-unreadable',
        text: refused,
      });
    }
  }
  const why = `It names ${announced} lab results without their content: read each document by its id`;
  if (announced > 0) warnings.push({ code: 'documents-to-read', text: why });
  if (results.length > 0) return { verdict: 'results', results, warnings };
  if (refused !== '') return { verdict: 'reject', why: refused, warnings };
  return { verdict: 'none', why: announced > 0 ? why : 'The list of lab results is empty', warnings };
}

/** One document. `practiceId` is the number in its address; empty when that is not known. @throws IntakeError */
export function receivedOf(document: JsonRecord, practiceId: string): ReceivedResult {
  const doc = shape.parse(document);
  const map = 'imagingresultid' in document ? mapImagingResult : mapLabResult;
  const { report, remarks } = map(document, { practiceId, patientId: doc.patientid });
  const authority = practiceId === '' ? null : (report.patient?.authority ?? null);
  const patient: PatientAsSent = {
    id: doc.patientid,
    authority,
    identifiers: doc.patientid === null ? [] : [{ id: doc.patientid, authority, type: null }],
    family: null,
    given: null,
    birthDate: null,
    sex: null,
  };
  const address = [
    doc.performinglabaddress1,
    doc.performinglabaddress2,
    doc.performinglabcity,
    [doc.performinglabstate, doc.performinglabzip].filter(Boolean).join(' '),
  ].filter(Boolean);
  return {
    report,
    patient,
    orderingProvider:
      doc.providerid === null ? null : { id: doc.providerid, npi: null, family: null, given: null },
    placer: doc.tietoorderid,
    filler: doc.externalaccessionid,
    orderedAt: sentTime(doc.ordereddatetime),
    collectedAt: sentTime(doc.observationdatetime ?? doc.observationdate),
    reportedAt: sentTime(doc.specimenreporteddatetime),
    receivedAt: sentTime(doc.specimenreceiveddatetime),
    specimen: doc.specimensource,
    performingLab:
      doc.performinglabname === null && address.length === 0
        ? null
        : { name: doc.performinglabname, address: address.join(', ') || null },
    processing: 'production',
    warnings: remarks.map((code) => ({ code, text: remarkTexts[code] })),
  };
}

/** Midnight sharp is how the vendor writes "time unknown" (athenahealth, conventions). */
function sentTime(raw: string | null): SentTime | null {
  if (raw === null) return null;
  const time = readTime(raw);
  if (!time) return { raw, iso: null, at: null, precision: null };
  const local = new Date(time.at).toLocaleString('sv-SE', { timeZone: athenaZone }).replace(' ', 'T');
  const iso = raw.includes('/') ? local : raw.trim().replace(' ', 'T');
  return time.timeKnown
    ? { raw, iso, at: time.at, precision: 'second' }
    : { raw, iso: local.slice(0, 10), at: time.at, precision: 'day' };
}

function rowsOf(value: unknown): readonly unknown[] | null {
  const parsed = record.safeParse(value);
  if (!parsed.success) return null;
  for (const name of ['labresults', 'imagingresults', 'results']) {
    const rows = parsed.data[name];
    if (Array.isArray(rows) && (rows.length === 0 ? 'totalcount' in parsed.data : rows.some(isDocument)))
      return rows;
  }
  return null;
}

function isDocument(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !('resourceType' in value) &&
    ['labresultid', 'labresultloinc', 'imagingresultid'].some((key) => key in value)
  );
}

function asDocument(row: JsonRecord): JsonRecord {
  const isFromChart = 'analytes' in row && !('observations' in row);
  if (!isFromChart) return row;
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [chartNames[key] ?? key, value]));
}

/** A feed row has neither rows nor pages nor the name of a test: only what happened to a document. */
function holdsContent(document: JsonRecord): boolean {
  const { observations, pages } = z.object({ observations: list, pages: list }).parse(document);
  const isDetailed = ['observations', 'pages', 'description', 'labresultloinc'].some(
    (key) => key in document,
  );
  return observations.length > 0 || pages.length > 0 || isDetailed;
}
