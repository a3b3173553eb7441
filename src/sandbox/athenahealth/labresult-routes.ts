import type { ResultDocument } from './document.js';
import { appended } from './document.js';
import { invalidValue, missingFields } from './errors.js';
import { notFound } from './gateway.js';
import type { V1Call, V1Route } from './gateway.js';
import { closeDocument } from './change.js';
import { listedDocuments } from './listing.js';
import { pageOf } from './page.js';
import { booleanOf, integerOf, listOf, readInteger, requireFields } from './params.js';
import { findPatient, findPatientInDepartment } from './patient-routes.js';
import { renderDocument } from './render.js';
import { observationSchema } from './seed.js';

const documents = '/patients/:patientid/documents/labresult';
const plainFields = [
  'resultstatus',
  'reportstatus',
  'resultnotes',
  'accessionid',
  'facilityid',
  'priority',
] as const;

/** Lab result documents: read, update, action notes, close (reference §5.3, §5.6). */
export function labResultRoutes(route: V1Route): void {
  route('GET', documents, (call) => {
    const patient = findPatientInDepartment(call, call.query);
    const rows = listedDocuments(call, patient.patientid, 'LABRESULT');
    call.tenant.record('documents-listed', { class: 'LABRESULT', patientid: patient.patientid });
    return pageOf(
      'labresults',
      rows.map((row) => renderDocument(call.tenant, row)),
      call.path,
      call.query,
    );
  });

  route('GET', `${documents}/:labresultid`, (call) => {
    const document = findForPatient(call);
    call.tenant.record('document-read', {
      documentid: document.id,
      class: 'LABRESULT',
      patientid: document.patientid,
    });
    return [renderDocument(call.tenant, document)];
  });

  route('PUT', `${documents}/:labresultid`, update);

  route('POST', '/documents/labresult/:labresultid/actions', (call) => {
    const document = findLabResult(call);
    requireFields(call.form, ['actionnote']);
    call.tenant.writeNote(document, 'actionnote', call.form.actionnote ?? '', call.user);
    call.tenant.changed(document, 'Update', call.user, call.clientId);
    return { success: true };
  });

  route('PUT', '/documents/labresult/:labresultid/close', (call) => {
    const document = findLabResult(call);
    const { actionnote } = call.form;
    if (actionnote) call.tenant.writeNote(document, 'actionnote', actionnote, call.user);
    closeDocument(call.tenant, document, call.user, call.clientId);
    return { success: true };
  });
}

/** An update that names nothing to change is refused; what athenahealth answers is not documented. */
function update(call: V1Call): unknown {
  const { tenant, form, user } = call;
  const document = findForPatient(call);
  const analytes = readAnalytes(call);
  const named = [...plainFields, 'internalnote', 'notetopatient', 'interpretation', 'analytes', 'providerid'];
  if (!named.some((name) => form[name])) throw missingFields(['internalnote']);
  const { internalnote, notetopatient, interpretation } = form;
  const replaceInternal = booleanOf(form, 'replaceinternalnote');
  const replacePatient = booleanOf(form, 'replacepatientnote');
  document.providerid = integerOf(form, 'providerid') ?? document.providerid;

  if (internalnote) tenant.writeNote(document, 'internalnote', internalnote, user, replaceInternal);
  if (notetopatient) tenant.writeNote(document, 'notetopatient', notetopatient, user, replacePatient);
  if (interpretation)
    document.fields.interpretation = appended(String(document.fields.interpretation ?? ''), interpretation);
  for (const name of plainFields) if (form[name]) document.fields[name] = form[name];
  for (const analyte of analytes) {
    const known = document.result.observations.find((row) => row.analyteid === analyte.analyteid);
    if (known) Object.assign(known, analyte);
    else document.result.observations.push({ ...analyte, analyteid: tenant.newAnalyteId() });
  }
  tenant.changed(document, 'Update', user, call.clientId);
  tenant.record('labresult-updated', { labresultid: document.id, patientid: document.patientid, by: user });
  return { success: true, labresultid: document.id };
}

function readAnalytes(call: V1Call) {
  return (listOf(call.form, 'analytes') ?? []).map((row) => {
    const analyte = observationSchema.safeParse(row);
    if (!analyte.success) throw invalidValue('type array', call.form.analytes ?? '');
    return analyte.data;
  });
}

function findForPatient(call: V1Call): ResultDocument {
  const document = findLabResult(call);
  if (document.patientid !== findPatient(call).patientid) throw notFound('document');
  return document;
}

function findLabResult(call: V1Call): ResultDocument {
  const document = call.tenant.documents.get(readInteger(call.params.labresultid ?? ''));
  if (document?.documentclass !== 'LABRESULT') throw notFound('document');
  return document as ResultDocument;
}
