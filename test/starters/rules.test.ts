import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { draftFrom } from '../../src/domain/rules/life/signing.js';
import type { RuleSet } from '../../src/domain/rules/rule-set.js';
import { alarmsToPage } from '../../src/store/pages.js';
import { rulesReviewDue, watchRulesReview } from '../../src/store/rules-review.js';
import { DeskPractice, hour, monday9, potassium, staff } from './desk-practice.js';
import { runCommand } from './run-command.js';

const day = 24 * hour;
const folder = mkdtempSync(join(tmpdir(), 'resultloop-rules-'));
let desk: DeskPractice;
let of: Record<'high' | 'normal' | 'local' | 'before' | 'after', string>;
beforeAll(async () => {
  desk = await DeskPractice.open();
  const deliver = async (chartId: string, observations: Parameters<typeof desk.deliver>[0]['observations']) =>
    (await desk.deliver({ familyName: 'Ambleside', chartId, observations })).id;
  const local = { ...potassium('4.2'), code: 'K001', system: 'local' } as const;
  of = {
    high: await deliver('1', [potassium('6.1')]),
    normal: await deliver('2', [potassium('4.2')]),
    local: await deliver('3', [local]),
    before: await deliver('4', [potassium('4.1')]),
    after: '',
  };
  desk.goTo(monday9 + 5 * day);
  of.after = await deliver('4', [potassium('4.9')]);
}, 60_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await desk.close();
});

const rules = (...args: string[]) => runCommand(desk.env, 'rules', ...args);
/** The rules in force as an edited draft, in a file. */
function draftFile(change: (draft: RuleSet) => void): string {
  const draft = structuredClone(draftFrom(desk.practice.ruleSet));
  change(draft);
  const file = join(folder, `${Math.random().toString(36).slice(2)}.json`);
  writeFileSync(file, JSON.stringify(draft));
  return file;
}
const potassiumOf = (draft: RuleSet) => draft.analytes.find((one) => one.id === 'potassium')!;
const looser = () =>
  draftFile((draft) => {
    potassiumOf(draft).limits.find((one) => one.id === 'potassium-high')!.value = '6.2';
  });

describe('S000-26: rules simulate', () => {
  test('which results would change tier, what fires how often, why results need a person', async () => {
    const run = rules('simulate', looser(), '--json');
    expect([run.status, run.stderr]).toEqual([0, '']);
    const outcome = JSON.parse(run.stdout) as {
      results: number;
      tiers: Record<string, number>;
      changes: unknown[];
      fired: { rule: string; results: number }[];
      reviews: { mend: string; results: number }[];
    };
    expect(outcome.results).toBe(5);
    expect(outcome.tiers).toMatchObject({ critical: 0, abnormal: 1, normal: 3, review: 1 });
    expect(outcome.changes).toEqual([
      { result: of.high, from: 'critical', to: 'abnormal', rule: expect.any(String) },
    ]);
    const fired = (rule: string) => outcome.fired.find((one) => one.rule === rule)?.results;
    expect([fired('potassium-high'), fired('potassium-high-same-day')]).toEqual([0, 1]);
    expect(outcome.reviews).toEqual([
      expect.objectContaining({ results: 1, mend: expect.stringContaining('map code K001') }),
    ]);
    // Opaque ids and rules only: no value of anybody.
    expect(JSON.stringify(outcome.changes)).not.toContain('6.1');
    const seen = await desk.store.db.selectFrom('access').select('what').execute();
    expect(seen).toContainEqual({ what: 'rules-simulate' });
  });

  test('as a page to read, and a time from which results are taken', () => {
    const { stdout } = rules('simulate', looser(), '--since', '2026-03-05');
    expect(stdout).toContain('version 2, draft, not signed, tried on 1 stored results of riverside');
    expect(stdout).toMatch(/\n0 CHANGE TIER\n/);
    const all = rules('simulate', looser()).stdout;
    expect(all).toMatch(new RegExp(`${of.high.slice(-8)} +critical +abnormal`));
    expect(all).toMatch(/not known +Potassium +K001 +name only +1 +map code K001/);
    expect(rules('simulate', looser(), '--since', 'lately').status).toBe(2);
  });

  test('a new change rule is tried on the earlier values that only it asks for', () => {
    const strict = draftFile((draft) => {
      potassiumOf(draft).deltas[0]!.amount.value = '0.8';
    });
    const wider = draftFile((draft) => {
      const [change] = potassiumOf(draft).deltas;
      Object.assign(change!, { withinDays: 365, amount: { ...change!.amount, value: '0.8' } });
    });
    for (const file of [strict, wider]) {
      const { changes } = JSON.parse(rules('simulate', file, '--json').stdout) as { changes: unknown[] };
      expect(changes).toEqual([
        { result: of.after, from: 'normal', to: 'abnormal', rule: 'potassium-change' },
      ]);
    }
  });

  test('nothing stored is changed by it, and the rules in force try out as they were', async () => {
    const tiers = () => desk.store.db.selectFrom('version').select(['tier', 'decision_sealed']).execute();
    const before = await tiers();
    const outcome = JSON.parse(
      rules(
        'simulate',
        draftFile(() => undefined),
        '--json',
      ).stdout,
    ) as {
      changes: unknown[];
    };
    expect(outcome.changes).toEqual([]);
    expect(await tiers()).toEqual(before);
  });
});

