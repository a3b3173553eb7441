import type { EpochMs } from '../../domain/result/report.js';
import type { AthenaLabResultSeed } from '../../sandbox/athenahealth/control.js';
import { clinic, localAt, providers, type ClinicPerson } from './clinic.js';
import { drawPanel, panelsFor, type DemoTier, type PanelId } from './panels.js';
import { inventPatients, type DemoPatient } from './patients.js';
import { Chance } from './random.js';
import { dealWays, facilities, type Way } from './ways.js';

export interface MorningOptions {
  /** How many results; 142 in the scenario to beat (S000-1). */
  readonly results: number;
  readonly seed: number;
  /** Counts the criticals inside the abnormal ones: 101 + 35 + 6 instead of 95 + 41 + 6. */
  readonly inside: boolean;
}

export interface DemoResult {
  readonly index: number;
  readonly patient: DemoPatient;
  /** Number of the draw; members share patient, collection and accession. */
  readonly draw: number;
  readonly orderer: ClinicPerson;
  readonly tier: DemoTier;
  readonly panel: PanelId;
  readonly way: Way;
  /** Practice time at which it first shows, wherever that is. */
  readonly postedAt: EpochMs;
  readonly document: AthenaLabResultSeed;
}

export interface Morning {
  readonly patients: readonly DemoPatient[];
  readonly results: readonly DemoResult[];
  /** Results that arrive together, in order of time. */
  readonly batches: readonly { readonly at: EpochMs; readonly results: readonly DemoResult[] }[];
  readonly counts: Readonly<Record<DemoTier, number>>;
  /** Names, phones, birth dates and values of these people only: a search for them finds PHI in the open. */
  readonly planted: readonly string[];
}

interface Draw {
  readonly tiers: readonly DemoTier[];
  readonly twoOrderers: boolean;
}

const batchAtMost = 30;
const minute = 60_000;
const hour = 60 * minute;

/**
 * The morning of a five-provider practice as data: who, what, when, in the same way for the same seed. 142 results
 * are 95 normal, 41 abnormal, 6 critical over about 105 patients; other sizes keep the shares.
 */
export function inventMorning(options: MorningOptions): Morning {
  const { results: total, seed } = options;
  const counts = tierCounts(options);
  const chance = Chance.of(seed, 'morning');
  const draws = dealDraws(counts, total, chance);
  const patients = inventPatients(draws.length, seed);
  const ways = dealWays(
    draws.map((d) => d.tiers.length),
    Chance.of(seed, 'ways'),
  );
  const times = batchTimes(total);
  const perBatch = Math.ceil(total / times.length);
  const results: DemoResult[] = [];
  const planted = new Set<string>();
  // Criticals come early, so that they are worked within the slow stretch of the clock.
  const order = [...draws.keys()].sort((a, b) => rank(draws[a]) - rank(draws[b]));
  order.forEach((draw, place) => {
    const { tiers, twoOrderers } = draws[draw] ?? { tiers: [], twoOrderers: false };
    const person = patients[draw];
    if (!person) throw new Error('More draws than patients.');
    const patient = tiers.includes('critical') ? reachable(person, draw) : person;
    patients[draw] = patient;
    const own = Chance.of(seed, 'draw', draw);
    const first = providers[(draw + place) % providers.length];
    if (!first) throw new Error('The clinic has no providers.');
    const collected = localAt(-1, '07:00') + own.whole(0, 9 * 60) * minute;
    const used = new Set<PanelId>();
    tiers.forEach((tier, member) => {
      const index = results.length;
      const panel = choosePanel(tier, patient, used, own);
      const second = providers[(providers.indexOf(first) + 1) % providers.length] ?? first;
      const orderer = twoOrderers && member > 0 ? second : first;
      const document = drawPanel(panel, tier, patient.sex, own);
      for (const value of document.distinctive) planted.add(value);
      results.push({
        index,
        patient,
        draw,
        orderer,
        tier,
        panel,
        way: ways[draw] ?? 'chart',
        postedAt: times[Math.min(Math.floor(index / perBatch), times.length - 1)] ?? 0,
        document: {
          patientid: patient.chartId,
          departmentid: clinic.departmentId,
          providerid: orderer.athenaProviderId,
          tietoorderid: 880_000 + index,
          facilityid: facilities[ways[draw] ?? 'chart'],
          externalaccessionid: `ACC-${40_000 + draw}`,
          description: document.description,
          labresultloinc: document.labresultloinc,
          resultstatus: 'final',
          observationdatetime: collected,
          documentsource: 'INTERFACE',
          documentroute: 'INTERFACE',
          observations: document.observations.map((o) => ({ ...o })),
        },
      });
    });
  });
  cast(patients, draws, results);
  for (const p of patients) for (const text of tellingTexts(p)) planted.add(text);
  const batches = times
    .map((at) => ({ at, results: results.filter((r) => r.postedAt === at) }))
    .filter((b) => b.results.length > 0);
  return { patients, results, batches, counts, planted: [...planted] };
}

