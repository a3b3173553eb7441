import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { patientReplied } from '../../src/workflows/contract.js';
import { Arena, startServer } from './attack-arena.js';
import { judge, percentiles, report, times } from './attack-judge.js';
import { factor, shortClocks, storm, tellNews } from './attack-storm.js';
import { closeDeps } from './practice.js';

let server: Awaited<ReturnType<typeof startServer>>;
let arena: Arena | undefined;
let facts = 0;

beforeAll(async () => void (server = await startServer()));
afterEach(async () => {
  facts += arena?.sends ?? 0;
  await arena?.close();
  arena = undefined;
});
afterAll(async () => {
  report('all attacks', { facts });
  await closeDeps();
  await server.stateDir.close();
});

describe('labResult attacked on a real server', () => {
  test('facts, commands and versions in bursts around deadlines, closing and restarts: none lost, none doubled, stale hashes refused', async () => {
    const results = 26;
    const a = (arena = await Arena.open(server.address, 'storm', factor));
    await a.run(async () => {
      const ids = await Promise.all(times(results, () => a.result()));
      await Promise.all(ids.map((id) => storm(a, id)));
      await a.settled();
    });
    const verdict = judge(a);
    const restarts = await a.restarts();
    const replayed = await a.replayRuns(60);
    report('storm', { ...verdict.figures, restarts, replayed });
    expect(verdict.violations).toEqual([]);
    expect(restarts).toBeGreaterThan(0);
  }, 120_000);

  test('facts that start a run while it closes: none lost, every command answered', async () => {
    const a = (arena = await Arena.open(server.address, 'closing', factor));
    const waves = new Map<string, number>();
    // A wave of facts hits each run in the moment between its last record and its end, three times over.
    a.whileClosing = async (id) => {
      const wave = (waves.get(id) ?? 0) + 1;
      waves.set(id, wave);
      if (wave > 3) return;
      const moment = () => delay(a.chance.whole(0, a.chance.pick([60, 1_500])));
      await Promise.all([
        ...times(2, async () => {
          await moment();
          const channel = a.mark(id);
          await a.wake(id, patientReplied, { id: channel, at: 0, channel, acknowledges: true });
        }),
        moment().then(() => a.ask(a.write(id, { kind: 'close', reason: 'handled' }, null))),
      ]);
    };
    // A cache smaller than the crowd: runs are replayed all the time.
    await a.run(
      async () => {
        // A copy is nobody's to tell: it settles at once, and closes with its chart note.
        const copies = times(100, async (i) => {
          const id = await a.result();
          await delay(i * 60);
          await a.post(id, 'normal', { lane: 'copy' });
        });
        await Promise.all(copies);
        await a.practice.until(
          'three waves each',
          async () => [...waves.values()].filter((w) => w >= 3).length === 100,
        );
        await a.settled();
      },
      { maxCachedWorkflows: 20 },
    );
    const verdict = judge(a);
    report('closing', {
      ...verdict.figures,
      completed: await a.completed(),
      replayed: await a.replayRuns(60),
    });
    expect(verdict.violations).toEqual([]);
    // How many were started anew while they closed is a matter of the machine; it stands in the report.
    expect(await a.completed()).toBeGreaterThanOrEqual(100);
  }, 120_000);

  test('L6, L8: a page call that never returns stops no clock and no answer', async () => {
    const a = (arena = await Arena.open(server.address, 'hanging', factor));
    a.record.onPage = () => new Promise(() => undefined);
    await a.run(async () => {
      const criticals = await Promise.all(times(8, () => a.result()));
      const abnormals = await Promise.all(times(12, () => a.result()));
      const ids = [...criticals, ...abnormals];
      for (const id of criticals) await a.post(id, 'critical', { policy: shortClocks });
      for (const id of abnormals) await a.post(id, 'abnormal', { policy: shortClocks });
      await a.practice.until('pages hang', async () => a.record.hanging > 0);
      await a.practice.until('all staged', async () =>
        ids.every((id) => a.record.of(id).projection?.state.version),
      );
      await Promise.all(
        ids.flatMap((id) =>
          times(40, async (i) => {
            await delay(a.chance.whole(0, 14_000));
            if (i % 4 > 0) return tellNews(a, id);
            await a.ask(
              a.write(id, { kind: 'decline', task: a.chance.pick(['callback', 'sign-off']) }, null),
            );
          }),
        ),
      );
      await a.practice.until('the last clock', async () =>
        abnormals.every((id) => a.steps(id).includes('v1/sign-off/owner')),
      );
      await a.settled();
    });
    const verdict = judge(a);
    const answerMs = percentiles(a.commands.map((c) => c.ms));
    const lateMs = percentiles(a.lateness(factor));
    report('hanging vendor', {
      hangingPages: a.record.hanging,
      pagesDone: a.record.pages.length,
      ...verdict.figures,
      clocksFired: a.lateness(factor).length,
      lateMs,
    });
    expect(a.record.pages).toEqual([]);
    expect(verdict.violations).toEqual([]);
    for (const id of a.record.results.keys()) {
      const isCritical = a.steps(id).some((step) => step.startsWith('v1/critical/'));
      const expected = isCritical
        ? ['v1/critical/attempt', 'v1/critical/supervisor', 'v1/critical/unreached']
        : ['v1/sign-off/cover', 'v1/sign-off/owner'];
      expect(a.steps(id)).toEqual(expect.arrayContaining(expected));
    }
    // A page call hangs for 25 s at a time: what waited for one would be later than this.
    expect(lateMs.max).toBeLessThan(25_000);
    expect(answerMs.p50).toBeLessThan(25_000);
  }, 90_000);
});