describe('S000-45: rules go from practice to practice', () => {
  test('what is imported is an unsigned draft, whoever had signed it, and does not run', async () => {
    expect(rules('simulate')).toMatchObject({ status: 1, stderr: expect.stringContaining('rules import') });
    const file = draftFile((draft) => {
      Object.assign(draft, {
        id: 'harbor',
        version: 7,
        signedBy: { name: 'Dr. Ada Winter', date: '2026-02-01' },
      });
      potassiumOf(draft).limits.find((one) => one.id === 'potassium-high')!.value = '6.2';
    });
    const run = rules('import', file);
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(
      /version 1, signed by .+ → Rule set starter version 2, draft, not signed: 1 change/,
    );

    const exported = JSON.parse(rules('export', '--draft').stdout) as RuleSet;
    expect(exported).toMatchObject({ id: 'starter', version: 2, signedBy: null });
    expect((JSON.parse(rules('export', '--practice', 'riverside').stdout) as RuleSet).version).toBe(1);
    expect(rules('check').stdout).toContain('A draft waits: Rule set starter version 2');
    expect(JSON.parse(rules('simulate', '--json').stdout)).toMatchObject({ changes: [{ result: of.high }] });
    const active = await desk.store.db
      .selectFrom('practice_config')
      .select('body')
      .where('kind', '=', 'rules')
      .where('active', '=', true)
      .execute();
    expect(active).toMatchObject([{ body: { version: 1 } }]);
  });

  test('a file with a fault is not kept', () => {
    const file = draftFile((draft) => {
      draft.panels[0]!.analyteIds = ['nonsense'];
    });
    expect(rules('import', file)).toMatchObject({ status: 1, stdout: '' });
  });
});

describe('S000-96: the quarterly review', () => {
  const alarms = () =>
    desk.store.db
      .selectFrom('alarm')
      .select(['code', 'raised_at', 'cleared_at'])
      .orderBy('raised_at')
      .execute();
  const watchAt = async (at: number) => {
    desk.goTo(at);
    await watchRulesReview(desk.store, desk.practice);
  };
  const signed = Date.parse('2026-01-05T12:00:00Z');

  test('is an alarm once per quarter, for the medical director too', async () => {
    await watchAt(signed + 89 * day);
    expect(await alarms()).toEqual([]);
    await watchAt(signed + 90 * day);
    await watchAt(signed + 91 * day);
    expect(await alarms()).toMatchObject([{ code: rulesReviewDue, cleared_at: null }]);
    for (const [person, codes] of [[staff.administrator], [staff.director, [rulesReviewDue]]] as const)
      expect(await alarmsToPage(desk.store, desk.practice.id, person, codes)).toHaveLength(1);
    expect(await alarmsToPage(desk.store, desk.practice.id, staff.director, ['other'])).toEqual([]);
    await watchAt(signed + 180 * day);
    expect((await alarms()).map((one) => one.cleared_at === null)).toEqual([false, true]);
  });

  test('ends with the next signature', async () => {
    const date = new Date(signed + 180 * day).toISOString().slice(0, 10);
    const ruleSet = { ...desk.practice.ruleSet, version: 2, signedBy: { name: 'Dr. Helene Wirth', date } };
    expect(await watchRulesReview(desk.store, { ...desk.practice, ruleSet })).toBe(0);
    expect((await alarms()).every((one) => one.cleared_at !== null)).toBe(true);
  });
});
