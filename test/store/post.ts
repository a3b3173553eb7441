import type { Report, ReportIdentifier } from '../../src/domain/result/report.js';
import type { PatientCard } from '../../src/domain/result/patient.js';
import { upsertPatient } from '../../src/store/patients.js';
import { storeDelivery, type Delivery, type Stored } from '../../src/store/versions.js';
import { hour, monday9, potassium, type DeskPractice } from '../starters/desk-practice.js';
import { card } from './patient-card.js';

export const collected = monday9 - 20 * hour;

export type Ids = Partial<Record<ReportIdentifier['namespace'], string>>;
export type Given = Partial<Omit<Report, 'identifiers'>> & {
  ids?: Ids;
  value?: string;
  /** Identifiers as they stand, for numbers that two patients share. */
  shared?: Ids;
  delivery?: Partial<Pick<Delivery, 'sourceLane' | 'lane' | 'previousChartIds' | 'waitingResultId'>>;
};

export type Post = ((given?: Given) => Promise<Stored>) & { readonly id: string; readonly chartId: string };

let documents = 100;

/** Hands in reports of one new patient, each as its own document. */
export async function newPatient(
  desk: DeskPractice,
  chartId: string,
  more: Partial<PatientCard> = {},
): Promise<Post> {
  const patientId = await upsertPatient(desk.store, desk.practice.id, { ...card(chartId), ...more });
  const post = async ({
    ids = { order: 'O1' },
    value = '4.1',
    shared = {},
    delivery = {},
    ...given
  }: Given = {}): Promise<Stored> => {
    const documentId = given.documentId ?? String(documents++);
    const isChart = (given.source ?? 'athenahealth') === 'athenahealth';
    const all: Ids = { ...(isChart && { 'lab-result': documentId }), ...ids };
    const named = (of: Ids, prefix: string) =>
      Object.entries(of).map(([namespace, text]) => ({
        namespace: namespace as ReportIdentifier['namespace'],
        value: `${prefix}${text}`,
      }));
    const report: Report = {
      source: 'athenahealth',
      documentId,
      kind: 'lab',
      patient: { id: chartId, authority: '195901' },
      departmentId: '150',
      orderingProvider: { id: '72', npi: null },
      identifiers: [...named(all, `${chartId}-`), ...named(shared, '')],
      test: { code: null, system: null, name: 'Potassium' },
      status: 'final',
      collectedAt: collected,
      reportedAt: monday9 - hour,
      postedAt: monday9,
      observations: [potassium(value)],
      note: null,
      readable: true,
      documentSource: 'INTERFACE',
      documentRoute: null,
      documentState: 'REVIEW',
      reviewedByProvider: false,
      publishedAt: null,
      confidential: false,
      ...given,
    };
    return storeDelivery(desk.store, desk.practice, {
      reportId: null,
      report,
      raw: {},
      patientId,
      detectedAt: monday9,
      detectedRealAt: monday9,
      waitingResultId: null,
      ...delivery,
    });
  };
  return Object.assign(post, { id: patientId, chartId });
}
