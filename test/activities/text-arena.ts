import formbody from '@fastify/formbody';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Client } from '@temporalio/client';
import { createNoticeActivities } from '../../src/activities/messages.js';
import { createPageActivities } from '../../src/activities/pages.js';
import { createTell } from '../../src/activities/tell.js';
import { createTextGate } from '../../src/activities/text-gate.js';
import { createTextRounds } from '../../src/activities/text-round.js';
import { createVendors } from '../../src/activities/vendors.js';
import type { Fact } from '../../src/domain/lifecycle/facts.js';
import type { ResultState } from '../../src/domain/lifecycle/state.js';
import type { PageOrder } from '../../src/domain/lifecycle/decisions.js';
import { signedStarterRules } from '../../src/domain/library/starter-rules.js';
import { steadyClock } from '../../src/domain/calendar/clock-map.js';
import { InboundProcessor } from '../../src/http/inbound/processor.js';
import { webhooks } from '../../src/http/webhooks/index.js';
import { createLogger } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import {
  createTwilioControl,
  type TwilioControl,
  type TwilioSeed,
} from '../../src/sandbox/twilio/control.js';
import { createSpruceControl } from '../../src/sandbox/spruce/control.js';
import { startSpruceSandbox } from '../../src/sandbox/spruce/server.js';
import { startTwilioSandbox } from '../../src/sandbox/twilio/server.js';
import { holdEffect, settleEffect } from '../../src/store/effects.js';
import { loadPatient, upsertPatient } from '../../src/store/patients.js';
import { importPractice, loadPractice, type Practice } from '../../src/store/practices.js';
import { journalUntil } from '../sandbox/webhook-receiver.js';
import { DeskPractice, hour, monday9, potassium, roster, staff } from '../starters/desk-practice.js';

export const clinic = '+16175550100';
export const authToken = 'token-of-the-arena';

export interface Signal {
  readonly workflowId: string;
  readonly name: string;
  readonly fact: Record<string, unknown>;
}

const signed = { signedOn: '2026-01-02', recordedBy: 'Dr. Helene Wirth' };
const agreed = { athenahealth: signed, twilio: signed, spruce: signed };

/**
 * Everything of the product that speaks with Twilio, on a real PostgreSQL and against the sandbox over HTTP: the
 * sending activities, the webhook routes and their processing. What workflows would hear is written down instead.
 */
export class TextArena {
  readonly signals: Signal[] = [];
  /** While true nothing reaches a workflow. */
  isTemporalAway = false;
  private seeded = 0;

  private constructor(
    readonly desk: DeskPractice,
    readonly control: TwilioControl,
    readonly sandboxUrl: string,
    readonly spruceUrl: string,
    readonly app: FastifyInstance,
    readonly webUrl: string,
    private readonly processor: InboundProcessor,
    private readonly end: () => Promise<void>,
  ) {}

  static async open(): Promise<TextArena> {
    const [desk, sandbox, spruce] = await Promise.all([
      DeskPractice.open(),
      startTwilioSandbox(),
      startSpruceSandbox(),
    ]);
    const log = createLogger('arena', { level: 'fatal' });
    const metrics = createMetrics();
    const app = Fastify();
    let arena: TextArena | null = null;
    const temporal = {
      workflow: {
        getHandle: (workflowId: string) => ({
          signal: async (definition: { name: string }, fact: Record<string, unknown>) => {
            if (arena?.isTemporalAway) throw new Error('Temporal is away');
            arena?.signals.push({ workflowId, name: definition.name, fact });
          },
        }),
        signalWithStart: async (
          _type: string,
          options: {
            workflowId: string;
            signal: string | { name: string };
            signalArgs?: Record<string, unknown>[];
          },
        ) =>
          void arena?.signals.push({
            workflowId: options.workflowId,
            name: typeof options.signal === 'string' ? options.signal : options.signal.name,
            fact: options.signalArgs?.[0] ?? {},
          }),
      },
    } as unknown as Client;
    const vendors = createVendors(desk.store, metrics, () => undefined);
    const tell = createTell(temporal);
    const processor = new InboundProcessor(
      { store: desk.store, tell, twilio: (p) => vendors.twilio(p) },
      log,
    );
    await app.register(formbody);
    await app.register(webhooks({ store: desk.store, metrics, onStored: () => processor.wake() }));
    const webUrl = await app.listen({ host: '127.0.0.1', port: 0 });
    const control = createTwilioControl(sandbox.url);
    arena = new TextArena(desk, control, sandbox.url, spruce.url, app, webUrl, processor, async () => {
      await sandbox.close();
      await spruce.close();
      await processor.stop();
      await app.close();
      await desk.close();
    });
    Object.assign(arena, { deps: { store: desk.store, temporal, vendors, metrics, log } });
    return arena;
  }

