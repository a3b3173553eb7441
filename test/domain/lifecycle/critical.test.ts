import { describe, expect, test } from '@jest/globals';
import { at, hour, Life, minute, posted } from './build.js';

const start = at(0, 9);
const critical = (status: 'final' | 'preliminary' = 'final'): Life =>
  posted({ tier: 'critical', status }, start);
const rings = (life: Life) =>
  life.pages
    .filter((p) => /critical\/\d+$/.test(p.step))
    .map((p) => `${(p.sentAt - start) / minute}: ${p.roles.join(' ')}`);

describe('the page ladder (L10)', () => {
  test('L10: owner at minute 0, all rung so far every 5 min, one more person every 10 min', () => {
    const life = critical();
    expect(rings(life)).toEqual(['0: owner']);
    life.after(20 * minute);
    expect(rings(life)).toEqual([
      '0: owner',
      '5: owner',
      '10: owner cover',
      '15: owner cover',
      '20: owner cover on-call',
    ]);
  });

  test('S000-90: at night a critical rings up to on-call; an abnormal waits for the opening', () => {
    const critical = posted({ tier: 'critical' }, at(0, 22));
    const abnormal = posted({ tier: 'abnormal' }, at(0, 9)).until(at(0, 22));
    for (const life of [critical, abnormal]) life.until(at(1, 8) - minute);
    expect(critical.pagesTo('on-call', at(0, 22))[0]).toBe(20);
    // Its cover was due at 3:00.
    expect(abnormal.pages).toEqual([]);
    abnormal.until(at(1, 8));
    expect(abnormal.pages.map((p) => [p.roles.join(), p.dueAt])).toEqual([['cover', at(1, 3)]]);
  });

  test('L10: an acceptance stops it; only a credentialed one does', () => {
    const life = critical();
    life.after(6 * minute);
    expect(life.accept('callback', 'coordinator')).toBe('not-credentialed');
    life.accept('callback', 'dr-cover');
    const before = rings(life).length;
    life.after(20 * minute);
    expect(rings(life)).toHaveLength(before);
  });

  test('L10: a decline rings the next at once, without the person who declined', () => {
    const life = critical();
    life.after(3 * minute);
    life.command({ kind: 'decline', task: 'callback' }, 'dr-owner');
    expect(rings(life)).toEqual(['0: owner', '3: owner cover']);
    expect(life.pages.at(-1)?.without).toEqual(['dr-owner']);
    life.command({ kind: 'decline', task: 'callback' }, 'dr-owner');
    expect(rings(life)).toHaveLength(2);
  });

  test('L10: a page that cannot be sent rings the next at once', () => {
    const life = posted({ tier: 'normal' }, start);
    life.onPage = (p) => ({ sentTo: p.roles.filter((r) => r !== 'owner'), failedFor: ['owner'] });
    life.post(2, { tier: 'critical' });
    expect(life.pages.map((p) => p.roles)).toEqual([['owner', 'cover']]);
    life.after(4 * minute);
    expect(life.pages).toHaveLength(1);
  });

  test('L10: whoever does not answer a call is made up for by the next at once, and once', () => {
    const life = critical();
    life.unanswered = ['dr-owner'];
    life.after(4 * minute);
    expect(rings(life)).toEqual(['0: owner', '0.5: owner cover']);
    expect(life.lines('event').filter((l) => l.kind === 'page-unanswered')).toHaveLength(1);
    life.after(2 * minute);
    expect(rings(life).at(-1)).toBe('5.5: owner cover');
  });

  test('L10: while nobody can be paged at all it neither stops nor spins', () => {
    const life = posted({ tier: 'normal' }, start);
    let tries = 0;
    life.onPage = (p) => {
      tries += 1;
      return { sentTo: [], failedFor: [...p.roles] };
    };
    life.post(2, { tier: 'critical' });
    expect(tries).toBeLessThanOrEqual(6);
    life.after(hour);
    expect(tries).toBeGreaterThan(12);
    expect(tries).toBeLessThan(30);
    life.onPage = (p) => ({ sentTo: [...p.roles], failedFor: [] });
    life.after(5 * minute);
    expect(life.pages.at(-1)?.roles).toContain('medical-director');
  });

  test('L10: when everybody has declined the list begins again', () => {
    const life = critical();
    life.onPage = (p) => ({ sentTo: p.without.length >= 2 ? [] : [...p.roles], failedFor: [] });
    life.command({ kind: 'decline', task: 'callback' }, 'dr-owner');
    life.command({ kind: 'decline', task: 'callback' }, 'dr-cover');
    life.after(5 * minute);
    expect(life.pages.at(-1)?.without).toEqual([]);
    expect(life.lines('alarm').map((l) => l.code)).toContain('critical-page-reached-nobody');
  });

  test('L10: it never stops until someone accepts, and does not fill the state', () => {
    const life = critical();
    life.twice = false;
    life.after(30 * hour);
    expect(rings(life).length).toBe(30 * 12 + 1);
    expect(Object.keys(life.state.fired).length).toBeLessThan(20);
    expect(JSON.stringify(life.state).length).toBeLessThan(60_000);
  });

  test('L10: accepted without an attempt goes on without that person, each time', () => {
    const life = critical();
    life.after(2 * minute);
    life.accept('callback', 'dr-owner');
    life.until(start + 30 * minute);
    expect(life.pages.at(-1)?.without).toEqual(['dr-owner']);
    expect(life.lines('pass-on')).toMatchObject([{ kind: 'callback', from: 'dr-owner' }]);
    life.after(5 * minute);
    life.accept('callback', 'dr-cover');
    life.after(29 * minute);
    expect(life.pages.at(-1)?.without).not.toContain('dr-cover');
    life.after(minute);
    expect(life.pages.at(-1)?.without).toEqual(['dr-owner', 'dr-cover']);
  });
});

