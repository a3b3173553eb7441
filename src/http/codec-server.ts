import { BlockList, isIPv6 } from 'node:net';
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** A page of history can hold many payloads; Temporal itself allows 2 MB for each. */
const BODY_LIMIT_BYTES = 16 * 1024 * 1024;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export type CodecOperation = 'encode' | 'decode';

/** Who asked for what. Holds no payload, so it may be logged and stored as it is. */
export interface CodecAccess {
  readonly operation: CodecOperation;
  /** As named by the caller; `null` when it names none. */
  readonly namespace: string | null;
  /** Who asked, as told by `authorize`; `null` when refused. */
  readonly actor: string | null;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly payloads: number;
  /** Payloads handed back still encrypted, because their key is gone or they were changed. */
  readonly unreadable: number;
}

export type CodecDecision =
  | { readonly allowed: true; readonly actor: string }
  | { readonly allowed: false; readonly status: 401 | 403 };

export interface CodecServerOptions {
  readonly codec: PayloadCodec;
  /** Origins of Temporal UIs that may call from a browser, e.g. `http://localhost:8233`. */
  readonly allowedOrigins: readonly string[];
  readonly authorize: (
    request: FastifyRequest,
    access: { readonly operation: CodecOperation; readonly namespace: string | null },
  ) => Promise<CodecDecision> | CodecDecision;
  /** Records the access. Awaited before plain text leaves; when it fails, nothing is handed out. */
  readonly onAccess: (access: CodecAccess) => Promise<void> | void;
  /**
   * `true` (default): only answer callers on this machine, and none that came through a proxy. Turn it off
   * only behind staff login.
   */
  readonly loopbackOnly?: boolean;
}

const bodySchema = z.object({
  payloads: z.array(
    z.object({
      metadata: z.record(z.string(), z.base64()).nullish(),
      data: z.base64().nullish(),
    }),
  ),
});

/**
 * The endpoint that lets the Temporal UI and CLI show encrypted payloads in plain words: `POST /codec/decode`
 * and `/codec/encode`, also as `/codec/:namespace/…`, in Temporal's remote-codec JSON. Set it as
 * `--ui-codec-endpoint http://127.0.0.1:<port>/codec`. A payload that cannot be read comes back as it was;
 * when none can, the answer is 422.
 */
export function codecServer(options: CodecServerOptions): FastifyPluginAsync {
  const { allowedOrigins, loopbackOnly = true } = options;

  return async (app) => {
    app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
      // The default answer quotes the error, and that may quote the payload.
      const status = error.statusCode ?? 500;
      return refuse(reply, status, status < 500 ? 'codec-bad-request' : 'codec-failed');
    });

    app.addHook('onRequest', async (request, reply) => {
      void reply.header('cache-control', 'no-store').header('vary', 'Origin');
      if (loopbackOnly && !isLocal(request)) return refuse(reply, 403, 'codec-loopback-only');
      const { origin } = request.headers;
      if (origin === undefined) return;
      if (!allowedOrigins.includes(origin)) return refuse(reply, 403, 'codec-origin-not-allowed');
      void reply
        .header('access-control-allow-origin', origin)
        .header('access-control-allow-credentials', 'true');
    });

    for (const operation of ['encode', 'decode'] as const) {
      for (const url of [`/codec/${operation}`, `/codec/:namespace/${operation}`]) {
        app.options(url, preflight);
        app.post(url, { bodyLimit: BODY_LIMIT_BYTES }, (request, reply) =>
          answer(options, operation, request, reply),
        );
      }
    }
  };
}

async function answer(
  { codec, authorize, onAccess }: CodecServerOptions,
  operation: CodecOperation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const namespace = namespaceOf(request);
  const base = { operation, namespace, payloads: 0, unreadable: 0 };

  const decision = await authorize(request, { operation, namespace });
  if (!decision.allowed) {
    await onAccess({ ...base, actor: null, outcome: 'refused' });
    return refuse(reply, decision.status, 'codec-not-authorized');
  }

  const { actor } = decision;
  const body = bodySchema.safeParse(request.body);
  if (!body.success) {
    await onAccess({ ...base, actor, outcome: 'failed' });
    return refuse(reply, 400, 'codec-bad-request');
  }

  const payloads = body.data.payloads.map(fromJson);
  const results =
    operation === 'encode' ? await encodeAll(codec, payloads) : await decodeEach(codec, payloads);
  const unreadable = results.filter((result) => !result.isReadable).length;
  const isFailed = unreadable > 0 && unreadable === results.length;
  await onAccess({
    ...base,
    actor,
    payloads: results.length,
    unreadable,
    outcome: isFailed ? 'failed' : 'done',
  });
  if (isFailed) return refuse(reply, 422, 'codec-cannot-decode');
  return reply.send({ payloads: results.map((result) => toJson(result.payload)) });
}

interface CodecResult {
  readonly payload: Payload;
  readonly isReadable: boolean;
}

async function encodeAll(codec: PayloadCodec, payloads: Payload[]): Promise<CodecResult[]> {
  return (await codec.encode(payloads)).map((payload) => ({ payload, isReadable: true }));
}

/** One by one, so that a payload whose key was destroyed does not hide the others. */
async function decodeEach(codec: PayloadCodec, payloads: Payload[]): Promise<CodecResult[]> {
  return Promise.all(
    payloads.map(async (payload) => {
      try {
        const [decoded] = await codec.decode([payload]);
        return { payload: decoded ?? payload, isReadable: decoded !== undefined };
      } catch {
        return { payload, isReadable: false };
      }
    }),
  );
}

function preflight(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .code(204)
    .header('access-control-allow-methods', 'POST, OPTIONS')
    .header('access-control-allow-headers', 'Content-Type, X-Namespace, Authorization')
    .header('access-control-max-age', '600')
    .send();
}

function isLocal(request: FastifyRequest): boolean {
  // Behind a proxy on this machine every caller looks local.
  const isForwarded =
    request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined;
  return !isForwarded && isLoopback(request.socket.remoteAddress);
}

/** True for an address of this machine itself: 127.0.0.0/8, ::1, and the former written as IPv6. */
export function isLoopback(address: string | undefined): boolean {
  if (!address) return false;
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function namespaceOf(request: FastifyRequest): string | null {
  const { namespace } = request.params as { namespace?: string };
  const header = request.headers['x-namespace'];
  const named = namespace ?? (Array.isArray(header) ? header[0] : header);
  // What a caller names goes into the access line: only what can be a namespace.
  return named !== undefined && /^[\w.-]{1,128}$/.test(named) ? named : null;
}

function refuse(reply: FastifyReply, status: number, code: string): FastifyReply {
  return reply.code(status).send({ code });
}

type JsonPayload = z.infer<typeof bodySchema>['payloads'][number];

function fromJson({ metadata, data }: JsonPayload): Payload {
  const bytes = Object.entries(metadata ?? {}).map(
    ([key, value]) => [key, Buffer.from(value, 'base64')] as const,
  );
  return { metadata: Object.fromEntries(bytes), data: data ? Buffer.from(data, 'base64') : null };
}

function toJson({ metadata, data }: Payload): JsonPayload {
  const text = Object.entries(metadata ?? {}).map(
    ([key, value]) => [key, Buffer.from(value).toString('base64')] as const,
  );
  return { metadata: Object.fromEntries(text), ...(data && { data: Buffer.from(data).toString('base64') }) };
}
