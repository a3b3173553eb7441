import { describe, expect, test } from '@jest/globals';
import { defaultPolicy } from '../../../src/domain/lifecycle/policy.js';
import { waitsFor } from '../../../src/domain/lifecycle/phase.js';
import { at, hour, Life, minute, posted, withHoliday, type Arrival } from './build.js';

const sameDay = (startAt?: number, more: Partial<Arrival> = {}) =>
  posted({ tier: 'abnormal', urgency: 'same-day', ...more }, startAt);

/** Single pages in order: whom, and when. */
const pages = (life: Life) => life.pages.map((p) => [p.roles.join('+'), p.sentAt]);
const decidedByOnCall = (life: Life) => life.events('on-call-decides').map((e) => e.at);

describe('same-day: a provider acts within 4 staffed hours (L7)', () => {
  test('L7: the owner is paged at once, the sign-off is due in 4 staffed hours, contact by closing', () => {
    const life = sameDay();
    expect(pages(life)).toEqual([['owner', at(0, 9)]]);
    expect(life.pages[0]).toMatchObject({ critical: false, task: 'sign-off' });
    expect(life.state.tasks).toMatchObject([{ kind: 'sign-off', dueAt: at(0, 13) }]);
    expect(life.state.version?.contactByAt).toBe(at(0, 17));
    expect(waitsFor(life.state)).toContain('a provider to act the same day');
  });

  test('L7: at 4 staffed hours owner, cover and coordinator, not a minute earlier', () => {
    const life = sameDay().until(at(0, 13) - minute);
    expect(life.pages).toHaveLength(1);
    life.until(at(0, 13) + minute);
    expect(pages(life).slice(1)).toEqual([['owner+cover+coordinator', at(0, 13)]]);
    expect(life.events('sla-missed')).toMatchObject([{ data: { clock: 'same-day-act' } }]);
  });

  test.each<[string, (life: Life) => unknown]>([
    ['a release', (life) => life.release()],
    ['call instead', (life) => life.command({ kind: 'sign-off', decision: 'call-instead' })],
    ['a first attempt', (life) => life.attempt('voicemail')],
  ])('L7: %s a minute before stops the 4 h, a minute after does not', (_, act) => {
    const inTime = sameDay().until(at(0, 13) - minute);
    act(inTime);
    inTime.until(at(0, 16, 59));
    expect(inTime.events('sla-missed')).toEqual([]);
    const late = sameDay().until(at(0, 13) + minute);
    act(late);
    expect(late.events('sla-missed')).toHaveLength(1);
  });

  test('L8, L7: no clock of a standard result runs beside: no 18 h, 24 h and 48 h', () => {
    const life = sameDay().until(at(3, 12));
    expect(life.pages.filter((p) => /sign-off\/|contact-by/.test(p.step))).toEqual([]);
  });

  test('L7: 4 staffed hours that run over a weekend or a holiday wait for the next business day', () => {
    expect(sameDay(at(4, 16)).state.tasks).toMatchObject([{ dueAt: at(7, 11) }]);
    const life = new Life(at(4, 16));
    life.hours = withHoliday(7);
    life.post(1, { tier: 'abnormal', urgency: 'same-day' });
    expect(life.state.tasks).toMatchObject([{ dueAt: at(8, 11) }]);
    expect(life.state.version?.contactByAt).toBe(at(4, 17));
  });
});

