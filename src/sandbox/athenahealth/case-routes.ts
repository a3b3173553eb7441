import { closeDocument } from './change.js';
import type { ChartDocument } from './document.js';
import { refused } from './errors.js';
import { notFound } from './gateway.js';
import type { V1Call, V1Route } from './gateway.js';
import { listedDocuments } from './listing.js';
import { pageOf } from './page.js';
import { limitLength, readInteger, requireFields } from './params.js';
import { findPatient, findPatientInDepartment } from './patient-routes.js';
import { easternDate } from './times.js';

const path = '/patients/:patientid/documents/patientcase/:patientcaseid';

/** What may be done with a patient case once it exists (reference §8.4). */
export function caseRoutes(route: V1Route): void {
  route('PUT', path, (call) => {
    const document = findForPatient(call);
    if (document.createduser !== call.user)
      throw refused(403, 'Only patient cases created by this application can be updated.');
    if (document.status === 'CLOSED') throw refused(400, 'The patient case is closed.');
    requireFields(call.form, ['internalnote']);
    limitLength(call.form, 'internalnote', 4000);
    call.tenant.writeNote(document, 'internalnote', call.form.internalnote ?? '', call.user);
    return done(call, document);
  });

  route('PUT', `${path}/assign`, (call) => {
    const document = findForPatient(call);
    requireFields(call.form, ['username']);
    document.fields.assignedto = call.form.username;
    return done(call, document);
  });

  route('PUT', `${path}/close`, (call) => {
    const document = findForPatient(call);
    requireFields(call.form, ['actionreasonid']);
    closeDocument(call.tenant, document, call.user, call.clientId);
    return { success: true, patientcaseid: document.id };
  });

  route('PUT', `${path}/reopen`, (call) => {
    const document = findForPatient(call);
    document.status = 'REVIEW';
    return done(call, document);
  });

  route('POST', '/documents/patientcase/:patientcaseid/actions', (call) => {
    const document = find(call);
    requireFields(call.form, ['actionnote']);
    call.tenant.writeNote(document, 'actionnote', call.form.actionnote ?? '', call.user);
    return done(call, document);
  });

  // Its shape was never recorded.
  route('GET', '/reference/documents/patientcase/closereasons', (call) => {
    requireFields(call.query, ['patientcaseid']);
    const closereasons = [
      { actionreasonid: 10, name: 'Completed' },
      { actionreasonid: 11, name: 'Patient did not respond' },
    ];
    return { closereasons, totalcount: closereasons.length };
  });

  route('GET', '/patients/:patientid/patientcases', (call) => {
    const patient = findPatientInDepartment(call, call.query);
    const rows = listedDocuments(call, patient.patientid, 'PATIENTCASE').map((row) => ({
      patientcaseid: String(row.id),
      status: row.status,
      patientcasetype: row.fields.documentsubclass ?? 'PATIENTCASE_OTHER',
      subject: row.fields.subject ?? '',
      description: row.internalnote,
      createddate: easternDate(row.createdAt),
    }));
    return pageOf('patientcases', rows, call.path, call.query);
  });
}

function done(call: V1Call, document: ChartDocument): unknown {
  call.tenant.changed(document, 'Update', call.user, call.clientId);
  return { success: true, patientcaseid: document.id };
}

function findForPatient(call: V1Call): ChartDocument {
  const document = find(call);
  if (document.patientid !== findPatient(call).patientid) throw notFound('document');
  return document;
}

function find(call: V1Call): ChartDocument {
  const document = call.tenant.documents.get(readInteger(call.params.patientcaseid ?? ''));
  if (document?.documentclass !== 'PATIENTCASE') throw notFound('document');
  return document;
}