/** S000-1, scaled. Every size has at least one critical. */
export function tierCounts({
  results,
  inside,
}: Pick<MorningOptions, 'results' | 'inside'>): Record<DemoTier, number> {
  const critical = Math.min(results, Math.max(1, Math.round((results * 6) / 142)));
  const abnormal = Math.min(results - critical, Math.round((results * (inside ? 35 : 41)) / 142));
  return { normal: results - critical - abnormal, abnormal, critical };
}

/** At most 30 results together, at least six batches, from 08:00 to 09:30. */
function batchTimes(total: number): EpochMs[] {
  const batches = Math.max(6, Math.ceil(total / (batchAtMost - 2)));
  const from = localAt(0, '08:00');
  return Array.from({ length: batches }, (_, i) => from + Math.round((i * 1.5 * hour) / (batches - 1)));
}

/** Shapes of draws with several members, in turn; of 142 results 22 draws are such. */
const shapes: readonly Draw[] = [
  { tiers: ['abnormal', 'normal'], twoOrderers: false },
  { tiers: ['normal', 'normal'], twoOrderers: false },
  { tiers: ['abnormal', 'normal', 'abnormal'], twoOrderers: true },
  { tiers: ['normal', 'normal', 'normal'], twoOrderers: false },
  { tiers: ['critical', 'normal'], twoOrderers: false },
  { tiers: ['normal', 'abnormal', 'normal'], twoOrderers: false },
  { tiers: ['normal', 'normal', 'normal', 'normal'], twoOrderers: false },
  { tiers: ['abnormal', 'normal'], twoOrderers: false },
  { tiers: ['normal', 'normal'], twoOrderers: false },
  { tiers: ['normal', 'normal', 'normal'], twoOrderers: false },
  { tiers: ['abnormal', 'abnormal'], twoOrderers: false },
  { tiers: ['normal', 'normal', 'normal'], twoOrderers: false },
  { tiers: ['normal', 'abnormal', 'normal', 'normal'], twoOrderers: false },
  { tiers: ['normal', 'normal'], twoOrderers: false },
  { tiers: ['abnormal', 'normal', 'normal'], twoOrderers: false },
  { tiers: ['normal', 'normal'], twoOrderers: false },
  { tiers: ['normal', 'normal', 'normal'], twoOrderers: false },
  { tiers: ['abnormal', 'normal'], twoOrderers: false },
  { tiers: ['normal', 'normal', 'normal'], twoOrderers: false },
  { tiers: ['normal', 'normal'], twoOrderers: false },
  { tiers: ['normal', 'normal', 'normal', 'normal'], twoOrderers: false },
  { tiers: ['normal', 'normal', 'abnormal'], twoOrderers: false },
];
const shapesPer = 142;

