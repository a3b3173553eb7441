import type { DeliverySource } from '../../intake/read-delivery.js';
import type { ReceivedResult } from '../../intake/received.js';
import { deadLetterAlarm } from '../../store/dead-letters.js';
import { raiseAlarm } from '../../store/inbound.js';
import { loadPractice, practiceIds, type Practice } from '../../store/practices.js';
import { findSource, watchSilence, type Source } from '../../store/sources.js';
import {
  claimTransmissions,
  postponeTransmission,
  readTransmission,
  settleTransmission,
  type OpenTransmission,
} from '../../store/transmissions.js';
import { WakeLoop } from '../wake-loop.js';
import { findOutAgain } from './match-again.js';
import type { IntakePort } from './port.js';
import { ChartUnreachable, takeIn } from './take-in.js';

const batch = 20;
/** Silent sources and unmatched patients are looked at this often, real time. */
const roundMs = 60_000;
const triesAtMost = 10;

type Settled = { readonly state: 'processed' | 'dead-letter' | 'ignored'; reason?: string; words?: string };

/**
 * Makes results of stored transmissions. Storing and processing are apart, so that a sender is answered at once and a
 * crash in between loses nothing: what is stored and not settled is found again, and doing it twice is harmless.
 */
export class TransmissionProcessor extends WakeLoop {
  private nextRoundAt = 0;

  constructor(private readonly port: IntakePort) {
    super(port.log, 'stored messages could not be read; they are kept and looked for again');
  }

  protected async pass(): Promise<'more' | 'done'> {
    const open = await claimTransmissions(this.port.store, batch);
    // One source after another would let a slow one hold up the rest; within a source order is kept.
    await Promise.all([...bySource(open).values()].map((rows) => this.inOrder(rows)));
    return open.length === batch ? 'more' : 'done';
  }

  private async inOrder(rows: readonly OpenTransmission[]): Promise<void> {
    for (const row of rows) await this.process(row);
  }

  private async process(row: OpenTransmission): Promise<void> {
    const { store, log } = this.port;
    const practice = await loadPractice(store, row.practiceId);
    // Claimed once more after its last try: whoever worked on it did not live to say what went wrong.
    if (row.tries > triesAtMost) return this.giveUp(row, practice);
    try {
      const source = await findSource(store, row.practiceId, row.sourceId);
      if (!source) throw new Error('the source of a stored message is gone');
      const end = await this.settle(row, practice, source);
      await settleTransmission(store, practice, row.id, end);
      if (end.state === 'dead-letter') await this.alarm(practice, row.id, 'dead-letter');
    } catch (err) {
      if (row.tries < triesAtMost) {
        const waitMs = Math.min(2 ** row.tries * 1_000, 300_000);
        if (!(err instanceof ChartUnreachable))
          log.warn({ err, transmission: row.id }, 'a stored message will be tried again');
        await postponeTransmission(store, row.id, waitMs);
        return;
      }
      log.error({ err, transmission: row.id }, 'a stored message is given to a person');
      await this.giveUp(row, practice);
    }
  }

  private async giveUp(row: OpenTransmission, practice: Practice): Promise<void> {
    const words = 'It could not be processed here; the log has the cause. Mend it, then retry.';
    const end = { state: 'dead-letter', reason: 'not-processed', words } as const;
    await settleTransmission(this.port.store, practice, row.id, end);
    await this.alarm(practice, row.id, 'dead-letter');
  }

  private async settle(row: OpenTransmission, practice: Practice, { config }: Source): Promise<Settled> {
    const from: DeliverySource = { zone: config.zone, name: config.id };
    const { body } = await readTransmission(this.port.store, row.id);
    const read = this.port.read(body, from);
    if (read.verdict === 'reject') return { state: 'dead-letter', reason: 'not-usable', words: read.why };
    if (read.verdict === 'none') return { state: 'ignored', reason: 'no-result', words: read.why };
    let failed: unknown = null;
    for (const [position, received] of read.results.entries())
      // Every result stands for itself: one that cannot be stored never holds up the others.
      await this.one(row, practice, config, position, received).catch((err: unknown) => {
        failed ??= err;
      });
    if (failed !== null) throw failed;
    return { state: 'processed' };
  }

  private async one(
    row: OpenTransmission,
    practice: Practice,
    source: Source['config'],
    position: number,
    received: ReceivedResult,
  ): Promise<void> {
    const outcome = await takeIn(this.port, practice, {
      transmissionId: row.id,
      position,
      source,
      received,
      receivedAt: row.receivedAt,
      receivedRealAt: row.receivedRealAt,
      tries: row.tries,
    });
    this.port.metrics.inbound(`intake-${outcome}`);
  }

  protected async beside(): Promise<void> {
    const { store } = this.port;
    if (store.realNow() < this.nextRoundAt) return;
    this.nextRoundAt = store.realNow() + roundMs;
    for (const id of await practiceIds(store)) {
      const practice = await loadPractice(store, id);
      for (const silent of await watchSilence(store, practice))
        this.port.log.warn({ source: silent }, 'a source has been silent for longer than expected');
      await findOutAgain(this.port, practice);
    }
  }

  private async alarm(practice: Practice, transmissionId: string, code: string): Promise<void> {
    this.port.metrics.alarm(code);
    await raiseAlarm(this.port.store, practice, deadLetterAlarm(transmissionId), code);
  }
}

function bySource(rows: readonly OpenTransmission[]): Map<string, OpenTransmission[]> {
  const groups = new Map<string, OpenTransmission[]>();
  for (const row of rows) {
    const key = `${row.practiceId}/${row.sourceId}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return groups;
}