describe('a critical that took long to get here (L12)', () => {
  const late = (verifiedAgoMs: number) => posted({ tier: 'critical', verifiedAgoMs }, start);

  test('L12: verified over 60 min before detection, owner and on-call are rung together and asked about the phone', () => {
    const life = late(125 * minute);
    life.after(20 * minute);
    expect(rings(life)).toEqual([
      '0: owner on-call',
      '5: owner on-call',
      '10: owner cover on-call',
      '15: owner cover on-call',
      '20: owner cover on-call',
    ]);
    expect(life.pages.every((p) => p.asks === 'lab-phoned')).toBe(true);
    expect(life.lines('event').filter((l) => l.kind === 'arrived-late')).toMatchObject([
      { data: { minutes: 125 } },
    ]);
    // Its clocks run from the detection all the same.
    expect(life.state.ladder?.startedAt).toBe(start);
  });

  test.each([
    ['exactly 60 min before', 60 * minute],
    ['at a time that is not known', undefined],
    ['after the detection, by a clock that is wrong', -hour],
  ])('L12: verified %s, the owner alone', (_, verifiedAgoMs) => {
    const life = posted({ tier: 'critical', ...(verifiedAgoMs !== undefined && { verifiedAgoMs }) }, start);
    expect(rings(life)).toEqual(['0: owner']);
    expect(life.pages[0]?.asks).toBeUndefined();
  });

  test('L12: what a provider makes critical did not arrive late', () => {
    const life = posted({ tier: 'abnormal', verifiedAgoMs: 5 * hour }, start);
    life.after(hour);
    expect(life.command({ kind: 'sign-off', decision: 'change-tier', tier: 'critical' })).toBeNull();
    expect(life.pages.at(-1)?.roles).toEqual(['owner']);
  });
});

describe('the clocks of a critical (L6)', () => {
  test('S000-T12, 61, S003-30, 72: without an attempt the alarm comes at exactly 30 min', () => {
    const life = critical();
    life.accept();
    life.until(start + 30 * minute - 1);
    expect(life.lines('alarm')).toEqual([]);
    life.until(start + 30 * minute);
    expect(life.lines('alarm')).toMatchObject([
      { code: 'critical-without-attempt', at: start + 30 * minute },
    ]);
    expect(life.events('sla-missed')).toMatchObject([{ data: { clock: 'critical-attempt' } }]);
    const page = life.pages.find((p) => p.step.endsWith('critical/attempt'));
    expect(page).toMatchObject({ roles: ['owner', 'coordinator'], sentAt: start + 30 * minute });
  });

  test('S000-T12: an attempt in time is no miss', () => {
    const life = critical();
    life.accept();
    life.after(29 * minute);
    life.attempt('voicemail');
    life.after(hour);
    expect(life.lines('alarm')).toEqual([]);
    expect(life.pagesTo('supervising-physician', start)).toEqual([]);
  });

  test('S000-T13, 63: supervising physician at 60 min, on-call at 2 h unreached, medical director at 24 h', () => {
    const life = critical();
    life.accept();
    life.until(start + 31 * minute);
    life.accept('callback', 'dr-cover');
    life.until(start + 61 * minute);
    const single = () => life.pages.filter((p) => /critical\/(supervisor|unreached|director)/.test(p.step));
    expect(single().map((p) => [p.roles.join(), (p.sentAt - start) / minute])).toEqual([
      ['supervising-physician', 60],
    ]);
    life.attempt('no-answer');
    life.accept('callback', 'dr-cover');
    life.until(start + 25 * hour);
    expect(single().map((p) => [p.roles.join(), (p.sentAt - start) / minute])).toEqual([
      ['supervising-physician', 60],
      ['on-call', 120],
      ['medical-director', 24 * 60],
    ]);
  });

  test('S003-91: an unreached critical comes back every day', () => {
    const life = critical();
    life.accept();
    life.attempt('voicemail');
    life.release();
    const before = life.until(start + 25 * hour).pages.length;
    life.until(start + 80 * hour);
    expect(life.pages.length).toBeGreaterThanOrEqual(before + 2);
    expect(life.pages.at(-1)).toMatchObject({ roles: ['on-call', 'medical-director'], critical: true });
  });

  test('L2: a critical value of an old result is a review in staffed hours, without any alarm', () => {
    const life = posted({ tier: 'critical', lane: 'historic' }, at(0, 20));
    life.until(at(1, 11));
    expect(life.pages).toEqual([]);
    expect(life.lines('alarm')).toEqual([]);
    life.until(at(1, 13));
    expect(life.pages.map((p) => p.roles)).toEqual([['owner', 'coordinator']]);
    life.close('handled');
    expect(life.closure).toBe('historic');
  });
});

