import type { EpochMs } from '../../domain/result/report.js';
import type { Observation } from './seed.js';

export type DocumentClass =
  'LABRESULT' | 'IMAGINGRESULT' | 'CLINICALDOCUMENT' | 'PHONEMESSAGE' | 'PATIENTCASE';
/** Classes that a laboratory or an imaging centre sends. */
export type ResultClass = 'LABRESULT' | 'IMAGINGRESULT';

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
  /** Real time at which it was created by API; lists show it later. 0: not by API. */
  readonly createdByApiAt: EpochMs;
  /** Present on lab and imaging results only. */
  readonly result?: ResultPart;
}

/** What only results have. */
export interface ResultPart {
  observedAt: EpochMs | null;
  publishedAt: EpochMs | null;
  /** Empty for imaging. */
  observations: (Observation & { analyteid: number })[];
  /** The document that this one corrects; known to the sandbox only. */
  readonly amends: number | null;
}

export type ResultDocument = ChartDocument & {
  readonly documentclass: ResultClass;
  readonly result: ResultPart;
};

/** The class-specific key of a document's id, e.g. `labresultid`. */
export function idField(documentclass: DocumentClass): string {
  return `${documentclass.toLowerCase()}id`;
}

/** Notes append, one under the other (reference §5.6). */
export function appended(before: string, text: string): string {
  return before === '' ? text : `${before}\n${text}`;
}
