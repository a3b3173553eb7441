import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClockMap } from '../../domain/calendar/clock-map.js';
import type { Connections } from '../../domain/practice/settings.js';
import { spawnPart, type RunningPart } from '../../embedded/child.js';
import { findFreePort } from '../../embedded/free-port.js';
import { startPostgres } from '../../embedded/postgres.js';
import { openStateDir, type StateDir } from '../../embedded/state-dir.js';
import { startTemporal } from '../../embedded/temporal-server.js';
import { openDeps, type ProcessDeps } from '../../process/deps.js';
import { createAthenaControl, type AthenaControl } from '../../sandbox/athenahealth/control.js';
import { createSpruceControl, type SpruceControl } from '../../sandbox/spruce/control.js';
import { createTwilioControl, type TwilioControl } from '../../sandbox/twilio/control.js';
import { Laboratory } from '../../sandbox/laboratory/laboratory.js';
import { generateKeyRing } from '../../security/key-ring.js';
import { importPractice, loadPractice, type Practice } from '../../store/practices.js';
import { putSource, renewToken } from '../../store/sources.js';
import { searchAttributeTypes } from '../../workflows/contract.js';
import { ensureSearchAttributes } from '../namespace.js';
import { ensureTextLimits } from '../queue-limits.js';
import { ensurePollSchedule } from '../schedules.js';
import { clinic, clinicImport, people, providers } from './clinic.js';
import { letterheads, sourcesOf } from './laboratories.js';
import type { Morning } from './morning.js';
import { chartOf, contactOf } from './patients.js';
import type { Sender } from './ways.js';

/** Credentials of the invented practice at its sandboxes; no secret of anybody. */
const accountSid = `AC${'0a'.repeat(16)}`;
const messagingServiceSid = `MG${'0b'.repeat(16)}`;
const authToken = 'demo-auth-token';
const spruceToken = 'demo-spruce-token';
const webhookSecret = 'demo-webhook-secret';
const clientId = 'demo-client';
const clientSecret = 'demo-client-secret';
const agreement = { signedOn: '2026-01-05', recordedBy: 'Lev Kastner' };
const tenant = { athena: clinic.athenaPracticeId, twilio: 'demo', spruce: 'demo' } as const;
const endpointId = `organizationCode_${tenant.spruce}`;

export interface Engines {
  readonly deps: ProcessDeps;
  readonly athena: AthenaControl;
  readonly twilio: TwilioControl;
  readonly spruce: SpruceControl;
  readonly tenant: typeof tenant;
  readonly urls: Readonly<Record<string, string>>;
  readonly webUrl: string;
  /** Where logs of all processes are. */
  readonly logs: string;
  /** kill -9, and a new worker. */
  replaceWorker(): Promise<void>;
  close(): Promise<void>;
}

export interface StartOptions {
  readonly state?: string;
  readonly onProgress: (line: string) => void;
}

/**
 * Starts PostgreSQL, Temporal, the three sandboxes, a worker and the web process on this machine, on free ports
 * unless configured (`PORT`, `DATABASE_URL`, `TEMPORAL_ADDRESS`, `*_SANDBOX_PORT`). Whatever way this process ends,
 * they end with it.
 */
export async function startEngines({ state, onProgress }: StartOptions): Promise<Engines> {
  const stateDir = await openStateDir({ ...(state !== undefined && { keepAt: state }), onProgress });
  try {
    return await startIn(stateDir, onProgress);
  } catch (err) {
    await stateDir.close();
    throw err;
  }
}

async function startIn(stateDir: StateDir, onProgress: (line: string) => void): Promise<Engines> {
  const logs = join(stateDir.path, 'logs');
  mkdirSync(logs, { recursive: true });
  const onLine = (name: string) => {
    const file = createWriteStream(join(logs, `${name}.log`), { flags: 'a', mode: 0o600 });
    return (line: string) => void file.write(`${line}\n`);
  };
  const webPort = process.env['PORT'] ?? String(await findFreePort());
  const webUrl = `http://127.0.0.1:${webPort}`;
  const [postgres, temporal, sandbox] = await Promise.all([
    startPostgres({ stateDir, onProgress }),
    startTemporal({
      stateDir,
      onProgress,
      searchAttributes: { ...searchAttributeTypes },
      uiCodecEndpoint: `${webUrl}/codec`,
    }),
    spawnPart('sandbox/main', {}, { stateDir, onLine: onLine('sandbox') }),
  ]);
  onProgress('PostgreSQL, Temporal and the sandboxes answer.');
  const env = {
    DATABASE_URL: postgres.url,
    RESULTLOOP_QUARANTINE: join(stateDir.path, 'quarantine'),
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    RESULTLOOP_KEYS: process.env['RESULTLOOP_KEYS'] ?? JSON.stringify(generateKeyRing()),
    PORT: webPort,
    ...(temporal.uiUrl !== undefined && { CODEC_ALLOWED_ORIGIN: temporal.uiUrl }),
  };
  const deps = await openDeps(env, 'demo');
  await ensureSearchAttributes(deps.temporal);
  const startWorker = () => spawnPart('worker', env, { stateDir, onLine: onLine('worker') });
  let worker: RunningPart;
  [worker] = await Promise.all([startWorker(), spawnPart('web', env, { stateDir, onLine: onLine('web') })]);
  onProgress('A worker and the web process answer.');
  const urlOf = (name: string) => String(sandbox.ready[name]);
  return {
    deps,
    athena: createAthenaControl(urlOf('athena')),
    twilio: createTwilioControl(urlOf('twilio')),
    spruce: createSpruceControl(urlOf('spruce')),
    tenant,
    urls: {
      ...(temporal.uiUrl !== undefined && { 'Temporal UI': temporal.uiUrl }),
      web: webUrl,
      'athenahealth sandbox': urlOf('athena'),
      'Twilio sandbox': urlOf('twilio'),
      'Spruce sandbox': urlOf('spruce'),
    },
    webUrl,
    logs,
    async replaceWorker() {
      await worker.kill();
      worker = await startWorker();
    },
    async close() {
      // Nothing is under way any more: a worker that waits for its polls to end would only take time.
      await worker.kill();
      await deps.close();
      await stateDir.close();
    },
  };
}

