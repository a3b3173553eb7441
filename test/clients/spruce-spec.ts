import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenAPIBackend } from 'openapi-backend';
import type { Document } from 'openapi-backend';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the specification is the type here
type Json = any;

/** Fields that schemas require without having them, as verified with a validator. */
const requiredButUndefined = [
  ['contact', 'customFields'],
  ['conversationItem_PhoneCallEvent', 'inbound'],
  ['phoneline', 'createdAt'],
] as const;
/** Answers that the prose names for every call and the document leaves out, or that only operate a limit. */
const undeclaredErrors = ['403', '429'];
/** The header is declared there, its refusal is not. */
const undeclaredDuplicates = ['CreateConversation', 'CreateWebhookEndpoint'];

export interface Asked {
  readonly method: string;
  /** Below `/v1`, with its query. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

export interface SpruceSpec {
  readonly operations: readonly { readonly id: string; readonly method: string; readonly path: string }[];
  operationOf(asked: Asked): string | null;
  /** What the document says against a request; fields and parameters it does not know count. */
  requestFaults(asked: Asked): readonly unknown[];
  /** What it says against an answer; so does a status that it does not declare. */
  answerFaults(operation: string, status: number, body: unknown): readonly unknown[];
  /** What it says against a resource, as webhooks carry them. */
  resourceFaults(schema: string, body: unknown): readonly unknown[];
}

/** The published OpenAPI document, its known mistakes set right, and closed against whatever it does not name. */
export async function loadSpruceSpec(): Promise<SpruceSpec> {
  const url = new URL('../data/specs/spruce/spruce-health-openapi.json', import.meta.url);
  const definition = JSON.parse(readFileSync(url, 'utf8')) as Json;
  const { schemas } = definition.components;
  for (const [schema, field] of requiredButUndefined)
    schemas[schema].required = schemas[schema].required.filter((name: string) => name !== field);
  // A team and the organization have the same shape, so that an owner always matches two of three.
  const { owner } = schemas.internalEndpoint.properties;
  schemas.internalEndpoint.properties.owner = { anyOf: owner.oneOf };
  const operations = Object.entries<Json>(definition.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, { operationId }]) => ({
      id: String(operationId),
      method: method.toUpperCase(),
      path,
    })),
  );
  for (const { id, method, path } of operations) {
    const { responses } = definition.paths[path][method.toLowerCase()];
    const added = [...undeclaredErrors, ...(undeclaredDuplicates.includes(id) ? ['422'] : [])];
    for (const status of added) responses[status] ??= responses['500'];
  }
  close(definition);
  // Of the event only the document's own words; what a webhook adds to an item is a field of the item.
  for (const name of ['contact', 'conversation', 'conversationItem', 'scheduledMessage'])
    definition.paths[`/resources/${name}`] = {
      get: {
        operationId: `Resource-${name}`,
        responses: { '200': json({ $ref: `#/components/schemas/${name}` }) },
      },
    };

  const api = new OpenAPIBackend({
    definition: definition as Document,
    quick: true,
    ajvOpts: { strict: false, allErrors: true },
    customizeAjv: (ajv) => {
      for (const name of ['url', 'int32', 'string', 'email']) ajv.addFormat(name, true);
      ajv.addFormat('date', /^\d{4}-\d\d-\d\d$/);
      ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
      return ajv;
    },
  });
  await api.init();

  const answerFaults = (operation: string, status: number, body: unknown): readonly unknown[] => {
    const { responses } = api.getOperation(operation) ?? {};
    const declared = (responses as Json)?.[String(status)];
    if (!declared) return [`${operation} does not declare ${status}`];
    if (!declared.content) return [];
    return api.validateResponse(body, operation, status).errors ?? [];
  };
  return {
    operations,
    operationOf: (asked) => api.matchOperation(asked)?.operationId ?? null,
    requestFaults: (asked) => {
      const operation = api.matchOperation(asked);
      if (!operation) return [`no operation answers ${asked.method} ${asked.path}`];
      const known = (operation.parameters as Json[]).filter((p) => p.in === 'header').map((p) => p.name);
      const ours = Object.keys(asked.headers).filter((name) => name.startsWith('s-'));
      const undeclared = ours.filter((name) => !known.includes(name)).map((name) => `header ${name}`);
      return [...(api.validateRequest(asked).errors ?? []), ...undeclared];
    },
    answerFaults,
    resourceFaults: (schema, body) => answerFaults(`Resource-${schema}`, 200, body),
  };
}

const json = (schema: unknown) => ({ description: '', content: { 'application/json': { schema } } });

/** Refuses whatever an object schema does not name: a misspelt field would otherwise pass for an unknown one. */
function close(node: Json): void {
  if (Array.isArray(node)) return node.forEach(close);
  if (typeof node !== 'object' || node === null) return;
  if (node.type === 'object' && node.properties) node.additionalProperties ??= false;
  for (const [name, value] of Object.entries<Json>(node)) if (name !== 'example') close(value);
}

export interface Exchange {
  readonly operation: string;
  readonly status: number;
  readonly requestFaults: readonly unknown[];
  readonly answerFaults: readonly unknown[];
}

const ofTheConnection = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

/** Stands between a client and a server, passes everything on unchanged, and holds both to the document. */
export async function checkedBetween(spec: SpruceSpec, target: string) {
  const seen: Exchange[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void pass(request.method ?? 'GET', request.url ?? '/', request.headers, Buffer.concat(chunks)).then(
        ({ status, headers, text }) => {
          const kept = [...headers].filter(([name]) => !ofTheConnection.includes(name));
          response.writeHead(status, Object.fromEntries(kept)).end(text);
        },
        () => request.socket.destroy(),
      );
    });
  });

  async function pass(method: string, url: string, given: NodeJS.Dict<string | string[]>, body: Buffer) {
    const headers = Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    );
    const asked: Asked = {
      method,
      path: url.replace(/^\/v1/, ''),
      headers,
      ...(body.length > 0 && { body: JSON.parse(body.toString()) as unknown }),
    };
    const requestFaults = spec.requestFaults(asked);
    for (const name of ['host', ...ofTheConnection]) delete headers[name];
    const answer = await fetch(target + url, {
      method,
      headers,
      ...(body.length > 0 && { body: new Uint8Array(body) }),
      redirect: 'manual',
    });
    const text = await answer.text();
    const operation = spec.operationOf(asked) ?? `${method} ${asked.path}`;
    const answered: unknown = text === '' ? undefined : JSON.parse(text);
    const answerFaults = [
      ...spec.answerFaults(operation, answer.status, answered),
      // The document declares them on every 2xx.
      ...['s-request-id', 's-ratelimit-limit', 's-ratelimit-remaining']
        .filter((name) => answer.status < 300 || name === 's-request-id')
        .filter((name) => !answer.headers.get(name))
        .map((name) => `header ${name} is missing`),
    ];
    seen.push({ operation, status: answer.status, requestFaults, answerFaults });
    return { status: answer.status, headers: answer.headers, text };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
