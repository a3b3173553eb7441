import type { ResultDocument } from './document.js';
import { bundleOf, FhirError } from './fhir-gateway.js';
import type { FhirCall, FhirRoute } from './fhir-gateway.js';
import type { Observation, Patient } from './seed.js';
import type { AthenaTenant } from './tenant.js';
import { easternIso } from './times.js';

type Resource = Record<string, unknown> & { readonly id: string };

/** Reads of the certified API with the traps that were recorded (reference §9). */
export function fhirRoutes(route: FhirRoute): void {
  searchable(route, 'DiagnosticReport', (call) =>
    resultsOf(call.tenant).map((document) => reportOf(call.tenant, document)),
  );
  searchable(route, 'Observation', (call) =>
    resultsOf(call.tenant).flatMap((document) =>
      document.result.observations.map((row) => observationOf(call.tenant, document, row)),
    ),
  );
  route('GET', '/Patient/:id', 'system/Patient.read', (call) => {
    const patientId = /^a-\d+\.E-(\d+)$/.exec(call.params.id ?? '')?.[1];
    const patient = call.tenant.patients.get(patientId ?? '');
    if (!patient || patient.mergedinto) throw notFound();
    return { body: patientOf(call.tenant, patient) };
  });
  route('GET', '/Practitioner/:id', 'system/Practitioner.read', (call) => {
    const providerId = /^a-\d+\.Provider-(\d+)$/.exec(call.params.id ?? '')?.[1];
    const provider = call.tenant.providers.get(Number(providerId));
    if (!provider) throw notFound();
    return {
      body: {
        resourceType: 'Practitioner',
        id: call.params.id,
        active: true,
        name: [
          {
            text: provider.displayname ?? '',
            family: provider.lastname ?? '',
            given: [provider.firstname ?? ''],
          },
        ],
        ...(provider.npi !== undefined && {
          identifier: [{ system: 'http://hl7.org/fhir/sid/us-npi', value: String(provider.npi) }],
        }),
      },
    };
  });
}

function searchable(route: FhirRoute, type: string, all: (call: FhirCall) => readonly Resource[]): void {
  const scope = `system/${type}.read`;
  route('GET', `/${type}`, scope, (call) => {
    const { patient, _id: id } = call.query;
    if (!patient && !id)
      throw new FhirError(
        403,
        'forbidden',
        'The search query could not be executed: one of the required parameter combinations [patient], [_id] was not provided.',
      );
    const subject = `Patient/${patient?.replace(/^Patient\//, '')}`;
    const found = all(call)
      .filter((one) => !patient || (one.subject as { reference: string }).reference === subject)
      .filter((one) => !id || one.id === id);
    return { body: bundleOf(call, type, found) };
  });
  route('GET', `/${type}/:id`, scope, (call) => {
    const found = all(call).find((one) => one.id === call.params.id);
    if (!found) throw notFound();
    return { body: found };
  });
}

function resultsOf(tenant: AthenaTenant): readonly ResultDocument[] {
  return [...tenant.documents.values()].filter(
    (document): document is ResultDocument =>
      document.documentclass === 'LABRESULT' && document.patientid !== null,
  );
}

/** Not the number of the lab result: that they are equal is not proved, and nothing may join on it. */
function reportId(tenant: AthenaTenant, documentId: number): string {
  return `a-${tenant.id}.clinicalresult-${documentId - 1_069_910}`;
}

function reportOf(tenant: AthenaTenant, document: ResultDocument): Resource {
  const { result, fields } = document;
  const issued = utc(document.createdAt);
  const supersedes = result.amends;
  return {
    resourceType: 'DiagnosticReport',
    id: reportId(tenant, document.id),
    meta: {
      lastUpdated: utc(document.modifiedAt),
      ...(fields.isconfidential === true && { security: [{ system: actCode, code: 'NOPAT' }] }),
    },
    status: document.status === 'DELETED' ? 'entered-in-error' : 'final',
    category: [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'LAB', display: 'Laboratory' },
        ],
      },
    ],
    code: {
      text: fields.description ?? 'lab result',
      ...(typeof fields.labresultloinc === 'string' && {
        coding: [
          { system: 'http://loinc.org', code: fields.labresultloinc, display: fields.description ?? '' },
        ],
      }),
    },
    subject: subjectOf(tenant, document),
    effectiveDateTime: utc(result.observedAt ?? document.createdAt),
    issued,
    performer: [{ reference: 'Organization/a-1.CP-10848074' }],
    result: result.observations.map((row) => ({ reference: `Observation/${observationId(tenant, row)}` })),
    extension: [
      practiceExtension(tenant),
      ...(supersedes === null
        ? []
        : [
            {
              url: 'https://fhir.athena.io/StructureDefinition/ah-superseded-diagnostic-report',
              valueReference: { reference: `DiagnosticReport/${reportId(tenant, supersedes)}` },
            },
          ]),
    ],
  };
}

