import { randomBytes } from 'node:crypto';
import { DateTime } from 'luxon';
import { steadyClock, toPractice, type ClockMap } from '../../src/domain/calendar/clock-map.js';
import { signedStarterRules } from '../../src/domain/library/starter-rules.js';
import { openDeps, type ProcessDeps } from '../../src/process/deps.js';
import {
  createAthenaControl,
  type AthenaLabResultSeed,
  type AthenaPatientSeed,
} from '../../src/sandbox/athenahealth/control.js';
import { createSpruceControl } from '../../src/sandbox/spruce/control.js';
import { createTwilioControl } from '../../src/sandbox/twilio/control.js';
import { importPractice, loadPractice, type Practice } from '../../src/store/practices.js';
import { pollPractice } from '../../src/workflows/poll-practice.js';
import { taskQueues, workflowIds } from '../../src/workflows/contract.js';
import type { Settings } from '../../src/domain/practice/settings.js';

interface Engines {
  readonly env: Record<string, string>;
  readonly sandboxes: { readonly athena: string; readonly twilio: string; readonly spruce: string };
  readonly web: { readonly url: string };
  readonly workerPid: number;
}

export const engines = JSON.parse(process.env.RESULTLOOP_TEST_ENGINES ?? '{}') as Engines;

export const hour = 3_600_000;
export const minute = 60_000;
const zone = 'America/New_York';

/** An instant of the invented week that the tests live in: Monday is 2026-03-02. */
export function at(text: string): number {
  return DateTime.fromISO(text, { zone }).toMillis();
}

/** Staff of every test practice. */
export const staff = {
  okafor: 'p-okafor',
  lindqvist: 'p-lindqvist',
  coordinator: 'p-coordinator',
  supervisor: 'p-supervisor',
  director: 'p-director',
  administrator: 'p-administrator',
} as const;

export interface PracticeOptions {
  /** Practice time at which the practice clock starts. Default Monday 10:00. */
  readonly start?: string;
  /** Practice milliseconds per real millisecond. Default 600 (ten practice minutes a second). */
  readonly factor?: number;
  readonly clock?: (realNow: number) => ClockMap;
  readonly settings?: Partial<Settings>;
  readonly roster?: Record<string, unknown>;
  readonly athena?: Record<string, unknown>;
}

let opened: ProcessDeps | null = null;
export async function deps(): Promise<ProcessDeps> {
  opened ??= await openDeps(engines.env, 'test');
  return opened;
}

export async function closeDeps(): Promise<void> {
  await opened?.close();
  opened = null;
}

/** One practice with its own clock, roster and vendor tenants. */
export async function openPractice(options: PracticeOptions = {}): Promise<TestPractice> {
  const d = await deps();
  // Sandbox tenants are keyed by digits; random ones, so that test files can run side by side.
  const number = String(100_000_000 + (randomBytes(4).readUInt32BE() % 800_000_000));
  const id = `t-${number}`;
  const clock =
    options.clock?.(Date.now()) ??
    steadyClock(Date.now(), at(options.start ?? '2026-03-02T10:00'), options.factor ?? 600);
  const secret = randomBytes(12).toString('hex');
  const sid = (prefix: string) => `${prefix}${randomBytes(16).toString('hex')}`;
  const twilio = { accountSid: sid('AC'), authToken: secret, messagingServiceSid: sid('MG') };
  const control = {
    athena: createAthenaControl(engines.sandboxes.athena),
    twilio: createTwilioControl(engines.sandboxes.twilio),
    spruce: createSpruceControl(engines.sandboxes.spruce),
  };
  await control.athena.seed(number, {
    clientId: `client-${number}`,
    clientSecret: secret,
    clock,
    departments: [{ departmentid: '150', name: 'Main St', timezonename: 'US/Eastern' }],
    providers: [
      { providerid: 71, displayname: 'Maya Okafor, MD', npi: 1999999984 },
      { providerid: 72, displayname: 'Sven Lindqvist, MD', npi: 1999999976 },
    ],
    settings: options.athena ?? {},
  });
  await control.twilio.seed(number, {
    ...twilio,
    from: '+16175550100',
    clock,
    inboundUrl: `${engines.web.url}/webhooks/twilio/${id}/inbound`,
  });
  const members = Object.values(staff).map((person) => ({ id: `entity_${person}`, displayName: person }));
  await control.spruce.seed(number, {
    token: `token-${number}`,
    clock,
    members,
    timestamps: 'millisecond',
    webhook: { url: `${engines.web.url}/webhooks/spruce/${id}`, secret },
  });
  const far = at('2030-01-01T00:00');
  const person = (
    pid: string,
    name: string,
    roles: string[],
    credentialed: boolean,
    athenaProviderId: string | null = null,
  ) => ({
    id: pid,
    name,
    roles,
    credentialed,
    athenaProviderId,
    spruceMemberId: `entity_${pid}`,
  });
  await importPractice(d.store, {
    id,
    athenaPracticeId: number,
    name: 'Harbor Family Practice',
    clock,
    goLiveAt: at('2026-01-01T00:00'),
    settings: {
      zone,
      phone: '+16175550111',
      schedulingLink: 'https://book.example/harbor',
      publicBaseUrl: engines.web.url,
      portalUrl: 'https://portal.example/harbor',
      demoPolicy: true,
      leaseMs: 11_000,
      textUnknownWaitMs: 3_000,
      ...options.settings,
    },
    roster: {
      people: [
        person(staff.okafor, 'Maya Okafor', ['provider'], true, '71'),
        person(staff.lindqvist, 'Sven Lindqvist', ['provider'], true, '72'),
        person(staff.coordinator, 'Ruth Abara', ['coordinator'], false),
        person(staff.supervisor, 'Ines Carvalho', ['supervising-physician'], true),
        person(staff.director, 'Tomas Wirth', ['medical-director'], true),
        person(staff.administrator, 'Pia Nyman', ['administrator'], false),
      ],
      cover: { [staff.okafor]: staff.lindqvist, [staff.lindqvist]: staff.okafor },
      absences: [],
      onCall: [{ person: staff.supervisor, from: 0, to: far }],
      coordinator: staff.coordinator,
      keeper: staff.coordinator,
      supervisingPhysician: staff.supervisor,
      medicalDirector: staff.director,
      administrator: staff.administrator,
      ...options.roster,
    },
    ruleSet: signedStarterRules('Tomas Wirth', '2026-01-01'),
    connections: {
      athenahealth: { baseUrl: engines.sandboxes.athena, clientId: `client-${number}`, clientSecret: secret },
      twilio: {
        baseUrl: engines.sandboxes.twilio,
        accountSid: twilio.accountSid,
        authTokens: [secret],
        messagingServiceSid: twilio.messagingServiceSid,
      },
      spruce: {
        baseUrl: `${engines.sandboxes.spruce}/v1`,
        token: `token-${number}`,
        internalEndpointId: `organizationCode_${number}`,
        webhookSecrets: [secret],
      },
    },
  });
  const practice = new TestPractice(d, await loadPractice(d.store, id), number, clock, control);
  // The first poll subscribes: a feed hands out only what changed since.
  await practice.poll();
  return practice;
}

