import { describe, expect, test } from '@jest/globals';
import { at, hour, minute, posted } from './build.js';

describe('amendments (L41, S000-T14)', () => {
  test('S000-T14: a cosmetic change keeps decision and message, and sends nothing again', () => {
    const life = posted({ tier: 'abnormal' });
    life.release();
    life.message('sending').message('left');
    life.post(2, { tier: 'abnormal', change: 'cosmetic' });
    expect(life.tasks).toEqual([]);
    expect(life.asked()).toEqual(['results v1']);
    // The receipt speaks of the version that was sent.
    life.message('confirmed', 1);
    life.until(at(0, 20));
    expect(life.tasks).toEqual([]);
    life.confirmPage();
    expect(life.closure).toBe('acknowledged');
  });

  test('L41: a cosmetic change while the message waits asks anew for the new version', () => {
    const life = posted({ tier: 'normal' });
    life.post(2, { tier: 'normal', change: 'cosmetic' });
    expect(life.lines('withdraw-notice')).toHaveLength(1);
    expect(life.asked()).toEqual(['results v1', 'results v2']);
  });

  test('L41: a cosmetic change neither restarts nor repeats clocks, and keeps a tier set by a provider', () => {
    const life = posted({ tier: 'review' }, at(0, 15));
    life.command({ kind: 'sign-off', decision: 'change-tier', tier: 'abnormal' });
    life.until(at(1, 10));
    life.post(2, { tier: 'review', change: 'cosmetic' });
    expect(life.state.version?.tier).toBe('abnormal');
    life.until(at(1, 14));
    expect(life.pagesTo('cover', at(0, 15))).toEqual([18 * 60]);
    life.until(at(1, 16));
    expect(life.pagesTo('owner', at(0, 15))).toEqual([24 * 60]);
  });

  test('L41: a clinical change voids the decision; asked as "results" while nobody was told', () => {
    const life = posted({ tier: 'abnormal' });
    life.release();
    life.post(2, { tier: 'abnormal' });
    expect(life.lines('withdraw-notice')).toHaveLength(1);
    expect(life.lines('unrelease')).toHaveLength(1);
    expect(life.tasks).toEqual(['sign-off']);
    life.release();
    expect(life.asked()).toEqual(['results v1', 'results v2']);
  });

  test.each(['sending', 'left', 'confirmed'] as const)(
    'L41, G15: after "%s" everyone is told again, as an update',
    (how) => {
      const life = posted({ tier: 'abnormal' });
      life.release();
      life.message('sending');
      if (how !== 'sending') life.message('left');
      if (how === 'confirmed') life.message('confirmed');
      life.post(2, { tier: 'abnormal' });
      expect(life.asked()).toEqual(['results v1']);
      life.release();
      expect(life.asked()).toEqual(['results v1', 'update v2']);
    },
  );

  test('L41: when the old message turns out to have left, the new one becomes an update', () => {
    const life = posted({ tier: 'normal' });
    life.post(2, { tier: 'normal' });
    life.message('left', 1);
    expect(life.asked()).toEqual(['results v1', 'results v2', 'update v2']);
  });

  test('L35: an answer to the old message does not acknowledge the new content', () => {
    const life = posted({ tier: 'abnormal' });
    life.release();
    life.told();
    life.post(2, { tier: 'abnormal' });
    life.confirmPage();
    life.release();
    expect(life.closure).toBeNull();
    expect(life.asked()).toContain('update v2');
    life.told(2).confirmPage();
    expect(life.closure).toBe('acknowledged');
  });

  test('L41: a clinical change reopens a closed result', () => {
    const life = posted({ tier: 'normal' });
    life.told().confirmPage().charted();
    expect(life.phase).toBe('closed');
    life.post(2, { tier: 'abnormal' });
    expect(life.phase).toBe('sign-off');
    expect(life.lines('reopen')).toHaveLength(1);
    life.release();
    expect(life.asked()).toEqual(['results v1', 'update v2']);
  });

  test('L40: a clinical change hidden in a version that was passed by is still one', () => {
    const life = posted({ tier: 'abnormal' });
    life.release();
    life.arrive(2).arrive(3);
    life.stage(2, { tier: 'abnormal' });
    expect(life.state.version?.number).toBe(1);
    life.stage(3, { tier: 'abnormal', change: 'cosmetic' });
    expect(life.tasks).toEqual(['sign-off']);
  });

  test('L40: the same content again changes nothing', () => {
    const life = posted({ tier: 'abnormal' });
    life.release();
    life.told();
    life.arrive(2).arrive(3).stage(3, { tier: 'abnormal', change: 'clinical', hash: 'hash-1' });
    expect(life.tasks).toEqual([]);
    expect(life.lines('unrelease')).toEqual([]);
  });

  test('L41: critical to normal calls the owner at once and ends the ladder', () => {
    const life = posted({ tier: 'critical' });
    life.after(7 * minute).post(2, { tier: 'normal' });
    expect(life.pages.at(-1)).toMatchObject({ task: 'follow-up', roles: ['owner'], critical: true });
    const before = life.pages.length;
    life.after(hour);
    expect(life.pages).toHaveLength(before);
    expect(life.tasks).toEqual(['follow-up']);
  });

  test('L41: a changed critical rings again for whoever held it; its clocks run on', () => {
    const life = posted({ tier: 'critical' });
    life.accept();
    life.after(20 * minute).post(2, { tier: 'critical' });
    expect(life.pages.at(-1)?.step).toMatch(/^v2\/critical\/\d+$/);
    life.after(10 * minute);
    expect(life.lines('alarm')).toHaveLength(1);
    life.after(10 * minute).post(3, { tier: 'critical' });
    life.after(5 * minute);
    expect(life.lines('alarm')).toHaveLength(1);
  });
});