  declare readonly deps: Parameters<typeof createNoticeActivities>[0];

  close(): Promise<void> {
    return this.end();
  }

  /** A practice of its own with an account at the sandbox, at `at` (default Monday 10:00), and nothing yet said. */
  async practice(
    options: {
      readonly at?: number;
      readonly settings?: Record<string, unknown>;
      readonly twilio?: Record<string, unknown>;
      readonly account?: Partial<TwilioSeed>;
    } = {},
  ): Promise<ArenaPractice> {
    this.seeded += 1;
    const at = options.at ?? monday9 + hour;
    this.desk.goTo(at);
    const id = `arena-${this.seeded}`;
    const digits = String(this.seeded).padStart(32, '0');
    const account = { accountSid: `AC${digits}`, messagingServiceSid: `MG${digits}` };
    const seed: TwilioSeed = {
      ...account,
      authToken,
      from: clinic,
      inboundUrl: `${this.webUrl}/webhooks/twilio/${id}/inbound`,
      statusDelayMs: [0, 2],
      clock: steadyClock(Date.now(), at, 1),
      ...options.account,
    };
    await this.control.seed(id, seed);
    await createSpruceControl(this.spruceUrl).seed(id, {
      token: `token-${id}`,
      members: roster.people.map((p) => ({ id: p.spruceMemberId, displayName: p.id })),
      clock: steadyClock(Date.now(), at, 1),
    });
    await importPractice(this.desk.store, {
      id,
      athenaPracticeId: `2${String(this.seeded).padStart(5, '0')}`,
      name: 'Riverside Family Medicine',
      clock: steadyClock(0, 0, 1),
      goLiveAt: Date.parse('2026-01-05T05:00:00Z'),
      settings: {
        zone: 'America/New_York',
        phone: '+16175550142',
        schedulingLink: 'https://book.riverside.example',
        publicBaseUrl: this.webUrl,
        portalUrl: 'https://portal.riverside.example',
        demoPolicy: true,
        noticeSettleMs: 0,
        ...options.settings,
      },
      roster,
      ruleSet: signedStarterRules('Dr. Helene Wirth', '2026-01-05'),
      connections: {
        agreements: agreed,
        athenahealth: { baseUrl: 'http://127.0.0.1:1', clientId: 'c', clientSecret: 's' },
        twilio: { ...account, authTokens: [authToken], baseUrl: this.sandboxUrl, ...options.twilio },
        spruce: {
          baseUrl: `${this.spruceUrl}/v1`,
          token: `token-${id}`,
          internalEndpointId: `organizationCode_${id}`,
          webhookSecrets: ['w'],
        },
      },
    });
    return new ArenaPractice(this, await loadPractice(this.desk.store, id), id, account.accountSid);
  }

  /** Waits until everything that came in was worked on. */
  async processed(): Promise<void> {
    for (;;) {
      this.processor.wake();
      const open = await this.desk.store.db
        .selectFrom('inbound')
        .select('id')
        .where('processed_real_at', 'is', null)
        // What waits for an id that nobody knows yet, or for its next try, is as far as it gets now.
        .where('waits_for', 'is', null)
        .where('next_real_at', '<=', this.desk.store.realNow())
        .execute();
      if (open.length === 0) return;
    }
  }
}

export interface ToldPatient {
  readonly patientId: string;
  readonly resultId: string;
  readonly noticeId: string;
  readonly mobile: string;
  /** Of the result, before it heard of any message. */
  readonly state: ResultState;
}

/** One practice of the arena, in the words of a test. */
export class ArenaPractice {
  private patients = 0;

  constructor(
    readonly arena: TextArena,
    readonly practice: Practice,
    readonly id: string,
    readonly accountSid: string,
  ) {}

  get store() {
    return this.arena.desk.store;
  }

  get now(): number {
    return this.store.realNow();
  }

  goTo(at: number): void {
    this.arena.desk.goTo(at);
  }

  /** A patient with a normal result that is about to be told by text. */
  async toText(mobile?: string): Promise<ToldPatient> {
    const patient = await this.normal(mobile);
    await this.beginText(patient.noticeId);
    return patient;
  }

  /** A patient with a normal result in the portal, whose message is about to be planned. */
  async normal(
    mobile = `+1617555${String(110 + this.patients).padStart(4, '0')}`,
    route: string | null = null,
  ): Promise<ToldPatient> {
    return this.toTell(mobile, { value: '4.1', route });
  }

  /** A patient with a Spruce account and no consent to texts, whose secure message was planned and is tried again. */
  async secureHeldBack(): Promise<ToldPatient> {
    const patient = await this.normal();
    const { card } = await loadPatient(this.store, patient.patientId);
    await upsertPatient(this.store, this.id, { ...card, consentToText: false });
    await this.store.db
      .updateTable('patient')
      .set({ spruce_contact_id: 'entity_1', spruce_has_account: true })
      .where('id', '=', patient.patientId)
      .execute();
    await this.store.db
      .updateTable('notice')
      .set({ state: 'sending', channel: 'secure', language: 'eng' })
      .where('id', '=', patient.noticeId)
      .execute();
    return patient;
  }

