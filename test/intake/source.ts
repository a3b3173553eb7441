import type { Observation, Report } from '../../src/domain/result/report.js';
import type { PatientAsSent, ReceivedResult } from '../../src/intake/received.js';
import { monday9, hour, potassium } from '../starters/desk-practice.js';

/** A source as a practice would configure it. */
export const labSource = {
  id: 'northlab',
  name: 'Northlab',
  format: 'hl7v2',
  receiver: { via: 'mllp', port: 0 },
  zone: 'America/New_York',
  chartAuthorities: ['RIVERSIDE'],
} as const;

export const dana: PatientAsSent = {
  id: '4401',
  authority: 'RIVERSIDE',
  identifiers: [{ id: '4401', authority: 'RIVERSIDE', type: 'MR' }],
  family: 'TESTWELL',
  given: 'DANA M',
  birthDate: '1968-07-19',
  sex: 'F',
};

let documents = 1;

/** One result as a reader hands it over. */
export function received(
  more: {
    patient?: Partial<PatientAsSent>;
    report?: Partial<Report>;
    observations?: readonly Observation[];
    processing?: ReceivedResult['processing'];
    filler?: string;
  } = {},
): ReceivedResult {
  const filler = more.filler ?? `F${documents++}`;
  const report: Report = {
    source: 'hl7v2',
    documentId: `northlab/${filler}`,
    kind: 'lab',
    patient: { id: '4401', authority: 'RIVERSIDE' },
    departmentId: null,
    orderingProvider: { id: '72', npi: '1234567893' },
    identifiers: [{ namespace: 'filler', value: filler }],
    test: { code: '2823-3', system: 'LOINC', name: 'Potassium' },
    status: 'final',
    collectedAt: monday9 - 20 * hour,
    reportedAt: monday9 - hour,
    postedAt: null,
    observations: more.observations ?? [potassium('4.1')],
    note: null,
    readable: true,
    documentSource: null,
    documentRoute: null,
    documentState: null,
    reviewedByProvider: false,
    publishedAt: null,
    confidential: false,
    ...more.report,
  };
  return {
    report,
    patient: { ...dana, ...more.patient },
    orderingProvider: { id: '72', npi: '1234567893', family: null, given: null },
    placer: null,
    filler,
    orderedAt: null,
    collectedAt: null,
    reportedAt: null,
    receivedAt: null,
    specimen: null,
    performingLab: null,
    processing: more.processing ?? 'production',
    warnings: [],
  };
}

/** An ORU^R01 of one potassium, all invented. */
export function oru(
  fields: { control?: string; value?: string; filler?: string; mrn?: string } = {},
): string {
  const { control = 'C1', value = '4.1', filler = 'F900', mrn = '4401' } = fields;
  return [
    'MSH|^~\\&|NORTHLAB|NL|RL|RIVERSIDE|20260302083000-0500||ORU^R01^ORU_R01|' + `${control}|P|2.5.1`,
    `PID|1||${mrn}^^^RIVERSIDE^MR||TESTWELL^DANA^M||19680719|F`,
    `ORC|RE|P900|${filler}||||||||||1234567893^OKAFOR^CHIDI^^^^^^NPI^^^^NPI`,
    `OBR|1|P900|${filler}|2823-3^Potassium^LN|||20260301130000-0500|||||||||1234567893^OKAFOR^CHIDI^^^^^^NPI^^^^NPI||||||20260302080000-0500|||F`,
    `OBX|1|NM|2823-3^Potassium^LN||${value}|mmol/L|3.5-5.2||||F|||20260301130000-0500`,
    '',
  ].join('\r');
}