describe('same-day: not done at closing, on-call decides (L7)', () => {
  test('L7, L14: at closing the sign-off and the result become on-call’s, and on-call is paged at night', () => {
    const life = sameDay(at(0, 14)).until(at(0, 17) - minute);
    expect(life.state.ownerId).toBe('dr-owner');
    expect(decidedByOnCall(life)).toEqual([]);
    life.until(at(0, 17) + minute);
    expect(decidedByOnCall(life)).toEqual([at(0, 17)]);
    expect(life.lines('pass-on')).toMatchObject([{ kind: 'sign-off', to: 'on-call', from: null }]);
    expect(life.state.ownerId).toBe('dr-on-call');
    expect(life.pages.at(-1)).toMatchObject({
      roles: ['on-call'],
      task: 'sign-off',
      critical: false,
      dueAt: at(0, 17),
      sentAt: at(0, 17),
    });
    expect(life.events('sla-missed')).toMatchObject([{ data: { clock: 'same-day' } }]);
    expect(life.state.escalation).toBe(2);
  });

  test('L7: whoever had accepted it holds it no longer; a sign-off by anybody credentialed still counts', () => {
    const life = sameDay(at(0, 14));
    life.accept('sign-off');
    life.until(at(0, 17));
    expect(life.state.tasks).toMatchObject([{ kind: 'sign-off', acceptedBy: null }]);
    expect(life.release()).toBeNull();
  });

  test.each([
    ['a minute before closing: the owner first, on-call at closing', at(0, 17) - minute, at(0, 17), 1],
    ['at closing', at(0, 17), at(0, 17), 0],
    ['a minute after closing', at(0, 17) + minute, at(0, 17, 1), 0],
    ['at night before a business day', at(1, 3), at(1, 3), 0],
    ['a minute before opening', at(1, 8) - minute, at(1, 7, 59), 0],
    ['on Saturday', at(5, 11), at(5, 11), 0],
  ])('L7: arrived %s', (_, arrived, onCallAt, ownerPages) => {
    const life = sameDay(arrived);
    expect(pages(life).filter(([to]) => to === 'owner')).toHaveLength(ownerPages);
    life.until(onCallAt);
    expect(decidedByOnCall(life)).toEqual([onCallAt]);
    expect(pages(life).at(-1)).toEqual(['on-call', onCallAt]);
    expect(life.state.ownerId).toBe('dr-on-call');
  });

  test('L7: on a holiday it is on-call’s at once, and due by closing of the next business day', () => {
    const life = new Life(at(7, 10));
    life.hours = withHoliday(7);
    life.post(1, { tier: 'abnormal', urgency: 'same-day' });
    expect(decidedByOnCall(life)).toEqual([at(7, 10)]);
    expect(life.state.version?.contactByAt).toBe(at(8, 17));
    expect(life.events('sla-missed')).toEqual([]);
  });

  test('L7: what arrived after closing is missed 4 staffed hours into the next day', () => {
    const life = sameDay(at(0, 20)).until(at(1, 12) - minute);
    life.accept('sign-off', 'dr-on-call');
    expect(life.events('sla-missed')).toEqual([]);
    life.until(at(1, 12));
    expect(life.events('sla-missed')).toMatchObject([{ data: { clock: 'same-day-act' } }]);
  });

  test('L7: an hour of silence of on-call pages the supervising physician, also at night', () => {
    const life = sameDay(at(0, 20)).until(at(0, 21) - minute);
    expect(life.pagesTo('supervising-physician', at(0, 20))).toEqual([]);
    life.until(at(0, 21) + minute);
    expect(life.pagesTo('supervising-physician', at(0, 20))).toEqual([60]);
  });

  test.each<[string, (life: Life) => unknown]>([
    ['accepting it', (life) => life.accept('sign-off', 'dr-on-call')],
    ['deciding', (life) => life.command({ kind: 'sign-off', decision: 'call-instead' }, 'dr-on-call')],
    ['an attempt', (life) => life.attempt('no-answer', 'dr-on-call')],
  ])('L7: %s ends the silence of on-call, until the next closing', (_, act) => {
    const life = sameDay(at(0, 20)).until(at(0, 21) - minute);
    act(life);
    life.until(at(1, 17) - minute);
    expect(life.pagesTo('supervising-physician', at(0, 20))).toEqual([]);
    life.until(at(1, 17));
    expect(pages(life).at(-1)).toEqual(['on-call+supervising-physician', at(1, 17)]);
  });

  test('S003-91: nobody ever acts: every clock once, then the supervising physician day by day', () => {
    const life = sameDay(at(0, 14)).until(at(4, 12));
    expect(pages(life)).toEqual([
      ['owner', at(0, 14)],
      ['on-call', at(0, 17)],
      ['supervising-physician', at(0, 18)],
      ['owner+cover+coordinator', at(1, 9)],
      ['on-call+supervising-physician', at(1, 17)],
      // Due at 17:00 and delivered at the opening (L11).
      ['supervising-physician', at(3, 8)],
      ['supervising-physician', at(4, 8)],
    ]);
  });

  test('after an outage over two closings the highest step acts, the others are recorded', () => {
    const life = sameDay(at(0, 14)).outage(30 * hour);
    expect(pages(life).slice(1)).toEqual([['on-call+supervising-physician', at(1, 20)]]);
    expect(life.events('step-skipped').map((e) => e.data.step)).toEqual([
      'v1/same-day/on-call',
      'v1/same-day/act',
    ]);
    expect(life.state.ownerId).toBe('dr-on-call');
  });

  test('after an outage over one closing on-call still has an hour', () => {
    const life = sameDay(at(0, 14)).outage(8 * hour);
    expect(pages(life).at(-1)).toEqual(['on-call', at(0, 22)]);
    life.until(at(0, 23));
    expect(pages(life).at(-1)).toEqual(['supervising-physician', at(0, 23)]);
  });
});