describe('preliminary, cancelled, withdrawn (L41)', () => {
  test('G17: a preliminary is never told; its final is', () => {
    const life = posted({ tier: 'normal', status: 'preliminary' });
    life.after(hour);
    expect(life.asked()).toEqual([]);
    expect(life.attempt('reached')).toBe('not-final');
    life.post(2, { tier: 'normal' });
    expect(life.asked()).toEqual(['results v2']);
  });

  test('a critical preliminary is paged at once and does not end before its final', () => {
    const life = posted({ tier: 'critical', status: 'preliminary' });
    expect(life.pages.map((p) => p.roles)).toEqual([['owner']]);
    life.accept();
    life.command({ kind: 'sign-off', decision: 'call-instead' });
    life.attempt('reached');
    expect(life.closure).toBeNull();
    life.until(at(2)).post(2, { tier: 'abnormal' });
    expect(life.tasks).toContain('sign-off');
    life.release();
    expect(life.asked()).toEqual(['update v2']);
  });

  test('the work of a critical preliminary goes on with its final', () => {
    const life = posted({ tier: 'critical', status: 'preliminary' });
    life.accept();
    life.after(10 * minute).post(2, { tier: 'critical' });
    expect(life.tasks).toEqual(['callback', 'sign-off']);
    expect(life.state.tasks[0]?.acceptedBy).toBe('dr-owner');
    life.after(20 * minute);
    expect(life.lines('alarm')).toHaveLength(1);
  });

  test('a later preliminary never reopens a final; a critical one is heard', () => {
    const life = posted({ tier: 'abnormal' });
    life.release();
    life.post(2, { tier: 'abnormal', status: 'preliminary' });
    expect(life.tasks).toEqual([]);
    expect(life.state.version?.number).toBe(1);
    expect(life.state.arriving).toBeNull();
    life.post(3, { tier: 'critical', status: 'preliminary' });
    expect(life.tasks).toContain('callback');
  });

  test('not final after 5 days becomes a review that cannot be forgotten', () => {
    const life = posted({ tier: 'abnormal', status: 'preliminary' });
    life.until(at(5, 9));
    expect(life.tasks).toEqual(['review']);
    life.until(at(8, 12));
    expect(life.pages.map((p) => p.roles.join())).toEqual(['owner,coordinator', 'supervising-physician']);
    life.post(2, { tier: 'abnormal' });
    expect(life.tasks).toEqual(['sign-off']);
  });

  test('cancelled: the orderer is told, the patient is not, it closes as not performed', () => {
    const life = posted({ tier: null, status: 'cancelled' });
    expect(life.pages.map((p) => p.roles)).toEqual([['owner']]);
    expect(life.asked()).toEqual([]);
    life.close('handled');
    expect(life.closure).toBe('not-performed');
  });

  test('withdrawn before anyone knew ends as void; afterwards a person retracts', () => {
    const untold = posted({ tier: 'normal' }).post(2, { tier: 'void', status: 'withdrawn' });
    expect(untold.closure).toBe('void');
    const told = posted({ tier: 'normal' });
    told.told().post(2, { tier: 'void', status: 'withdrawn' });
    expect(told.tasks).toEqual(['retraction']);
    told.confirmPage();
    expect(told.closure).toBeNull();
    told.close('handled', 'coordinator');
    expect(told.closure).toBe('void');
  });

  test('a withdrawn critical stays open until the owner has heard of it', () => {
    const life = posted({ tier: 'critical' }).post(2, { tier: 'void', status: 'withdrawn' });
    expect(life.pages.at(-1)).toMatchObject({ task: 'follow-up', roles: ['owner'] });
    expect(life.closure).toBeNull();
    life.close('handled');
    expect(life.closure).toBe('void');
  });
});