/** Deals all results to draws: the several-member ones by shape while tiers last, the rest alone. */
function dealDraws(counts: Readonly<Record<DemoTier, number>>, total: number, chance: Chance): Draw[] {
  const left = { ...counts };
  const draws: Draw[] = [];
  const several = Math.round((total * shapes.length) / shapesPer);
  for (let i = 0; i < several; i++) {
    const shape = shapes[i % shapes.length];
    if (!shape) break;
    // The one with two orderers comes once.
    const draw = i < shapes.length ? shape : { ...shape, twoOrderers: false };
    const needs = (tier: DemoTier) => draw.tiers.filter((t) => t === tier).length;
    if ((['normal', 'abnormal', 'critical'] as const).some((t) => needs(t) > left[t])) continue;
    for (const tier of draw.tiers) left[tier] -= 1;
    draws.push(draw);
  }
  for (const tier of ['normal', 'abnormal', 'critical'] as const)
    for (; left[tier] > 0; left[tier]--) draws.push({ tiers: [tier], twoOrderers: false });
  return chance.shuffled(draws);
}

/** Parts that chance may leave out: of patients who get a text, these many opt out, or have such a phone. */
const parts: readonly (Partial<DemoPatient> & { readonly share: number })[] = [
  { share: 0.016, reaction: 'stop', phone: 'deliver' },
  { share: 0.02, phone: 'sent-only' },
  { share: 0.02, phone: 'undelivered:30003' },
  { share: 0.008, phone: 'undelivered:30006' },
];

/** Gives the parts to patients whose results are all normal and who may be texted, at least one each. */
function cast(patients: DemoPatient[], draws: readonly Draw[], results: DemoResult[]): void {
  const texted = [...patients.keys()].filter((i) => {
    const p = patients[i];
    const isNormal = draws[i]?.tiers.every((t) => t === 'normal') ?? false;
    return isNormal && p !== undefined && p.mobile !== null && p.consentToText && p.labTexts !== false;
  });
  const inOwnLanguage = texted.filter((i) => patients[i]?.language !== 'vie');
  let next = 0;
  for (const { share, ...part } of parts)
    for (let n = Math.max(1, Math.round(share * patients.length)); n > 0; n--) {
      const i = inOwnLanguage[next++];
      const before = i === undefined ? undefined : patients[i];
      if (i === undefined || !before) return;
      const patient = { ...before, ...part };
      patients[i] = patient;
      results.forEach((r, at) => {
        if (r.draw === i) results[at] = { ...r, patient };
      });
    }
}

function rank(draw: Draw | undefined): number {
  return draw?.tiers.includes('critical') ? 0 : 1;
}

/** A panel that the draw does not have yet; the two metabolic ones exclude each other. */
function choosePanel(tier: DemoTier, patient: DemoPatient, used: Set<PanelId>, chance: Chance): PanelId {
  const taken = (p: PanelId) =>
    used.has(p) || (p === 'bmp' && used.has('cmp')) || (p === 'cmp' && used.has('bmp'));
  const free = panelsFor(tier, patient.sex).filter((p) => !taken(p));
  // PSA is rare.
  const common = free.filter((p) => p !== 'psa' || chance.happens(0.25));
  const panel = chance.pick(common.length > 0 ? common : free);
  used.add(panel);
  return panel;
}

/** Somebody with a critical result has a number in the chart, in a language that staff speak. */
function reachable(p: DemoPatient, draw: number): DemoPatient {
  const phone = p.mobile ?? p.home;
  const language = p.language === 'vie' ? 'eng' : p.language;
  // Half of them would never answer a message; the call is what counts.
  const reaction = p.reaction === 'stop' ? 'nothing' : p.reaction;
  if (phone !== null) return { ...p, language, reaction };
  const home = `+1${[929, 934, 838, 680][draw % 4]}55501${String(draw % 100).padStart(2, '0')}`;
  return { ...p, language, reaction, home };
}

function tellingTexts(p: DemoPatient): string[] {
  const phones = [p.mobile, p.home].filter((n) => n !== null);
  return [p.familyName, p.birthDate, ...phones, ...phones.map((n) => n.slice(2))];
}
