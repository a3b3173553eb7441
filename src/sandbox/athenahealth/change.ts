import type { EpochMs } from '../../domain/result/report.js';
import { idField } from './document.js';
import type { ChartDocument, ResultClass, ResultDocument } from './document.js';
import { without } from './render.js';
import type { LabResultArrival, LabResultChange, Observation } from './seed.js';
import type { AthenaTenant } from './tenant.js';

/** A result arrives: by interface, fax, upload or hand (reference §5.4). */
export function postResult(
  tenant: AthenaTenant,
  documentclass: ResultClass,
  arrival: LabResultArrival,
): ResultDocument {
  const { amends, user = 'INTERFACE', ...given } = { ...copiedFrom(tenant, arrival.amends), ...arrival };
  const now = tenant.practiceNow();
  const document: ResultDocument = {
    id: tenant.newDocumentId(),
    documentclass,
    patientid: given.patientid ?? null,
    departmentid: given.departmentid ?? [...tenant.departments.keys()][0] ?? '1',
    providerid: given.providerid ?? null,
    status: given.status ?? (given.patientid ? 'REVIEW' : 'HOLD'),
    createdAt: now,
    createduser: user,
    modifiedAt: now,
    modifieduser: user,
    internalnote: given.internalnote ?? '',
    patientnote: given.patientnote ?? '',
    notes: [],
    fields: {
      priority: '2',
      ...(documentclass === 'LABRESULT' && { ordertype: 'LAB', resultcategory: 'UNKNOWN' }),
      documentsource: 'INTERFACE',
      documentroute: 'INTERFACE',
      ...plainFields(given),
    },
    createdByApiAt: 0,
    result: {
      observedAt: given.observationdatetime ?? null,
      publishedAt: given.portalpublisheddatetime ?? null,
      observations: numbered(tenant, given.observations ?? []),
      amends: amends ?? null,
    },
  };
  if (given.portalpublisheddatetime === undefined) publish(tenant, document, 'arrival', now);
  tenant.documents.set(document.id, document);
  tenant.changed(document, 'Add', user);
  tenant.record(`${documentclass.toLowerCase()}-posted`, {
    [idField(documentclass)]: document.id,
    patientid: document.patientid,
    ...(amends !== undefined && { amends }),
  });
  return document;
}

/** The laboratory corrects a document in place, or staff work on it inside athenaOne. */
export function patchResult(tenant: AthenaTenant, document: ResultDocument, patch: LabResultChange): void {
  const { user = 'STAFF', observations, observationdatetime, portalpublisheddatetime, ...given } = patch;
  const wasUnmatched = document.patientid === null;
  const isClosing = given.status === 'CLOSED' && document.status !== 'CLOSED';
  const { result } = document;
  if (given.patientid !== undefined) document.patientid = given.patientid;
  if (given.departmentid !== undefined) document.departmentid = given.departmentid;
  if (given.providerid !== undefined) document.providerid = given.providerid;
  if (given.internalnote !== undefined) document.internalnote = given.internalnote;
  if (given.patientnote !== undefined) document.patientnote = given.patientnote;
  if (observationdatetime !== undefined) result.observedAt = observationdatetime;
  if (observations) result.observations = numbered(tenant, observations, result.observations);
  if (portalpublisheddatetime !== undefined) result.publishedAt = portalpublisheddatetime;
  Object.assign(document.fields, plainFields(given));

  const now = tenant.practiceNow();
  if (wasUnmatched && document.patientid !== null) {
    if (document.status === 'HOLD') document.status = 'REVIEW';
    publish(tenant, document, 'arrival', now);
  }
  if (given.status !== undefined && !isClosing) document.status = given.status;
  if (isClosing) return closeDocument(tenant, document, user);
  tenant.changed(document, 'Update', user);
  tenant.record(`${document.documentclass.toLowerCase()}-updated`, {
    [idField(document.documentclass)]: document.id,
    patientid: document.patientid,
    by: user,
  });
}

/** CLOSED, by staff or by API. Closing by API does not set `isreviewedbyprovider` (not documented). */
export function closeDocument(
  tenant: AthenaTenant,
  document: ChartDocument,
  user: string,
  clientId?: string,
): void {
  document.status = 'CLOSED';
  const now = tenant.changed(document, 'Close', user, clientId);
  publish(tenant, document, 'close', now);
  tenant.record('document-closed', { documentid: document.id, patientid: document.patientid, by: user });
}

function publish(tenant: AthenaTenant, document: ChartDocument, on: 'arrival' | 'close', now: EpochMs): void {
  const { result, fields, patientid } = document;
  if (!result || result.publishedAt !== null || tenant.settings.publish !== on) return;
  if (patientid !== null && fields.isconfidential !== true) result.publishedAt = now;
}

function copiedFrom(tenant: AthenaTenant, amends: number | undefined): LabResultArrival {
  const before = amends === undefined ? undefined : tenant.documents.get(amends);
  if (!before?.result) return {};
  const { patientid, departmentid, providerid, result } = before;
  const fields = without(before.fields, ['isreviewedbyprovider']);
  return { ...fields, patientid, departmentid, providerid, observationdatetime: result.observedAt };
}

/** The seed fields that the document simply shows. */
function plainFields(seed: LabResultChange): Record<string, unknown> {
  return without(seed, [
    ...['patientid', 'departmentid', 'providerid', 'status', 'internalnote', 'patientnote', 'user', 'amends'],
    ...['observationdatetime', 'portalpublisheddatetime', 'observations'],
  ]);
}

/** Rows without id keep the id of the row of that name before, or get a new one. */
function numbered(
  tenant: AthenaTenant,
  rows: readonly Observation[],
  before: ResultDocument['result']['observations'] = [],
): ResultDocument['result']['observations'] {
  const left = [...before];
  return rows.map((row) => {
    const index = left.findIndex((known) => known.analytename === row.analytename);
    const same = index < 0 ? undefined : left.splice(index, 1)[0];
    return { ...row, analyteid: row.analyteid ?? same?.analyteid ?? tenant.newAnalyteId() };
  });
}
