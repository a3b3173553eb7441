import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDecision } from '../../src/store/decisions.js';
import { upsertPatient } from '../../src/store/patients.js';
import { endPatientLimit, listPatientLimits, signPatientLimit } from '../../src/store/patient-limits.js';
import { stageVersion } from '../../src/store/stage.js';
import { readTimeline } from '../../src/store/timeline.js';
import type { Stored } from '../../src/store/versions.js';
import { DeskPractice, hour, monday9, potassium, staff } from '../starters/desk-practice.js';
import { card } from './patient-card.js';
import { collected, newPatient, type Given, type Post } from './post.js';

const day = 24 * hour;
let desk: DeskPractice;
let patients = 0;
let orders = 0;
beforeAll(async () => void (desk = await DeskPractice.open()), 60_000);
afterAll(() => desk.close());

const patient = (more = {}) => newPatient(desk, String(7000 + patients++), more);
const numberOf = (stored: Stored) => ('version' in stored ? stored.version : 0);
const stage = (stored: Stored) =>
  stageVersion(desk.store, desk.practice.id, stored.resultId, numberOf(stored));
/** A result of its own, classified. */
async function arrives(post: Post, value: string, given: Given = {}) {
  const stored = await post({ ids: { order: `N${orders++}` }, value, ...given });
  return { stored, staged: await stage(stored) };
}
const before = (days: number) => ({ collectedAt: collected - days * day });
const versionOf = ({ resultId, ...stored }: Stored) =>
  desk.store.db
    .selectFrom('version')
    .selectAll()
    .where('result_id', '=', resultId)
    .where('number', '=', numberOf({ resultId, ...stored } as Stored))
    .executeTakeFirstOrThrow();
const decisionOf = async (stored: Stored) =>
  openDecision(desk.store, (await versionOf(stored)).decision_sealed)!;

describe('clinical rules §5: change since the last value of the same patient', () => {
  test('5.1 is normal by itself and abnormal when the last one was 4.1', async () => {
    const alone = await patient();
    expect((await arrives(alone, '5.1')).staged.version.tier).toBe('normal');
    const known = await patient();
    await arrives(known, '4.1', before(30));
    const { stored, staged } = await arrives(known, '5.1');
    expect(staged.version.tier).toBe('abnormal');
    expect((await decisionOf(stored)).decidedBy).toMatchObject({
      step: 9,
      rule: 'potassium-change',
      text: 'K 5.1 mmol/L, 4.1 mmol/L 30 days earlier: potassium changed by 1.0 mmol/L or more, rule potassium-change v1',
    });
  });

  const quiet: readonly [string, (post: Post) => Promise<unknown>][] = [
    ['one of another patient', async () => arrives(await patient(), '4.1', before(30))],
    ['one that is older than the rule asks', (post) => arrives(post, '4.1', before(91))],
    ['one that was taken later', (post) => arrives(post, '4.1', before(-0.5))],
    ['a preliminary one', (post) => arrives(post, '4.1', { ...before(30), status: 'preliminary' })],
    [
      'one that was withdrawn since',
      async (post) => {
        const ids = { order: `N${orders++}` };
        const document = { ids, documentId: `W${orders}`, ...before(30) };
        await stage(await post({ ...document, value: '4.1' }));
        await stage(
          await post({ ...document, status: 'withdrawn', observations: [], reportedAt: monday9 + hour }),
        );
      },
    ],
    [
      'an earlier version of this very result',
      async (post) => stage(await post({ ids: { order: 'same' }, value: '4.1' })),
    ],
    [
      'one that only the second feed knows',
      (post) => arrives(post, '4.1', { ...before(2), delivery: { sourceLane: 'second' } }),
    ],
    [
      'one in a unit that no table knows',
      (post) =>
        arrives(post, '4.1', { ...before(30), observations: [{ ...potassium('4.1'), unit: 'furlongs' }] }),
    ],
  ];
  test.each(quiet)('%s does not count', async (_, first) => {
    const post = await patient();
    await first(post);
    const { staged } = await arrives(post, '5.1', { ids: { order: 'same' }, reportedAt: monday9 + hour });
    expect(staged.version.tier).toBe('normal');
  });

  test('of an amended result the newest final version counts', async () => {
    const post = await patient();
    const ids = { order: 'amended' };
    await stage(await post({ ids, value: '4.1', ...before(3) }));
    await stage(
      await post({ ids, value: '4.9', ...before(3), status: 'corrected', reportedAt: monday9 + hour }),
    );
    expect((await arrives(post, '5.1')).staged.version.tier).toBe('normal');
  });

  test('the last of several counts, and a bound such as >6.0 is shown as one', async () => {
    const post = await patient();
    await arrives(post, '4.1', before(30));
    const { stored } = await arrives(post, '>6.0', before(2));
    expect((await versionOf(stored)).tier).toBe('critical');
    const next = await arrives(post, '5.0');
    expect((await decisionOf(next.stored)).decidedBy?.text).toContain('K 5 mmol/L, >6 mmol/L 48 h earlier');
  });
});

