import { DateTime } from 'luxon';
import type { EpochMs } from '../../domain/result/report.js';
import { flagCodes, type LaboratoryReport, type Letterhead } from './report.js';

const loincSystem = 'http://loinc.org';
const flagSystem = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation';
const typeSystem = 'http://terminology.hl7.org/CodeSystem/v2-0203';

/** One report as a FHIR R4 collection Bundle: report, patient, order, clinician, specimen, observations. */
export function writeBundle(report: LaboratoryReport, from: Letterhead): object {
  const { patient, orderer, test, number } = report;
  const at = (time: EpochMs) => DateTime.fromMillis(time, { zone: from.zone }).toISO();
  const urn = (what: string) => `urn:${from.facility.toLowerCase()}:${number}:${what}`;
  const loinc = (code: string, text: string) => ({ coding: [{ system: loincSystem, code }], text });
  const typed = (code: string) => ({ coding: [{ system: typeSystem, code }] });
  const subject = { reference: urn('patient') };
  const observations = report.rows.map((row, i) => ({
    fullUrl: urn(`row-${i + 1}`),
    resource: {
      resourceType: 'Observation',
      status: 'final',
      category: [{ coding: [{ code: 'laboratory' }] }],
      code: loinc(row.loinc, row.name),
      subject,
      effectiveDateTime: at(report.collectedAt),
      issued: at(report.reportedAt),
      valueQuantity: {
        value: Number(row.value),
        unit: row.unit,
        system: 'http://unitsofmeasure.org',
        code: row.unit,
      },
      interpretation: [{ coding: [{ system: flagSystem, code: flagCodes[row.flag] }] }],
      referenceRange: [{ text: row.range }],
    },
  }));
  return {
    resourceType: 'Bundle',
    type: 'collection',
    timestamp: at(report.reportedAt),
    entry: [
      {
        fullUrl: urn('report'),
        resource: {
          resourceType: 'DiagnosticReport',
          identifier: [{ type: typed('FILL'), system: urnOf(from), value: number }],
          status: 'final',
          category: [{ coding: [{ code: 'LAB' }] }],
          code: loinc(test.loinc, test.name),
          subject,
          basedOn: [{ reference: urn('order') }],
          specimen: [{ reference: urn('specimen') }],
          effectiveDateTime: at(report.collectedAt),
          issued: at(report.reportedAt),
          result: observations.map(({ fullUrl }) => ({ reference: fullUrl })),
        },
      },
      {
        fullUrl: urn('patient'),
        resource: {
          resourceType: 'Patient',
          identifier: [{ type: typed('MR'), system: from.recordsOf, value: patient.record }],
          name: [{ use: 'official', family: patient.family, given: [patient.given] }],
          gender: patient.sex === 'F' ? 'female' : 'male',
          birthDate: patient.birthDate,
        },
      },
      {
        fullUrl: urn('order'),
        resource: {
          resourceType: 'ServiceRequest',
          identifier: [{ type: typed('PLAC'), value: report.order }],
          status: 'completed',
          intent: 'order',
          code: loinc(test.loinc, test.name),
          subject,
          requester: { reference: urn('clinician') },
        },
      },
      {
        fullUrl: urn('clinician'),
        resource: {
          resourceType: 'Practitioner',
          identifier: [{ system: urnOf(from), value: orderer.account }],
          name: [{ family: orderer.family, given: [orderer.given] }],
        },
      },
      {
        fullUrl: urn('specimen'),
        resource: {
          resourceType: 'Specimen',
          accessionIdentifier: { system: urnOf(from), value: report.accession },
          subject,
          collection: { collectedDateTime: at(report.collectedAt) },
        },
      },
      ...observations,
    ],
  };
}

function urnOf({ facility }: Letterhead): string {
  return `urn:${facility.toLowerCase()}`;
}