type Control = {
  athena: ReturnType<typeof createAthenaControl>;
  twilio: ReturnType<typeof createTwilioControl>;
  spruce: ReturnType<typeof createSpruceControl>;
};

let nextPatient = 5000;

/** What a test does with a practice, in the words of the desk. */
export class TestPractice {
  constructor(
    readonly deps: ProcessDeps,
    readonly practice: Practice,
    readonly number: string,
    readonly clock: ClockMap,
    readonly control: Control,
  ) {}

  now(): number {
    return toPractice(this.clock, Date.now());
  }

  /** An adult with mobile, consent and portal, unless said otherwise. */
  async patient(
    fields: Partial<AthenaPatientSeed> & { spruce?: boolean } = {},
  ): Promise<{ id: string; phone: string; birthDate: string; contactId: string | null }> {
    const { spruce, ...rest } = fields;
    nextPatient += 1;
    const id = String(nextPatient);
    const phone = `617555${String(1000 + (nextPatient % 9000)).padStart(4, '0')}`;
    const patient: AthenaPatientSeed = {
      patientid: id,
      firstname: 'Dana',
      lastname: 'Okonkwo',
      dob: '07/19/1968',
      sex: 'F',
      status: 'active',
      departmentid: '150',
      mobilephone: phone,
      consenttotext: true,
      language6392code: 'eng',
      portalaccessgiven: true,
      portalstatus: { status: 'REGISTERED' },
      ...rest,
    };
    await this.control.athena.addPatients(this.number, [patient]);
    const contactId = spruce ? `entity_patient_${id}` : null;
    if (contactId)
      await this.control.spruce.change(this.number, {
        contacts: [
          {
            id: contactId,
            givenName: 'Dana',
            familyName: 'Okonkwo',
            externalId: `athena-${this.number}-${id}`,
            hasAccount: true,
          },
        ],
      });
    return { id, phone: `+1${phone}`, birthDate: '1968-07-19', contactId };
  }

  /** Posts documents into the chart sandbox. */
  post(...results: AthenaLabResultSeed[]): Promise<number[]> {
    return this.control.athena.postLabResults(this.number, results);
  }

  /** One run of the poll, as the Schedule starts it. */
  async poll(): Promise<void> {
    await this.deps.temporal.workflow.execute<typeof pollPractice>('pollPractice', {
      workflowId: `${workflowIds.poll(this.practice.id)}-${randomBytes(4).toString('hex')}`,
      taskQueue: taskQueues.results,
      args: [{ practiceId: this.practice.id }],
    });
  }

  /** Results of the practice, in order of arrival. */
  results() {
    return this.deps.store.db
      .selectFrom('result')
      .selectAll()
      .where('practice_id', '=', this.practice.id)
      .orderBy('detected_real_at')
      .orderBy('id')
      .execute();
  }

  async events(
    resultId: string,
  ): Promise<{ kind: string; at: number; actor: string; data: Record<string, unknown> }[]> {
    const rows = await this.deps.store.db
      .selectFrom('event')
      .select(['kind', 'at', 'actor', 'data'])
      .where('result_id', '=', resultId)
      .orderBy('seq')
      .execute();
    return rows.map((r) => ({ ...r, data: r.data as Record<string, unknown> }));
  }

  /** Texts that left, with their bodies. */
  async texts() {
    return (await this.control.twilio.messages(this.number)).filter((m) => m.direction !== 'inbound');
  }

  /** Waits for a condition, real time; the message says what was waited for. */
  async until<T>(
    what: string,
    check: () => Promise<T | null | undefined | false>,
    withinMs = 60_000,
  ): Promise<T> {
    const end = Date.now() + withinMs;
    for (;;) {
      const value = await check();
      if (value) return value;
      if (Date.now() > end)
        throw new Error(`Waited ${withinMs} ms in vain for: ${what}. ${await this.situation()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Waits until practice time has passed an instant. */
  async untilPractice(instant: number): Promise<void> {
    await this.until('practice time', async () => this.now() >= instant);
  }

  private async situation(): Promise<string> {
    const rows = await this.results();
    return rows.map((r) => `${r.tier}/${r.phase}: ${r.waits_for}`).join(' | ');
  }
}