test('local codes are read by the table of the laboratory that the report names, and of no other', async () => {
  const lead = { ...potassium('50'), key: '717009', code: '717009', system: 'local' as const };
  const row = { ...lead, name: 'PB', unit: 'ug/dL', range: null, flag: null };
  const from = async (laboratory: string | null) =>
    (await arrives(await patient(), '50', { observations: [row], laboratory })).staged.version.tier;
  expect([await from('Labcorp'), await from('Quest Diagnostics'), await from(null)]).toEqual([
    'critical',
    'review',
    'review',
  ]);
});

describe('what decided is kept with the version', () => {
  test('rule, version, signer, inputs as received, converted value, deciding step', async () => {
    const post = await patient();
    const { stored } = await arrives(post, '6.3', {
      observations: [{ ...potassium('6.3'), unit: 'mEq/L', flag: null }],
    });
    const decision = await decisionOf(stored);
    expect(decision.decidedBy).toEqual({
      step: 4,
      rule: 'potassium-high',
      ruleVersion: 1,
      signedBy: 'Dr. Helene Wirth, 2026-01-05',
      tier: 'critical',
      urgency: 'critical',
      observationKey: '2823-3',
      text: 'K 6.3 > 6.0 mmol/L, rule potassium-high v1',
      inputs: { value: '6.3', unit: 'mEq/L', range: '3.5-5.2', flag: null, status: 'final', note: null },
      causes: [],
      converted: '6.3 mmol/L',
    });
    expect(decision.ruleSet).toEqual({
      id: 'starter',
      version: 1,
      signedBy: { name: 'Dr. Helene Wirth', date: '2026-01-05' },
    });
    const timeline = await readTimeline(desk.store, desk.practice, stored.resultId, { actor: 'test' });
    expect(timeline.versions[0]?.decidedBy?.rule).toBe('potassium-high');
  });

  test('L42: where a doubt is what keeps it from being normal, the doubt decides', async () => {
    const post = await patient();
    const ids = { order: 'twice' };
    await stage(await post({ ids, value: '4.1' }));
    const { stored } = await arrives(post, '4.2', { ids });
    expect((await decisionOf(stored)).decidedBy).toMatchObject({ rule: 'equal-times', tier: 'review' });
  });

  test('classified again, a version comes out as before, whatever has become known since', async () => {
    const post = await patient();
    const { stored, staged } = await arrives(post, '5.1');
    expect(staged.version.tier).toBe('normal');
    const first = await decisionOf(stored);
    await arrives(post, '4.0', before(20));
    await upsertPatient(desk.store, desk.practice.id, { ...card(post.chartId), birthDate: '2020-01-01' });
    expect((await stage(stored)).version.tier).toBe('normal');
    expect(await decisionOf(stored)).toEqual(first);
  });
});

