import type { Logger } from '../../observability/log.js';
import { WakeLoop } from '../../process/wake-loop.js';
import {
  dropInboundBody,
  failInbound,
  finishInbound,
  letInboundWait,
  openInbound,
  raiseAlarm,
  releaseInbound,
  type OpenInbound,
} from '../../store/inbound.js';
import { loadPractice, type Practice } from '../../store/practices.js';
import { onAthenaEvent } from './athena-event.js';
import { onCallAnswer, onCallStatus, type CallAnswerBody, type CallStatusBody } from './call-news.js';
import { inLanes } from './lanes.js';
import { onLinkEvent } from './link-event.js';
import { onPageAnswered, onPageOpened, type PageAnswer, type PageVisit } from './page-visit.js';
import type { Handled, InboundPort } from './port.js';
import { onSpruceEvent } from './spruce-event.js';
import { onText } from './text-reply.js';
import { onTextStatus, type TextStatusBody } from './text-status.js';

const batch = 50;
/**
 * What speaks of a message nobody knows is given up after this, real ms: the lease of a call, the wait for its
 * callback and a restart of the worker together take less.
 */
const unknownForMs = 15 * 60_000;

/**
 * Turns kept webhooks into facts. Storing and telling are apart, so that a webhook is answered at once and a crash in
 * between loses nothing: what is stored and not finished is found again. Facts carry ids, so a repeat is harmless.
 */
export class InboundProcessor extends WakeLoop {
  constructor(
    private readonly port: InboundPort,
    log: Logger,
    private readonly round: () => Promise<void> = async () => undefined,
  ) {
    super(log, 'inbound messages could not be read; they are kept and looked for again');
  }

  /** A sweep looks also for what has become known since. */
  protected async pass(isSweep: boolean): Promise<'more' | 'done'> {
    if (isSweep) await releaseInbound(this.port.store);
    const rows = await openInbound(this.port.store, batch);
    await inLanes(rows, (row) => this.process(row));
    return rows.length === batch ? 'more' : 'done';
  }

  protected async beside(isSweep: boolean): Promise<void> {
    if (isSweep) await this.round();
  }

  private async process(row: OpenInbound): Promise<void> {
    const { store } = this.port;
    const practice = await loadPractice(store, row.practiceId);
    try {
      const handled = await this.handle(row, practice);
      if (typeof handled === 'string') {
        if (handled === 'unreadable')
          await raiseAlarm(store, practice, `inbound/${row.id}`, 'inbound-unreadable');
        return await finishInbound(store, row.id, handled);
      }
      const until = row.receivedRealAt + unknownForMs;
      if (store.realNow() < until) return await letInboundWait(store, row.id, handled.waitsFor, until);
      const { alarm, outcome, isForeign } = handled.otherwise;
      if (alarm) await raiseAlarm(store, practice, alarm.key, alarm.code);
      if (isForeign) await dropInboundBody(store, row.id);
      await finishInbound(store, row.id, outcome);
    } catch (err) {
      this.log.warn({ err, inbound: row.id, kind: row.kind }, 'an inbound message will be tried again');
      await failInbound(store, practice, row.id);
    }
  }

  private handle(row: OpenInbound, practice: Practice): Promise<Handled> {
    switch (row.kind) {
      case 'text-status':
        return onTextStatus(this.port, practice, { ...row, body: row.body as TextStatusBody });
      case 'text':
        return onText(this.port, practice, row);
      case 'link-event':
        return onLinkEvent(this.port, practice, { ...row, body: String(row.body) });
      case 'call-answer':
        return onCallAnswer(this.port, practice, { ...row, body: row.body as CallAnswerBody });
      case 'call-status':
        return onCallStatus(this.port, practice, { ...row, body: row.body as CallStatusBody });
      case 'spruce-event':
        return onSpruceEvent(this.port, practice, { ...row, body: String(row.body) });
      case 'athena-event':
        return onAthenaEvent(this.port, practice, row);
      case 'spruce-read':
        return onSpruceEvent(this.port, practice, { ...row, body: String(row.body) }, 'we-read-it');
      case 'page-opened':
        return onPageOpened(this.port, practice, { ...row, body: row.body as PageVisit });
      case 'page-answered':
        return onPageAnswered(this.port, practice, { ...row, body: row.body as PageAnswer });
      default:
        return Promise.resolve('unknown-kind');
    }
  }
}
