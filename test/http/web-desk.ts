import formbody from '@fastify/formbody';
import Fastify from 'fastify';
import type { Tell } from '../../src/activities/tell.js';
import type { TwilioClient } from '../../src/clients/twilio/index.js';
import type { PatientCard } from '../../src/domain/result/patient.js';
import { InboundProcessor } from '../../src/http/inbound/processor.js';
import { patientPage } from '../../src/http/patient-page/index.js';
import { webhooks } from '../../src/http/webhooks/index.js';
import { createLogger } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { newId, newLinkToken, tokenIndex } from '../../src/security/tokens.js';
import { holdEffect, markCalled } from '../../src/store/effects.js';
import { openInbound, releaseInbound } from '../../src/store/inbound.js';
import { joinNotice } from '../../src/store/notices.js';
import { upsertPatient } from '../../src/store/patients.js';
import type { NoticeChannel, NoticePurpose } from '../../src/store/schema.js';
import type { Practice } from '../../src/store/practices.js';
import type { Store } from '../../src/store/store.js';
import { DeskPractice, potassium } from '../starters/desk-practice.js';
import { card } from '../store/patient-card.js';
import { Loopback, type HttpAnswer, type HttpCall } from './loopback.js';
import { messageSid } from './vendor-calls.js';

/** What a workflow was told: by which method, about which result or patient, with which fact. */
export interface Told {
  readonly what: keyof Tell;
  readonly of: string;
  readonly fact: unknown;
}

export interface SentNotice {
  readonly id: string;
  readonly token: string;
  readonly effectId: string;
  readonly resultId: string;
  readonly patientId: string;
  readonly phone: string;
  readonly vendorRef: string | null;
}

/** The web doors over a real PostgreSQL; what they tell the workflows is written down. */
export class WebDesk {
  readonly told: Told[] = [];
  /** Set: no workflow can be told anything. */
  isTemporalAway = false;
  /** When a text was written, by Twilio's clock. */
  readonly written = new Map<string, number>();
  #people = 0;

  private constructor(
    readonly desk: DeskPractice,
    readonly http: Loopback,
    readonly processor: InboundProcessor,
  ) {}

  static async open(): Promise<WebDesk> {
    const desk = await DeskPractice.open();
    const { store } = desk;
    const app = Fastify({ logger: false });
    const tell = new Proxy({} as Tell, {
      get: (_target, what: keyof Tell) => async (_practice: Practice, of: string, fact: unknown) => {
        if (web.isTemporalAway) throw new Error('no connection to Temporal');
        web.told.push({ what, of, fact });
      },
    });
    const log = createLogger('web-desk', { level: 'silent' });
    const processor = new InboundProcessor(
      {
        store,
        tell,
        twilio: () =>
          ({
            fetchText: async (sid: string) => {
              const createdAt = web.written.get(sid);
              if (createdAt === undefined) throw new Error('Twilio is away');
              return { createdAt };
            },
          }) as unknown as TwilioClient,
      },
      log,
    );
    await app.register(formbody);
    await app.register(webhooks({ store, metrics: createMetrics(), onStored: () => processor.wake() }));
    await app.register(patientPage({ store, onStored: () => processor.wake() }));
    const web: WebDesk = new WebDesk(desk, await Loopback.open(app), processor);
    return web;
  }

  async close(): Promise<void> {
    await this.http.close();
    await this.processor.stop();
    await this.desk.close();
  }

  get store(): Store {
    return this.desk.store;
  }

  send(call: HttpCall): Promise<HttpAnswer> {
    return this.http.send(call);
  }

  /** What was told since, of this result or patient. */
  toldOf(id: string, what?: keyof Tell): unknown[] {
    return this.told.filter((t) => t.of === id && (what === undefined || t.what === what)).map((t) => t.fact);
  }

  /** A patient with an abnormal result and a message about it that has left. */
  async notice(
    more: {
      card?: Partial<PatientCard>;
      channel?: NoticeChannel;
      language?: string;
      purpose?: NoticePurpose;
      conversationId?: string;
      /** What the vendor called the message; null: its answer was lost. */
      vendorRef?: string | null;
      state?: 'sending' | 'sent';
    } = {},
  ): Promise<SentNotice> {
    const { store, desk } = this;
    const chartId = String(6000 + (this.#people += 1));
    const { channel = 'text', purpose = 'results', state = 'sent' } = more;
    const person = {
      ...card(chartId),
      mobilePhone: `+1617555${String(100 + this.#people).padStart(4, '0')}`,
    };
    const result = await desk.deliver({ familyName: 'Testwell', chartId, observations: [potassium('5.6')] });
    const patientId = await upsertPatient(store, 'riverside', { ...person, ...more.card });
    const { draw_id } = await store.db
      .selectFrom('result')
      .select('draw_id')
      .where('id', '=', result.id)
      .executeTakeFirstOrThrow();
    const at = store.realNow();
    const token = newLinkToken();
    return store.db.transaction().execute(async (tx) => {
      const join = { practiceId: 'riverside', patientId, drawId: draw_id ?? '', resultId: result.id };
      await joinNotice(tx, store, { ...join, version: 1, purpose, at });
      const { id } = await tx
        .updateTable('notice')
        .set({
          state,
          channel,
          language: more.language ?? 'eng',
          sent_at: state === 'sent' ? at : null,
          token_index: tokenIndex(store.ring, token),
          vendor_conversation_id: more.conversationId ?? null,
        })
        .where('patient_id', '=', patientId)
        .returning('id')
        .executeTakeFirstOrThrow();
      const key = { practiceId: 'riverside', key: `notice/${id}`, kind: channel, noticeId: id, channel, at };
      const effect = await holdEffect(tx, store, key);
      await markCalled(tx, store, effect.id, newId(), 30_000, at);
      const vendorRef = more.vendorRef === undefined ? messageSid() : more.vendorRef;
      await tx.updateTable('effect').set({ vendor_ref: vendorRef }).where('id', '=', effect.id).execute();
      const phone = more.card?.mobilePhone ?? person.mobilePhone;
      return { id, token, effectId: effect.id, resultId: result.id, patientId, phone, vendorRef };
    });
  }

  /** Works on whatever is due until nothing is left. */
  async settle(): Promise<void> {
    do {
      this.processor.sweep();
      await this.processor.stop();
      await releaseInbound(this.store);
    } while ((await openInbound(this.store, 1)).length > 0);
  }

  /** Lets time pass, then works on what has become due. */
  async pass(ms: number): Promise<void> {
    this.desk.goTo(this.store.realNow() + ms);
    await this.settle();
  }

  inbound() {
    return this.store.db
      .selectFrom('inbound')
      .select(['id', 'kind', 'outcome', 'tries', 'dedupe_key'])
      .orderBy('id')
      .execute();
  }

  async alarms(): Promise<string[]> {
    const rows = await this.store.db.selectFrom('alarm').select('code').orderBy('id').execute();
    return rows.map((r) => r.code);
  }

  noticeRow(id: string) {
    return this.store.db.selectFrom('notice').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  }
}
