import { connect } from 'node:net';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { OnProgress } from './engine-error.js';
import { startEngine } from './engine-process.js';
import { choosePort } from './free-port.js';
import type { StateDir } from './state-dir.js';
import { findTemporalBinary } from './temporal-binary.js';

const LOOPBACK = '127.0.0.1';
const PROBE_MS = 2_000;

/**
 * Timers below 1 s otherwise take 1 s, back-off included; fairness keeps one practice's backlog from holding up
 * another's, and priorities need the new matcher (the default only from server 1.31).
 */
const DYNAMIC_CONFIG = [
  'history.timerProcessorMaxTimeShift="10ms"',
  'matching.enableFairness=true',
  'matching.useNewMatcher=true',
];

/** As the CLI names them. */
export type SearchAttributeType = 'Text' | 'Keyword' | 'Int' | 'Double' | 'Bool' | 'Datetime' | 'KeywordList';

export interface TemporalOptions {
  stateDir: StateDir;
  /** Default `default`. */
  namespace?: string;
  /** Default: free ones. */
  port?: number;
  uiPort?: number;
  /** Without Web UI. */
  headless?: boolean;
  searchAttributes?: Record<string, SearchAttributeType>;
  /** Where the Web UI asks for the plain words of encrypted payloads; must be reachable by the browser. */
  uiCodecEndpoint?: string;
  /** Default `error`; the log is `temporal.log` in the state directory. */
  logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'never';
  /**
   * True: SQLite waits for the disk at each checkpoint, so a power failure costs at most the last moments and
   * never the file. False: it never waits, about 2.4 times as fast; data survives any crash of a process, but
   * not one of the machine. Default: true when the state directory is kept, for then somebody wants the data.
   */
  durable?: boolean;
  /** Further settings of the server as `key=value`, for tests that need its limits low. */
  dynamicConfig?: readonly string[];
  onProgress?: OnProgress;
}

export interface RunningTemporal {
  address: string;
  namespace: string;
  /** Missing when headless, or when the server is not ours. */
  uiUrl?: string;
  /** Missing when the server is not ours. */
  pid?: number;
  stop(): Promise<void>;
}

/**
 * A real Temporal server to work with: the one in `TEMPORAL_ADDRESS` (`TEMPORAL_NAMESPACE`) when set, then
 * nothing is started; else a dev server of our own on loopback.
 *
 * @throws {EngineError} `temporal-binary-unusable`, `temporal-binary-unavailable`, `temporal-not-ready`, `port-taken`
 */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const { stateDir, namespace = 'default', headless = false, onProgress } = options;
  const given = process.env.TEMPORAL_ADDRESS;
  if (given) {
    return {
      address: given,
      namespace: process.env.TEMPORAL_NAMESPACE ?? namespace,
      stop: () => Promise.resolve(),
    };
  }

  const command = await findTemporalBinary({ onProgress });
  const port = await choosePort(options.port);
  const uiPort = headless ? undefined : await choosePort(options.uiPort);
  const address = `${LOOPBACK}:${port}`;
  const { pid } = await startEngine(stateDir, {
    name: 'temporal',
    command,
    args: devServerArguments({ ...options, namespace, port, uiPort }),
    probe: async () => {
      await probePort(port);
      await probeNamespace(address, namespace, Object.keys(options.searchAttributes ?? {}));
    },
    notReady: 'temporal-not-ready',
  });
  await keepClosedRuns(address, namespace);
  return {
    address,
    namespace,
    ...(uiPort === undefined ? {} : { uiUrl: `http://${LOOPBACK}:${uiPort}` }),
    pid,
    stop: () => stateDir.stopChild(pid),
  };
}

function devServerArguments(options: TemporalOptions & { namespace: string; port: number }): string[] {
  const { stateDir, namespace, port, uiPort, searchAttributes = {}, uiCodecEndpoint } = options;
  const { dynamicConfig = [] } = options;
  const durable = options.durable ?? stateDir.isKept;
  return [
    ...['server', 'start-dev', '--ip', LOOPBACK, '--port', String(port), '--namespace', namespace],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-ip', LOOPBACK, '--ui-port', String(uiPort)]),
    ...['--log-level', options.logLevel ?? 'error'],
    ...['--db-filename', join(stateDir.path, 'temporal.db')],
    ...['--sqlite-pragma', 'journal_mode=WAL'],
    ...['--sqlite-pragma', `synchronous=${durable ? 'NORMAL' : 'OFF'}`],
    ...[...DYNAMIC_CONFIG, ...dynamicConfig].flatMap((setting) => ['--dynamic-config-value', setting]),
    ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    ...(uiCodecEndpoint ? ['--ui-codec-endpoint', uiCodecEndpoint] : []),
  ];
}

/** The dev server keeps closed runs for one day and has no argument for it; a month is what people ask about. */
async function keepClosedRuns(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: PROBE_MS });
  try {
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs('30 days') },
    });
  } finally {
    await connection.close();
  }
}

/** Asked first because a gRPC channel that was refused once waits a second before it tries again. */
function probePort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, LOOPBACK)
      .once('error', reject)
      .once('connect', () => {
        socket.destroy();
        resolve();
      });
  });
}

/** The frontend answers before namespace and search attributes can be used: ask for these themselves. */
async function probeNamespace(address: string, namespace: string, attributes: string[]): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: PROBE_MS });
  try {
    await connection.withDeadline(Date.now() + PROBE_MS, async () => {
      await connection.workflowService.describeNamespace({ namespace });
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      const missing = attributes.filter((name) => customAttributes[name] === undefined);
      if (missing.length > 0) throw new Error(`search attributes not there yet: ${missing.join(', ')}`);
    });
  } finally {
    await connection.close();
  }
}
