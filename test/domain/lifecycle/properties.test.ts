import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { resumed } from '../../../src/domain/lifecycle/begin.js';
import { deadlines } from '../../../src/domain/lifecycle/deadlines.js';
import type { CommandBody } from '../../../src/domain/lifecycle/facts.js';
import type { ResultState } from '../../../src/domain/lifecycle/state.js';
import { closing, isOpen, type OpenHours } from '../../../src/domain/calendar/open-hours.js';
import { day, hour, Life, minute, monday, officeHours, type Arrival } from './build.js';

type Act = (life: Life) => unknown;

const tasks = ['sign-off', 'review', 'callback', 'reply', 'follow-up', 'release', 'tell-patient'] as const;
const outcomes = [
  'reached',
  'voicemail',
  'no-answer',
  'wrong-number',
  'third-party',
  'refused',
  'emergency-care',
  'family-disclosed',
] as const;

const body: fc.Arbitrary<CommandBody> = fc.oneof(
  fc.record({
    kind: fc.constant('sign-off' as const),
    decision: fc.constantFrom('release' as const, 'call-instead' as const, 'not-mine' as const),
  }),
  fc.record({
    kind: fc.constant('sign-off' as const),
    decision: fc.constant('change-tier' as const),
    tier: fc.constantFrom('critical' as const, 'abnormal' as const, 'normal' as const),
  }),
  fc.record({
    kind: fc.constantFrom('accept' as const, 'decline' as const),
    task: fc.constantFrom(...tasks),
  }),
  fc.record({
    kind: fc.constant('attempt' as const),
    outcome: fc.constantFrom(...outcomes),
    twoIdentifiers: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('close' as const),
    reason: fc.constantFrom('handled', 'mailed', 'told', 'corrected', 'providers-choice'),
  }),
);

const arrival: fc.Arbitrary<Arrival> = fc.record({
  tier: fc.constantFrom('critical', 'abnormal', 'normal', 'review', 'void', null),
  status: fc.constantFrom('preliminary', 'final', 'corrected', 'unknown'),
  change: fc.constantFrom('none', 'cosmetic', 'clinical'),
  lane: fc.constantFrom(
    'notify',
    'notify',
    'notify',
    'review',
    'copy',
    'told-at-visit',
    'historic',
    'unmatched',
  ),
  marks: fc.constantFrom([], ['second-feed'], ['equal-times']),
  routed: fc.boolean(),
  urgency: fc.constantFrom(undefined, 'same-day', 'same-day', 'standard', 'minor'),
});

