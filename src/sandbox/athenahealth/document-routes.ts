import { idField } from './document.js';
import type { ChartDocument, DocumentClass, ResultClass } from './document.js';
import { notFound } from './gateway.js';
import type { V1Call, V1Route } from './gateway.js';
import { listedDocuments } from './listing.js';
import { pageOf } from './page.js';
import { booleanOf, integerOf, limitLength, readInteger, requireEnum } from './params.js';
import { findPatient, findPatientInDepartment } from './patient-routes.js';
import { renderDocument, renderDocumentListRow } from './render.js';

interface WritableClass {
  readonly documentclass: Exclude<DocumentClass, ResultClass>;
  /** Required besides `departmentid`. */
  readonly required: readonly string[];
  readonly check?: (call: V1Call) => void;
}

const clinicalSubclasses =
  /^CLINICALDOCUMENT(_(ADMISSIONDISCHARGE|CONSULTNOTE|MENTALHEALTH|OPERATIVENOTE|URGENTCARE))?$/;

/** Document classes that the API can create (reference §8.3, §8.4). */
const writableClasses: readonly WritableClass[] = [
  {
    documentclass: 'CLINICALDOCUMENT',
    required: ['documentsubclass'],
    check: ({ form }) => requireEnum(form, 'documentsubclass', 'CLASS', clinicalSubclasses),
  },
  { documentclass: 'PHONEMESSAGE', required: [] },
  {
    documentclass: 'PATIENTCASE',
    required: ['documentsource', 'documentsubclass'],
    check: ({ form }) => {
      requireEnum(form, 'documentsource', 'SOURCE', /^[A-Z]+$/);
      requireEnum(form, 'documentsubclass', 'CLASS', /^PATIENTCASE(_[A-Z]+)?$/);
      limitLength(form, 'internalnote', 4000);
    },
  },
];

const shownFields = [
  'documentsource',
  'documentsubclass',
  'documentdata',
  'subject',
  'priority',
  'originalfilename',
];

/** Clinical documents, phone messages, patient cases, and the list over all classes. */
export function documentRoutes(route: V1Route): void {
  for (const writable of writableClasses) {
    const { documentclass } = writable;
    const path = `/patients/:patientid/documents/${documentclass.toLowerCase()}`;
    route('POST', path, (call) => create(call, writable));
    route('GET', path, (call) => {
      const { tenant } = call;
      const patient = findPatientInDepartment(call, call.query);
      const rows = listedDocuments(call, patient.patientid, documentclass);
      tenant.record('documents-listed', { class: documentclass, patientid: patient.patientid });
      const wrapper = `${documentclass.toLowerCase()}s`;
      return pageOf(
        wrapper,
        rows.map((row) => renderDocument(tenant, row)),
        call.path,
        call.query,
      );
    });
    route('GET', `${path}/:documentid`, (call) => {
      const document = call.tenant.documents.get(readInteger(call.params.documentid ?? ''));
      const isThere = document?.documentclass === documentclass;
      if (!isThere || document.patientid !== findPatient(call).patientid) throw notFound('document');
      call.tenant.record('document-read', {
        documentid: document.id,
        class: documentclass,
        patientid: document.patientid,
      });
      return [renderDocument(call.tenant, document)];
    });
  }

  route('GET', '/patients/:patientid/documents', (call) => {
    const { tenant } = call;
    const patient = findPatientInDepartment(call, call.query);
    const rows = listedDocuments(call, patient.patientid, call.query.documentclass);
    tenant.record('documents-listed', {
      class: call.query.documentclass ?? null,
      patientid: patient.patientid,
    });
    return pageOf(
      'documents',
      rows.map((row) => renderDocumentListRow(tenant, row)),
      call.path,
      call.query,
    );
  });
}

function create(call: V1Call, { documentclass, required, check }: WritableClass): unknown {
  const { tenant, form, user } = call;
  const patient = findPatientInDepartment(call, form, required);
  check?.(call);
  const now = tenant.practiceNow();
  const document: ChartDocument = {
    id: tenant.newDocumentId(),
    documentclass,
    patientid: patient.patientid,
    departmentid: form.departmentid ?? '',
    providerid: integerOf(form, 'providerid') ?? null,
    status: booleanOf(form, 'autoclose') ? 'CLOSED' : 'REVIEW',
    createdAt: now,
    createduser: user,
    modifiedAt: now,
    modifieduser: user,
    internalnote: '',
    patientnote: '',
    notes: [],
    createdByApiAt: Date.now(),
    fields: {
      documentsource: 'INTERFACE',
      documentroute: 'INTERFACE',
      priority: '2',
      ...Object.fromEntries(shownFields.filter((name) => form[name]).map((name) => [name, form[name]])),
    },
  };
  tenant.documents.set(document.id, document);
  tenant.changed(document, 'Add', user, call.clientId);
  tenant.record('document-created', {
    documentid: document.id,
    class: documentclass,
    patientid: patient.patientid,
  });
  const { internalnote } = form;
  if (internalnote) tenant.writeNote(document, 'internalnote', internalnote, user);
  return { success: true, [idField(documentclass)]: document.id };
}
