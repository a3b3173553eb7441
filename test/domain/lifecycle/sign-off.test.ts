import { describe, expect, test } from '@jest/globals';
import { at, hour, minute, posted } from './build.js';

describe('sign-off', () => {
  test('S000-T6, 93: an abnormal that nobody signs never becomes a message, whatever else happens', () => {
    const life = posted({ tier: 'abnormal' });
    life.attempt('voicemail');
    life.after(3 * hour);
    life.attempt('no-answer');
    life.until(at(1, 9)).reply(true).confirmPage().close('corrected');
    life.until(at(10));
    expect(life.asked()).toEqual([]);
    expect(life.phase).toBe('sign-off');
  });

  test('L20: a release asks for one message about the version that was seen', () => {
    const life = posted({ tier: 'abnormal' });
    expect(life.release()).toBeNull();
    expect(life.asked()).toEqual(['results v1']);
    expect(life.release()).toBe('nothing-to-sign');
    expect(life.asked()).toHaveLength(1);
  });

  test('L20: a decision about another content is refused, also while a newer version is on its way', () => {
    const life = posted({ tier: 'abnormal' });
    expect(life.release('hash-0')).toBe('stale-version');
    life.arrive(2);
    expect(life.release('hash-1')).toBe('stale-version');
    life.stage(2, { tier: 'abnormal' });
    expect(life.release('hash-1')).toBe('stale-version');
    expect(life.asked()).toEqual([]);
    expect(life.release('hash-2')).toBeNull();
    expect(life.asked()).toEqual(['results v2']);
  });

  test('L20, S000-111: only credentialed people decide; a repeated command gets the same refusal', () => {
    const life = posted({ tier: 'abnormal' });
    const body = { kind: 'sign-off', decision: 'release' } as const;
    expect(life.command(body, 'coordinator', { id: 'c-1' })).toBe('not-credentialed');
    expect(life.command(body, 'dr-owner', { id: 'c-1' })).toBe('not-credentialed');
    expect(life.asked()).toEqual([]);
  });

  test('L20: a decision that was refused by a run before stays refused, also when the result was opened again', () => {
    const life = posted({ tier: 'abnormal' });
    const body = { kind: 'sign-off', decision: 'release' } as const;
    const { hash = null } = life.state.version ?? {};
    const command = { id: 'c', by: 'dr-owner', credentialed: true, at: life.now, hash, body };
    expect(life.fact({ kind: 'command', command: { ...command, refused: 'closed' } }, 'c')).toBe('closed');
    expect(life.lines('release')).toEqual([]);
  });

  test('L20: a command id that no door wrote is only a proposal', () => {
    const life = posted({ tier: 'abnormal' });
    expect(life.fact({ kind: 'proposal', commandId: 'x' })).toBe('unknown-command');
    expect(life.events('proposal')).toHaveLength(1);
    expect(life.asked()).toEqual([]);
  });

  test('S000-T9, S003-34, 38, 72: cover once at 18 h, owner and coordinator at 24 h, supervising physician at 48 h', () => {
    const start = at(0, 15);
    const life = posted({ tier: 'abnormal' }, start);
    life.until(start + 18 * hour - 1);
    expect(life.pages).toEqual([]);
    life.until(start + 18 * hour + minute);
    expect(life.pagesTo('cover', start)).toEqual([18 * 60]);
    life.until(start + 72 * hour - 1);
    expect(life.pagesTo('cover', start)).toEqual([18 * 60]);
    const about = life.pages.filter((p) => p.step.includes('sign-off'));
    expect(about.map((p) => [p.roles.join('+'), (p.sentAt - start) / hour])).toEqual([
      ['cover', 18],
      ['owner+coordinator', 24],
      ['supervising-physician', 48],
    ]);
    expect(life.events('ageing')).toHaveLength(1);
  });

  test('L11: a step due at night is recorded at its true time and delivered at opening', () => {
    const start = at(0, 9);
    const life = posted({ tier: 'review' }, start);
    life.until(at(1, 9));
    const [cover] = life.pages;
    expect(cover).toMatchObject({ roles: ['cover'], dueAt: at(1, 3), sentAt: at(1, 8) });
    expect(life.events('step-due')[0]).toMatchObject({ at: at(1, 3), data: { dueAt: at(1, 3) } });
  });

  test('L11: a page that waits for the opening is dropped when its task was done meanwhile', () => {
    const life = posted({ tier: 'abnormal' });
    life.until(at(1, 4));
    life.release();
    life.until(at(1, 8, 30));
    expect(life.pages).toEqual([]);
  });

  test('L11: somebody who was paged within the hour is paged when it is over, not at night', () => {
    const life = posted({ tier: 'abnormal' }, at(0, 22, 30));
    life.onPage = (p) => {
      life.onPage = (q) => ({ sentTo: [...q.roles], failedFor: [] });
      return { sentTo: [], failedFor: [], againAt: p.dueAt + hour };
    };
    life.until(at(2, 9));
    expect(life.pages.map((p) => [p.roles.join(), p.sentAt])).toContainEqual(['cover', at(2, 8)]);
  });

  test('overdue steps collapse to the highest after an outage, the skipped are recorded', () => {
    const life = posted({ tier: 'abnormal' });
    life.outage(50 * hour);
    expect(life.pages.filter((p) => p.step.includes('sign-off')).map((p) => p.roles)).toEqual([
      ['supervising-physician'],
    ]);
    expect(life.events('step-skipped').map((e) => e.data['step'])).toEqual([
      'v1/sign-off/cover',
      'v1/sign-off/owner',
    ]);
  });

  test('L8: changing the tier of a review does not ring again what has rung', () => {
    const life = posted({ tier: 'review' }, at(0, 8));
    life.until(at(1, 10));
    const before = life.pages.length;
    life.command({ kind: 'sign-off', decision: 'change-tier', tier: 'abnormal' });
    life.after(minute);
    expect(life.tasks).toEqual(['sign-off']);
    expect(life.pages).toHaveLength(before);
  });

  test('L20: changing the tier to normal releases; of a preliminary it is refused', () => {
    const life = posted({ tier: 'review' });
    expect(life.command({ kind: 'sign-off', decision: 'change-tier', tier: 'normal' })).toBeNull();
    expect(life.asked()).toEqual(['results v1']);
    const early = posted({ tier: 'critical', status: 'preliminary' });
    expect(early.command({ kind: 'sign-off', decision: 'change-tier', tier: 'normal' })).toBe('not-final');
    expect(early.release()).toBe('not-final');
    expect(early.asked()).toEqual([]);
  });

  test('L6, S000-16: a result made critical by a provider starts its 30 min then, not at detection', () => {
    const life = posted({ tier: 'abnormal' }, at(0, 9));
    life.after(6 * hour);
    life.command({ kind: 'sign-off', decision: 'change-tier', tier: 'critical' });
    expect(life.pages.map((p) => p.roles)).toEqual([['owner']]);
    life.after(29 * minute);
    expect(life.lines('alarm')).toEqual([]);
    life.after(minute);
    expect(life.lines('alarm')).toHaveLength(1);
  });

  test('L15: "not mine" takes the task from the person and leaves the clocks running', () => {
    const life = posted({ tier: 'abnormal' }, at(0, 15));
    life.command({ kind: 'sign-off', decision: 'not-mine' });
    expect(life.lines('pass-on')).toMatchObject([{ kind: 'sign-off', from: 'dr-owner', to: 'cover' }]);
    life.until(at(1, 9));
    expect(life.pagesTo('cover', at(0, 15))).toEqual([18 * 60]);
  });

  test('a release that may not be told becomes a call, never silence', () => {
    const life = posted({ tier: 'review', status: 'withdrawn' });
    expect(life.release()).toBeNull();
    expect(life.asked()).toEqual([]);
    expect(life.tasks).toEqual(['callback']);
    const unknown = posted({ tier: 'review', status: 'unknown' });
    unknown.release();
    expect(unknown.asked()).toEqual(['results v1']);
  });
});
