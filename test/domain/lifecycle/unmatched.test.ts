import { describe, expect, test } from '@jest/globals';
import { earliest } from '../../../src/domain/lifecycle/deadlines.js';
import { defaultPolicy, type LifecyclePolicy } from '../../../src/domain/lifecycle/policy.js';
import { phaseOf } from '../../../src/domain/lifecycle/phase.js';
import { at, hour, Life, officeHours } from './build.js';

/** A row of the feed that has no patient yet: a result without a version. */
function unmatched(policy: LifecyclePolicy = defaultPolicy): Life {
  const life = new Life(at(0, 9));
  life.state = { ...life.state, loaded: false };
  const waiting = { keeperId: 'keeper', why: 'no-patient', hours: officeHours, policy };
  life.fact({ kind: 'loaded', state: null, newestVersion: 0, seq: 0, waiting }, 'load-unmatched');
  life.work();
  return life;
}

describe('results without a version (L5, L14)', () => {
  test('L5: a document without patient is same-day work of the keeper, with a clock', () => {
    const life = unmatched();
    expect(phaseOf(life.state)).toBe('unmatched');
    expect(life.state.ownerId).toBe('keeper');
    expect(life.state.tasks).toMatchObject([{ kind: 'match', role: 'keeper', dueAt: at(0, 13) }]);
    life.until(at(0, 13) + hour);
    expect(life.pages.map((p) => p.roles)).toEqual([['owner', 'coordinator']]);
  });

  test('S003-91: while it has no version, a person looks at it every day after its last step', () => {
    const life = unmatched();
    life.until(at(4, 14));
    const last = life.pages.slice(2);
    expect(last.map((p) => [p.task, p.roles, p.at])).toEqual(
      [2, 3, 4].map((day) => ['match', ['supervising-physician'], at(day, 13)]),
    );
    expect(earliest(life.state)).toMatchObject({ step: 'waiting/still-open/3', at: at(5, 13) });
    life.command({ kind: 'close', reason: 'handled' }, 'keeper');
    expect(earliest(life.state)).toBeUndefined();
  });

  test('a run of before, whose policy has no such step, goes on as it was', () => {
    const { stillWaitingMs: _, ...before } = defaultPolicy;
    const life = unmatched(before);
    life.until(at(4, 9));
    expect(earliest(life.state)).toBeUndefined();
  });

  test('L5: the row with a patient ends the search and the result lives on', () => {
    const life = unmatched();
    life.post(1, { tier: 'abnormal' });
    expect(life.state.tasks.map((t) => t.kind)).toEqual(['sign-off']);
    expect(life.state.ownerId).not.toBe('keeper');
  });

  test('L14: the keeper may end what turns out to be nothing', () => {
    const life = unmatched();
    life.command({ kind: 'close', reason: 'handled' }, 'keeper');
    expect(life.state.ending).toMatchObject({ kind: 'closed', closure: 'superseded' });
  });

  test('L49: an alarm pages the administrator once', () => {
    const life = new Life(at(0, 9));
    life.post(1, { tier: 'critical' });
    life.after(31 * 60_000);
    expect(life.alarmPages.map((p) => p.roles)).toEqual([['administrator']]);
  });
});

test('L1: a normal copy whose patient is found later is recorded, and no message is asked for', () => {
  const life = new Life(at(0, 9));
  life.post(1, { tier: 'normal', lane: 'unmatched', unclaimed: true });
  life.post(2, { tier: 'normal', lane: 'copy', change: 'none' });
  expect(life.state.ending).toMatchObject({ kind: 'settled', closure: 'copy' });
  expect(life.lines('ask-notice')).toEqual([]);
  expect(life.tasks).toEqual([]);
});

test('L39, L44: once the patient of an unmatched result is known, it closes with its chart note', () => {
  const life = new Life(at(0, 9));
  life.post(1, { tier: 'review', lane: 'unmatched', unclaimed: true });
  expect(life.state.unclaimed).toBe(true);
  life.post(2, { tier: 'review', change: 'cosmetic' });
  expect(life.state.unclaimed).toBe(false);
});

test.each(['normal', 'critical'] as const)(
  'L4: a %s result that the keeper put aside lives on when its patient is found after all',
  (tier) => {
    const life = new Life(at(0, 9));
    life.post(1, { tier: 'normal', lane: 'unmatched' });
    life.command({ kind: 'close', reason: 'handled' }, 'keeper');
    life.charted('confirmed');
    expect(life.state.ending.kind).toBe('closed');
    life.post(2, { tier, change: tier === 'normal' ? 'none' : 'clinical' });
    expect(life.state.ending.kind).toBe('open');
    if (tier === 'normal') expect(life.lines('ask-notice')).toHaveLength(1);
    else expect(life.state.tasks.map((t) => t.kind)).toEqual(['callback', 'sign-off']);
  },
);
