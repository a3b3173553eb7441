import type { z } from 'zod';
import type { sourceSchema } from '../../domain/practice/source.js';
import type { EpochMs } from '../../domain/result/report.js';
import type { LaboratoryReport, Letterhead } from '../../sandbox/laboratory/report.js';
import { clinic, providers, type ClinicPerson } from './clinic.js';
import type { DemoResult } from './morning.js';
import { facilities, type Sender } from './ways.js';

const minute = 60_000;
/** A laboratory sends what it has just verified. */
const verifiedBeforeMs = 5 * minute;
/** The chart shows a result this long after its laboratory sent it; every so often it is first. */
const chartLaterMs = 4 * minute;
const laboratoryLaterMs = 3 * minute;
const chartFirstEvery = 10;

export const letterheads: Readonly<Record<Sender, Letterhead>> = {
  mllp: { application: 'HARBORLAB', facility: 'HARBOR', recordsOf: 'ALDER', zone: clinic.zone },
  fhir: { application: 'BAYSIDE', facility: 'BAYSIDE', recordsOf: 'urn:alder:records', zone: clinic.zone },
};
type SourceSeed = z.input<typeof sourceSchema>;

/** The source inventory of the invented practice. */
export function sourcesOf(mllpPort: number): Readonly<Record<Sender, SourceSeed>> {
  const common = (sender: Sender) => ({
    zone: clinic.zone,
    chartAuthorities: [letterheads[sender].recordsOf],
    providers: Object.fromEntries(providers.map((p) => [accountOf(p), p.id])),
  });
  return {
    mllp: {
      id: 'harbor',
      name: 'Harbor Reference Laboratory',
      format: 'hl7v2',
      receiver: { via: 'mllp', port: mllpPort },
      inChart: { facilities: [String(facilities.mllp)], numbersOf: letterheads.mllp.facility },
      ...common('mllp'),
    },
    fhir: {
      id: 'bayside',
      name: 'Bayside Diagnostics',
      format: 'fhir',
      receiver: { via: 'http' },
      inChart: { facilities: [String(facilities.fhir)] },
      ...common('fhir'),
    },
  };
}

/** When its laboratory sends a result (practice time); `null` = it only comes by the chart. */
export function sentAt(result: DemoResult): EpochMs | null {
  if (result.way === 'chart') return null;
  return isChartFirst(result) ? result.postedAt + laboratoryLaterMs : result.postedAt;
}

/** When the chart shows a result (practice time). */
export function chartedAt(result: DemoResult): EpochMs {
  return result.way === 'chart' || isChartFirst(result) ? result.postedAt : result.postedAt + chartLaterMs;
}

/** A critical comes from its laboratory first, as the page that it starts is measured from there. */
function isChartFirst({ index, tier, way }: DemoResult): boolean {
  return way !== 'chart' && tier !== 'critical' && index % chartFirstEvery === 0;
}

/** What the laboratory of a result writes. */
export function reportOf(result: DemoResult): LaboratoryReport {
  const { patient, document, orderer, index } = result;
  const [given = '', family = ''] = orderer.name.replace(/^Dr\. /, '').split(' ');
  return {
    number: `${result.way === 'mllp' ? 'HL' : 'BF'}-${String(index).padStart(6, '0')}`,
    accession: document.externalaccessionid ?? '',
    order: String(document.tietoorderid),
    patient: {
      record: patient.chartId,
      family: patient.familyName,
      given: patient.givenName,
      birthDate: patient.birthDate,
      sex: patient.sex,
    },
    orderer: { account: accountOf(orderer), family, given },
    test: { loinc: document.labresultloinc ?? '', name: document.description ?? '' },
    collectedAt: document.observationdatetime ?? 0,
    reportedAt: result.postedAt - verifiedBeforeMs,
    rows: (document.observations ?? []).map((row) => ({
      loinc: row.loinc ?? '',
      name: row.analytename,
      value: row.value ?? '',
      unit: row.units ?? '',
      range: row.referencerange ?? '',
      flag: row.abnormalflag ?? '',
    })),
  };
}

/** The laboratory's own account number of a clinician; the practice has told us whose it is. */
function accountOf(person: ClinicPerson): string {
  return `ACCT-${person.athenaProviderId ?? 0}`;
}
