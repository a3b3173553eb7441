import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createVendors } from '../../src/activities/vendors.js';
import { examinePractice, type DoctorReport } from '../../src/process/doctor/doctor.js';
import type { FaultSeed } from '../../src/sandbox/shared/control.js';
import {
  databaseBehind,
  namespace,
  ringWithoutOldKey,
  tamper,
  unfairTemporal,
  type Mend,
  type Stored,
} from './doctor-faults.js';
import { taskQueues, workflowIds } from '../../src/workflows/contract.js';
import type { practiceRounds } from '../../src/workflows/practice-rounds.js';
import { bmp } from './panels.js';
import { at, closeDeps, engines, openPractice, staff, type TestPractice } from './practice.js';

const day = 24 * 3_600_000;
const daysAgo = (days: number) => new Date(Date.now() - days * day).toISOString().slice(0, 10);

let p: TestPractice;
/** A result of the test patient. */
let document: number;

beforeAll(async () => {
  p = await openPractice({
    factor: 1,
    settings: { testPatient: { chartId: '5001', departmentId: '150' } },
    connections: { twilio: { authTokenSince: daysAgo(3) }, spruce: { issuedOn: daysAgo(3) } },
  });
  const patient = await p.patient({ firstname: 'Zztest' });
  const { store, metrics } = p.deps;
  await createVendors(store, metrics, () => undefined)
    .athena(p.practice)
    .feeds.ensureSubscription('imaging-results');
  [document = 0] = await p.arrive(bmp(patient.id));
  await p.result(patient);
});
afterAll(closeDeps);

const examine = (env: Record<string, string> = {}, realNow?: () => number): Promise<DoctorReport> =>
  examinePractice({
    env: { ...engines.env, ...env },
    practice: p.practice.id,
    ...(realNow && { realNow }),
  });

/** The command itself. */
function doctor(...args: string[]): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      ['--import', 'tsx', 'src/cli.ts', 'doctor', '--practice', p.practice.id, ...args],
      { env: { ...process.env, ...engines.env } },
      (err, stdout) => resolve({ code: err === null ? 0 : Number(err.code), stdout }),
    ),
  );
}

describe('Must show 6: resultloop doctor of a healthy practice', () => {
  test('prints JSON in which everything passes, and ends with 0', async () => {
    const { code, stdout } = await doctor('--json');
    const report = JSON.parse(stdout) as DoctorReport;
    expect(report.checks.filter((c) => c.state !== 'pass')).toEqual([]);
    expect(report).toMatchObject({ practice: p.practice.id, passed: true });
    expect(Date.parse(report.at)).toBeGreaterThan(Date.now() - 60_000);
    expect(report.checks.length).toBeGreaterThan(45);
    expect(new Set(report.checks.map((c) => c.id)).size).toBe(report.checks.length);
    expect(Object.keys(report.checks[0] ?? {})).toEqual(['id', 'area', 'state', 'says', 'todo']);
    expect(code).toBe(0);
  });

  test('touches nothing but one closed note in the chart of the test patient', async () => {
    const before = (await p.journal('athena')).at(-1)?.seq ?? 0;
    await examine();
    const since = (await p.journal('athena')).filter((e) => e.seq > before);
    expect(since.filter((e) => e.kind === 'note-written')).toHaveLength(1);
    expect(since.filter((e) => e.kind === 'document-created')).toMatchObject([{ patientid: '5001' }]);
    expect(since.filter((e) => e.kind === 'document-closed')).toEqual([]);
    expect(await p.texts()).toEqual([]);
    expect(await p.secureMessages()).toEqual([]);
  });
});

interface Fault {
  /** Returns what puts it right, and what the run gets beside. */
  readonly plant: () => Promise<{ mend: Mend; env?: Record<string, string>; realNow?: () => number }>;
  /** Exactly these lines fail. */
  readonly fails: readonly string[];
  /** What the first of them says has happened, and what is to be done. */
  readonly says: RegExp;
  readonly todo: RegExp;
}

