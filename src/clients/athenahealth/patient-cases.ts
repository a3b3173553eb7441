import { z } from 'zod';
import { pathOf } from '../http/index.js';
import { id, onlyRecord, record, text } from './fields.js';
import { readTime } from './times.js';
import type { Transport } from './transport.js';
import { rowsOf } from './transport.js';

/** A task in athenaOne about a patient: outreach that a person has to do there (API reference §8.4). */
export interface NewPatientCase {
  readonly patientId: string;
  readonly departmentId: string;
  /** Documented as required by athenahealth's workflow, though not by the call. */
  readonly providerId: string | null;
  readonly subject: string;
  /** Staff-only text with our marker, 4000 characters at most. */
  readonly internalNote: string;
  /** True when we reach out; false when the patient did. */
  readonly isOutbound: boolean;
  readonly isUrgent?: boolean;
}

export interface PatientCase {
  readonly patientCaseId: string | null;
  readonly state: string | null;
  readonly subject: string | null;
  readonly internalNote: string | null;
  readonly assignedTo: string | null;
  readonly createdAt: number | null;
}

export interface PatientCases {
  /** Not idempotent: after outcome `unknown` look for the marker with {@link PatientCases.ofPatient} first. */
  create(input: NewPatientCase): Promise<{ readonly patientCaseId: string }>;
  ofPatient(patientId: string, departmentId: string): Promise<readonly PatientCase[]>;
  /** Appends. Works for cases of this application that are not closed. */
  addInternalNote(input: CaseRef & { readonly note: string }): Promise<void>;
  addActionNote(input: { readonly patientCaseId: string; readonly note: string }): Promise<void>;
  /** `username` is case-sensitive. */
  assign(input: CaseRef & { readonly username: string }): Promise<void>;
  /** Reasons for closing a case, one of which closing needs. Their shape was never recorded. */
  closeReasons(
    patientCaseId: string,
  ): Promise<readonly { readonly id: string; readonly name: string | null }[]>;
  close(input: CaseRef & { readonly reasonId: string }): Promise<void>;
  reopen(input: CaseRef): Promise<void>;
}

export interface CaseRef {
  readonly patientId: string;
  readonly patientCaseId: string;
}

const shape = z.object({
  patientcaseid: id,
  documentid: id,
  status: text,
  subject: text,
  internalnote: text,
  assignedto: text,
  createddatetime: text,
  createddate: text,
});

export function createPatientCases(transport: Transport): PatientCases {
  const path = ({ patientId, patientCaseId }: CaseRef) =>
    pathOf`/patients/${patientId}/documents/patientcase/${patientCaseId}`;
  return {
    async create(input) {
      const answer = await transport.write(
        'patient-case.create',
        'POST',
        pathOf`/patients/${input.patientId}/documents/patientcase`,
        {
          departmentid: input.departmentId,
          providerid: input.providerId,
          // Upper case: the vendor refuses any other (recorded).
          documentsource: 'PATIENT',
          documentsubclass: 'PATIENTCASE',
          subject: input.subject,
          internalnote: input.internalNote,
          outboundonly: input.isOutbound,
          priority: input.isUrgent ? 1 : 2,
        },
        (body) => (caseId(body) === null ? 'there is no case id in it' : null),
      );
      return { patientCaseId: caseId(answer) ?? '' };
    },
    async ofPatient(patientId, departmentId) {
      const query = { departmentid: departmentId };
      const list = pathOf`/patients/${patientId}/documents/patientcase`;
      const rows = await transport.all('patient-case.list', list, 'patientcases', query);
      return rows.map((row) => {
        const parsed = record.safeParse(row);
        const fields = shape.parse(parsed.success ? parsed.data : {});
        return {
          patientCaseId: fields.patientcaseid ?? fields.documentid,
          state: fields.status?.trim().toUpperCase() ?? null,
          subject: fields.subject,
          internalNote: fields.internalnote,
          assignedTo: fields.assignedto,
          createdAt: readTime(fields.createddatetime ?? fields.createddate)?.at ?? null,
        };
      });
    },
    async addInternalNote({ note, ...ref }) {
      await transport.write('patient-case.internal-note', 'PUT', path(ref), { internalnote: note });
    },
    async addActionNote({ patientCaseId, note }) {
      const actions = pathOf`/documents/patientcase/${patientCaseId}/actions`;
      await transport.write('patient-case.action-note', 'POST', actions, { actionnote: note });
    },
    async assign({ username, ...ref }) {
      await transport.write('patient-case.assign', 'PUT', `${path(ref)}/assign`, { username });
    },
    async closeReasons(patientCaseId) {
      const { body, answer } = await transport.page(
        'patient-case.close-reasons',
        '/reference/documents/patientcase/closereasons',
        { patientcaseid: patientCaseId },
      );
      return rowsOf(body, 'closereasons', answer).flatMap((row) => {
        const reason = onlyRecord(row) ?? {};
        const reasonId = id.parse(reason['actionreasonid'] ?? reason['reasonid'] ?? reason['id']);
        return reasonId === null
          ? []
          : [{ id: reasonId, name: text.parse(reason['name'] ?? reason['description'] ?? reason['reason']) }];
      });
    },
    async close({ reasonId, ...ref }) {
      await transport.write('patient-case.close', 'PUT', `${path(ref)}/close`, { actionreasonid: reasonId });
    },
    async reopen(ref) {
      await transport.write('patient-case.reopen', 'PUT', `${path(ref)}/reopen`, {});
    },
  };
}

function caseId(body: unknown): string | null {
  const fields = onlyRecord(body);
  return id.parse(fields?.['patientcaseid']) ?? id.parse(fields?.['documentid']);
}
