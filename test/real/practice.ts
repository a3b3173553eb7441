import { randomBytes } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
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
import type { JournalEntry } from '../../src/sandbox/shared/control.js';
import { createTwilioControl } from '../../src/sandbox/twilio/control.js';
import { act, type ActAnswer } from '../../src/starters/act.js';
import { ensureTextLimits } from '../../src/starters/queue-limits.js';
import { inventedPhone } from '../../src/starters/demo/names.js';
import { patientIdOf } from '../../src/store/patients.js';
import { importPractice, loadPractice, type Practice } from '../../src/store/practices.js';
import type { pollPractice } from '../../src/workflows/poll-practice.js';
import { taskQueues, workflowIds } from '../../src/workflows/contract.js';
import type { CommandBody } from '../../src/domain/lifecycle/facts.js';
import type { Agreements } from '../../src/domain/practice/agreements.js';
import type { Connections, Settings } from '../../src/domain/practice/settings.js';

interface Engines {
  readonly env: Record<string, string>;
  readonly sandboxes: { readonly athena: string; readonly twilio: string; readonly spruce: string };
  readonly web: { readonly url: string };
  readonly workerPid: number;
  /** Folder with the log of each of our processes. */
  readonly logs: string;
}

export const engines = JSON.parse(process.env.RESULTLOOP_TEST_ENGINES ?? '{}') as Engines;

export const hour = 3_600_000;
export const minute = 60_000;
const zone = 'America/New_York';

/** An instant of the invented week that the tests live in: Monday is 2026-03-02. */
export function at(text: string): number {
  return DateTime.fromISO(text, { zone }).toMillis();
}

/** A clock that runs from `start` at one speed after another, each up to its practice time; the last for ever. */
export function clockThrough(
  start: string,
  ...stages: readonly [{ factor: number; until: string }, ...{ factor: number; until?: string }[]]
): (realNow: number) => ClockMap {
  return (realNow) => {
    let from = { real: realNow, practice: at(start) };
    const segments = stages.map(({ factor, until }) => {
      const segment = { ...from, factor };
      const practice = until ? at(until) : from.practice;
      from = { real: from.real + (practice - from.practice) / factor, practice };
      return segment;
    });
    return { segments };
  };
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
  readonly connections?: {
    readonly agreements?: Agreements;
    readonly twilio?: Partial<Connections['twilio']>;
    readonly spruce?: Partial<Connections['spruce']>;
  };
}

const agreement = { signedOn: '2026-01-01', recordedBy: 'Pia Nyman' };

let opened: ProcessDeps | null = null;
export async function deps(): Promise<ProcessDeps> {
  opened ??= await openDeps(engines.env, 'test');
  return opened;
}

const practices: TestPractice[] = [];

/** After every suite. What is open would ring and be polled at its practice's own speed for the rest of the whole run. */
export async function closeDeps(): Promise<void> {
  for (const practice of practices.splice(0)) await practice.rest();
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
      noteReadBackMs: 20_000,
      textUnknownWaitMs: 3_000,
      secureUnknownWaitMs: 3_000,
      spruceRoundEveryMs: 0,
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
        ...options.connections?.twilio,
      },
      spruce: {
        baseUrl: `${engines.sandboxes.spruce}/v1`,
        token: `token-${number}`,
        internalEndpointId: `organizationCode_${number}`,
        webhookSecrets: [secret],
        ...options.connections?.spruce,
      },
      agreements: {
        athenahealth: agreement,
        twilio: agreement,
        spruce: agreement,
        ...options.connections?.agreements,
      },
    },
  });
  const practice = new TestPractice(d, await loadPractice(d.store, id), number, clock, control);
  practices.push(practice);
  await ensureTextLimits(d.temporal, [practice.practice]);
  // The first poll subscribes: a feed hands out only what changed since.
  await practice.poll();
  return practice;
}

type Control = {
  athena: ReturnType<typeof createAthenaControl>;
  twilio: ReturnType<typeof createTwilioControl>;
  spruce: ReturnType<typeof createSpruceControl>;
};

export interface TestPatient {
  /** Chart number in athenahealth. */
  readonly id: string;
  /** E.164; texts go there, unless the chart was seeded with another number. */
  readonly phone: string;
  readonly birthDate: string;
  readonly contactId: string | null;
}

