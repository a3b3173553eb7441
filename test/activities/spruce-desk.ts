import { randomBytes } from 'node:crypto';
import type { ActivityDeps } from '../../src/activities/deps.js';
import { createSpruceRounds } from '../../src/activities/spruce-round.js';
import { createSpruceClient, type SpruceClient } from '../../src/clients/spruce/index.js';
import { createLogger } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { createSpruceControl, type SpruceControl } from '../../src/sandbox/spruce/control.js';
import { startSpruceSandbox } from '../../src/sandbox/spruce/server.js';
import { importPractice, loadPractice, type Practice } from '../../src/store/practices.js';
import { WebDesk } from '../http/web-desk.js';
import { journalUntil } from '../sandbox/webhook-receiver.js';

export const labTeam = 'entity_LABTEAM';
export const inbox = 'organizationCode_LAB';
export const practiceId = 'riverside';

/** A practice on a real PostgreSQL whose Spruce is the sandbox; no webhook reaches it unless a test sends it. */
export class SpruceDesk {
  private constructor(
    readonly web: WebDesk,
    readonly org: string,
    readonly control: SpruceControl,
    readonly spruce: SpruceClient,
    readonly deps: ActivityDeps,
    private readonly stop: () => Promise<void>,
  ) {}

  static async open(connection: Record<string, unknown> = {}): Promise<SpruceDesk> {
    const [web, sandbox] = await Promise.all([WebDesk.open(), startSpruceSandbox()]);
    const org = `org-${randomBytes(4).toString('hex')}`;
    const { store, practice } = web.desk;
    const control = createSpruceControl(sandbox.url);
    await control.seed(org, {
      token: 'token',
      clock: { segments: [{ real: Date.now(), practice: store.realNow(), factor: 1 }] },
      members: [{ id: labTeam, displayName: 'Lab follow-up', type: 'team' }],
      endpoints: [{ id: inbox, label: 'Lab', code: 'lab', ownerMemberId: labTeam }],
      webhook: { url: `${practice.settings.publicBaseUrl}/webhooks/spruce/${practiceId}`, secret: 'w' },
      webhooks: { drop: 1 },
      postDelayMs: 0,
      timestamps: 'millisecond',
    });
    await importPractice(store, {
      ...practice,
      settings: { ...practice.settings, spruceRoundEveryMs: 0, secureUnknownWaitMs: 60_000 },
      connections: {
        ...practice.connections,
        agreements: { spruce: { signedOn: '2026-01-02', recordedBy: 'Lev Kastner' } },
        spruce: {
          ...practice.connections.spruce,
          baseUrl: `${sandbox.url}/v1`,
          token: 'token',
          internalEndpointId: inbox,
          ...connection,
        },
      },
    });
    const spruce = createSpruceClient({ baseUrl: `${sandbox.url}/v1`, token: 'token', timeoutMs: 5_000 });
    const deps: ActivityDeps = {
      store,
      // Nothing here tells a workflow anything: webhooks and rounds only keep rows.
      temporal: {} as ActivityDeps['temporal'],
      vendors: { spruce: () => spruce } as unknown as ActivityDeps['vendors'],
      metrics: createMetrics(),
      log: createLogger('spruce-desk', { level: 'silent' }),
    };
    return new SpruceDesk(web, org, control, spruce, deps, async () => {
      await sandbox.close();
      await web.close();
    });
  }

  close(): Promise<void> {
    return this.stop();
  }

  practice(): Promise<Practice> {
    return loadPractice(this.deps.store, practiceId);
  }

  /** One round, and what it kept is worked on. @returns how much was new. */
  async round(): Promise<number> {
    const { read } = await createSpruceRounds(this.deps).spruceRound({ practiceId });
    await this.web.settle();
    return read;
  }

  /** Moves both clocks. */
  async goTo(at: number): Promise<void> {
    this.web.desk.goTo(at);
    await this.control.setClock(this.org, { segments: [{ real: Date.now(), practice: at, factor: 1 }] });
  }

  async contact(id: string, over: Record<string, unknown> = {}): Promise<string> {
    const contact = { id, givenName: 'Dana', familyName: 'Testwell', hasAccount: true, ...over };
    await this.control.change(this.org, { contacts: [contact] });
    return id;
  }

  /** Waits until so many items stand in a conversation. */
  async items(conversationId: string, count: number) {
    await journalUntil(
      this.control,
      this.org,
      (all) =>
        all.filter((e) => e.kind === 'item-created' && e['conversationId'] === conversationId).length >=
        count,
    );
    return (await this.control.items(this.org)).filter((item) => item.conversationId === conversationId);
  }
}
