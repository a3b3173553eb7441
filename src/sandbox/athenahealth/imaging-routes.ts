import { closeDocument } from './change.js';
import type { ResultDocument } from './document.js';
import { missingFields } from './errors.js';
import { notFound } from './gateway.js';
import type { V1Call, V1Route } from './gateway.js';
import { listedDocuments } from './listing.js';
import { pageOf } from './page.js';
import { booleanOf, readInteger, requireFields } from './params.js';
import { findPatient, findPatientInDepartment } from './patient-routes.js';
import { renderDocument } from './render.js';

const documents = '/patients/:patientid/documents/imagingresult';

/** Imaging result documents: like lab results without values; their note to the patient is called `patientnote`. */
export function imagingRoutes(route: V1Route): void {
  route('GET', documents, (call) => {
    const patient = findPatientInDepartment(call, call.query);
    const rows = listedDocuments(call, patient.patientid, 'IMAGINGRESULT');
    call.tenant.record('documents-listed', { class: 'IMAGINGRESULT', patientid: patient.patientid });
    const shown = rows.map((row) => renderDocument(call.tenant, row));
    return pageOf('imagingresults', shown, call.path, call.query);
  });

  route('GET', `${documents}/:imagingresultid`, (call) => {
    const document = findForPatient(call);
    const { id, patientid } = document;
    call.tenant.record('document-read', { documentid: id, class: 'IMAGINGRESULT', patientid });
    return [renderDocument(call.tenant, document)];
  });

  route('PUT', `${documents}/:imagingresultid`, (call) => {
    const { tenant, form, user } = call;
    const document = findForPatient(call);
    const { internalnote, patientnote, interpretation } = form;
    if (!internalnote && !patientnote && !interpretation) throw missingFields(['internalnote']);
    if (internalnote)
      tenant.writeNote(document, 'internalnote', internalnote, user, booleanOf(form, 'replaceinternalnote'));
    if (patientnote)
      tenant.writeNote(document, 'notetopatient', patientnote, user, booleanOf(form, 'replacepatientnote'));
    if (interpretation) document.fields.interpretation = interpretation;
    tenant.changed(document, 'Update', user, call.clientId);
    return { success: true, imagingresultid: document.id };
  });

  route('POST', '/documents/imagingresult/:imagingresultid/actions', (call) => {
    const document = find(call);
    requireFields(call.form, ['actionnote']);
    call.tenant.writeNote(document, 'actionnote', call.form.actionnote ?? '', call.user);
    call.tenant.changed(document, 'Update', call.user, call.clientId);
    return { success: true };
  });

  route('PUT', '/documents/imagingresult/:imagingresultid/close', (call) => {
    const document = find(call);
    const { actionnote } = call.form;
    if (actionnote) call.tenant.writeNote(document, 'actionnote', actionnote, call.user);
    closeDocument(call.tenant, document, call.user, call.clientId);
    return { success: true };
  });
}

function findForPatient(call: V1Call): ResultDocument {
  const document = find(call);
  if (document.patientid !== findPatient(call).patientid) throw notFound('document');
  return document;
}

function find(call: V1Call): ResultDocument {
  const document = call.tenant.documents.get(readInteger(call.params.imagingresultid ?? ''));
  if (document?.documentclass !== 'IMAGINGRESULT') throw notFound('document');
  return document as ResultDocument;
}
