import { setTimeout as delay } from 'node:timers/promises';
import { toReal } from '../../src/domain/calendar/clock-map.js';
import type { CommandBody } from '../../src/domain/lifecycle/facts.js';
import { defaultPolicy } from '../../src/domain/lifecycle/policy.js';
import {
  chartChanged,
  command,
  deliveryStatus,
  patientReplied,
  signOff,
} from '../../src/workflows/contract.js';
import type { Arena } from './attack-arena.js';
import { times } from './attack-judge.js';
import { hour, minute } from './practice.js';

/** Ten practice minutes a second: 30 min are 3 s. */
export const factor = 600;

/** Sign-off clocks shorter than the default, so that they run out while the attack goes on. */
export const shortClocks = {
  ...defaultPolicy,
  criticalRepeatMs: 15 * minute,
  signOffCoverMs: 30 * minute,
  signOffOwnerMs: hour,
  signOffSupervisorMs: 2 * hour,
};

const lasting = 18_000;

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

/** Everything that can happen to one result, in bursts: some at any time, some just when its clocks run out. */
export async function storm(arena: Arena, id: string): Promise<void> {
  const { chance, practice, record } = arena;
  await delay(chance.whole(0, 3_000));
  await arena.post(id, chance.pick(['critical', 'abnormal', 'abnormal']), { policy: shortClocks });
  const from = Date.now();
  const clocks = [30 * minute, hour, 2 * hour].map((ms) => toReal(practice.clock, practice.now() + ms));
  const bursts = [...clocks, ...[...Array(5)].map(() => from + chance.whole(0, lasting))];
  await practice.until('its first version', async () => record.of(id).projection?.state.version);
  const burst = () => delay(Math.max(0, chance.pick(bursts) - Date.now() + chance.whole(-60, 60)));
  const mark = () => arena.mark(id);
  const at = 0;

  await Promise.all([
    ...times(70, async () => {
      await burst();
      await tellNews(arena, id);
    }),
    ...times(8, async () => {
      await burst();
      const channel = mark();
      const reply = { id: channel, at, channel, acknowledges: chance.happens(0.5) };
      await Promise.all(times(chance.whole(1, 2), () => arena.wake(id, patientReplied, reply)));
    }),
    ...times(3, async () => {
      await burst();
      // Nobody wrote this command: it stays a proposal.
      await arena.tell(id, signOff, { commandId: mark() });
    }),
    ...times(3, async () => {
      await burst();
      const noteKey = mark();
      await arena.tell(id, chartChanged, { id: noteKey, at, noteKey, noteKind: 'touch', state: 'confirmed' });
    }),
    ...times(3, async () => {
      await burst();
      const tier = chance.pick(['critical', 'abnormal', 'abnormal', 'normal'] as const);
      await arena.post(id, tier, { policy: shortClocks });
    }),
    ...times(12, async () => {
      await burst();
      const newest = record.of(id).versions.length;
      const seen = chance.happens(0.25) ? chance.whole(1, newest) : newest;
      const sent = arena.write(
        id,
        chance.pick(bodies),
        record.of(id).versions[seen - 1]?.version.hash ?? null,
      );
      const isSignalled = chance.happens(0.3);
      const doors = isSignalled && chance.happens(0.5) ? 0 : chance.happens(0.2) ? 2 : 1;
      await Promise.all([
        isSignalled && arena.tell(id, command, { commandId: sent.id }),
        ...times(doors, () => arena.ask(sent)),
      ]);
    }),
  ]);
}

/** News of a message that the timeline must name once, however often it comes. */
export async function tellNews(arena: Arena, id: string): Promise<void> {
  const channel = arena.mark(id);
  const message = { noticeId: 'n', version: 1, purpose: 'tried-to-reach', task: null, why: null };
  const news = { ...message, id: channel, at: 0, channel, status: 'sending' as const };
  await arena.tell(id, deliveryStatus, news);
  if (arena.chance.happens(0.3)) await arena.tell(id, deliveryStatus, news);
}
