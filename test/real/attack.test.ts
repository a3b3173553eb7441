import { writeFileSync } from 'node:fs';
import { Worker } from '@temporalio/worker';
import { dataConverter } from '../../src/security/data-converter.js';
import { testRing, workflowBundle } from '../workflows/stand-in-workers.js';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toReal } from '../../src/domain/calendar/clock-map.js';
import { defaultPolicy } from '../../src/domain/lifecycle/policy.js';
import { newId } from '../../src/security/tokens.js';
import {
  chartChanged,
  command,
  deliveryStatus,
  patientReplied,
  signOff,
} from '../../src/workflows/contract.js';
import { Arena, startServer, type Sent } from './attack-arena.js';
import { closeDeps, hour, minute } from './practice.js';
import type { CommandBody } from '../../src/domain/lifecycle/facts.js';

let server: Awaited<ReturnType<typeof startServer>>;
let facts = 0;
beforeAll(async () => void (server = await startServer()));
afterAll(async () => {
  report('all attacks', { facts });
  await closeDeps();
  await server.stateDir.close();
});

/** Shorter sign-off clocks than the default, so that they run out while the attack goes on. */
const policy = {
  ...defaultPolicy,
  criticalRepeatMs: 15 * minute,
  signOffCoverMs: hour,
  signOffOwnerMs: 2 * hour,
  signOffSupervisorMs: 4 * hour,
};
/** Ten practice minutes a second: 30 min are 3 s. */
const factor = 600;

describe('labResult under attack on a real server', () => {
  test('facts, commands, versions and restarts at once: none lost, none doubled, stale hashes refused', async () => {
    const arena = await Arena.open(server.address, 'attack', factor);
    await arena.run(async () => {
      const ids = await Promise.all([...Array(Number(process.env.ATTACK_N ?? 36))].map(() => arena.result()));
      await Promise.race([
        Promise.all(ids.map((id) => attack(arena, id))).catch((e) => process.stderr.write(String(e))),
        delay(70_000),
      ]);
      await arena.settled();
    });
    for await (const run of arena.client.workflow.list()) {
      const history = await arena.client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
      try {
        await Worker.runReplayHistory(
          { workflowBundle: await workflowBundle(), dataConverter: dataConverter(testRing) } as never,
          history,
          run.workflowId,
        );
        process.stderr.write(`REPLAY ok ${history.events?.length} ${run.status.name}\n`);
      } catch (err) {
        process.stderr.write(
          `REPLAY ${history.events?.length} ${run.status.name} ${(err as Error).message}\n`,
        );
        writeFileSync(`/tmp/repro/${run.runId}.json`, JSON.stringify(historyToJSON(history)));
      }
    }
    const restarts = await arena.restarts();
    const asked = arena.commands.filter((c) => c.answer);
    const accepted = asked.filter((c) => c.answer?.refusal === null);
    facts += arena.sends;
    report('storm', {
      sent: arena.sends,
      marked: arena.marks.size,
      lost: arena.missing().length,
      doubled: arena.doubled().length,
      commands: arena.commands.length,
      accepted: accepted.length,
      refused: tally(asked.map((c) => c.answer?.refusal ?? 'accepted')),
      restarts,
      completed: await arena.completed(),
      reopened: arena.reopened,
      askedAgain: arena.askedAgain,
      answerMs: percentiles(asked.map((c) => c.ms)),
      lateMs: percentiles(lateness(arena)),
      conflicts: arena.record.conflicts.length,
    });
    expect(arena.record.conflicts).toEqual([]);
    expect(arena.missing()).toEqual([]);
    expect(arena.doubled()).toEqual([]);
    expect(restarts).toBeGreaterThan(36);
    // Every accepted decision stands once in the timeline, every refused one never.
    expect(accepted.filter((c) => arena.decisionsOf(c).length !== 1)).toEqual([]);
    expect(asked.filter((c) => c.answer?.refusal && arena.decisionsOf(c).length > 0)).toEqual([]);
    expect(arena.commands.filter((c) => arena.decisionsOf(c).length > 1)).toEqual([]);
    expect(
      arena.commands.filter((c) => c.body.kind === 'sign-off').flatMap((c) => staleDecisions(arena, c)),
    ).toEqual([]);
    expect(stepsThatCameTwice(arena)).toEqual([]);
    await arena.close();
  }, 120_000);
});