describe('how a critical ends (L6, L34)', () => {
  test('L6, L20: a call about the version before leaves the new critical ringing, and is on record', () => {
    const life = posted({ tier: 'abnormal' }, start);
    life.release();
    life.after(10 * minute);
    life.post(2, { tier: 'critical' });
    const reached = { kind: 'attempt', outcome: 'reached', twoIdentifiers: true } as const;
    expect(life.command(reached, 'coordinator', { hash: 'hash-1' })).toBeNull();
    expect(life.lines('event').map((l) => l.kind)).toContain('attempt-about-another');
    expect(life.state).toMatchObject({ acknowledgement: null, attempts: [] });
    expect(life.state.ladder).not.toBeNull();
    life.after(5 * minute);
    expect(life.pages.at(-1)?.step).toBe('v2/critical/1');
  });

  test('a run under an earlier policy judges a call as it did then: its history has to replay', () => {
    const life = new Life(start);
    const { checksContact: _, ...earlier } = life.policy;
    life.policy = earlier;
    life.post(1, { tier: 'critical' });
    expect(life.attempt('reached', 'coordinator')).toBeNull();
    expect(life.state.acknowledgement).toMatchObject({ how: 'call' });
  });

  test('lifecycle §2: nobody is told of a critical that still rings: an acceptance permits the call', () => {
    const life = critical();
    expect(life.attempt('reached', 'coordinator')).toBe('accept-first');
    life.accept();
    expect(life.attempt('reached', 'coordinator')).toBeNull();
  });

  test('documented contact and sign-off, in either order', () => {
    const first = critical();
    first.accept();
    first.attempt('reached');
    expect(first.closure).toBeNull();
    first.release();
    expect(first.closure).toBe('reached');
    expect(first.asked()).toEqual([]);
    const second = critical();
    second.release();
    expect(second.closure).toBeNull();
    second.attempt('emergency-care');
    expect(second.closure).toBe('handed-over');
  });

  test('G23: page button, reply, letter and a choice do not end it', () => {
    const life = critical();
    life.accept();
    life.release();
    life.told().confirmPage().reply(true);
    life.message('needs-person', 1, { task: 'letter' });
    expect(life.close('mailed')).toBeNull();
    life.message('needs-person', 1, { task: 'follow-up' });
    expect(life.close('providers-choice')).toBe('contact-first');
    expect(life.closure).toBeNull();
    expect(life.tasks).toContain('callback');
  });

  test('L34, S000-2, G32: two identifiers are needed; voicemail, third party and refusal are never contact', () => {
    const life = critical();
    life.release();
    expect(life.attempt('reached', 'coordinator', false)).toBe('two-identifiers-needed');
    for (const outcome of ['voicemail', 'third-party', 'no-answer', 'wrong-number', 'refused'] as const)
      expect(life.attempt(outcome)).toBeNull();
    expect(life.attempt('family-disclosed', 'coordinator')).toBe('not-credentialed');
    expect(life.closure).toBeNull();
    life.attempt('reached');
    expect(life.closure).toBe('reached');
  });

  test('L36: emergency words page on-call at once, whatever the result was', () => {
    const life = posted({ tier: 'normal' }, at(0, 20)).told();
    life.reply(false, 'text', true);
    expect(life.pages.at(-1)).toMatchObject({ roles: ['on-call'], task: 'reply', sentAt: at(0, 20) });
    expect(life.state.tasks.find((t) => t.kind === 'reply')?.dueAt).toBe(at(0, 20, 15));
    const calm = posted({ tier: 'normal' }, at(0, 20)).told();
    calm.reply(false, 'text');
    expect(calm.pages).toEqual([]);
  });

  test('L36: any answer while it is open pages on-call at once', () => {
    const life = posted({ tier: 'critical' }, at(0, 20));
    life.accept();
    life.attempt('voicemail');
    life.release();
    life.told().reply(true, 'text');
    expect(life.pages.at(-1)).toMatchObject({ roles: ['on-call'], task: 'reply', sentAt: at(0, 20) });
    expect(life.state.tasks.find((t) => t.kind === 'reply')?.dueAt).toBe(at(0, 20, 15));
  });
});
