import { afterAll, expect, test } from '@jest/globals';
import { planStorm, shuffled, type PlannedCall } from './storm-plan.js';
import { StormPractice } from './storm-practice.js';

const total = Number(process.env.STORM ?? 1_000);
const seed = Number(process.env.STORM_SEED ?? 20260302);
const times = 3;
const atOnce = 16;
const beyondEveryWait = 20 * 60_000;

const open: StormPractice[] = [];
afterAll(async () => {
  for (const practice of open) await practice.web.close();
});

test(`${total} webhooks, shuffled, each three times, a fifth of unknown ids: the same state as in order and once`, async () => {
  const storm = planStorm(total, seed);
  expect(storm.calls).toHaveLength(total);
  const late = storm.notices.filter((n) => n.answer === 'late');

  const inOrder = await StormPractice.open(storm);
  open.push(inOrder);
  for (const notice of late) await inOrder.answer(notice);
  // One at a time: what was sent first is stored first.
  await send(inOrder, storm.calls, 1);
  await inOrder.web.settle();
  await inOrder.web.pass(beyondEveryWait);

  const stormed = await StormPractice.open(storm);
  open.push(stormed);
  const repeated = shuffled(Array(times).fill(storm.calls).flat() as PlannedCall[], seed);
  const answers = shuffled(late, seed + 1);
  const parts = 20;
  for (let part = 0; part < parts; part += 1) {
    await send(stormed, slice(repeated, part, parts), atOnce);
    // Our own calls' answers come in between.
    for (const notice of slice(answers, part, parts)) await stormed.answer(notice);
  }
  await stormed.web.settle();
  await stormed.web.pass(beyondEveryWait);

  const [expected, state] = [await inOrder.state(), await stormed.state()];
  for (const part of Object.keys(expected) as (keyof typeof expected)[])
    expect({ [part]: differences(expected[part], state[part]) }).toEqual({ [part]: [] });
  // Otherwise the two would be equal because nothing happened.
  const count = (rows: readonly string[], holds: string) => rows.filter((r) => r.includes(holds)).length;
  expect(expected.inbound).toHaveLength(total);
  expect(count(expected.inbound, '"outcome":null')).toBe(0);
  for (const end of ['confirmed', 'failed', 'called'])
    expect([end, count(expected.effects, `"state":"${end}"`) > 0]).toEqual([end, true]);
  expect(count(expected.notices, '"epoch":1')).toBeGreaterThan(total / 100);
  expect(count(expected.numbers, '"isOut":true')).toBeGreaterThan(total / 200);
  expect(count(expected.inbound, 'unknown-')).toBeGreaterThan(total / 10);
  expect(expected.commands.length).toBeGreaterThan(3);
}, 600_000);

async function send(practice: StormPractice, calls: readonly PlannedCall[], lanes: number): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let call = calls[next++]; call; call = calls[next++]) {
        const { status } = await practice.web.send(call.call((label) => practice.of(label).effect));
        if (status !== 200 && status !== 204) throw new Error(`a webhook was answered with ${status}`);
      }
    }),
  );
}

function slice<T>(of: readonly T[], part: number, parts: number): readonly T[] {
  return of.slice(Math.floor((part * of.length) / parts), Math.floor(((part + 1) * of.length) / parts));
}

/** What is only in one of two lists, at most ten of each: a difference of thousands of lines says nothing. */
function differences(expected: readonly string[], found: readonly string[]): string[] {
  const only = (a: readonly string[], b: readonly string[], word: string) => {
    const left = new Map<string, number>();
    for (const text of b) left.set(text, (left.get(text) ?? 0) + 1);
    const rest = a.filter((text) => {
      const n = left.get(text) ?? 0;
      left.set(text, n - 1);
      return n <= 0;
    });
    return rest.slice(0, 10).map((text) => `${word}: ${text}`);
  };
  return [...only(expected, found, 'only in order'), ...only(found, expected, 'only shuffled')];
}
