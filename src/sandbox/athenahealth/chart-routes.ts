import type { ResultDocument } from './document.js';
import type { V1Route } from './gateway.js';
import { listedDocuments } from './listing.js';
import { pageOf } from './page.js';
import { booleanOf } from './params.js';
import { findPatient, findPatientInDepartment } from './patient-routes.js';
import type { Observation } from './seed.js';
import { easternDate, easternWall } from './times.js';

type Row = Record<string, unknown>;

/** The chart's own lists, with their own names for everything (reference §5.5). */
export function chartRoutes(route: V1Route): void {
  route('GET', '/chart/:patientid/labresults', (call) => {
    const patient = findPatientInDepartment(call, call.query);
    const rows = listedDocuments(call, patient.patientid, 'LABRESULT') as readonly ResultDocument[];
    const details = booleanOf(call.query, 'showabnormaldetails');
    return pageOf(
      'results',
      rows.map((row) => resultRow(row, details)),
      call.path,
      call.query,
    );
  });

  route('GET', '/chart/:patientid/analytes', (call) => {
    const patient = findPatientInDepartment(call, call.query);
    const results = listedDocuments(call, patient.patientid, 'LABRESULT') as readonly ResultDocument[];
    const details = booleanOf(call.query, 'showabnormaldetails');
    const rows = results.flatMap((result) =>
      result.result.observations.map((row) => ({
        ...analyte(row, details),
        description: row.loinc ?? 'LOINC',
        valuestatus: row.abnormalflag,
        labresultstatus: lower(result.fields.resultstatus),
        analytedate: easternDate(result.result.observedAt ?? result.createdAt),
      })),
    );
    return pageOf('analytes', rows.map(present), call.path, call.query);
  });

  route('GET', '/chart/:patientid/patientchartlist', (call) => {
    findPatient(call);
    const groups = new Map<number, number>();
    for (const { departmentid, chartsharinggroupid } of call.tenant.departments.values()) {
      const group = Number(chartsharinggroupid ?? 1);
      if (!groups.has(group)) groups.set(group, Number(departmentid));
    }
    const chartlist = [...groups].map(([chartsharinggroupid, sampledepartmentid]) => ({
      sampledepartmentid,
      chartsharinggroupid,
    }));
    return { chartlist, totalcount: chartlist.length };
  });
}

function resultRow({ id, result, fields, ...document }: ResultDocument, details: boolean): Row {
  const at = result.observedAt;
  return present({
    labresultid: id,
    description: fields.description ?? 'lab result',
    priority: fields.priority,
    resultstatus: lower(fields.resultstatus),
    labresultloinc: fields.labresultloinc,
    orderid: fields.tietoorderid,
    providerid: document.providerid ?? undefined,
    labresultnote: document.patientnote || undefined,
    internalnote: document.internalnote || undefined,
    isreviewedbyprovider: fields.isreviewedbyprovider === true ? '1' : undefined,
    attachmentexists: Array.isArray(fields.pages) && fields.pages.length > 0,
    ...(at !== null && { labresultdate: easternDate(at), labresultdatetime: easternWall(at) }),
    createddate: easternDate(document.createdAt),
    createddatetime: easternWall(document.createdAt),
    analytes: result.observations.map((row) =>
      present({
        ...analyte(row, details),
        description: fields.description ?? row.analytename,
        // Here the flag is in it twice (recorded).
        status: row.abnormalflag,
        analytedate: easternDate(at ?? document.createdAt),
        analytedatetime: easternWall(at ?? document.createdAt),
      }),
    ),
  });
}

function analyte(row: Observation & { analyteid?: number | undefined }, details: boolean): Row {
  const { analyteid, analytename, value, units, referencerange, abnormalflag, resultstatus, loinc, note } =
    row;
  return {
    analyteid,
    analytename,
    value,
    units,
    referencerange,
    abnormalflag,
    resultstatus,
    loinc,
    note,
    ...(details && hl7(abnormalflag)),
  };
}

/** The HL7 translation, which loses criticality: `critical high` becomes a plain H (recorded). */
function hl7(flag: string | undefined): Row {
  if (flag === undefined || (/normal/i.test(flag) === true && !/ab/i.test(flag))) return {};
  if (/high/i.test(flag)) return { abnormalhl7code: 'H', abnormalhl7name: 'High' };
  if (/low/i.test(flag)) return { abnormalhl7code: 'L', abnormalhl7name: 'Low' };
  return { abnormalhl7code: 'A', abnormalhl7name: 'Abnormal' };
}

function lower(value: unknown): string | undefined {
  return typeof value === 'string' ? value.toLowerCase() : undefined;
}

function present(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}