describe('L46: limits signed for one patient', () => {
  const dialysis = {
    analyteId: 'potassium',
    replaces: ['potassium-high', 'potassium-high-same-day'],
    limit: {
      tier: 'critical' as const,
      urgency: 'critical' as const,
      operator: '>' as const,
      value: '6.5',
      unit: 'mmol/L',
    },
    reason: 'dialysis three times a week',
    expiresAt: monday9 + 90 * day,
  };
  const sign = (resultId: string, personId: string = staff.provider, more = {}) =>
    signPatientLimit(desk.store, desk.practice, {
      resultId,
      personId,
      proposal: { ...dialysis, ...more },
    });
  const refusal = (act: Promise<unknown>) => act.then(() => null).catch((err: { code?: string }) => err.code);

  test('it takes the place of the practice’s own, for this patient and until it ends', async () => {
    const post = await patient();
    const { stored } = await arrives(post, '6.3', before(5));
    expect((await versionOf(stored)).tier).toBe('critical');
    const { id } = await sign(stored.resultId);
    expect((await arrives(post, '6.3', before(2))).staged.version.tier).toBe('abnormal');
    expect((await arrives(post, '6.6', before(1))).staged.version.tier).toBe('critical');
    const other = await patient();
    expect((await arrives(other, '6.3')).staged.version.tier).toBe('critical');

    await endPatientLimit(desk.store, desk.practice, {
      limitId: id,
      personId: staff.cover,
      reason: 'transplanted',
    });
    expect((await arrives(post, '6.3')).staged.version.tier).toBe('critical');
    expect((await stage(stored)).version.tier).toBe('critical');
    const [ended] = await listPatientLimits(desk.store, desk.practice, {
      resultId: stored.resultId,
      all: true,
    });
    expect(ended).toMatchObject({ endedBy: staff.cover, endReason: 'transplanted' });
  });

  test('the laboratory’s own critical flag stands above it', async () => {
    const post = await patient();
    const { stored } = await arrives(post, '4.4', before(5));
    await sign(stored.resultId);
    const { stored: flagged, staged } = await arrives(post, '6.3', {
      observations: [{ ...potassium('6.3'), flag: 'HH' }],
    });
    expect(staged.version.tier).toBe('critical');
    expect((await decisionOf(flagged)).decidedBy).toMatchObject({ step: 2, rule: 'laboratory-flag' });
  });

  test('once expired it no longer counts, and says so', async () => {
    const post = await patient();
    const { stored } = await arrives(post, '4.4', before(5));
    await sign(stored.resultId, staff.provider, { expiresAt: monday9 + hour });
    const late = await post({ ids: { order: 'late' }, value: '6.3' });
    await desk.store.db
      .updateTable('version')
      .set({ detected_at: monday9 + hour })
      .where('result_id', '=', late.resultId)
      .execute();
    expect((await stage(late)).version.tier).toBe('critical');
    const { reasons } = (await readTimeline(desk.store, desk.practice, late.resultId, { actor: 'test' }))
      .versions[0]!;
    expect(reasons.map((one) => one.rule)).toContain('patient-limit-refused');
  });

  test('only an active credentialed person signs one, once, with a reason, an end and real rules', async () => {
    const post = await patient();
    const { stored } = await arrives(post, '4.4');
    const of = (personId: string, more = {}) => refusal(sign(stored.resultId, personId, more));
    expect(await of(staff.coordinator)).toBe('not-credentialed');
    expect(await of('nobody')).toBe('not-on-roster');
    for (const more of [
      { reason: ' ' },
      { expiresAt: monday9 },
      { expiresAt: monday9 + 367 * day },
      { replaces: ['sodium-high'] },
      { analyteId: 'kryptonite' },
      { limit: { ...dialysis.limit, unit: 'furlongs' } },
      { replaces: [], limit: null },
    ])
      expect(await of(staff.provider, more)).toBe('limit-not-valid');
    expect(await of(staff.provider)).toBeNull();
    expect(await of(staff.provider)).toBe('limit-exists');
  });

  test('who signed and when stands in clear and on the timeline; what and why is sealed', async () => {
    const post = await patient();
    const { stored } = await arrives(post, '4.4');
    const { id } = await sign(stored.resultId);
    const row = await desk.store.db
      .selectFrom('patient_limit')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ signed_by: staff.provider, expires_at: dialysis.expiresAt });
    expect(JSON.stringify(row)).not.toMatch(/dialysis|potassium|6\.5/);
    const timeline = await readTimeline(desk.store, desk.practice, stored.resultId, { actor: 'test' });
    expect(timeline.events.find((e) => e.kind === 'limit-signed')).toMatchObject({
      actor: staff.provider,
      text: dialysis.reason,
    });
    expect(timeline.brokenEvent).toBeNull();
  });

  test('L42: when charts are merged, it goes with the patient', async () => {
    const old = await patient();
    const first = await old({ documentId: `limit-${old.chartId}`, ids: {}, value: '4.4', ...before(5) });
    await stage(first);
    await sign(first.resultId);
    const survivor = await patient();
    await survivor({
      documentId: `limit-${old.chartId}`,
      ids: {},
      value: '4.4',
      ...before(5),
      shared: { 'lab-result': `${old.chartId}-limit-${old.chartId}` },
      delivery: { previousChartIds: [old.chartId] },
    });
    expect((await arrives(survivor, '6.3')).staged.version.tier).toBe('abnormal');
  });
});
