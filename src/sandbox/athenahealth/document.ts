import type { EpochMs } from '../../domain/result/report.js';
import type { Observation } from './seed.js';

export type DocumentClass = 'LABRESULT' | 'CLINICALDOCUMENT' | 'PHONEMESSAGE' | 'PATIENTCASE';

/** Where a note stands: seen by staff, seen by the patient, or in the document's history. */
export type NoteField = 'internalnote' | 'notetopatient' | 'actionnote';

/** One text as it was written; the document itself shows only their sum (reference §8.6). */
export interface ChartNote {
  readonly at: EpochMs;
  readonly practiceAt: EpochMs;
  readonly by: string;
  readonly field: NoteField;
  readonly text: string;
}

/** What every document class has. Times are practice time. */
export interface ChartDocument {
  readonly id: number;
  readonly documentclass: DocumentClass;
  patientid: string | null;
  departmentid: string;
  providerid: number | null;
  status: string;
  readonly createdAt: EpochMs;
  readonly createduser: string;
  modifiedAt: EpochMs;
  modifieduser: string;
  internalnote: string;
  patientnote: string;
  readonly notes: ChartNote[];
  /** Further fields under athenahealth's names, answered as they are. */
  fields: Record<string, unknown>;
  /** Present on lab results only. */
  readonly lab?: LabPart;
}

/** What only lab results have. */
export interface LabPart {
  observedAt: EpochMs | null;
  publishedAt: EpochMs | null;
  observations: (Observation & { analyteid: number })[];
  /** The document that this one corrects; known to the sandbox only. */
  readonly amends: number | null;
}

export type LabResultDocument = ChartDocument & { readonly lab: LabPart };

/** The class-specific key of a document's id, e.g. `labresultid`. */
export function idField(documentclass: DocumentClass): string {
  return `${documentclass.toLowerCase()}id`;
}

/** Notes append, one under the other (reference §5.6). */
export function appended(before: string, text: string): string {
  return before === '' ? text : `${before}\n${text}`;
}
