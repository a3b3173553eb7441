import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';

export interface HttpCall {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Calls a server over real HTTP on loopback; unlike `fetch` it may say any Host. */
export class Loopback {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 40 });

  private constructor(
    private readonly port: number,
    private readonly app?: FastifyInstance,
  ) {}

  /** A server of another process. */
  static to(port: number): Loopback {
    return new Loopback(port);
  }

  static async open(app: FastifyInstance): Promise<Loopback> {
    await app.listen({ port: 0, host: '127.0.0.1' });
    const address = app.server.address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return new Loopback(address.port, app);
  }

  send({ method, url, headers, payload }: HttpCall): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const call = request(
        { port: this.port, host: '127.0.0.1', agent: this.agent, method, path: url, headers },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: Buffer.concat(parts).toString(),
            }),
          );
        },
      );
      call.on('error', reject);
      call.end(payload);
    });
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.app?.close();
  }
}