const people = ['dr-owner', 'dr-cover', 'dr-on-call', 'coordinator'];

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(body, fc.constantFrom(...people)).map(
      ([b, by]): Act =>
        (l) =>
          l.command(b, by),
    ),
  },
  {
    weight: 2,
    arbitrary: arrival.map(
      (a): Act =>
        (l) =>
          l.post(newest(l) + 1, a),
    ),
  },
  {
    weight: 1,
    arbitrary: arrival.map(
      (a): Act =>
        (l) =>
          l.post(newest(l) + 1, { ...a, late: true }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('joined', 'moved', 'disputed').map(
      (news): Act =>
        (l) =>
          l.identity(news),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom('sending', 'left', 'confirmed', 'failed', 'needs-person', 'withdrawn'),
        fc.nat(1),
        fc.constantFrom('callback', 'letter', 'tell-patient', 'follow-up', 'contact-fix'),
      )
      .map(
        ([status, back, task]): Act =>
          (l) =>
            l.message(status, Math.max(1, newest(l) - back), { task }),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map(
      (ok): Act =>
        (l) =>
          l.charted(ok ? 'confirmed' : 'failed'),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map(
      (ok): Act =>
        (l) =>
          l.reply(ok),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map(
      (wants): Act =>
        (l) =>
          l.confirmPage(wants),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Act>((l) => l.fact({ kind: 'link-opened' })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('active', 'deceased').map(
      (status): Act =>
        (l) =>
          l.fact({ kind: 'patient-changed', status }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map(
      (ok): Act =>
        (l) =>
          (l.onPage = (p) =>
            ok ? { sentTo: [...p.roles], failedFor: [] } : { sentTo: [], failedFor: [...p.roles] }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 1, max: 12 * 60 }).map(
      (m): Act =>
        (l) =>
          l.after(m * minute),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 100 }).map(
      (h): Act =>
        (l) =>
          l.outage(h * hour),
    ),
  },
);

function newest(life: Life): number {
  const { version, arriving, passedOver } = life.state;
  return Math.max(version?.number ?? 0, arriving ?? 0, passedOver);
}

/** S003-91: what has to hold at every moment of every life. */
function checkAlive({ state, now }: Life): void {
  if (state.version === null) return;
  expect(state.ownerId).not.toBeNull();
  // Everything that was due has come, and something comes next.
  const due = deadlines(state);
  if (state.ending.kind !== 'closed') expect(due.length + state.duties.length).toBeGreaterThan(0);
  for (const d of due) expect(d.at).toBeGreaterThan(now);
  for (const page of state.pages)
    if (!page.step.startsWith('alarm/')) expect(state.tasks.map((t) => t.kind)).toContain(page.task);
  if (state.ending.kind === 'closed') expect(state.tasks).toEqual([]);
}

function check(life: Life): void {
  checkAlive(life);
  // Events in batches, strictly ordered, none twice.
  expect(life.recordSeqs).toEqual(life.recordSeqs.map((_, i) => i + 1));
  const closings = life.lines('note').filter((n) => n.kind === 'closing');
  expect(new Set(closings.map((n) => n.key)).size).toBe(closings.length);
  expect(closings.length).toBe(life.state.closings);
}

/** S000-T6, L41: replayed over the record, in its order, as an auditor would. */
function checkMessages(life: Life): void {
  let tier: unknown = null;
  let version = 0;
  let released: number | null = null;
  for (const line of life.recorded) {
    if (line.do === 'event' && line.kind === 'classified') {
      version = Number(line.data['version']);
      if (line.data['change'] !== 'none' && line.data['change'] !== 'cosmetic') tier = line.data['tier'];
    }
    if (line.do === 'event' && line.kind === 'tier-changed') tier = line.data['to'];
    if (line.do === 'release') released = line.version;
    if (line.do === 'unrelease') released = null;
    if (line.do !== 'ask-notice') continue;
    expect(line.version).toBe(version);
    if (line.purpose !== 'tried-to-reach' && tier !== 'normal') expect(released).toBe(version);
  }
}

/** L7, L11: replayed over the record, as an auditor would, as far as the calendar reaches. */
function checkHours(life: Life, hours: OpenHours): void {
  const isKnown = (at: number) => at < (hours.intervals.at(-1)?.[1] ?? 0);
  // Whatever is neither critical nor on-call's is never meant to leave outside staffed hours.
  for (const page of life.pages.filter((p) => !p.critical && !p.anyHour && isKnown(p.at)))
    expect(isOpen(hours, page.at)).toBe(true);
  // On-call decides after closing, never before.
  const steps = life
    .events('step-due')
    .map((e) => ({ step: String(e.data.step), dueAt: Number(e.data.dueAt) }));
  for (const { step, dueAt } of steps)
    if (/\/same-day\/(on-call|supervisor)$/.test(step) && isKnown(dueAt))
      expect(isOpen(hours, dueAt)).toBe(false);
}

describe('properties of every life', () => {
  test('S003-7, 9, 91, S000-T6: random lives never throw, hang, double or tell without a decision', () => {
    fc.assert(
      fc.property(arrival, fc.array(act, { maxLength: 25 }), (first, acts) => {
        const life = new Life().post(1, first);
        check(life);
        for (const one of acts) {
          one(life);
          check(life);
        }
        checkMessages(life);
        checkHours(life, officeHours);
      }),
      { numRuns: 400 },
    );
  });

  test('L7, S003-91: a same-day result that nobody ends has, at every moment, an owner, a due time and a next step; on-call holds it after closing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 7 * 24 * 60 }),
        fc.constantFrom<Arrival>(
          { tier: 'abnormal' },
          { tier: 'review' },
          { tier: 'abnormal', status: 'preliminary' },
          { tier: 'abnormal', lane: 'unmatched' },
          { tier: 'review', routed: false },
        ),
        fc.array(fc.constantFrom('release', 'call', 'voicemail', 'accept', 'wait'), { maxLength: 4 }),
        (minutes, arrival, deeds) => {
          const arrivedAt = monday + minutes * minute;
          const life = new Life(arrivedAt).post(1, { ...arrival, urgency: 'same-day' });
          for (const deed of deeds) {
            if (deed === 'release') life.release();
            else if (deed === 'call') life.command({ kind: 'sign-off', decision: 'call-instead' });
            else if (deed === 'voicemail') life.attempt('voicemail');
            else if (deed === 'accept') for (const kind of tasks) life.accept(kind);
            else life.after(97 * minute);
            check(life);
            expect(deadlines(life.state).length).toBeGreaterThan(0);
          }
          const closesAt = isOpen(officeHours, arrivedAt) ? closing(officeHours, arrivedAt) : arrivedAt;
          if (life.now < closesAt) expect(life.events('on-call-decides')).toEqual([]);
          life.until(Math.max(closesAt, life.now));
          expect(life.events('on-call-decides').map((e) => e.at)).toEqual([closesAt]);
          // A message that on-call released at night is on its way instead.
          if (life.phase !== 'telling') expect(life.tasks.length).toBeGreaterThan(0);
          life.until(closesAt + 5 * day);
          expect(life.pages.some((p) => p.roles.some((r) => r === 'supervising-physician'))).toBe(true);
          check(life);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a run that starts from the record behaves the same', () => {
    fc.assert(
      fc.property(
        arrival,
        fc.array(act, { maxLength: 12 }),
        fc.array(act, { maxLength: 8 }),
        (first, past, future) => {
          const life = new Life().post(1, first);
          for (const one of past) one(life);
          life.work();
          const other = new Life(life.now, 'run-2');
          other.now = life.now;
          other.onPage = life.onPage;
          const { state } = life;
          const snapshot = JSON.parse(JSON.stringify(state)) as ResultState;
          other.state = resumed(snapshot, state.recordedSeq);
          for (const one of future) {
            one(life);
            one(other);
          }
          expect(plain(other.state)).toEqual(plain(life.state));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('a run that starts from any recorded batch loses no line of it', () => {
    fc.assert(
      fc.property(arrival, fc.array(act, { maxLength: 12 }), (first, acts) => {
        const life = new Life();
        const snapshots: { seq: number; state: ResultState }[] = [];
        const perform = life.perform.bind(life);
        life.perform = (duty) => {
          if (duty.kind === 'record') snapshots.push({ seq: duty.seq, state: life.state });
          perform(duty);
        };
        life.post(1, first);
        for (const one of acts) one(life);
        const last = snapshots.at(-1);
        if (!last) return;
        const other = new Life(life.now, 'run-2');
        other.state = { ...other.state, loaded: false };
        other.fact(
          { kind: 'loaded', state: last.state, newestVersion: newest(life), seq: last.seq, waiting: null },
          'load-2',
        );
        other.work();
        checkAlive(other);
        expect(plain(other.state).tasks).toEqual(plain(life.state).tasks);
        expect(other.phase).toBe(life.phase);
      }),
      { numRuns: 150 },
    );
  });
});

/** Without what only bookkeeping differs by. */
function plain(state: ResultState) {
  const { seen: _seen, seq: _seq, recordedSeq: _recorded, duties: _duties, ...rest } = state;
  return rest;
}
