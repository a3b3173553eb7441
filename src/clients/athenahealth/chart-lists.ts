import { z } from 'zod';
import { pathOf } from '../http/index.js';
import type { JsonRecord } from './fields.js';
import { id, list, record, text } from './fields.js';
import { readTime } from './times.js';
import type { Transport } from './transport.js';

/** One analyte of the chart's own list: for previous values and trends (API reference §5.5). */
export interface ChartAnalyte {
  readonly analyteId: string | null;
  readonly labResultId: string | null;
  readonly name: string | null;
  /** As written; check its check digit before anything is mapped by it. */
  readonly loinc: string | null;
  readonly value: string | null;
  readonly unit: string | null;
  readonly range: string | null;
  /** Free text. Its HL7 code is not read: it makes `critical high` a plain `H`. */
  readonly flag: string | null;
  readonly status: string | null;
  /** Epoch ms. */
  readonly takenAt: number | null;
  /** False where only the day is known. */
  readonly timeKnown: boolean;
  readonly raw: JsonRecord;
}

/** One row of a patient's documents, of any class (API reference §8.5). */
export interface PatientDocument {
  /** Upper case, e.g. LABRESULT, IMAGINGRESULT, PATIENTCASE. */
  readonly documentClass: string;
  /** From the field that this class calls its id; `null` when the row has none. */
  readonly documentId: string | null;
  readonly description: string | null;
  readonly state: string | null;
  readonly source: string | null;
  readonly route: string | null;
  readonly orderId: string | null;
  readonly createdAt: number | null;
  readonly lastModifiedAt: number | null;
  readonly raw: JsonRecord;
}

export interface ChartLists {
  /** Analytes of the whole chart, newest and oldest alike. Needs a department of the patient's chart. */
  analytes(patientId: string, departmentId: string): Promise<readonly ChartAnalyte[]>;
  /** The same by result; a result without analytes gives none. */
  labResultAnalytes(patientId: string, departmentId: string): Promise<readonly ChartAnalyte[]>;
  /** Everything in the chart, or one class: the nightly back-stop for feed rows that were lost. */
  documents(
    patientId: string,
    departmentId: string,
    options?: { readonly documentClass?: string; readonly from?: string; readonly to?: string },
  ): Promise<readonly PatientDocument[]>;
  /** Chart sharing groups of a patient, each with a department to ask with. */
  groups(patientId: string): Promise<readonly { readonly groupId: string; readonly departmentId: string }[]>;
}

const analyteShape = z.object({
  analyteid: id,
  labresultid: id,
  analytename: text,
  loinc: id,
  value: text,
  units: text,
  referencerange: text,
  abnormalflag: text,
  valuestatus: text,
  status: text,
  resultstatus: text,
  labresultstatus: text,
  analytedatetime: text,
  analytedate: text,
});

const documentShape = z.object({
  documentclass: text,
  documentid: id,
  documentdescription: text,
  description: text,
  status: text,
  documentsource: text,
  documentroute: text,
  tietoorderid: id,
  createddatetime: text,
  createddate: text,
  lastmodifieddatetime: text,
});

export function createChartLists(transport: Transport): ChartLists {
  return {
    async analytes(patientId, departmentId) {
      const path = pathOf`/chart/${patientId}/analytes`;
      const rows = await transport.all('chart.analytes', path, 'analytes', shown(departmentId));
      return rows.flatMap((row) => objects(row).map((one) => readAnalyte(one, null, null)));
    },
    async labResultAnalytes(patientId, departmentId) {
      const path = pathOf`/chart/${patientId}/labresults`;
      const rows = await transport.all('chart.lab-results', path, 'results', shown(departmentId));
      return rows.flatMap((row) =>
        objects(row).flatMap((result) =>
          list
            .parse(result['analytes'])
            .flatMap(objects)
            .map((one) =>
              readAnalyte(
                one,
                id.parse(result['labresultid']),
                text.parse(result['labresultdatetime']) ?? text.parse(result['labresultdate']),
              ),
            ),
        ),
      );
    },
    async documents(patientId, departmentId, { documentClass, from, to } = {}) {
      const path = pathOf`/patients/${patientId}/documents`;
      const rows = await transport.all('document.list', path, 'documents', {
        departmentid: departmentId,
        documentclass: documentClass,
        startdate: from && vendorDate(from),
        enddate: to && vendorDate(to),
      });
      return rows.flatMap((row) => objects(row).map(readDocument));
    },
    async groups(patientId) {
      const path = pathOf`/chart/${patientId}/patientchartlist`;
      const rows = await transport.all('chart.groups', path, 'chartlist');
      return rows.flatMap((row) =>
        objects(row).flatMap((one) => {
          const groupId = id.parse(one['chartsharinggroupid']);
          const departmentId = id.parse(one['sampledepartmentid']);
          return groupId !== null && departmentId !== null ? [{ groupId, departmentId }] : [];
        }),
      );
    },
  };
}

/** `YYYY-MM-DD` as athenahealth wants it. */
export function vendorDate(date: string): string {
  const [year, month, day] = date.split('-');
  return `${month}/${day}/${year}`;
}

function shown(departmentId: string) {
  return { departmentid: departmentId, showabnormaldetails: true };
}

function objects(row: unknown): JsonRecord[] {
  const parsed = record.safeParse(row);
  return parsed.success ? [parsed.data] : [];
}

function readAnalyte(raw: JsonRecord, labResultId: string | null, resultTime: string | null): ChartAnalyte {
  const row = analyteShape.parse(raw);
  const time = readTime(row.analytedatetime ?? row.analytedate ?? resultTime);
  return {
    analyteId: row.analyteid,
    labResultId: row.labresultid ?? labResultId,
    name: row.analytename,
    loinc: row.loinc,
    value: row.value,
    unit: row.units,
    range: row.referencerange,
    // One thing under three names, by list (API reference §5.5).
    flag: row.abnormalflag ?? row.valuestatus ?? row.status,
    status: row.resultstatus ?? row.labresultstatus,
    takenAt: time?.at ?? null,
    timeKnown: time?.timeKnown ?? false,
    raw,
  };
}

function readDocument(raw: JsonRecord): PatientDocument {
  const row = documentShape.parse(raw);
  const documentClass = row.documentclass?.trim().toUpperCase() ?? '';
  return {
    documentClass,
    documentId: id.parse(raw[`${documentClass.toLowerCase()}id`]) ?? row.documentid,
    description: row.documentdescription ?? row.description,
    state: row.status?.trim().toUpperCase() ?? null,
    source: row.documentsource,
    route: row.documentroute,
    orderId: row.tietoorderid,
    createdAt: readTime(row.createddatetime ?? row.createddate)?.at ?? null,
    lastModifiedAt: readTime(row.lastmodifieddatetime)?.at ?? null,
    raw,
  };
}
