import { steadyClock } from '../../src/domain/calendar/clock-map.js';
import { signedStarterRules } from '../../src/domain/library/starter-rules.js';
import { apply } from '../../src/domain/lifecycle/apply.js';
import { unloaded } from '../../src/domain/lifecycle/begin.js';
import { earliest } from '../../src/domain/lifecycle/deadlines.js';
import type { CommandBody, Fact } from '../../src/domain/lifecycle/facts.js';
import { phaseOf, waitsFor } from '../../src/domain/lifecycle/phase.js';
import type { ResultState } from '../../src/domain/lifecycle/state.js';
import type { PatientCard } from '../../src/domain/result/patient.js';
import type { Observation, Report } from '../../src/domain/result/report.js';
import { startPostgres } from '../../src/embedded/postgres.js';
import { openStateDir } from '../../src/embedded/state-dir.js';
import { BlindIndex } from '../../src/security/blind-index.js';
import { FieldCipher } from '../../src/security/field-cipher.js';
import { generateKeyRing, KeyRing } from '../../src/security/key-ring.js';
import { readCommand, writeCommand } from '../../src/store/commands.js';
import { migrate, openDatabase } from '../../src/store/database.js';
import { upsertPatient } from '../../src/store/patients.js';
import { importPractice, loadPractice, type Practice } from '../../src/store/practices.js';
import { recordBatch } from '../../src/store/record.js';
import { stageVersion } from '../../src/store/stage.js';
import type { Store } from '../../src/store/store.js';
import { storeDelivery } from '../../src/store/versions.js';

export const hour = 3_600_000;
/** Monday 2 March 2026, 09:00 in New York. */
export const monday9 = Date.parse('2026-03-02T14:00:00Z');

export const staff = {
  provider: 'okafor',
  cover: 'moreau',
  coordinator: 'abara',
  supervisor: 'carvalho',
  director: 'wirth',
  administrator: 'nyman',
} as const;

const person = (
  id: string,
  name: string,
  role: string,
  credentialed: boolean,
  athenaProviderId?: string,
) => ({
  id,
  name,
  roles: [role],
  credentialed,
  spruceMemberId: `entity_${id}`,
  ...(athenaProviderId && { athenaProviderId }),
});

export const roster = {
  people: [
    person(staff.provider, 'Dr. Chidi Okafor', 'provider', true, '72'),
    person(staff.cover, 'Dr. Elise Moreau', 'provider', true, '73'),
    person(staff.coordinator, 'Ruth Abara', 'coordinator', false),
    person(staff.supervisor, 'Dr. Tomás Carvalho', 'supervising-physician', true),
    person(staff.director, 'Dr. Helene Wirth', 'medical-director', true),
    person(staff.administrator, 'Pia Nyman', 'administrator', false),
  ],
  cover: { [staff.provider]: staff.cover, [staff.cover]: staff.provider },
  absences: [],
  onCall: [],
  coordinator: staff.coordinator,
  keeper: staff.coordinator,
  supervisingPhysician: staff.supervisor,
  medicalDirector: staff.director,
  administrator: staff.administrator,
};

/** A practice on a real PostgreSQL, whose time stands still until it is moved. */
export class DeskPractice {
  private nextDocument = 1;

  private constructor(
    readonly store: Store,
    readonly practice: Practice,
    private readonly time: { real: number },
    /** With it a command reaches this record. */
    readonly env: { readonly DATABASE_URL: string; readonly RESULTLOOP_KEYS: string },
    readonly close: () => Promise<void>,
  ) {}

