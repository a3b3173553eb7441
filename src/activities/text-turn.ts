import { sleep } from '@temporalio/activity';
import { takeSeat, takeTurn, type Seat } from '../store/pace.js';
import type { Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';
import { paced } from './failures.js';

/** How long a turn that has come waits for a seat before it goes back into the queue (real ms). */
const patienceMs = 2_000;
const lookAgainMs = 40;

/**
 * Waits for the practice's turn to send a text: at most 8 in any second (S000-73). Turns spread the texts evenly; the
 * seat makes the limit strict. Give the seat back as soon as the call has ended.
 */
export async function takeTextTurn(store: Store, practice: Practice): Promise<Seat> {
  const key = `twilio/${practice.id}`;
  const { textsPerSecond: perSecond, leaseMs } = practice.settings;
  const turn = await takeTurn(store, { key, perSecond });
  if ('comeBackMs' in turn) throw paced(turn.comeBackMs);
  if (turn.waitMs > 0) await sleep(turn.waitMs);
  const seats = Math.max(1, Math.floor(perSecond));
  const windowMs = Math.max(1_000, 1_000 / perSecond);
  for (let waited = 0; waited < patienceMs; waited += lookAgainMs) {
    const seat = await takeSeat(store, { key, seats, windowMs, leaseMs });
    if (seat) return seat;
    await sleep(lookAgainMs);
  }
  throw paced(patienceMs * Math.random());
}