function observationOf(
  tenant: AthenaTenant,
  document: ResultDocument,
  row: Observation & { readonly analyteid?: number | undefined },
): Resource {
  // Every other number comes as text all the same (recorded).
  const isNumber = /^-?\d+(\.\d+)?$/.test(row.value ?? '');
  const isQuantity = isNumber && row.units !== undefined && (row.analyteid ?? 0) % 2 === 0;
  return {
    resourceType: 'Observation',
    id: observationId(tenant, row),
    meta: { lastUpdated: utc(document.modifiedAt) },
    status: 'final',
    category: [{ coding: [{ system: observationCategory, code: 'laboratory', display: 'Laboratory' }] }],
    // In preview these were no LOINC codes, though the system says so: no check digit (recorded).
    code: {
      text: row.analytename,
      coding: [{ system: 'http://loinc.org', code: String(row.analyteid ?? 0), display: row.analytename }],
    },
    subject: subjectOf(tenant, document),
    effectiveDateTime: easternIso(document.result.observedAt ?? document.createdAt),
    ...(isQuantity && { valueQuantity: { value: Number(row.value), unit: row.units } }),
    ...(!isQuantity && row.value !== undefined && { valueString: row.value }),
    ...(row.abnormalflag && { interpretation: [{ text: row.abnormalflag }] }),
    ...(row.referencerange && { referenceRange: [{ text: row.referencerange }] }),
    ...(row.note && { note: [{ text: row.note }] }),
    extension: [practiceExtension(tenant)],
  };
}

function patientOf(tenant: AthenaTenant, patient: Patient): unknown {
  const [month = '', day = '', year = ''] = String(patient.dob ?? '').split('/');
  const phone = /^(\d{3})(\d{3})(\d{4})$/.exec(String(patient.mobilephone ?? ''));
  return {
    resourceType: 'Patient',
    id: `a-${tenant.id}.E-${patient.patientid}`,
    identifier: [
      { system: 'https://fhir.athena.io/sid/ah-patient', value: `a-${tenant.id}.E-${patient.patientid}` },
    ],
    name: [{ use: 'official', family: patient.lastname ?? '', given: [patient.firstname ?? ''] }],
    gender: patient.sex === 'F' ? 'female' : patient.sex === 'M' ? 'male' : 'unknown',
    ...(year && { birthDate: `${year}-${month}-${day}` }),
    ...(phone && {
      telecom: [{ system: 'phone', use: 'mobile', value: `(${phone[1]}) ${phone[2]}-${phone[3]}` }],
    }),
    extension: [practiceExtension(tenant)],
  };
}

const actCode = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const observationCategory = 'http://terminology.hl7.org/CodeSystem/observation-category';

function observationId(tenant: AthenaTenant, row: { readonly analyteid?: number | undefined }): string {
  return `a-${tenant.id}.resultamb-${row.analyteid ?? 0}`;
}

function subjectOf(tenant: AthenaTenant, document: ResultDocument): { readonly reference: string } {
  return { reference: `Patient/a-${tenant.id}.E-${document.patientid}` };
}

function practiceExtension(tenant: AthenaTenant): unknown {
  return {
    url: 'https://fhir.athena.io/StructureDefinition/ah-practice',
    valueReference: { reference: `Organization/a-1.Practice-${tenant.id}` },
  };
}

function notFound(): FhirError {
  return new FhirError(404, 'not-found', 'The resource could not be found.');
}

function utc(at: number): string {
  return new Date(at).toISOString();
}
