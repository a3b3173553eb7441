import type { EpochMs } from '../../domain/result/report.js';
import type { ChartDocument, ChartNote, DocumentClass } from './document.js';
import type { Observation } from './seed.js';
import type { AthenaTenant } from './tenant.js';

/** One document with everything the chart says; times in practice epoch ms. For checkers, not for clients. */
export interface ChartEntry {
  readonly documentid: number;
  readonly class: DocumentClass;
  readonly patientid: string | null;
  readonly departmentid: string;
  readonly providerid: number | null;
  readonly status: string;
  readonly createdAt: EpochMs;
  readonly createduser: string;
  readonly modifiedAt: EpochMs;
  readonly modifieduser: string;
  readonly internalnote: string;
  readonly patientnote: string;
  readonly notes: readonly ChartNote[];
  readonly fields: Readonly<Record<string, unknown>>;
  /** Lab and imaging results only. */
  readonly observedAt?: EpochMs | null;
  readonly publishedAt?: EpochMs | null;
  readonly amends?: number | null;
  readonly observations?: readonly Observation[];
}

/** The chart of one patient, or of all, in the order of creation. */
export function readChart(tenant: AthenaTenant, patientId?: string): ChartEntry[] {
  const documents = patientId === undefined ? [...tenant.documents.values()] : tenant.documentsOf(patientId);
  return documents.map(entryOf);
}

function entryOf({ id, documentclass, createdByApiAt: _, result, ...document }: ChartDocument): ChartEntry {
  return { documentid: id, class: documentclass, ...document, ...result };
}