  sendSecure({ noticeId }: ToldPatient): Promise<string> {
    return this.run('sendSecure', { practiceId: this.id, noticeId, epoch: 0 });
  }

  /** A patient with an abnormal result whose note was just found in the chart, when the worker died. */
  async noted(mobile = `+1617555${String(110 + this.patients).padStart(4, '0')}`): Promise<ToldPatient> {
    const patient = await this.toTell(mobile, { value: '5.4', route: null });
    const set = { state: 'sending', channel: 'portal-note', language: 'eng' } as const;
    const { noticeId, resultId } = patient;
    await this.store.db.updateTable('notice').set(set).where('id', '=', noticeId).execute();
    await this.store.db.transaction().execute(async (tx) => {
      const { id } = await holdEffect(tx, this.store, {
        practiceId: this.id,
        key: `notice/${noticeId}/portal-note/0/${resultId}`,
        kind: 'portal-note',
        at: this.now,
        noticeId,
      });
      await settleEffect(tx, this.store, id, { state: 'confirmed', at: this.now });
    });
    // The next one goes on from there.
    await this.run('writePortalNote', { practiceId: this.id, noticeId, epoch: 0 });
    return patient;
  }

  private async toTell(
    mobile: string,
    { value, route }: { value: string; route: string | null },
  ): Promise<ToldPatient> {
    this.patients += 1;
    const { desk } = this.arena;
    const chartId = `${this.id}-${this.patients}`;
    let result = await desk.deliver({
      familyName: 'Quillfeather',
      chartId,
      observations: [potassium(value)],
      practice: this.practice,
      route,
    });
    const release = { kind: 'sign-off', decision: 'release' } as const;
    if (result.state.decision.kind === 'awaited')
      result = await desk.decide(result, staff.provider, release, undefined, this.practice);
    const { id: resultId, state } = result;
    const patientId = await upsertPatient(this.store, this.practice.id, {
      ...this.arena.desk.card('Quillfeather', chartId),
      mobilePhone: mobile,
    });
    const { notice_id: noticeId } = await this.store.db
      .selectFrom('notice_member')
      .select('notice_id')
      .where('result_id', '=', resultId)
      .executeTakeFirstOrThrow();
    await this.store.db
      .updateTable('version')
      .set({ published_at: this.now })
      .where('result_id', '=', resultId)
      .execute();
    return { patientId, resultId, noticeId, mobile, state };
  }

  /** A critical potassium of Dr. Okafor's that nobody has accepted. */
  async critical(): Promise<string> {
    this.patients += 1;
    const { id } = await this.arena.desk.deliver({
      familyName: 'Ambleside',
      chartId: `${this.id}-${this.patients}`,
      observations: [potassium('7.2')],
      practice: this.practice,
    });
    return id;
  }

  /** One tick of the page ladder. */
  tick(resultId: string, count: number, roles: PageOrder['roles'] = ['owner']) {
    return this.page(resultId, {
      step: `v1/critical/${count}`,
      task: 'callback',
      opening: 1,
      roles,
      without: [],
      critical: true,
      dueAt: this.now,
      at: this.now,
    });
  }

  calls() {
    return this.arena.control.calls(this.id);
  }

  /** Commands written for a result, as `<kind> <person> <door>`. */
  async commands(resultId: string): Promise<string[]> {
    const rows = await this.store.db
      .selectFrom('command')
      .select(['kind', 'person_id', 'via', 'targets'])
      .where('practice_id', '=', this.id)
      .orderBy('real_at')
      .execute();
    return rows
      .filter((r) => r.targets.some((t) => t.resultId === resultId))
      .map((r) => `${r.kind} ${r.person_id} ${r.via}`);
  }

  /** The notice is being sent by text, as its plan decided. */
  async beginText(noticeId: string): Promise<void> {
    await this.store.db
      .updateTable('notice')
      .set({ state: 'sending', channel: 'text', language: 'eng', reread_real_at: this.now })
      .where('id', '=', noticeId)
      .execute();
  }

  async notice(noticeId: string) {
    return this.store.db
      .selectFrom('notice')
      .selectAll()
      .where('id', '=', noticeId)
      .executeTakeFirstOrThrow();
  }

  /** Runs the sending activity once. @returns `done`, or the type of the failure that Temporal would retry. */
  async send({ noticeId }: ToldPatient): Promise<string> {
    const { epoch, channel } = await this.notice(noticeId);
    const activity = channel === 'secure' ? 'sendSecure' : 'sendText';
    return this.run(activity, { practiceId: this.id, noticeId, epoch });
  }

