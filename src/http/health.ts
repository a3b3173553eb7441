import type { FastifyPluginAsync } from 'fastify';
import type { Registry } from 'prom-client';

const DEFAULT_TIMEOUT_MS = 2_000;

export interface HealthOptions {
  /** One question to each part the process needs, e.g. `database`, `temporal`; a rejection means it fails. */
  readonly checks: Readonly<Record<string, () => Promise<unknown>>>;
  readonly registry: Registry;
  /** Real time a check may take; default 2 s. */
  readonly timeoutMs?: number;
  /** Brings gauges up to date before they are read. */
  readonly refreshMetrics?: () => Promise<void>;
  /** Told about each failing check; log it here. The answer only says which part fails. */
  readonly onFailure?: (check: string, error: unknown) => void;
}

/**
 * `GET /health`: 200 `{ status: "ok", checks }` or 503 `{ status: "failing", checks }` with `ok` or `failing`
 * per part. `GET /metrics`: Prometheus text. Neither answer holds reasons, addresses or ids.
 */
export function health(options: HealthOptions): FastifyPluginAsync {
  const { checks, registry, timeoutMs = DEFAULT_TIMEOUT_MS, refreshMetrics, onFailure } = options;

  const run = async ([name, check]: readonly [string, () => Promise<unknown>]) => {
    try {
      await within(timeoutMs, check);
      return [name, 'ok'] as const;
    } catch (error) {
      onFailure?.(name, error);
      return [name, 'failing'] as const;
    }
  };

  return async (app) => {
    app.get('/health', async (_request, reply) => {
      const answers = await Promise.all(Object.entries(checks).map(run));
      const isWell = answers.every(([, answer]) => answer === 'ok');
      return reply
        .code(isWell ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({ status: isWell ? 'ok' : 'failing', checks: Object.fromEntries(answers) });
    });

    app.get('/metrics', async (_request, reply) => {
      try {
        await refreshMetrics?.();
      } catch (error) {
        // Counters are still worth reading when the database, which feeds the gauges, is away.
        onFailure?.('metrics', error);
      }
      return reply.header('content-type', registry.contentType).send(await registry.metrics());
    });
  };
}

async function within(timeoutMs: number, check: () => Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), timeoutMs);
  });
  try {
    await Promise.race([check(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
