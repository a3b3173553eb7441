import { Runtime, type LogLevel, type RuntimeOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import { temporalLogger } from './temporal-logger.js';

/** Environment variable with the `host:port` on which the SDK's own Prometheus metrics are served. */
export const SDK_METRICS_VARIABLE = 'METRICS_SDK_ADDRESS';

export interface InstallRuntimeOptions {
  readonly logger: Logger;
  /** `host:port` for the SDK's metrics, `false` for none; default: environment variable `METRICS_SDK_ADDRESS`. */
  readonly metrics?: string | false;
  /** Least level of the SDK's native part to log; default `WARN`. */
  readonly coreLevel?: LogLevel;
}

/** The Temporal runtime cannot be set up as asked; the message says what to change. */
export class InstallRuntimeError extends Error {
  override readonly name = 'InstallRuntimeError';
  constructor(
    readonly code: 'runtime-already-started' | 'runtime-metrics-address',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

let installed: Runtime | undefined;

/**
 * Gives the Temporal SDK our logger, once per process; later calls return the same runtime. Call it before
 * the first connection, worker or test environment: each of them starts a runtime that logs decoded failures.
 * @throws InstallRuntimeError `runtime-already-started`, `runtime-metrics-address`
 */
export function installRuntime(options: InstallRuntimeOptions): Runtime {
  if (installed) return installed;
  const runtimeOptions = toRuntimeOptions(options);
  try {
    installed = Runtime.install(runtimeOptions);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'IllegalStateError')) throw error;
    throw new InstallRuntimeError(
      'runtime-already-started',
      'The Temporal runtime already runs with another logger, which could write patient data. Call installRuntime before any connection, worker or test environment.',
      { cause: error },
    );
  }
  return installed;
}

function toRuntimeOptions({ logger, metrics, coreLevel }: InstallRuntimeOptions): RuntimeOptions {
  const bindAddress = metrics === false ? undefined : (metrics ?? process.env[SDK_METRICS_VARIABLE])?.trim();
  if (bindAddress && !/^[^\s]+:\d{1,5}$/.test(bindAddress)) {
    throw new InstallRuntimeError(
      'runtime-metrics-address',
      `${SDK_METRICS_VARIABLE} must be host:port, e.g. 127.0.0.1:9464, or not set.`,
    );
  }
  return {
    logger: temporalLogger(logger),
    shutdownSignals: ['SIGTERM', 'SIGINT'],
    telemetryOptions: {
      logging: { forward: {}, filter: { core: coreLevel ?? 'WARN', other: 'ERROR' } },
      ...(bindAddress && {
        metrics: {
          prometheus: {
            bindAddress,
            countersTotalSuffix: true,
            unitSuffix: true,
            useSecondsForDurations: true,
          },
        },
      }),
    },
  };
}
