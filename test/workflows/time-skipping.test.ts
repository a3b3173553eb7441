import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Runtime } from '@temporalio/worker';
import type { OpenHours } from '../../src/domain/calendar/open-hours.js';
import { defaultPolicy } from '../../src/domain/lifecycle/policy.js';
import { findTimeSkippingServer } from '../../src/embedded/time-skipping.js';
import { createLogger } from '../../src/observability/log.js';
import { installRuntime } from '../../src/observability/install-runtime.js';
import { newId } from '../../src/security/tokens.js';
import type { NoticeStep } from '../../src/workflows/activity-types.js';
import {
  linkOpened,
  noticeChanged,
  notesQueued,
  patientPageConfirmed,
  patientReplied,
  workflowIds,
} from '../../src/workflows/contract.js';
import { day, hour, minute, SkippedDays, type PostedResult } from './skipped-days.js';

const launcher = await findTimeSkippingServer();
// Without it each test is listed as skipped, by its name.
const describeWithJava = launcher ? describe : describe.skip;

/** The ± 1 min within which every clock has to act; never early. */
const isOnTime = (at: number | undefined, due: number) => at !== undefined && at >= due && at <= due + minute;

/** The looks every 30 s fall on the ladder's own beat, which this server does not bear (see skipped-days). */
const withoutPolls = { ...defaultPolicy, pagePollRealMs: 365 * day };

const rungs = ['owner', 'cover', 'on-call', 'supervising-physician', 'medical-director'];
const ladderStep = /^v\d+\/critical\/\d+$/;
const ladder = (result: PostedResult) => result.pages.filter((p) => ladderStep.test(p.step));

type Row = [step: string, minutes: number, roles: readonly string[]];

/** The single pages, alarms aside, each with the whole minutes after which it left. */
function singlePages(result: PostedResult, from = result.detectedAt): Row[] {
  return result.pages
    .filter((p) => !ladderStep.test(p.step) && !p.step.startsWith('alarm/'))
    .map((p): Row => [p.step, Math.floor((p.sentAt - from) / minute), p.roles])
    .sort(([a, minutesA], [b, minutesB]) => minutesA - minutesB || a.localeCompare(b));
}