  static async open(): Promise<DeskPractice> {
    const stateDir = await openStateDir();
    const postgres = await startPostgres({ stateDir });
    const db = openDatabase(postgres.url);
    await migrate(db);
    const keys = generateKeyRing();
    const ring = new KeyRing(keys);
    const time = { real: monday9 };
    const store: Store = {
      db,
      ring,
      cipher: new FieldCipher(ring),
      index: new BlindIndex(ring),
      realNow: () => time.real,
    };
    await importPractice(store, {
      id: 'riverside',
      athenaPracticeId: '195901',
      name: 'Riverside Family Medicine',
      clock: steadyClock(0, 0, 1),
      goLiveAt: Date.parse('2026-01-05T05:00:00Z'),
      settings: {
        zone: 'America/New_York',
        phone: '+16175550142',
        schedulingLink: 'https://book.riverside.example',
        publicBaseUrl: 'https://results.riverside.example',
        portalUrl: 'https://portal.riverside.example',
        demoPolicy: true,
      },
      roster,
      ruleSet: signedStarterRules('Dr. Helene Wirth', '2026-01-05'),
      connections: {
        athenahealth: { baseUrl: 'http://127.0.0.1:1', clientId: 'c', clientSecret: 's' },
        twilio: { accountSid: 'AC', authTokens: ['t'], messagingServiceSid: 'MG' },
        spruce: { baseUrl: 'http://127.0.0.1:1', token: 't', internalEndpointId: 'e', webhookSecrets: ['w'] },
      },
    });
    const env = { DATABASE_URL: postgres.url, RESULTLOOP_KEYS: JSON.stringify(keys) };
    return new DeskPractice(store, await loadPractice(store, 'riverside'), time, env, async () => {
      await db.destroy();
      await stateDir.close();
    });
  }

  /** Moves time to an instant; both clocks are the same here. */
  goTo(at: number): void {
    this.time.real = at;
  }

  /** A result that was delivered, classified and recorded, as its workflow would have left it. */
  async deliver(input: {
    familyName: string;
    chartId: string;
    observations: readonly Observation[];
    test?: string;
    provider?: string;
    resultState?: { id: string; state: ResultState };
    documentId?: string;
    at?: number;
    /** Of its document in the chart. */
    route?: string | null;
    /** Another practice of the same record. */
    practice?: Practice;
  }): Promise<{ id: string; state: ResultState }> {
    if (input.at !== undefined) this.goTo(input.at);
    const { store } = this;
    const practice = input.practice ?? this.practice;
    const now = store.realNow();
    const patientId = await upsertPatient(store, practice.id, card(input.familyName, input.chartId));
    const documentId = input.documentId ?? String(9000 + this.nextDocument++);
    const stored = await storeDelivery(store, practice, {
      reportId: null,
      report: report(documentId, now, input),
      raw: {},
      patientId,
      detectedAt: now,
      detectedRealAt: now,
      waitingResultId: null,
    });
    if (stored.outcome !== 'new-version') throw new Error(`not new: ${stored.outcome}`);
    const first: Fact = input.resultState
      ? { id: `version/${stored.version}`, kind: 'version-arrived', at: now, version: stored.version }
      : {
          id: 'load',
          kind: 'loaded',
          at: now,
          state: null,
          newestVersion: stored.version,
          seq: 0,
          waiting: null,
        };
    return {
      id: stored.resultId,
      state: await this.settle(stored.resultId, input.resultState?.state ?? unloaded, first, practice),
    };
  }

  /** A person decides; the reducer judges, and what it decides is recorded. */
  async decide(
    result: { id: string; state: ResultState },
    personId: string,
    body: CommandBody,
    note?: string,
    practice = this.practice,
  ): Promise<{ id: string; state: ResultState }> {
    const { store } = this;
    const { id } = await writeCommand(store, {
      practice,
      personId,
      via: 'cli',
      body,
      note: note ?? null,
      resultId: result.id,
    });
    const command = await readCommand(store, practice.id, result.id, id);
    if (!command) throw new Error('the command was not written');
    const fact: Fact = { id, kind: 'command', at: store.realNow(), command };
    return { id: result.id, state: await this.settle(result.id, result.state, fact, practice) };
  }

  /** A result hears of something, as its workflow would. */
  async hear(
    result: { id: string; state: ResultState },
    fact: Fact,
    practice = this.practice,
  ): Promise<{ id: string; state: ResultState }> {
    return { id: result.id, state: await this.settle(result.id, result.state, fact, practice) };
  }