describe('same-day: contact the same business day (L7)', () => {
  test('L7: signed and told, not acknowledged at closing: on-call gets the callback', () => {
    const life = sameDay(at(0, 14));
    life.release();
    life.message('sending').message('left').until(at(0, 17));
    expect(life.state.tasks).toMatchObject([{ kind: 'callback', role: 'on-call', dueAt: at(1, 8) }]);
    expect(life.pages.at(-1)).toMatchObject({ roles: ['on-call'], task: 'callback', sentAt: at(0, 17) });
  });

  test('L33: a message that has not left at closing is cancelled before on-call calls', () => {
    const life = sameDay(at(0, 14));
    life.release();
    life.until(at(0, 17));
    expect(life.lines('withdraw-notice')).toHaveLength(1);
    expect(life.tasks).toEqual(['callback']);
  });

  test('L33: a message without answer opens a callback after 4 staffed hours, due by closing, then on-call’s', () => {
    const life = sameDay(at(0, 9));
    life.release();
    life.told();
    life.until(at(0, 13) - minute);
    expect(life.tasks).toEqual([]);
    life.until(at(0, 13));
    expect(life.state.tasks).toMatchObject([{ kind: 'callback', role: 'coordinator', dueAt: at(0, 17) }]);
    life.until(at(0, 17));
    expect(life.lines('pass-on')).toMatchObject([{ kind: 'callback', to: 'on-call' }]);
    expect(life.state.ownerId).toBe('dr-owner');
  });

  test('L34: a voicemail stops no clock: on-call decides at closing; reaching the patient ends it', () => {
    const life = sameDay();
    life.command({ kind: 'sign-off', decision: 'call-instead' });
    life.attempt('voicemail');
    life.until(at(0, 17));
    expect(decidedByOnCall(life)).toEqual([at(0, 17)]);
    life.attempt('reached', 'dr-on-call');
    expect(life.closure).toBe('reached');
  });

  test('L7: acknowledged a minute before closing, nobody is disturbed', () => {
    const life = sameDay();
    life.release();
    life.told().until(at(0, 17) - minute);
    life.confirmPage();
    expect(life.closure).toBe('acknowledged');
    life.until(at(2));
    expect(decidedByOnCall(life)).toEqual([]);
  });

  test('L7: a decision to call after closing is on-call’s call, before the practice opens', () => {
    const life = sameDay(at(0, 20));
    life.command({ kind: 'sign-off', decision: 'call-instead' }, 'dr-on-call');
    expect(life.state.tasks).toMatchObject([{ kind: 'callback', role: 'on-call', dueAt: at(1, 8) }]);
  });

  test('L26: whom nobody may contact is no call: on-call looks at the follow-up', () => {
    const life = sameDay();
    life.release();
    life.patientStatus = 'inactive';
    life.fact({ kind: 'patient-changed', status: 'inactive' });
    life.until(at(0, 17));
    expect(life.tasks).toEqual(['follow-up']);
    expect(life.lines('pass-on')).toMatchObject([{ kind: 'follow-up', to: 'on-call' }]);
  });
});

describe('same-day in other lanes and states', () => {
  test('L4, L14: an unmatched one pages its owner about the match; at closing on-call decides', () => {
    const life = sameDay(undefined, { lane: 'unmatched' });
    expect(life.pages).toMatchObject([{ roles: ['owner'], task: 'match' }]);
    life.until(at(0, 17));
    expect(life.lines('pass-on')).toMatchObject([{ kind: 'match', to: 'on-call' }]);
    expect(life.asked()).toEqual([]);
    expect(waitsFor(life.state)).toContain('a person to find out whose it is');
  });

  test('L2: a historic one is looked at in staffed hours and has no further clock', () => {
    const life = sameDay(at(0, 20), { lane: 'historic' });
    expect(life.tasks).toEqual(['review']);
    expect(life.pages).toEqual([]);
  });

  test('L41: a preliminary one is looked at the same day; nothing of it goes to the patient', () => {
    const life = sameDay(undefined, { status: 'preliminary' });
    expect(life.state.tasks).toMatchObject([{ kind: 'review', role: 'owner', dueAt: at(0, 13) }]);
    expect(life.pages).toMatchObject([{ roles: ['owner'], task: 'review' }]);
    const unseen = sameDay(undefined, { status: 'preliminary' }).until(at(0, 17));
    expect(decidedByOnCall(unseen)).toEqual([at(0, 17)]);
    life.close('handled');
    life.until(at(2));
    expect(decidedByOnCall(life)).toEqual([]);
    expect(life.asked()).toEqual([]);
    life.post(2, { tier: 'abnormal', urgency: 'same-day', change: 'none' });
    expect(life.tasks).toEqual(['sign-off']);
  });

  test('L7: review and change of tier keep the clock; the sign-off is still due that day', () => {
    const life = sameDay(undefined, { tier: 'review' });
    expect(life.tasks).toEqual(['review']);
    life.command({ kind: 'sign-off', decision: 'change-tier', tier: 'abnormal' });
    expect(life.state.version?.urgency).toBe('same-day');
    expect(life.state.tasks).toMatchObject([{ kind: 'sign-off', dueAt: at(0, 13) }]);
    life.until(at(0, 17));
    expect(decidedByOnCall(life)).toEqual([at(0, 17)]);
  });

  test('S003-91: a patient who asks after the end is answered; the old clocks do not come back', () => {
    const life = sameDay();
    life.release();
    life.told().confirmPage();
    life.charted();
    expect(life.phase).toBe('closed');
    life.until(at(0, 16)).reply(false).until(at(2));
    expect(decidedByOnCall(life)).toEqual([]);
  });

  test('a run that was staged under a policy of 0.1.0 keeps its clocks', () => {
    const { sameDay: _, minor: __, ...old } = defaultPolicy;
    const life = new Life();
    life.policy = old;
    life.post(1, { tier: 'abnormal', urgency: 'same-day' }).until(at(1, 8));
    expect(life.pages.map((p) => p.step)).toEqual(['v1/sign-off/cover']);
    life.policy = defaultPolicy;
    life.post(2, { tier: 'abnormal', urgency: 'same-day', change: 'cosmetic' }).until(at(1, 17));
    expect(life.state.ownerId).toBe('dr-on-call');
  });
});

