import { describe, expect, test } from '@jest/globals';
import { toReal } from '../../src/domain/calendar/clock-map.js';
import { sameValues } from '../../src/domain/result/same-values.js';
import { classify } from '../../src/domain/rules/classify.js';
import { signedStarterRules } from '../../src/domain/library/starter-rules.js';
import { toPatientCard, toReport } from '../../src/intake/athena/index.js';
import { readDelivery } from '../../src/intake/read-delivery.js';
import { writeBundle } from '../../src/sandbox/laboratory/write-bundle.js';
import { writeOru } from '../../src/sandbox/laboratory/write-oru.js';
import { clinic, localAt, opening, providers } from '../../src/starters/demo/clinic.js';
import { demoClock, realLength } from '../../src/starters/demo/clock.js';
import { chartedAt, letterheads, reportOf, sentAt } from '../../src/starters/demo/laboratories.js';
import { inventMorning, tierCounts, type DemoResult, type Morning } from '../../src/starters/demo/morning.js';
import { chartOf } from '../../src/starters/demo/patients.js';

const rules = signedStarterRules('Dr. Odette Farrow', '2026-02-16');

/** The document as the vendor would answer it. */
function classified(morning: Morning) {
  return morning.results.map((r) => {
    const { observationdatetime, ...document } = r.document;
    const raw = {
      ...document,
      labresultid: 1_000 + r.index,
      documentclass: 'LABRESULT',
      status: 'REVIEW',
      observationdatetime: new Date(observationdatetime ?? 0).toISOString(),
    };
    const report = toReport([raw], { practiceId: clinic.athenaPracticeId, patientId: r.patient.chartId });
    const card = toPatientCard(chartOf(r.patient, 71));
    const { tier, urgency } = classify(report, rules, { sex: card.sex, ageYears: 40, pregnant: null });
    return { intended: r.tier, tier, urgency };
  });
}

