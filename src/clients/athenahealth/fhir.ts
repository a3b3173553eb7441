import { z } from 'zod';
import { record, text } from './fields.js';
import type { JsonRecord } from './fields.js';
import type { FhirTransport } from './fhir-transport.js';

/** What the product itself reads of a FHIR resource; `raw` goes to the FHIR reader of `intake/fhir`. */
export interface FhirResource {
  readonly id: string;
  readonly resourceType: string;
  readonly status: string | null;
  readonly lastUpdated: string | null;
  /** Security label `NOPAT`: must not be disclosed to the patient (L26). */
  readonly isNotForPatient: boolean;
  readonly raw: JsonRecord;
}

export interface FhirReport extends FhirResource {
  /**
   * Ids of reports that belong together with this one as versions of each other. Recorded in both directions, so only
   * `issued` says which is newer.
   */
  readonly supersedes: readonly string[];
  readonly issued: string | null;
}

/**
 * Reads of the certified FHIR API (API reference §9): history over all sources, security labels, hints that one report
 * replaced another. It can neither discover results of a practice nor write.
 */
export interface FhirReads {
  reports(patientId: string, options?: { readonly category?: string }): Promise<readonly FhirReport[]>;
  report(reportId: string): Promise<FhirReport | null>;
  observations(
    patientId: string,
    options?: { readonly category?: string; readonly code?: string; readonly date?: string },
  ): Promise<readonly FhirResource[]>;
  observation(observationId: string): Promise<FhirResource | null>;
  patient(patientId: string): Promise<FhirResource | null>;
  practitioner(providerId: string): Promise<FhirResource | null>;
}

const pageSize = 50;
const superseded = 'ah-superseded-diagnostic-report';

const shape = z.object({
  id: text,
  resourceType: text,
  status: text,
  issued: text,
  meta: z
    .object({
      lastUpdated: text,
      security: z
        .array(z.object({ code: text }))
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
  extension: z
    .array(z.object({ url: text, valueReference: z.object({ reference: text }).optional().catch(undefined) }))
    .optional()
    .catch(undefined),
});

export function createFhirReads(fhir: FhirTransport, practiceId: string): FhirReads {
  const patientRef = (patientId: string) => `a-${practiceId}.E-${patientId}`;
  const one = async (type: string, resourceId: string): Promise<FhirReport | null> => {
    const raw = await fhir.read(`fhir.${type}.read`, type, resourceId);
    return raw && readResource(raw);
  };
  const all = async (type: string, query: Readonly<Record<string, string | number | undefined>>) => {
    const found = await fhir.search(`fhir.${type}.search`, type, { ...query, _count: pageSize });
    return found.flatMap((raw) => {
      const resource = readResource(raw);
      return resource && resource.resourceType === type ? [resource] : [];
    });
  };
  return {
    reports: (patientId, { category } = {}) =>
      all('DiagnosticReport', { patient: patientRef(patientId), category }),
    report: (reportId) => one('DiagnosticReport', reportId),
    observations: (patientId, { category, code, date } = {}) =>
      all('Observation', { patient: patientRef(patientId), category, code, date }),
    observation: (observationId) => one('Observation', observationId),
    patient: (patientId) => one('Patient', patientRef(patientId)),
    practitioner: (providerId) => one('Practitioner', `a-${practiceId}.Provider-${providerId}`),
  };
}

/** `null` for what is no resource with an id. Unknown parts are left alone: they are in `raw`. */
function readResource(raw: unknown): FhirReport | null {
  const parsed = record.safeParse(raw);
  const fields = parsed.success ? shape.safeParse(parsed.data) : null;
  if (!parsed.success || !fields?.success || !fields.data.id || !fields.data.resourceType) return null;
  const { data } = fields;
  return {
    id: fields.data.id,
    resourceType: fields.data.resourceType,
    status: data.status,
    lastUpdated: data.meta?.lastUpdated ?? null,
    isNotForPatient: (data.meta?.security ?? []).some(({ code }) => code === 'NOPAT'),
    supersedes: (data.extension ?? []).flatMap(({ url, valueReference }) => {
      const reference = valueReference?.reference;
      return url?.endsWith(superseded) && reference ? [reference.replace(/^DiagnosticReport\//, '')] : [];
    }),
    issued: data.issued,
    raw: parsed.data,
  };
}