describe('urgency of an amendment (L41)', () => {
  test('standard to same-day: the new clocks run from the amendment', () => {
    const life = posted({ tier: 'abnormal' });
    life.until(at(1, 10)).post(2, { tier: 'abnormal', urgency: 'same-day' });
    expect(life.pages.at(-1)).toMatchObject({ step: 'v2/same-day/page', sentAt: at(1, 10) });
    expect(life.state.tasks).toMatchObject([{ kind: 'sign-off', dueAt: at(1, 14) }]);
    expect(life.state.version?.contactByAt).toBe(at(1, 17));
    life.until(at(1, 17) - minute);
    expect(decidedByOnCall(life)).toEqual([]);
    life.until(at(1, 17));
    expect(decidedByOnCall(life)).toEqual([at(1, 17)]);
  });

  test.each(['standard', 'minor'] as const)('same-day to %s: it stays same-day, that very day', (urgency) => {
    const life = sameDay();
    life.until(at(0, 15)).post(2, { tier: 'abnormal', urgency });
    expect(life.state.version).toMatchObject({ urgency: 'same-day', contactByAt: at(0, 17) });
    expect(life.state.tasks).toMatchObject([{ kind: 'sign-off', dueAt: at(1, 10) }]);
  });

  test('critical to abnormal: the owner is called once, and contact is due the same day', () => {
    const life = posted({ tier: 'critical' }, at(0, 14));
    life.accept();
    life.post(2, { tier: 'abnormal' });
    expect(life.state.version).toMatchObject({ urgency: 'same-day', contactByAt: at(0, 17) });
    expect(life.pages.filter((p) => p.step.startsWith('v2/'))).toMatchObject([
      { step: 'v2/no-longer-critical' },
    ]);
    life.until(at(0, 17));
    expect(decidedByOnCall(life)).toEqual([at(0, 17)]);
    expect(life.tasks).toContain('sign-off');
  });

  test('same-day to critical: the ladder takes over, on-call is not asked a second way', () => {
    const life = sameDay(at(0, 16));
    life.until(at(0, 16, 30)).post(2, { tier: 'critical' });
    life.accept();
    life.until(at(0, 17));
    expect(decidedByOnCall(life)).toEqual([]);
  });

  test('a cosmetic change keeps the clock, and pages nobody again', () => {
    const life = sameDay(at(0, 14)).until(at(0, 16));
    life.post(2, { tier: 'abnormal', urgency: 'same-day', change: 'cosmetic' }).until(at(0, 17));
    expect(pages(life)).toEqual([
      ['owner', at(0, 14)],
      ['on-call', at(0, 17)],
    ]);
    life.post(3, { tier: 'abnormal', urgency: 'same-day', change: 'cosmetic' }).until(at(0, 18));
    expect(pages(life).slice(2)).toEqual([['supervising-physician', at(0, 18)]]);
  });

  test('an amendment after closing is on-call’s at once, whoever had signed the version before', () => {
    const life = sameDay();
    life.release();
    life.told().confirmPage();
    life.charted();
    life.until(at(0, 19)).post(2, { tier: 'abnormal', urgency: 'standard', status: 'corrected' });
    expect(life.state.version?.urgency).toBe('same-day');
    expect(decidedByOnCall(life)).toEqual([at(0, 19)]);
    expect(life.tasks).toEqual(['sign-off']);
  });
});
