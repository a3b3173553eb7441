import type { ChartDocument } from './document.js';
import type { V1Call } from './gateway.js';
import { booleanOf } from './params.js';

/** Documents of a patient as lists show them: by class and status, deleted ones on request, new ones after the lag. */
export function listedDocuments(
  call: V1Call,
  patientId: string,
  documentclass: string | undefined,
): readonly ChartDocument[] {
  const { status } = call.query;
  const listedUntil = Date.now() - call.tenant.settings.listLagMs;
  return call.tenant
    .documentsOf(patientId)
    .filter((document) => document.createdByApiAt <= listedUntil)
    .filter((document) => !documentclass || document.documentclass === documentclass)
    .filter((document) => !status || document.status === status)
    .filter((document) => document.status !== 'DELETED' || booleanOf(call.query, 'showdeleted'));
}