describeWithJava('over skipped days (needs Java, and Maven the first time)', () => {
  let days: SkippedDays;
  let runtime: Runtime;
  beforeAll(() => {
    runtime = installRuntime({ logger: createLogger('time-skipping', { level: 'error' }), metrics: false });
  });
  beforeEach(async () => void (days = await SkippedDays.open(launcher ?? '')));
  afterEach(() => days.close());
  // Its log forwarding would keep the process alive.
  afterAll(() => runtime.shutdown());

  /** What every life has to keep: each clock acts within a minute of its end, each step and page comes once. */
  function keepsItsClocks(result: PostedResult): void {
    for (const e of result.events('step-due'))
      expect([e.data.step, isOnTime(e.at, Number(e.data.dueAt))]).toEqual([e.data.step, true]);
    for (const p of result.pages) expect([p.step, isOnTime(p.sentAt, p.at)]).toEqual([p.step, true]);
    const pages = result.pages.map((p) => p.step);
    expect(pages).toEqual([...new Set(pages)]);
    expect(result.steps).toEqual([...new Set(result.steps)]);
    expect(days.record.conflicts).toEqual([]);
  }

  test('L10: while a critical rings it is asked every 30 s whether someone has accepted, and no more after that', () =>
    days.run(async () => {
      const critical = await days.post('critical');
      await days.pass(4 * minute);
      const { polls } = critical;
      expect(polls.length).toBeGreaterThanOrEqual(6);
      // From asking to asking: an answer that took long to come may be followed by less than 30 s.
      const late = polls.filter((at, i) => at > (polls[i - 1] ?? critical.detectedAt) + 30_000 + minute);
      const early = polls.filter((at, i) => at < critical.detectedAt + (i + 1) * 30_000);
      expect({ late, early }).toEqual({ late: [], early: [] });
      expect(await critical.decide('owner', { kind: 'accept', task: 'callback' })).toBeNull();
      await days.pass(20 * minute);
      // One may have been under way.
      expect(critical.polls.length).toBeLessThanOrEqual(polls.length + 1);
      expect(critical.pages).toHaveLength(1);
    }));

  test('L6, L8, L10, S003-33: nobody answers a critical for a day: all rung so far every 5 min, the next rung every 10, each single page once and at its minute, through a restart', () =>
    days.run(async () => {
      const critical = await days.post('critical', { policy: withoutPolls });
      await days.justAfter(critical.detectedAt + 2 * hour);
      for (const [k, page] of ladder(critical).entries()) {
        const due = critical.detectedAt + k * 5 * minute;
        expect([page.step, isOnTime(page.sentAt, due)]).toEqual([`v1/critical/${k}`, true]);
        expect(page.roles).toEqual(rungs.slice(0, Math.floor(k / 2) + 1));
      }
      expect(ladder(critical)).toHaveLength(25);
      expect(critical.lines('alarm').map((a) => a.code)).toEqual(['critical-without-attempt']);

      await days.justAfter(critical.detectedAt + day);
      expect(await critical.restarts()).toBeGreaterThanOrEqual(1);
      expect(singlePages(critical)).toEqual([
        ['v1/critical/attempt', 30, ['owner', 'coordinator']],
        ['v1/critical/supervisor', 60, ['supervising-physician']],
        ['v1/critical/unreached', 120, ['on-call']],
        ['v1/sign-off/cover', 18 * 60, ['cover']],
        ['v1/critical/director', 24 * 60, ['medical-director']],
        ['v1/sign-off/owner', 24 * 60, ['owner', 'coordinator']],
      ]);
      // It never stops until someone accepts.
      const rung = ladder(critical);
      expect(rung.map((p) => p.step)).toEqual(rung.map((_, k) => `v1/critical/${k}`));
      const gaps = rung.slice(1).map((page, k) => page.sentAt - (rung[k]?.sentAt ?? NaN));
      expect(gaps.filter((gap) => Math.abs(gap - 5 * minute) > minute)).toEqual([]);
      expect(rung.length).toBeGreaterThanOrEqual(280);
      keepsItsClocks(critical);
    }));

  test('L6, L10, S003-36, G24: acceptance stops the ladder, 30 min without an attempt start it again, an attempt stops the 60 min, contact stops the rest', () =>
    days.run(async () => {
      const critical = await days.post('critical', { policy: withoutPolls });
      const from = critical.detectedAt;
      await days.pass(7 * minute);
      expect(await critical.decide('owner', { kind: 'accept', task: 'callback' })).toBeNull();
      await days.justBefore(from + 30 * minute);
      expect(ladder(critical)).toHaveLength(2);
      await days.justAfter(from + 30 * minute);
      // Whoever accepted and did nothing is left out from here.
      expect(ladder(critical).slice(2)).toMatchObject([{ roles: rungs.slice(0, 4), without: ['owner'] }]);
      expect(await critical.decide('cover', { kind: 'accept', task: 'callback' })).toBeNull();
      await days.pass(9 * minute);
      const missed = { kind: 'attempt', outcome: 'no-answer', twoIdentifiers: false } as const;
      expect(await critical.decide('cover', missed)).toBeNull();
      await days.justAfter(from + 2 * hour);
      expect(singlePages(critical)).toEqual([
        ['v1/critical/attempt', 30, ['owner', 'coordinator']],
        ['v1/critical/unreached', 120, ['on-call']],
      ]);
      const reached = { ...missed, outcome: 'reached', twoIdentifiers: true } as const;
      expect(await critical.decide('cover', reached)).toBeNull();
      expect(await critical.release('cover')).toBeNull();
      // Neither the 18 h of the sign-off nor the 24 h of the medical director come any more.
      await days.justBefore((await days.now()) + day);
      expect(ladder(critical)).toHaveLength(3);
      expect(singlePages(critical)).toHaveLength(2);
      keepsItsClocks(critical);
      expect(await critical.chart()).toBe('reached');
    }));

  test('L8, S000-83, 95, S003-31, 74: an unsigned abnormal: cover at 18 h, owner and coordinator at 24 h, supervising physician at 48 h; contact overdue at 48 h and 72 h; looked at every day after', () =>
    days.run(async () => {
      const abnormal = await days.post('abnormal');
      await days.justBefore(abnormal.detectedAt + 18 * hour);
      expect(abnormal.pages).toEqual([]);
      await days.justAfter(abnormal.detectedAt + 96 * hour);
      expect(singlePages(abnormal)).toEqual([
        ['v1/sign-off/cover', 18 * 60, ['cover']],
        ['v1/sign-off/owner', 24 * 60, ['owner', 'coordinator']],
        ['v1/contact-by', 48 * 60, ['owner', 'coordinator']],
        ['v1/sign-off/supervisor', 48 * 60, ['supervising-physician']],
        ['v1/contact-by/supervisor', 72 * 60, ['supervising-physician']],
        ['v1/still-open/0', 96 * 60, ['supervising-physician']],
      ]);
      expect(abnormal.events('ageing')).toHaveLength(1);
      // Nothing was said to the patient.
      expect(abnormal.lines('ask-notice')).toEqual([]);
      keepsItsClocks(abnormal);
    }));

  test('L8, L11: a step due at night is recorded at its time and its page delivered at the opening', () =>
    days.run(async () => {
      const opens = await days.now();
      const open = (n: number) => [opens + n * day, opens + n * day + 9 * hour] as const;
      const hours: OpenHours = { intervals: [open(0), open(1), open(2)] };
      await days.pass(3 * hour);
      const abnormal = await days.post('abnormal', { hours });
      await days.justAfter(abnormal.detectedAt + 18 * hour);
      expect(abnormal.steps).toEqual(['v1/sign-off/cover']);
      await days.justBefore(opens + day);
      expect(abnormal.pages).toEqual([]);
      await days.justAfter(abnormal.detectedAt + day);
      expect(singlePages(abnormal, opens)).toEqual([
        ['v1/sign-off/cover', 24 * 60, ['cover']],
        ['v1/sign-off/owner', 27 * 60, ['owner', 'coordinator']],
      ]);
      keepsItsClocks(abnormal);
    }));

  test('L7, G24: an unsigned same-day result: owner at once, on-call at closing by night, supervising physician after an hour of silence, 4 staffed hours into the next morning, both again at its closing', () =>
    days.run(async () => {
      const opens = await days.now();
      const open = (n: number) => [opens + n * day, opens + n * day + 9 * hour] as const;
      const hours: OpenHours = { intervals: [open(0), open(1), open(2)] };
      await days.pass(6 * hour);
      const sameDay = await days.post('abnormal', { urgency: 'same-day', hours });
      await days.justBefore(opens + 9 * hour);
      expect(singlePages(sameDay)).toEqual([['v1/same-day/page', 0, ['owner']]]);
      await days.justAfter(opens + 9 * hour);
      expect(sameDay.lines('pass-on')).toMatchObject([{ kind: 'sign-off', to: 'on-call' }]);
      await days.justAfter(opens + day + 9 * hour);
      expect(singlePages(sameDay, opens)).toEqual([
        ['v1/same-day/page', 6 * 60, ['owner']],
        ['v1/same-day/on-call', 9 * 60, ['on-call']],
        ['v1/same-day/on-call-silent', 10 * 60, ['supervising-physician']],
        ['v1/same-day/act', 25 * 60, ['owner', 'cover', 'coordinator']],
        ['v1/same-day/supervisor', 33 * 60, ['on-call', 'supervising-physician']],
      ]);
      expect(sameDay.lines('ask-notice')).toEqual([]);
      keepsItsClocks(sameDay);
    }));

  test('L9: an unsigned minor result: nobody before 48 h, owner and coordinator at 72 h', () =>
    days.run(async () => {
      const minor = await days.post('abnormal', { urgency: 'minor' });
      await days.justBefore(minor.detectedAt + 48 * hour);
      expect(minor.pages).toEqual([]);
      await days.justAfter(minor.detectedAt + 72 * hour);
      expect(singlePages(minor)).toEqual([
        ['v1/sign-off/cover', 48 * 60, ['cover']],
        ['v1/sign-off/owner', 72 * 60, ['owner', 'coordinator']],
      ]);
      keepsItsClocks(minor);
    }));

  test('L8, L20, L33: a sign-off and a new version stop the sign-off clocks; the patient’s button stops the callback, silence opens it', () =>
    days.run(async () => {
      const answered = await days.post('abnormal');
      const silent = await days.post('abnormal');
      const amended = await days.post('abnormal');
      const from = answered.detectedAt;
      await days.pass(17 * hour);
      const oldHash = amended.hash;
      await days.post('abnormal', {}, amended.id);
      await days.justBefore(from + 18 * hour);
      expect(await amended.release('owner', oldHash)).toBe('stale-version');
      expect(await answered.release()).toBeNull();
      expect(await silent.release()).toBeNull();
      await days.justAfter(from + 18 * hour);
      for (const result of [answered, silent, amended]) expect(result.pages).toEqual([]);

      for (const result of [answered, silent]) {
        await result.delivery('left', { channel: 'secure' });
        await result.delivery('confirmed', { channel: 'secure' });
      }
      // 24 staffed hours after the message, but not later than a business day before contact is due.
      await days.justBefore(from + day);
      await answered.tell(patientPageConfirmed, { id: 'button', at: await days.now(), wantsCall: false });
      await days.justAfter(silent.detectedAt + day);
      expect(answered.openTasks).toEqual([]);
      expect(silent.openTasks).toEqual(['callback']);
      expect(await answered.chart()).toBe('acknowledged');

      await days.justAfter(amended.detectedAt + 18 * hour);
      expect(singlePages(amended)).toEqual([['v2/sign-off/cover', 18 * 60, ['cover']]]);
      for (const result of [answered, silent, amended]) keepsItsClocks(result);
    }));

  test('L9: a normal without proof of delivery is the owner’s to release at 72 h, and the supervising physician’s at 96 h', () =>
    days.run(async () => {
      const never = await days.post('normal');
      const left = await days.post('normal');
      const told = await days.post('normal');
      await days.pass(hour);
      // A message that left is no proof; a receipt is.
      await left.delivery('left');
      await told.delivery('left');
      await told.delivery('confirmed');
      await days.justBefore(never.detectedAt + 72 * hour);
      for (const result of [never, left, told]) expect(result.pages).toEqual([]);
      // Due at 72 h, also where it opened at 24 h for want of a receipt (L48): its pages count from there.
      await days.justAfter(left.detectedAt + 96 * hour + 5_000);
      for (const result of [never, left]) {
        expect(result.lines('open-task')).toMatchObject([{ kind: 'release', role: 'owner' }]);
        expect(singlePages(result).map(([, ...rest]) => rest)).toEqual([
          [72 * 60, ['owner', 'coordinator']],
          [96 * 60, ['supervising-physician']],
        ]);
        keepsItsClocks(result);
      }
      expect(told.pages).toEqual([]);
      expect(told.lines('open-task')).toEqual([]);
    }));

  test('L38, L44: a told normal closes 72 h after the receipt, opened or not; an answer in between stops that clock; a chart note that does not come is an alarm each day', () =>
    days.run(async () => {
      const unopened = await days.post('normal');
      const opened = await days.post('normal');
      const asking = await days.post('normal');
      const thanking = await days.post('normal');
      const all = [unopened, opened, asking, thanking];
      await days.pass(hour);
      for (const result of all) await result.delivery('left');
      await days.pass(hour);
      const { at: receipt } = await unopened.delivery('confirmed');
      for (const result of [opened, asking, thanking]) await result.delivery('confirmed');
      await days.pass(hour);
      const reply = async (acknowledges: boolean) =>
        ({ id: 'reply', at: await days.now(), channel: 'text', acknowledges }) as const;
      await opened.tell(linkOpened, { id: 'visit', at: await days.now() });
      await thanking.tell(patientReplied, await reply(true));
      await days.justBefore(receipt + 72 * hour);
      await asking.tell(patientReplied, await reply(false));
      expect(unopened.events('settled')).toEqual([]);
      expect(opened.events('settled')).toEqual([]);
      expect(await thanking.chart()).toBe('acknowledged');

      await days.justAfter(receipt + 72 * hour);
      expect(unopened.events('settled').map((e) => isOnTime(e.at, receipt + 72 * hour))).toEqual([true]);
      expect(asking.events('settled')).toEqual([]);
      expect(asking.openTasks).toEqual(['reply']);

      await days.justAfter(receipt + (72 + 48) * hour);
      expect(await unopened.isRunning()).toBe(true);
      expect(unopened.lines('alarm').map((a) => Math.floor((a.at - receipt) / hour))).toEqual([96, 120]);
      expect(await unopened.chart()).toBe('notified-unopened');
      expect(await opened.chart()).toBe('notified-opened');
      for (const result of all) keepsItsClocks(result);
    }));

  test('L41: a result that stays preliminary, however often it comes, is looked at 5 days after the first', () =>
    days.run(async () => {
      const preliminary = { status: 'preliminary' } as const;
      const result = await days.post('abnormal', preliminary);
      const from = result.detectedAt;
      await days.pass(4 * day);
      await days.post('abnormal', { ...preliminary, change: 'cosmetic' }, result.id);
      await days.justBefore(from + 5 * day);
      expect(result.openTasks).toEqual([]);
      await days.justAfter(from + 5 * day);
      expect(result.openTasks).toEqual(['review']);
      expect(result.steps[0]).toBe('v2/not-final');
      keepsItsClocks(result);
    }));

  test('L19, L47: a notice leaves at its moment, is planned again when something changes, and moves on after a day without success', async () => {
    const patientId = newId();
    const settled = (await days.now()) + 30 * minute;
    const plans: number[] = [];
    const tries: number[] = [];
    const gaveUp: number[] = [];
    const texts = {
      sendText: async () => {
        tries.push(await days.now());
        throw new Error('the vendor is down');
      },
    };
    const results = {
      nextNoticeStep: async (): Promise<NoticeStep> => {
        const now = await days.now();
        plans.push(now);
        if (gaveUp.length > 0) return { do: 'rest' };
        return now < settled
          ? { do: 'wait', until: settled }
          : { do: 'send', noticeId: newId(), channel: 'text', epoch: 0 };
      },
      sendGaveUp: async () => void gaveUp.push(await days.now()),
    };
    const tell = () =>
      days.tell('patientNotice', workflowIds.notice(patientId), { patientId }, noticeChanged);
    await days.serve({ results, texts }, async () => {
      await tell();
      await days.pass(10 * minute);
      await tell();
      await days.justBefore(settled);
      expect(plans).toHaveLength(2);
      expect(tries).toEqual([]);
      await days.justAfter(settled + day);
      await days.client.workflow.getHandle(workflowIds.notice(patientId)).result();
    });
    expect(isOnTime(tries[0], settled)).toBe(true);
    // Its last pause would end after the day: then it does not wait for it.
    expect(gaveUp.map((at) => isOnTime(at, settled + day - minute))).toEqual([true]);
  });

  test('S000-75: chart notes are written in batches that start a minute apart, and the writer ends when none is left', async () => {
    const drains: number[] = [];
    const athenaWrites = {
      drainNotes: async () => {
        drains.push(await days.now());
        return { written: 1, nextRealAt: drains.length < 3 ? drains.at(-1) : null };
      },
    };
    const id = workflowIds.chart('riverside');
    await days.serve({ results: {}, athenaWrites }, async () => {
      // Ten results queue notes before the first batch and during its minute: they wait for the next.
      for (let i = 0; i < 10; i += 1) await days.tell('chartWriter', id, {}, notesQueued);
      await days.pass(5 * minute);
      await days.client.workflow.getHandle(id).result();
    });
    expect(drains).toHaveLength(3);
    expect(drains.slice(1).map((at, i) => isOnTime(at, (drains[i] ?? NaN) + minute))).toEqual([true, true]);
  });
});