export type PatientFields = Partial<AthenaPatientSeed> & { spruce?: boolean };

/** The first chart number of a practice, and of its invented phone numbers those that no practice uses itself. */
const firstPatient = 5001;
const firstPhone = 20;

/** What a test does with a practice, in the words of the desk. */
export class TestPractice {
  #patients = 0;

  /** Ends whatever still runs for this practice. */
  async rest(): Promise<void> {
    const results = await this.results();
    const ids = [
      ...results.filter((r) => r.closure === null).map((r) => workflowIds.result(r.id)),
      ...new Set(results.flatMap((r) => (r.patient_id === null ? [] : [workflowIds.notice(r.patient_id)]))),
      workflowIds.chart(this.practice.id),
    ];
    const end = async (workflowId: string) => {
      try {
        await this.deps.temporal.workflow.getHandle(workflowId).terminate('the test is over');
      } catch (err) {
        if (!(err instanceof WorkflowNotFoundError)) throw err;
      }
    };
    for (let i = 0; i < ids.length; i += 20) await Promise.all(ids.slice(i, i + 20).map(end));
  }

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
  async patient(fields: PatientFields = {}): Promise<TestPatient> {
    const [one] = await this.patients(1, fields);
    return one as TestPatient;
  }

  /** Several such adults, each with a number of their own. */
  async patients(count: number, { spruce, ...fields }: PatientFields = {}): Promise<TestPatient[]> {
    const people = Array.from({ length: count }, (): TestPatient => {
      const index = this.#patients++;
      const id = String(firstPatient + index);
      return {
        id,
        phone: inventedPhone(firstPhone + index),
        birthDate: '1968-07-19',
        contactId: spruce ? `entity_patient_${id}` : null,
      };
    });
    await this.control.athena.addPatients(
      this.number,
      people.map((person): AthenaPatientSeed => ({
        patientid: person.id,
        firstname: 'Dana',
        lastname: 'Okonkwo',
        dob: '07/19/1968',
        sex: 'F',
        status: 'active',
        departmentid: '150',
        mobilephone: person.phone.slice(2),
        consenttotext: true,
        language6392code: 'eng',
        portalaccessgiven: true,
        portalstatus: { status: 'REGISTERED' },
        ...fields,
      })),
    );
    if (spruce)
      await this.control.spruce.change(this.number, {
        contacts: people.map((person) => ({
          id: person.contactId ?? '',
          givenName: 'Dana',
          familyName: 'Okonkwo',
          externalId: `athena-${this.number}-${person.id}`,
          hasAccount: true,
        })),
      });
    return people;
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

  /** Posts documents and lets the next poll find them. */
  async arrive(...results: AthenaLabResultSeed[]): Promise<number[]> {
    const documents = await this.post(...results);
    await this.poll();
    return documents;
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

  /** How many results there are for each value of a column. */
  async counts(column: 'phase' | 'tier' | 'told_version'): Promise<Record<string, number>> {
    const rows = await this.deps.store.db
      .selectFrom('result')
      .select((e) => [e.ref(column).as('value'), e.fn.countAll<number>().as('n')])
      .where('practice_id', '=', this.practice.id)
      .groupBy(column)
      .execute();
    return Object.fromEntries(rows.map((r) => [String(r.value), Number(r.n)]));
  }

  async resultsOf(patient: Pick<TestPatient, 'id'>) {
    const patientId = await patientIdOf(this.deps.store, this.practice.id, patient.id);
    return (await this.results()).filter((r) => r.patient_id === patientId);
  }

  /** The patient's only result, once it is in the given phase (default: any after classification). */
  async result(patient: Pick<TestPatient, 'id'>, phase?: string) {
    return this.until(`a result${phase ? ` in phase ${phase}` : ''}`, async () =>
      (await this.resultsOf(patient)).find((r) => (phase ? r.phase === phase : r.seq > 0)),
    );
  }

  /** Somebody decides, as by `resultloop … --as PERSON`, with patience: how fast an answer comes is no test's matter. */
  decide(
    personId: string,
    resultId: string,
    body: CommandBody,
    options: { id?: string; note?: string } = {},
  ): Promise<ActAnswer> {
    return act(this.deps, {
      practice: this.practice,
      resultId,
      personId,
      body,
      via: 'cli',
      deadlineMs: 90_000,
      ...options,
    });
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

  /** Waits for a line of a result's timeline. */
  async event(resultId: string, kind: string, data: Record<string, unknown> = {}) {
    return this.until(`event ${kind} ${JSON.stringify(data)}`, async () =>
      (await this.events(resultId)).find(
        (e) => e.kind === kind && Object.entries(data).every(([key, value]) => e.data[key] === value),
      ),
    );
  }

  /** Staff work on a result that is not done. */
  tasks(resultId: string) {
    return this.deps.store.db
      .selectFrom('task')
      .innerJoin('task_member', 'task_member.task_id', 'task.id')
      .selectAll('task')
      .where('task_member.result_id', '=', resultId)
      .where('task_member.done', '=', false)
      .execute();
  }

  /** Waits for open staff work of a kind. */
  async task(resultId: string, kind: string) {
    return this.until(`task ${kind}`, async () => (await this.tasks(resultId)).find((t) => t.kind === kind));
  }

  alarms() {
    return this.deps.store.db
      .selectFrom('alarm')
      .selectAll()
      .where('practice_id', '=', this.practice.id)
      .execute();
  }

  /** What a vendor saw, oldest first. */
  async journal(vendor: keyof Control, kind?: string): Promise<readonly JournalEntry[]> {
    const entries = await this.control[vendor].journal(this.number);
    return kind === undefined ? entries : entries.filter((e) => e.kind === kind);
  }

  /** Pages that reached a person, as Spruce saw them. */
  async pages(personId: string): Promise<readonly JournalEntry[]> {
    return (await this.journal('spruce', 'page-created')).filter((e) => e.memberId === `entity_${personId}`);
  }

  /** Texts that left, with their bodies. */
  async texts() {
    return (await this.control.twilio.messages(this.number)).filter((m) => m.direction !== 'inbound');
  }

  /** Secure messages to patients, as they stand in Spruce. */
  async secureMessages() {
    return (await this.control.spruce.items(this.number)).filter(
      (item) => item.direction === 'outbound' && !item.isInternalNote,
    );
  }

  /** Waits until the workflow of a patient's notices has ended: no try to send anything is still to come. */
  async nothingLeftToSend(patient: Pick<TestPatient, 'id'>): Promise<void> {
    const id = (await patientIdOf(this.deps.store, this.practice.id, patient.id)) ?? '';
    const handle = this.deps.temporal.workflow.getHandle(workflowIds.notice(id));
    await this.until('the end of sending', async () => (await handle.describe()).status.name === 'COMPLETED');
  }

  /** What the portal shows a patient beside the results. */
  async portalNotes(patient: Pick<TestPatient, 'id'>): Promise<string[]> {
    const chart = await this.control.athena.chart(this.number, patient.id);
    return chart.flatMap((d) => d.notes).flatMap((n) => (n.field === 'notetopatient' ? [n.text] : []));
  }

  /** Everything that has reached a patient, over all channels. */
  async toldTo(patient: Pick<TestPatient, 'id'>): Promise<string[]> {
    return [
      ...(await this.texts()).map((t) => t.body),
      ...(await this.secureMessages()).map((m) => m.text),
      ...(await this.portalNotes(patient)),
    ];
  }

  /** Our notes in a patient's chart, oldest first. */
  async chartNotes(patient: Pick<TestPatient, 'id'>): Promise<string[]> {
    const chart = await this.control.athena.chart(this.number, patient.id);
    return chart.flatMap((d) => (d.class === 'CLINICALDOCUMENT' ? d.notes.map((n) => n.text) : []));
  }

  /** Notes of a patient's chart that say how a result ended. */
  async closingNotes(patient: Pick<TestPatient, 'id'>): Promise<string[]> {
    return (await this.chartNotes(patient)).filter((n) => n.startsWith('Closed '));
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
    const lines = rows.map((r) => `${r.tier}/${r.phase}: ${r.waits_for}`);
    const kinds = [...new Set(lines)].map((line) => `${lines.filter((l) => l === line).length} × ${line}`);
    return `At ${DateTime.fromMillis(this.now(), { zone }).toISO()}: ${kinds.join(' | ')}`;
  }
}