export type Laboratories = Readonly<Record<Sender, Laboratory>>;

export interface OpenPractice {
  readonly practice: Practice;
  readonly laboratories: Laboratories;
}

/** Brings the invented practice into the record and the vendors' sandboxes, on one clock, with its poll Schedule. */
export async function openPractice(
  engines: Engines,
  morning: Morning,
  clock: ClockMap,
): Promise<OpenPractice> {
  const { deps, webUrl } = engines;
  const connections: Connections = {
    athenahealth: { baseUrl: engines.urls['athenahealth sandbox'] ?? '', clientId, clientSecret },
    twilio: {
      baseUrl: engines.urls['Twilio sandbox'] ?? '',
      accountSid,
      authTokens: [authToken],
      messagingServiceSid,
    },
    spruce: {
      baseUrl: `${engines.urls['Spruce sandbox'] ?? ''}/v1`,
      token: spruceToken,
      internalEndpointId: endpointId,
      webhookSecrets: [webhookSecret],
    },
    agreements: { athenahealth: agreement, twilio: agreement, spruce: agreement },
  };
  await importPractice(deps.store, clinicImport({ clock, publicBaseUrl: webUrl, connections }));
  const webhook = (vendor: string) => `${webUrl}/webhooks/${vendor}/${clinic.id}`;
  await Promise.all([
    engines.athena.seed(tenant.athena, {
      clientId,
      clientSecret,
      clock,
      departments: [{ departmentid: clinic.departmentId, name: 'Alder Street', timezonename: 'US/Eastern' }],
      providers: providers.map((p) => ({
        providerid: p.athenaProviderId ?? 0,
        displayname: p.name,
        providerusername: p.id,
        npi: Number(p.npi),
      })),
      patients: morning.patients.map((p) => chartOf(p, ordererOf(morning, p.chartId))),
    }),
    engines.twilio.seed(tenant.twilio, {
      accountSid,
      authToken,
      messagingServiceSid,
      from: clinic.textsFrom,
      inboundUrl: `${webhook('twilio')}/inbound`,
      clock,
      numbers: Object.fromEntries(
        morning.patients.flatMap((p) => (p.mobile === null ? [] : [[p.mobile, p.phone] as const])),
      ),
    }),
    engines.spruce.seed(tenant.spruce, {
      token: spruceToken,
      name: clinic.name,
      clock,
      members: people.map((p) => ({ id: p.spruceMemberId, displayName: p.name })),
      contacts: morning.patients.map(contactOf),
      webhook: { url: webhook('spruce'), secret: webhookSecret },
      timestamps: 'millisecond',
    }),
  ]);
  const practice = await loadPractice(deps.store, clinic.id);
  await ensurePollSchedule(deps.temporal, practice);
  await ensureTextLimits(deps.temporal, [practice]);
  return { practice, laboratories: await openLaboratories(engines, practice) };
}

/** The sources of the practice, and their senders. The web process opens the doors within seconds. */
async function openLaboratories({ deps, webUrl }: Engines, practice: Practice): Promise<Laboratories> {
  const port = await findFreePort();
  const { mllp, fhir } = sourcesOf(port);
  await putSource(deps.store, practice, mllp);
  await putSource(deps.store, practice, fhir);
  const token = await renewToken(deps.store, practice.id, fhir.id);
  return {
    mllp: new Laboratory(letterheads.mllp, { via: 'mllp', port }),
    fhir: new Laboratory(letterheads.fhir, { via: 'fhir', url: `${webUrl}/intake/fhir`, token }),
  };
}

function ordererOf(morning: Morning, chartId: string): number {
  return morning.results.find((r) => r.patient.chartId === chartId)?.orderer.athenaProviderId ?? 71;
}
