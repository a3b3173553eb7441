import { afterEach, describe, expect, test } from '@jest/globals';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import {
  codecServer,
  isLoopback,
  type CodecAccess,
  type CodecServerOptions,
} from '../../src/http/codec-server.js';
import { health } from '../../src/http/health.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { generateKeyRing, KeyRing } from '../../src/security/key-ring.js';
import { EncryptionCodec } from '../../src/security/payload-codec.js';

const UI = 'http://localhost:8233';
const codec = new EncryptionCodec(new KeyRing(generateKeyRing()));
const foreign = new EncryptionCodec(new KeyRing(generateKeyRing()));

const apps: FastifyInstance[] = [];

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

async function listen(plugin: FastifyPluginAsync): Promise<string> {
  const app = Fastify();
  apps.push(app);
  await app.register(plugin);
  return app.listen({ host: '127.0.0.1', port: 0 });
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('application/json');
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: isJson ? (JSON.parse(text) as unknown) : text,
  };
}

async function server(options: Partial<CodecServerOptions> = {}) {
  const accesses: CodecAccess[] = [];
  const base = await listen(
    codecServer({
      codec,
      allowedOrigins: [UI],
      authorize: () => ({ allowed: true, actor: 'operator-1' }),
      onAccess: (access) => void accesses.push(access),
      ...options,
    }),
  );
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  return { base, accesses, post };
}

function json(payloads: Payload[]) {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    payloads: payloads.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([k, v]) => [k, text(v)])),
      data: text(data ?? Buffer.alloc(0)),
    })),
  };
}

const plain = defaultPayloadConverter.toPayload({ waitsFor: 'sign-off' });

describe('codec endpoint', () => {
  test('decodes for the UI what a worker wrote, and says so in an access line without content', async () => {
    const { accesses, post } = await server();
    const sealed = json(await codec.encode([plain, plain]));
    const answer = await post('/codec/decode', sealed, { origin: UI, 'x-namespace': 'default' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(json([plain, plain]));
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': UI, 'cache-control': 'no-store' });
    const access = { actor: 'operator-1', payloads: 2, unreadable: 0, outcome: 'done' };
    expect(accesses).toEqual([{ operation: 'decode', namespace: 'default', ...access }]);
  });

  test('encodes, and takes the namespace from the path', async () => {
    const { accesses, post } = await server();
    const sealed = await post('/codec/lab/encode', json([plain]));
    const opened = await post('/codec/lab/decode', sealed.body);
    expect(JSON.stringify(sealed.body)).not.toContain(json([plain]).payloads[0]?.data);
    expect(opened.body).toEqual(json([plain]));
    expect(accesses.map((a) => [a.operation, a.namespace])).toEqual([
      ['encode', 'lab'],
      ['decode', 'lab'],
    ]);
  });

  test('a browser may ask only from the UI', async () => {
    const { base, post } = await server();
    const preflight = await ask(`${base}/codec/decode`, { method: 'OPTIONS', headers: { origin: UI } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': UI,
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'Content-Type, X-Namespace, Authorization',
    });
    const stranger = await post('/codec/decode', json([plain]), { origin: 'https://example.org' });
    expect(stranger.status).toBe(403);
    expect(stranger.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('only callers on this machine, and none through a proxy', async () => {
    const { post } = await server();
    expect(['127.0.0.1', '127.8.0.1', '::1', '::ffff:127.0.0.1'].map(isLoopback)).not.toContain(false);
    expect(['192.0.2.7', '::ffff:192.0.2.7', '2001:db8::1', '', undefined].map(isLoopback)).not.toContain(
      true,
    );
    expect((await post('/codec/decode', json([plain]), { 'x-forwarded-for': '192.0.2.7' })).status).toBe(403);
  });

  test('nothing is handed out to the unauthorized, nor when the access cannot be recorded', async () => {
    const sealed = json(await codec.encode([plain]));
    const refused = await server({ authorize: () => ({ allowed: false, status: 401 }) });
    expect((await refused.post('/codec/decode', sealed)).status).toBe(401);
    expect(refused.accesses).toMatchObject([{ outcome: 'refused', actor: null }]);

    const unrecorded = await server({ onAccess: () => Promise.reject(new Error('audit is away')) });
    const answer = await unrecorded.post('/codec/decode', sealed);
    expect([answer.status, answer.body]).toEqual([500, { code: 'codec-failed' }]);
  });

  test('one payload with a lost key does not hide the others; all lost, or not payloads at all, is an error', async () => {
    const { accesses, post } = await server();
    const lost = await foreign.encode([plain]);
    const mixed = await post('/codec/decode', json([...lost, ...(await codec.encode([plain]))]));
    expect(mixed.body).toEqual(json([...lost, plain]));
    expect(accesses.at(-1)).toMatchObject({ outcome: 'done', payloads: 2, unreadable: 1 });
    expect((await post('/codec/decode', json(lost))).status).toBe(422);
    expect((await post('/codec/decode', { payloads: [{ data: 'not base64!' }] })).status).toBe(400);
  });
});

describe('health', () => {
  test('200 when every part answers, 503 naming the part that does not, and no reason', async () => {
    const failures: string[] = [];
    let database = () => Promise.resolve();
    const checks = { database: () => database(), temporal: () => Promise.resolve() };
    const { registry } = createMetrics();
    const base = await listen(health({ checks, registry, onFailure: (check) => void failures.push(check) }));
    const well = await ask(`${base}/health`);
    expect([well.status, well.body]).toEqual([
      200,
      { status: 'ok', checks: { database: 'ok', temporal: 'ok' } },
    ]);

    database = () => Promise.reject(new Error('password for app_user refused'));
    const failing = await ask(`${base}/health`);
    expect([failing.status, failing.body]).toEqual([
      503,
      { status: 'failing', checks: { database: 'failing', temporal: 'ok' } },
    ]);
    expect(failures).toEqual(['database']);
    expect((await ask(`${base}/metrics`)).body).toContain('resultloop_open_results');
  });
});
