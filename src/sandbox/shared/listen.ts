import type { FastifyInstance } from 'fastify';

/** Where a sandbox listens; port 0 or none = a free one, host defaults to loopback. */
export interface SandboxOptions {
  readonly port?: number;
  readonly host?: string;
}

/** A running sandbox. */
export interface RunningSandbox {
  /** `http://host:port`, without a trailing slash. */
  readonly url: string;
  /** Stops it and cuts open connections. */
  close(): Promise<void>;
}

/** Fastify options that all sandboxes share: no logs (they would hold PHI), connections cut on close. */
export const sandboxServerOptions = {
  logger: false,
  forceCloseConnections: true,
  bodyLimit: 32 * 1024 * 1024,
} as const;

/** Starts listening. @throws when the port is taken. */
export async function listen(app: FastifyInstance, options: SandboxOptions = {}): Promise<RunningSandbox> {
  const url = await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  return { url, close: () => app.close() };
}
