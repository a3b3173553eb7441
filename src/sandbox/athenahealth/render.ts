import type { EpochMs } from '../../domain/result/report.js';
import { idField } from './document.js';
import type { ChartDocument, ResultDocument } from './document.js';
import type { Patient } from './seed.js';
import type { AthenaTenant } from './tenant.js';
import { easternDate, easternIso } from './times.js';

type Row = Record<string, unknown>;

/** One row of `labresults/changed` or `imagingresults/changed`: metadata of the current state, never values (reference §5.2). */
export function renderFeedRow(document: ResultDocument): Row {
  const { fields } = document;
  return present({
    [idField(document.documentclass)]: document.id,
    patientid: document.patientid === null ? undefined : Number(document.patientid),
    departmentid: document.departmentid,
    status: document.status,
    priority: fields.priority,
    providerid: document.providerid ?? undefined,
    facilityid: fields.facilityid,
    tietoorderid: fields.tietoorderid,
    encounterid: fields.encounterid,
    documentsource: fields.documentsource,
    documentroute: fields.documentroute,
    internalnote: document.internalnote || undefined,
    patientnote: document.patientnote || undefined,
    ...times('observation', document.result.observedAt),
    ...times('created', document.createdAt),
    ...times('lastmodified', document.modifiedAt),
  });
}

/** A document as its detail call shows it. It does not say whose it is (reference §0). */
export function renderDocument(tenant: AthenaTenant, document: ChartDocument): Row {
  const { result } = document;
  const isClosed = document.status === 'CLOSED';
  return present({
    ...document.fields,
    [idField(document.documentclass)]: document.id,
    documentclass: document.documentclass,
    status: document.status,
    assignedto: isClosed ? undefined : (document.fields.assignedto ?? tenant.assigneeOf(document)),
    departmentid: document.departmentid,
    providerid: document.providerid ?? undefined,
    providerusername: tenant.providers.get(document.providerid ?? -1)?.providerusername,
    internalnote: document.internalnote || undefined,
    patientnote: document.patientnote || undefined,
    actionnote: document.notes.filter((note) => note.field === 'actionnote').at(-1)?.text,
    createduser: document.createduser,
    ...times('created', document.createdAt),
    lastmodifieduser: document.modifieduser,
    ...times('lastmodified', document.modifiedAt),
    ...(result && {
      ...times('observation', result.observedAt),
      encounterdate: easternDate(result.observedAt ?? document.createdAt),
      portalpublisheddatetime: result.publishedAt === null ? undefined : easternIso(result.publishedAt),
      ...(document.documentclass === 'LABRESULT' && { observations: result.observations }),
      pages: document.fields.pages ?? [],
    }),
  });
}

/** A row of the list over all classes, with its own names (reference §8.5). */
export function renderDocumentListRow(tenant: AthenaTenant, document: ChartDocument): Row {
  const row = renderDocument(tenant, document);
  return present({
    ...without(row, ['description', 'patientnote', 'observations', 'pages', 'documentdata']),
    documentid: document.documentclass === 'CLINICALDOCUMENT' ? document.id : undefined,
    documentdescription: row.description ?? document.documentclass.toLowerCase(),
    externalnote: row.patientnote,
    // A number here and text in the detail (recorded).
    priority: Number(row.priority),
  });
}

/** A patient record as seeded, without what only the sandbox knows. */
export function renderPatient(tenant: AthenaTenant, patient: Patient, showPrevious: boolean): Row {
  const previous = tenant.mergedInto(patient.patientid);
  return {
    ...without(patient, ['restricted', 'mergedinto']),
    ...(showPrevious && previous.length > 0 && { previouspatientids: previous }),
  };
}

function times(name: string, at: EpochMs | null): Row {
  return at === null ? {} : { [`${name}date`]: easternDate(at), [`${name}datetime`]: easternIso(at) };
}

function present(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

/** A row without some of its fields. */
export function without(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}