const connections = (change: (c: Stored) => object) => async () => ({
  mend: await tamper(p, 'connections', change),
});
const settings = (change: object) => async () => ({
  mend: await tamper(p, 'settings', (s) => ({ ...s, ...change })),
});
const athena = (change: Record<string, unknown>, back: Record<string, unknown>) => async () => {
  await p.control.athena.seed(p.number, { settings: change });
  return { mend: () => p.control.athena.seed(p.number, { settings: back }) };
};
const athenaFault = (fault: FaultSeed) => async () => {
  await p.control.athena.plantFault(p.number, fault);
  return { mend: () => p.control.athena.clearFaults(p.number) };
};
const refused = { kind: 'status', status: 403, body: { error: 'Incorrect permissions.' } } as const;
const twilio = (change: Record<string, unknown>, back: Record<string, unknown>) => async () => {
  await p.control.twilio.change(p.number, change);
  return { mend: () => p.control.twilio.change(p.number, back) };
};

const faults: Readonly<Record<string, Fault>> = {
  'a wrong athenahealth secret': {
    plant: connections(({ athenahealth, ...c }: Stored) => ({
      ...c,
      athenahealth: { ...athenahealth, clientSecret: 'another' },
    })),
    fails: ['athenahealth.token'],
    says: /401/,
    todo: /clientSecret/,
  },
  'S000-68: a token without the write scope, which says so': {
    plant: athena({ tokenExtras: true, grants: 'read-only' }, { tokenExtras: false, grants: 'all' }),
    fails: ['athenahealth.scopes'],
    says: /Not granted: athena\/service\/Athenanet\.MDP\.\*/,
    todo: /grant the application the scopes/,
  },
  'S000-69: a token without the write scope, which does not say so': {
    plant: athena({ grants: 'read-only' }, { grants: 'all' }),
    fails: ['athenahealth.write-access'],
    says: /refused/,
    todo: /grant the application the scopes/,
  },
  'S000-21: one endpoint for reading is refused': {
    plant: athenaFault({
      match: { method: 'GET', path: '/chart/0/analytes$' },
      times: 9,
      fault: refused,
    }),
    fails: ['athenahealth.GET /chart/{patientid}/analytes'],
    says: /refused \(403\)/,
    todo: /GET \/chart\/\{patientid\}\/analytes.*previous values/,
  },
  'S000-21: one endpoint for writing is refused': {
    plant: athenaFault({
      match: { method: 'POST', path: '/documents/phonemessage$' },
      times: 9,
      fault: refused,
    }),
    fails: ['athenahealth.POST /patients/{patientid}/documents/phonemessage'],
    says: /refused \(403\)/,
    todo: /call attempts/,
  },
  'an endpoint that hangs holds up no other line': {
    plant: athenaFault({ match: { path: '/providers$' }, times: 9, fault: { kind: 'delay', ms: 60_000 } }),
    fails: ['athenahealth.GET /providers'],
    says: /no answer to judge by/,
    todo: /run doctor again/i,
  },
  'a note is answered with success, and not written': {
    plant: athena({ writeAnswer: 'success-false' }, { writeAnswer: 'success' }),
    fails: ['athenahealth.write-and-read-back'],
    says: /did not succeed/,
    todo: /athenaOne/,
  },
  'nobody has named a test patient': {
    plant: settings({ testPatient: null }),
    fails: ['athenahealth.write-and-read-back'],
    says: /No test patient/,
    todo: /"testPatient"/,
  },
  'L22: closing is switched on before anybody knows what it triggers': {
    plant: settings({ closesInAthena: true }),
    fails: ['athenahealth.closing'],
    says: /not recorded/,
    todo: /--observe-closing/,
  },
  'L31: ResultsCall tells patients while it is set off': {
    plant: async () => {
      await p.control.athena.changeLabResult(p.number, document, { documentroute: 'RESULTSCALL' });
      return {
        mend: () => p.control.athena.changeLabResult(p.number, document, { documentroute: 'INTERFACE' }),
      };
    },
    fails: ['athenahealth.results-call'],
    says: /Set off, and 1 of/,
    todo: /"resultsCall"/,
  },
  'S000-22: no agreement with Twilio on record': {
    plant: connections(({ agreements, ...c }: Stored) => ({
      ...c,
      agreements: { ...agreements, twilio: null },
    })),
    fails: ['agreements.twilio'],
    says: /nothing is sent/,
    todo: /"signedOn"/,
  },
  'the Twilio account is suspended': {
    plant: twilio({ accountStatus: 'suspended' }, { accountStatus: 'active' }),
    fails: ['twilio.account'],
    says: /not active/,
    todo: /re-open/,
  },
  'S000-85: the messaging service is shared with marketing': {
    plant: twilio({ serviceUsecase: 'marketing' }, { serviceUsecase: 'notifications' }),
    fails: ['twilio.messaging-service-type'],
    says: /marketing/,
    todo: /one of its own/,
  },
  'the A2P campaign is not verified': {
    plant: twilio(
      { campaign: { status: 'IN_PROGRESS', usecase: 'LOW_VOLUME' } },
      { campaign: { status: 'VERIFIED', usecase: 'LOW_VOLUME' } },
    ),
    fails: ['twilio.campaign'],
    says: /not verified/,
    todo: /Twilio console/,
  },
  'answers of patients go to another address': {
    plant: async () => {
      const lead = (inboundUrl: string) => p.control.twilio.change(p.number, { inboundUrl });
      await lead('https://elsewhere.example/sms');
      return { mend: () => lead(`${engines.web.url}/webhooks/twilio/${p.practice.id}/inbound`) };
    },
    fails: ['twilio.inbound-webhook'],
    says: /inbound webhook wrong/i,
    todo: /inbound URL to http/,
  },
  'S000-66: a Twilio token older than a quarter': {
    plant: connections(({ twilio: t, ...c }: Stored) => ({
      ...c,
      twilio: { ...t, authTokenSince: daysAgo(91) },
    })),
    fails: ['twilio.token-age'],
    says: /91 days/,
    todo: /second auth token/,
  },
  'a wrong Spruce token': {
    plant: connections(({ spruce, ...c }: Stored) => ({
      ...c,
      spruce: { ...spruce, token: 'x' },
    })),
    fails: ['spruce.credential'],
    says: /403/,
    todo: /token/,
  },
  'S000-32: the lab follow-up inbox is not there': {
    plant: connections(({ spruce, ...c }: Stored) => ({
      ...c,
      spruce: { ...spruce, internalEndpointId: 'organizationCode_gone' },
    })),
    fails: ['spruce.inbox'],
    says: /not among/,
    todo: /internalEndpointId/,
  },
  'the Spruce webhook is paused': {
    plant: async () => {
      const spruce = createVendors(p.deps.store, p.deps.metrics, () => undefined).spruce(p.practice);
      const [endpoint] = await spruce.webhookEndpoints();
      await spruce.pauseWebhook(endpoint?.endpointId ?? '', true);
      return { mend: () => spruce.pauseWebhook(endpoint?.endpointId ?? '', false) };
    },
    fails: ['spruce.webhook'],
    says: /paused/,
    todo: /go on in Spruce/,
  },
  '6-2: a Spruce credential older than a month': {
    plant: connections(({ spruce, ...c }: Stored) => ({
      ...c,
      spruce: { ...spruce, issuedOn: daysAgo(31) },
    })),
    fails: ['spruce.credential-age'],
    says: /31 days/,
    todo: /new credential/,
  },
  'somebody of the roster is suspended in Spruce': {
    plant: async () => {
      const member = { id: `entity_${staff.okafor}`, displayName: staff.okafor };
      await p.control.spruce.change(p.number, { members: [{ ...member, isSuspended: true }] });
      return { mend: () => p.control.spruce.change(p.number, { members: [member] }) };
    },
    fails: ['spruce.pages'],
    says: /p-okafor \(suspended/,
    todo: /let back in/,
  },
  'the public address leads nowhere': {
    plant: async () => {
      const nowhere = 'http://127.0.0.1:9';
      const id = p.practice.id;
      const webhooks = async (base: string) => {
        await p.control.twilio.change(p.number, { inboundUrl: `${base}/webhooks/twilio/${id}/inbound` });
        const secret = p.practice.connections.spruce.webhookSecrets[0] ?? '';
        await p.control.spruce.change(p.number, {
          webhook: { url: `${base}/webhooks/spruce/${id}`, secret },
        });
      };
      const mend = await tamper(p, 'settings', (s) => ({ ...s, publicBaseUrl: nowhere }));
      await webhooks(nowhere);
      return { mend: async () => void (await Promise.all([mend(), webhooks(engines.web.url)])) };
    },
    fails: ['webhooks.public-address'],
    says: /cannot be reached/,
    todo: /publicBaseUrl/,
  },
  "a vendor's clock is five minutes off": {
    plant: athenaFault({
      match: { path: `^/v1/\\d+$` },
      fault: {
        kind: 'status',
        status: 404,
        headers: { date: new Date(Date.now() + 300_000).toUTCString() },
      },
    }),
    fails: ['clock.vendors'],
    says: /athenahealth is 3\d\d s ahead|athenahealth is 2\d\d s ahead/,
    todo: /NTP/,
  },
  "this machine's clock is five minutes off": {
    plant: async () => ({ mend: async () => undefined, realNow: () => Date.now() + 300_000 }),
    fails: ['clock.database', 'clock.vendors'],
    says: /the database is (299|30[01]) s behind/,
    todo: /NTP/,
  },
  'S000-25: rules without a signature': {
    plant: async () => ({ mend: await tamper(p, 'rules', (r) => ({ ...r, signedBy: null })) }),
    fails: ['practice.rules'],
    says: /not signed/,
    todo: /medical director/,
  },
  'a roster without supervising physician': {
    plant: async () => ({
      mend: await tamper(p, 'roster', (r) => ({ ...r, supervisingPhysician: 'p-gone' })),
    }),
    fails: ['practice.roster'],
    says: /supervisingPhysician is "p-gone"/,
    todo: /roster\.json/,
  },
  'hours without anybody on call': {
    plant: async () => ({
      mend: await tamper(p, 'roster', (r) => ({
        ...r,
        onCall: [
          { person: staff.supervisor, from: 0, to: at('2026-03-07T08:00') },
          { person: staff.okafor, from: at('2026-03-08T08:00'), to: at('2030-01-01') },
        ],
      })),
    }),
    fails: ['practice.on-call'],
    says: /Sat 7 Mar 2026 08:00 to Sun 8 Mar 2026 08:00/,
    todo: /"onCall"/,
  },
  'a namespace without our search attributes': {
    plant: async () => ({
      mend: async () => undefined,
      env: { TEMPORAL_NAMESPACE: await namespace('doctor-bare', { days: 30, withAttributes: false }) },
    }),
    fails: ['temporal.search-attributes'],
    says: /Missing .*Practice, Tier, Phase/,
    todo: /resultloop schedules/,
  },
  'a namespace that forgets after a day': {
    plant: async () => ({
      mend: async () => undefined,
      env: { TEMPORAL_NAMESPACE: await namespace('doctor-short', { days: 1, withAttributes: true }) },
    }),
    fails: ['temporal.retention'],
    says: /kept for 1 days/,
    todo: /--retention/,
  },
  'a Temporal server without fairness': {
    plant: async () => {
      const { address, stop } = await unfairTemporal();
      return { mend: stop, env: { TEMPORAL_ADDRESS: address } };
    },
    fails: ['temporal.fairness'],
    says: /first come, first served/,
    todo: /matching\.enableFairness/,
  },
  'a key ring without the key of what is stored': {
    plant: async () => ({ mend: async () => undefined, env: { RESULTLOOP_KEYS: ringWithoutOldKey() } }),
    fails: ['keys.stored-data'],
    says: /Key k1 is not on the ring.*practice_config\.body_sealed/,
    todo: /Put the missing key back/,
  },
  'no key ring': {
    plant: async () => ({ mend: async () => undefined, env: { RESULTLOOP_KEYS: '{"active":"k9"}' } }),
    fails: ['keys.ring'],
    says: /not usable/,
    todo: /resultloop keys new/,
  },
  'a schema that is behind': {
    plant: async () => {
      const { url, drop } = await databaseBehind();
      return { mend: drop, env: { DATABASE_URL: url } };
    },
    fails: ['database.migrations'],
    says: /behind: \d{4}-/,
    todo: /brings the schema up to date/,
  },
  'no database': {
    plant: async () => ({
      mend: async () => undefined,
      env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' },
    }),
    fails: ['database.reachable'],
    says: /ECONNREFUSED/,
    todo: /DATABASE_URL/,
  },
  'no Temporal': {
    plant: async () => ({ mend: async () => undefined, env: { TEMPORAL_ADDRESS: '127.0.0.1:9' } }),
    fails: ['temporal.reachable'],
    says: /./,
    todo: /TEMPORAL_ADDRESS/,
  },
};

describe('Must show 6: with one fault exactly its line fails and says what to do', () => {
  test.each(Object.entries(faults))('%s', async (_name, { plant, fails, says, todo }) => {
    const { mend, env, realNow } = await plant();
    const report = await examine(env, realNow).finally(mend);
    const failed = report.checks.filter((c) => c.state === 'fail');
    expect(failed.map((c) => c.id)).toEqual(fails);
    expect(failed[0]?.says).toMatch(says);
    expect(failed[0]?.todo).toMatch(todo);
    expect(report.passed).toBe(false);
    // What was not carried out says which line it waits for, and that line did not pass.
    const held = report.checks.filter((c) => c.state === 'skipped');
    const notPassed = report.checks.filter((c) => c.state === 'fail' || c.state === 'skipped');
    for (const one of held) expect(notPassed.some((c) => one.says.includes(c.id))).toBe(true);
  });

  test('the command ends with 1, and its table names line and remedy', async () => {
    const mend = await tamper(p, 'roster', (r) => ({ ...r, supervisingPhysician: 'p-gone' }));
    const { code, stdout } = await doctor().finally(mend);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAIL +practice\.roster +supervisingPhysician is "p-gone"/m);
    expect(stdout).toMatch(/^- practice\.roster: roster\.json: Correct/m);
  });

  test('L22: what closing triggers is tried on the test patient, recorded, and only then closing is on', async () => {
    await p.control.athena.seed(p.number, { settings: { publish: 'close' } });
    const [open] = await p.post(bmp('5001'));
    const { code, stdout } = await doctor('--observe-closing', String(open), '--by', staff.administrator);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/publishes to the portal, starts no ResultsCall/),
    ]);
    const { mend } = await settings({ closesInAthena: true })();
    const line = (await examine().finally(mend)).checks.find((c) => c.id === 'athenahealth.closing');
    expect(line).toMatchObject({
      state: 'pass',
      says: expect.stringMatching(/publishes.*by p-administrator/),
    });
  });

  test('the daily round raises an alarm for it, which stands until it passes', async () => {
    const round = () =>
      p.deps.temporal.workflow.execute<typeof practiceRounds>('practiceRounds', {
        workflowId: `${workflowIds.rounds(p.practice.id)}-${Date.now()}`,
        taskQueue: taskQueues.results,
        args: [{ practiceId: p.practice.id }],
      });
    const standing = async () =>
      (await p.alarms()).filter((a) => a.code === 'connection-check-failed' && a.cleared_at === null);
    const mend = await tamper(p, 'roster', (r) => ({ ...r, onCall: [] }));
    expect(await round()).toEqual({ passed: false, failed: ['practice.on-call'] });
    expect(await round()).toEqual({ passed: false, failed: ['practice.on-call'] });
    expect((await standing()).map((a) => a.key.split('/')[3])).toEqual(['practice.on-call']);
    await mend();
    expect(await round()).toEqual({ passed: true, failed: [] });
    expect(await standing()).toEqual([]);
  });

  test('and when everything is put right, everything passes again', async () => {
    expect((await examine()).checks.filter((c) => c.state !== 'pass')).toEqual([]);
  });
});