  /** What the patient's notices need next, with the chart read a moment ago. */
  async next(patient: ToldPatient) {
    await this.store.db
      .updateTable('notice')
      .set({ reread_real_at: this.now })
      .where('patient_id', '=', patient.patientId)
      .execute();
    return this.step(patient);
  }

  /** What the patient's notices need next. */
  step({ patientId }: ToldPatient) {
    const { nextNoticeStep } = createNoticeActivities(this.arena.deps);
    return quiet().run(nextNoticeStep, { practiceId: this.id, patientId });
  }

  async check({ noticeId }: ToldPatient): Promise<string> {
    const { epoch } = await this.notice(noticeId);
    return this.run('checkDelivery', { practiceId: this.id, noticeId, epoch });
  }

  async round(): Promise<{ found: number; findings: string[] }> {
    const { deps } = this.arena;
    const rounds = createTextRounds(deps, createTextGate(deps));
    return quiet().run(rounds.textRound, { practiceId: this.id });
  }

  async page(resultId: string, page: PageOrder) {
    const { page: run } = createPageActivities(this.arena.deps);
    return quiet().run(run, { practiceId: this.id, resultId, page });
  }

  /** Asks after the pages of a critical, as its workflow does every 30 s. */
  poll(resultId: string) {
    const { pollPages } = createPageActivities(this.arena.deps);
    return quiet().run(pollPages, { practiceId: this.id, resultId });
  }

  /** What became of a text's effect at each epoch. */
  async effects({ noticeId }: ToldPatient) {
    return this.store.db
      .selectFrom('effect')
      .select(['epoch', 'state', 'code', 'vendor_ref'])
      .where('notice_id', '=', noticeId)
      .where('kind', '=', 'text')
      .orderBy('epoch')
      .execute();
  }

  async number(mobile: string) {
    return this.store.db
      .selectFrom('number')
      .selectAll()
      .where('practice_id', '=', this.id)
      .where('number_index', '=', this.store.index.phoneIndex(mobile))
      .executeTakeFirst();
  }

  async alarms(): Promise<string[]> {
    const rows = await this.store.db
      .selectFrom('alarm')
      .select('code')
      .where('practice_id', '=', this.id)
      .orderBy('code')
      .execute();
    return rows.map((r) => r.code);
  }

  /** Texts that left for patients. */
  async texts() {
    return (await this.arena.control.messages(this.id)).filter((m) => m.direction === 'outbound-api');
  }

  /** What the workflow of a result heard, as `name` or `deliveryStatus/<status>`. */
  heard({ resultId }: Pick<ToldPatient, 'resultId'>): string[] {
    return this.arena.signals
      .filter((s) => s.workflowId === `result/${resultId}`)
      .map((s) => (s.name === 'deliveryStatus' ? `${String(s.fact['status'])}${taskOf(s.fact)}` : s.name));
  }

  /** Lets a result live up to an instant with what it has heard so far. @returns its open work, as lists show it. */
  async live({ resultId, state }: ToldPatient, until: number) {
    const { desk, signals } = this.arena;
    let result = { id: resultId, state };
    for (const { workflowId, name, fact } of signals)
      if (workflowId === `result/${resultId}` && name === 'deliveryStatus')
        result = await desk.hear(result, { ...fact, kind: 'delivery-status' } as Fact, this.practice);
    await desk.pass(result, until, this.practice);
    return this.store.db
      .selectFrom('task')
      .innerJoin('task_member', 'task_member.task_id', 'task.id')
      .select(['task.kind', 'task.owner_id', 'task.due_at'])
      .where('task_member.result_id', '=', resultId)
      .where('task_member.done', '=', false)
      .execute();
  }

  /** Waits until the sandbox has made `count` callbacks in all, and until they are worked on. */
  async callbacks(count: number, kind = 'callback'): Promise<void> {
    await this.journal((all) => all.filter((e) => e.kind === kind).length >= count);
    await this.arena.processed();
  }

  journal(enough: Parameters<typeof journalUntil>[2]) {
    return journalUntil(this.arena.control, this.id, enough);
  }

  private async run(
    name: 'sendText' | 'sendSecure' | 'checkDelivery' | 'writePortalNote',
    input: { practiceId: string; noticeId: string; epoch: number },
  ): Promise<string> {
    const activities = createNoticeActivities(this.arena.deps);
    try {
      await quiet().run(activities[name], input);
      return 'done';
    } catch (err) {
      return String((err as { type?: unknown }).type ?? err);
    }
  }
}

/** What an activity throws is the test's to judge: no log of it. */
function quiet(): MockActivityEnvironment {
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
}

function taskOf(fact: Record<string, unknown>): string {
  return typeof fact['task'] === 'string' ? `/${fact['task']}` : '';
}