async function attack(arena: Arena, id: string): Promise<void> {
  const { chance, practice, record } = arena;
  const startedAt = practice.now();
  const lasting = 22_000;
  await delay(chance.whole(0, 2_000));
  await arena.post(id, chance.pick(['critical', 'abnormal', 'abnormal']), { policy });
  await practice.until('staged', async () => record.of(id).projection?.state.version);
  const moment = () => delay(whenToStrike(arena, startedAt, lasting));

  const news = times(20, async () => {
    await moment();
    const mark = newId();
    arena.marks.set(mark, id);
    const at = practice.now();
    const fact = {
      id: mark,
      at,
      noticeId: 'n',
      version: 1,
      purpose: 'tried-to-reach',
      status: 'sending' as const,
      channel: mark,
      task: null,
      why: null,
    };
    await arena.tell(id, deliveryStatus, fact);
    if (chance.happens(0.3)) await arena.tell(id, deliveryStatus, fact);
  });
  const replies = times(8, async () => {
    await moment();
    const mark = newId();
    arena.marks.set(mark, id);
    const fact = { id: mark, at: practice.now(), channel: mark, acknowledges: chance.happens(0.5) };
    await Promise.all(times(chance.whole(1, 2), () => arena.wake(id, patientReplied, fact)));
  });
  const proposals = times(3, async () => {
    await moment();
    const mark = newId();
    arena.marks.set(mark, id);
    await arena.tell(id, signOff, { commandId: mark });
  });
  const notes = times(3, async () => {
    await moment();
    const mark = newId();
    arena.marks.set(mark, id);
    await arena.tell(id, chartChanged, {
      id: mark,
      at: 0,
      noteKey: mark,
      noteKind: 'touch',
      state: 'confirmed',
    });
  });
  const versions = times(3, async () => {
    await moment();
    await arena.post(id, chance.pick(['critical', 'abnormal', 'abnormal', 'normal']), { policy });
  });
  const staff = times(24, async () => {
    await moment();
    const newest = record.of(id).versions.length;
    const saw = chance.happens(0.25) ? chance.whole(1, newest) : newest;
    const sent = arena.write(id, chance.pick(bodies), record.of(id).versions[saw - 1]?.version.hash ?? null);
    if (chance.happens(0.15)) return arena.tell(id, command, { commandId: sent.id });
    const asked = [arena.ask(sent)];
    if (chance.happens(0.2)) void arena.tell(id, command, { commandId: sent.id });
    if (chance.happens(0.2)) asked.push(arena.ask(sent));
    const answers = await Promise.all(asked);
    expect(new Set(answers.map((a) => a.refusal)).size).toBe(1);
    return undefined;
  });
  await Promise.all([...news, ...replies, ...proposals, ...notes, ...versions, ...staff]);
}

const bodies: readonly CommandBody[] = [
  { kind: 'sign-off', decision: 'release' },
  { kind: 'sign-off', decision: 'release' },
  { kind: 'sign-off', decision: 'release' },
  { kind: 'sign-off', decision: 'call-instead' },
  { kind: 'sign-off', decision: 'not-mine' },
  { kind: 'accept', task: 'callback' },
  { kind: 'accept', task: 'reply' },
  { kind: 'decline', task: 'callback' },
  { kind: 'attempt', outcome: 'reached', twoIdentifiers: true },
  { kind: 'attempt', outcome: 'reached', twoIdentifiers: true },
  { kind: 'attempt', outcome: 'no-answer', twoIdentifiers: false },
  { kind: 'close', reason: 'handled' },
  { kind: 'close', reason: 'handled' },
];

/** Real ms from now: at any time, or within 40 ms of a moment at which a clock runs out. */
function whenToStrike(arena: Arena, startedAt: number, lasting: number): number {
  const { chance, practice } = arena;
  if (chance.happens(0.6)) return chance.whole(0, lasting);
  const clock = chance.pick([30 * minute, hour, 2 * hour, 4 * hour]);
  const real = toReal(practice.clock, startedAt + clock) - Date.now();
  return Math.max(0, real + chance.whole(-40, 40));
}

/** Sign-offs that were applied although a newer version had been taken over before. */
function staleDecisions(arena: Arena, sent: Sent): string[] {
  let current = 0;
  const stale: string[] = [];
  for (const event of arena.events(sent.resultId)) {
    if (event.kind === 'classified') current = Number(event.data.version);
    if (event.actor === sent.by && sent.hash !== `${sent.resultId}#${current}`) stale.push(sent.id);
  }
  return stale;
}

function stepsThatCameTwice(arena: Arena): string[] {
  return [...arena.record.results.keys()].flatMap((id) => {
    const steps = arena.events(id).flatMap((e) => (e.kind === 'step-due' ? [String(e.data.step)] : []));
    return steps.filter((step, i) => steps.indexOf(step) !== i).map((step) => `${id} ${step}`);
  });
}

/** Real ms between a clock's end and what it did. */
function lateness(arena: Arena): number[] {
  return [...arena.record.results.keys()].flatMap((id) =>
    arena
      .events(id)
      .filter((e) => e.kind === 'step-due')
      .map((e) => (e.at - Number(e.data.dueAt)) / factor),
  );
}

function times<T>(n: number, make: () => Promise<T>): Promise<T>[] {
  return [...Array(n)].map(() => make());
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function percentiles(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b).map(Math.round);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function report(what: string, figures: object): void {
  process.stderr.write(`${what}: ${JSON.stringify(figures)}\n`);
}