  /** Time passes up to an instant; the clocks of a result fire, as its workflow would have them. */
  async pass(
    result: { id: string; state: ResultState },
    until: number,
    practice = this.practice,
  ): Promise<{ id: string; state: ResultState }> {
    let { state } = result;
    for (let d = earliest(state); d && d.at <= until; d = earliest(state)) {
      this.goTo(Math.max(d.at, this.store.realNow()));
      const at = this.store.realNow();
      const fact: Fact = { id: `${d.step}@${d.at}`, kind: 'deadline', at, step: d.step, dueAt: d.at };
      state = await this.settle(result.id, state, fact, practice);
    }
    this.goTo(until);
    return { id: result.id, state };
  }

  /** A chart's card, as {@link deliver} stores it. */
  card(familyName: string, chartId: string): PatientCard {
    return card(familyName, chartId);
  }

  private async settle(
    resultId: string,
    before: ResultState,
    fact: Fact,
    practice = this.practice,
  ): Promise<ResultState> {
    const { store } = this;
    const ref = { practiceId: practice.id, resultId };
    let state = apply(before, fact).state;
    for (;;) {
      const at = store.realNow();
      const duty = state.duties.find((d) => d.kind === 'stage' || d.kind === 'record');
      if (!duty) return state;
      if (duty.kind === 'stage') {
        const staged = await stageVersion(store, practice.id, resultId, duty.version);
        state = apply(state, { id: duty.id, kind: 'staged', at, ...staged }).state;
      } else if (duty.kind === 'record') {
        const due = earliest(state);
        const recorded = await recordBatch(store, ref, duty.seq, duty.lines, {
          phase: phaseOf(state),
          waitsFor: waitsFor(state),
          tier: state.version?.tier ?? null,
          urgency: state.version?.urgency ?? null,
          dueAt: due?.at ?? null,
          dueStep: due?.step ?? null,
          escalation: state.escalation,
          state,
        });
        const { ownerId } = recorded;
        state = apply(state, { id: duty.id, kind: 'recorded', at, seq: duty.seq, ownerId }).state;
      }
    }
  }
}

function card(familyName: string, chartId: string): PatientCard {
  return {
    chartId,
    departmentId: '150',
    givenName: 'Dana',
    familyName,
    birthDate: '1968-07-19',
    sex: 'F',
    pregnant: false,
    language: 'eng',
    mobilePhone: '+16175550143',
    homePhone: null,
    workPhone: null,
    consentToText: true,
    labTextPreference: null,
    doNotCall: false,
    portal: true,
    status: 'active',
    confidentialCommunication: false,
    primaryProviderId: null,
  };
}

function report(
  documentId: string,
  now: number,
  input: {
    chartId: string;
    observations: readonly Observation[];
    test?: string;
    provider?: string;
    route?: string | null;
  },
): Report {
  return {
    source: 'athenahealth',
    documentId,
    kind: 'lab',
    patient: { id: input.chartId, authority: '195901' },
    departmentId: '150',
    orderingProvider: { id: input.provider ?? '72', npi: null },
    identifiers: [{ namespace: 'lab-result', value: documentId }],
    test: { code: null, system: null, name: input.test ?? 'Potassium' },
    status: 'final',
    collectedAt: now - 20 * hour,
    reportedAt: now - hour,
    postedAt: now - 60_000,
    observations: input.observations,
    note: null,
    readable: true,
    documentSource: 'INTERFACE',
    documentRoute: input.route ?? null,
    documentState: 'REVIEW',
    reviewedByProvider: false,
    publishedAt: null,
    confidential: false,
  };
}

/** A sodium row; 134 and 146 are minor. */
export function sodium(value: string): Observation {
  const flag = Number(value) > 145 ? 'high' : Number(value) < 135 ? 'low' : null;
  return {
    ...potassium('4.1'),
    key: '2951-2',
    code: '2951-2',
    name: 'Sodium',
    value,
    range: '135-145',
    flag,
  };
}

/** One potassium row; 5.6 is same-day, 5.4 standard. */
export function potassium(value: string): Observation {
  return {
    key: '2823-3',
    code: '2823-3',
    system: 'LOINC',
    name: 'Potassium',
    value,
    unit: 'mmol/L',
    range: '3.5-5.2',
    flag: Number(value) > 5.2 ? 'high' : null,
    status: 'final',
    note: null,
  };
}
