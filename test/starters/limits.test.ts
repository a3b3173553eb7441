import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signedStarterRules } from '../../src/domain/library/starter-rules.js';
import { limitProposal, type LimitOptions } from '../../src/starters/limits.js';
import { DeskPractice, potassium, staff } from './desk-practice.js';
import { runCommand } from './run-command.js';

const rules = signedStarterRules('Dr. Helene Wirth', '2026-01-05');
const typed: LimitOptions = {
  as: staff.provider,
  analyte: 'potassium',
  replaces: 'potassium-high, potassium-high-same-day',
  above: '6.5',
  until: '2026-09-30',
  reason: 'dialysis',
};
const proposal = (more: Partial<LimitOptions> = {}) =>
  limitProposal({ ...typed, ...more }, rules, 'America/New_York');

describe('what is typed', () => {
  test('becomes a limit in the analyte’s own unit, to the end of its last day in the practice', () => {
    expect(proposal()).toEqual({
      analyteId: 'potassium',
      replaces: ['potassium-high', 'potassium-high-same-day'],
      limit: { tier: 'critical', urgency: 'critical', operator: '>', value: '6.5', unit: 'mmol/L' },
      reason: 'dialysis',
      expiresAt: Date.parse('2026-10-01T04:00:00Z'),
    });
    const { above, ...without } = typed;
    expect(above).toBe('6.5');
    expect(limitProposal({ ...without, withoutLimit: true }, rules, 'UTC').limit).toBeNull();
    expect(limitProposal({ ...without, atMost: '2.5', tier: 'abnormal' }, rules, 'UTC').limit).toMatchObject({
      operator: '<=',
      urgency: 'same-day',
    });
  });

  test('is refused where it says two things, or not what applies instead', () => {
    expect(() => proposal({ below: '3' })).toThrow(/one of/);
    expect(() => proposal({ withoutLimit: true })).toThrow(/--without-limit/);
    const { above, ...nothing } = typed;
    expect(above).toBe('6.5');
    expect(() => limitProposal(nothing, rules, 'UTC')).toThrow(/--without-limit/);
    expect(() => proposal({ above: '6,5' })).toThrow(/6\.5/);
    expect(() => proposal({ until: 'next year' })).toThrow(/--until/);
    expect(() => proposal({ until: '2026-02-30' })).toThrow(/--until/);
  });
});

describe('L46 at the command line', () => {
  let desk: DeskPractice;
  let resultId: string;
  beforeAll(async () => {
    desk = await DeskPractice.open();
    ({ id: resultId } = await desk.deliver({
      familyName: 'Ambleside',
      chartId: '4402',
      observations: [potassium('4.4')],
    }));
  }, 60_000);
  afterAll(() => desk.close());
  const limits = (...args: string[]) => runCommand(desk.env, 'limits', ...args);
  const until = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
  const set = (as: string) =>
    limits(
      'set',
      resultId,
      ...['--as', as, '--analyte', 'potassium', '--replaces', 'potassium-high', '--above', '6.5'],
      ...['--until', until, '--reason', 'dialysis'],
    );

  test('a credentialed person signs, anybody on the machine may read it under an access line, one ends it', async () => {
    const refused = set(staff.coordinator);
    expect([refused.status, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain('Only a credentialed provider');

    const signed = set(staff.provider);
    expect(signed.stderr).toContain('stands for a login of Dr. Chidi Okafor under the demo policy');
    expect([signed.status, signed.stdout]).toEqual([
      0,
      expect.stringContaining('critical flag stands above'),
    ]);

    const list = limits('list', resultId.slice(-8));
    expect(list.stdout).toContain('potassium: critical above 6.5 mmol/L');
    expect(list.stdout).toContain('dialysis');
    const seen = await desk.store.db.selectFrom('access').select(['what', 'result_id']).execute();
    expect(seen).toContainEqual({ what: 'patient-limits', result_id: resultId });

    const id = /^([0-9a-f]{8})\s/m.exec(list.stdout)?.[1] ?? '';
    const ended = limits('end', id, '--as', staff.cover, '--reason', 'transplanted');
    expect([ended.status, ended.stdout]).toEqual([0, expect.stringContaining('apply again')]);
    expect(limits().stdout).toContain('no limit is signed for any patient');
    expect(limits('--all').stdout).toContain('by Dr. Elise Moreau: transplanted');
  });

  test('L20: without the demo policy nobody signs here', async () => {
    const { settings } = desk.practice;
    await desk.store.db
      .updateTable('practice_config')
      .set({ body: JSON.stringify({ ...settings, demoPolicy: false }) })
      .where('kind', '=', 'settings')
      .execute();
    expect(set(staff.provider)).toMatchObject({ status: 1, stdout: '' });
  });
});