describe('the invented morning', () => {
  const morning = inventMorning({ results: 142, seed: 1, inside: false });

  test('S000-1: 142 results are 95 normal, 41 abnormal, 6 critical; with --inside 101, 35, 6', () => {
    expect(morning.counts).toEqual({ normal: 95, abnormal: 41, critical: 6 });
    expect(tierCounts({ results: 142, inside: true })).toEqual({ normal: 101, abnormal: 35, critical: 6 });
    for (const tier of ['normal', 'abnormal', 'critical'] as const)
      expect(morning.results.filter((r) => r.tier === tier)).toHaveLength(morning.counts[tier]);
  });

  test('S000-107: the signed rules give every document exactly the tier it was invented for, whatever the seed', () => {
    for (const seed of [1, 2, 77]) {
      for (const { intended, tier, urgency } of classified(
        inventMorning({ results: 142, seed, inside: false }),
      )) {
        expect(tier).toBe(intended);
        expect(urgency).toBe(
          intended === 'critical' ? 'critical' : intended === 'normal' ? 'minor' : 'standard',
        );
      }
    }
  });

  test('about 105 patients, at least 20 draws of 2 to 4, at least 6 mixed, one with two orderers', () => {
    const draws = new Map<number, DemoResult[]>();
    for (const r of morning.results) draws.set(r.draw, [...(draws.get(r.draw) ?? []), r]);
    const several = [...draws.values()].filter((d) => d.length > 1);
    expect(morning.patients.length).toBeGreaterThan(98);
    expect(morning.patients.length).toBeLessThan(112);
    expect(several.length).toBeGreaterThanOrEqual(20);
    expect(Math.max(...several.map((d) => d.length))).toBeLessThanOrEqual(4);
    const mixed = several.filter(
      (d) => d.some((r) => r.tier === 'normal') && d.some((r) => r.tier === 'abnormal'),
    );
    expect(mixed.length).toBeGreaterThanOrEqual(6);
    expect(several.filter((d) => new Set(d.map((r) => r.orderer.id)).size === 2)).toHaveLength(1);
    for (const d of draws.values()) {
      expect(new Set(d.map((r) => r.panel)).size).toBe(d.length);
      expect(new Set(d.map((r) => r.patient.chartId)).size).toBe(1);
    }
    expect(new Set(morning.results.map((r) => r.orderer.id))).toEqual(new Set(providers.map((p) => p.id)));
  });

  test('posted from 08:00 to 09:30 in batches of at most 30, criticals first', () => {
    for (const b of morning.batches) {
      expect(b.results.length).toBeLessThanOrEqual(30);
      expect(b.at).toBeGreaterThanOrEqual(localAt(0, '08:00'));
      expect(b.at).toBeLessThanOrEqual(localAt(0, '09:30'));
    }
    expect(morning.batches.flatMap((b) => b.results)).toHaveLength(142);
    const last = Math.max(...morning.results.filter((r) => r.tier === 'critical').map((r) => r.postedAt));
    expect(last).toBeLessThan(localAt(0, '08:45'));
  });

  test('L4: half of the results come over MLLP, a tenth as FHIR; each is read as what the chart shows', () => {
    const sent = { mllp: 0, fhir: 0 };
    for (const r of morning.results) {
      if (r.way === 'chart') continue;
      sent[r.way] += 1;
      const bytes =
        r.way === 'mllp'
          ? writeOru(reportOf(r), letterheads.mllp)
          : JSON.stringify(writeBundle(reportOf(r), letterheads.fhir));
      const read = readDelivery(Buffer.from(bytes), { zone: clinic.zone, name: 'lab' });
      if (read.verdict !== 'results') throw new Error('no results');
      expect(read.results).toHaveLength(1);
      const [one] = read.results;
      if (!one) throw new Error('no result');
      const { report, patient } = one;
      expect(patient).toMatchObject({ id: r.patient.chartId, birthDate: r.patient.birthDate });
      expect(report).toMatchObject({ status: 'final', collectedAt: r.document.observationdatetime });
      const raw = { ...r.document, labresultid: 1, documentclass: 'LABRESULT', observationdatetime: null };
      const chart = toReport([raw], { practiceId: clinic.athenaPracticeId, patientId: r.patient.chartId });
      expect(sameValues(report, chart)).toBe(true);
      expect(classify(report, rules, { sex: r.patient.sex, ageYears: 40, pregnant: null }).tier).toBe(r.tier);
    }
    expect(sent.mllp).toBeGreaterThanOrEqual(71);
    expect(sent.mllp).toBeLessThanOrEqual(74);
    expect(sent.fhir).toBeGreaterThanOrEqual(14);
    expect(sent.fhir).toBeLessThanOrEqual(18);
    // The chart is sometimes first, never with a critical.
    const first = morning.results.filter((r) => (sentAt(r) ?? 0) > chartedAt(r));
    expect(first.length).toBeGreaterThan(3);
    expect(first.some((r) => r.tier === 'critical')).toBe(false);
  });

  test('patients are adults with unique numbers, a quarter Spanish, every way of being reached or not', () => {
    const { patients } = morning;
    const phones = patients.flatMap((p) => [p.mobile, p.home]).filter((n) => n !== null);
    expect(new Set(phones).size).toBe(phones.length);
    for (const p of phones) expect(p).toMatch(/^\+1\d{3}55501\d{2}$/);
    for (const p of patients) expect(p.birthDate < '2008-03-02').toBe(true);
    expect(new Set(patients.map((p) => p.chartId)).size).toBe(patients.length);
    const spanish = patients.filter((p) => p.language === 'spa').length / patients.length;
    expect(spanish).toBeGreaterThan(0.2);
    expect(spanish).toBeLessThan(0.3);
    const others = patients.filter((p) => p.language === 'vie');
    expect(others.length).toBeLessThanOrEqual(2);
    for (const has of [
      (p: (typeof patients)[number]) => p.mobile !== null && p.consentToText,
      (p: (typeof patients)[number]) => p.mobile !== null && !p.consentToText,
      (p: (typeof patients)[number]) => p.mobile === null && p.home !== null,
      (p: (typeof patients)[number]) => p.mobile === null && p.home === null,
      (p: (typeof patients)[number]) => !p.portal,
      (p: (typeof patients)[number]) => !p.spruce,
      (p: (typeof patients)[number]) => p.phone === 'sent-only',
      (p: (typeof patients)[number]) => p.phone.startsWith('undelivered'),
      (p: (typeof patients)[number]) => p.reaction === 'stop',
      (p: (typeof patients)[number]) => p.reaction === 'nothing',
    ])
      expect(patients.some(has)).toBe(true);
    for (const p of patients)
      expect(toPatientCard(chartOf(p, 71))).toMatchObject({
        mobilePhone: p.mobile,
        homePhone: p.home,
        portal: p.portal,
      });
  });

  test('the same seed invents the same morning, another seed another one; other sizes keep the shares', () => {
    const again = inventMorning({ results: 142, seed: 1, inside: false });
    expect(again).toEqual(morning);
    expect(inventMorning({ results: 142, seed: 2, inside: false }).patients).not.toEqual(morning.patients);
    for (const results of [1, 7, 20, 500]) {
      const other = inventMorning({ results, seed: 3, inside: false });
      expect(other.results).toHaveLength(results);
      expect(other.batches.every((b) => b.results.length <= 30)).toBe(true);
      expect(other.counts.critical).toBeGreaterThan(0);
    }
  });
});

describe('the clock of the demo', () => {
  test('slow through the first morning, seven practice days in three to four minutes', () => {
    const clock = demoClock(142, 1_000_000);
    expect(clock.segments[0]).toEqual({ real: 1_000_000, practice: opening, factor: 100 });
    expect(clock.segments[1]).toMatchObject({ practice: localAt(0, '10:30'), factor: 3_000 });
    expect(toReal(clock, localAt(0, '10:30')) - 1_000_000).toBe(93_000);
    expect(realLength(clock, 7)).toBeGreaterThan(150_000);
    expect(realLength(clock, 7)).toBeLessThan(240_000);
    // The weekend on which summer time begins is one night.
    expect(
      clock.segments.filter((s) => s.practice > localAt(4, '18:30') && s.practice < localAt(7, '07:45')),
    ).toEqual([]);
  });

  test('a larger morning runs slower in proportion', () => {
    expect(demoClock(568, 0).segments[0]?.factor).toBe(25);
    expect(realLength(demoClock(568, 0), 7)).toBeGreaterThan(3.5 * realLength(demoClock(142, 0), 7));
  });
});
