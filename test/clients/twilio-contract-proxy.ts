import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenAPIBackend } from 'openapi-backend';
import type { Document, Operation } from 'openapi-backend';

/** What one published document says, and which of its operations were used. */
interface Contract {
  readonly api: OpenAPIBackend;
  readonly file: string;
}

export interface ContractProxy {
  readonly url: string;
  /** Everything in a request or an answer that the published documents do not allow, in words. */
  readonly violations: string[];
  /** `<document> <operation>` → how often it was called. */
  readonly used: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const files = { api: 'twilio_api_v2010', lookups: 'twilio_lookups_v2', messaging: 'twilio_messaging_v1' };

/**
 * Stands between our client and a server that plays Twilio, and holds both to the published OpenAPI documents: every
 * request with its parameters, every answer with its fields. Errors have no place in those documents; they are checked
 * against Twilio's own error form.
 */
export async function startContractProxy(target: string): Promise<ContractProxy> {
  const contracts = Object.fromEntries(
    await Promise.all(
      Object.entries(files).map(async ([product, file]) => [product, await load(file)] as const),
    ),
  );
  const violations: string[] = [];
  const used = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      pass(Buffer.concat(chunks).toString()).catch((err: unknown) => violations.push(String(err)));
    });
    const pass = async (body: string) => {
      const url = new URL(request.url ?? '', 'http://proxy');
      const [, product = '', ...rest] = url.pathname.split('/');
      const answer = await fetch(target + (request.url ?? ''), {
        method: request.method ?? 'GET',
        headers: {
          authorization: request.headers.authorization ?? '',
          ...(body && { 'content-type': request.headers['content-type'] ?? '' }),
        },
        ...(body && { body }),
      });
      const text = await answer.text();
      const contract = contracts[product];
      const asked = {
        method: request.method ?? 'GET',
        path: `/${rest.join('/')}`,
        query: url.search.slice(1),
        headers: request.headers as Record<string, string>,
        body: body === '' ? undefined : formOf(body),
      };
      if (!contract) violations.push(`no document for ${product}`);
      else check(contract, asked, answer.status, JSON.parse(text));
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
    };
  });

  function check(contract: Contract, asked: Asked, status: number, answer: unknown): void {
    const { api, file } = contract;
    const operation = api.matchOperation(asked);
    if (!operation?.operationId) {
      violations.push(`${file}: ${asked.method} ${shape(asked.path)} is not published`);
      return;
    }
    const name = `${file} ${operation.operationId}`;
    used.set(name, (used.get(name) ?? 0) + 1);
    const say = (what: string) => violations.push(`${name}: ${what}`);
    for (const error of api.validateRequest(asked, operation).errors ?? [])
      say(`request ${error.instancePath} ${error.message}`);
    for (const given of unknownParameters(operation, asked)) say(`parameter ${given} is not published`);
    if (status >= 400) {
      const keys = Object.keys(answer as object)
        .sort()
        .join();
      if (keys !== 'code,message,more_info,status') say(`an error has ${keys}`);
      return;
    }
    // Lookup's own examples answer null where its schemas do not allow it.
    const judged = file.includes('lookups') ? withoutNulls(answer) : answer;
    for (const error of api.validateResponse(judged, operation.operationId, status).errors ?? [])
      say(`answer ${error.instancePath} ${error.message}`);
    const schema = operation.responses?.[String(status)] as Answered | undefined;
    const published = schema?.content?.['application/json']?.schema;
    for (const problem of new Set(fieldProblems(published, answer))) say(problem);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    violations,
    used,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Record<string, string>;
  readonly body: Record<string, unknown> | undefined;
}

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly type?: string;
}

interface Answered {
  readonly content?: Record<string, { readonly schema?: Schema }>;
}

async function load(file: string): Promise<Contract> {
  const url = new URL(`../data/specs/twilio/${file}.json`, import.meta.url);
  const api = new OpenAPIBackend({
    definition: JSON.parse(readFileSync(url, 'utf8'), typedNullable) as Document,
    quick: true,
    ajvOpts: { strict: false, coerceTypes: 'array', logger: false },
    customizeAjv: (ajv) => {
      const formats =
        'phone-number http-method url int32 int64 currency uri uri-map date iso-country-code date-of-birth';
      for (const name of formats.split(' ')) ajv.addFormat(name, true);
      ajv.addFormat('date-time-rfc-2822', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/);
      ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
      return ajv;
    },
  });
  await api.init();
  return { api, file };
}

/** Some fields are published as nullable without a type, which the validator refuses to read: they may be anything. */
function typedNullable(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('nullable' in value) || 'type' in value) return value;
  const { nullable: _nullable, ...anything } = value;
  return anything;
}

/** The documents forbid no further names, so that a misspelt one would pass: each must be one of the published. */
function unknownParameters(operation: Operation, asked: Asked): string[] {
  const named = ((operation.parameters ?? []) as { in: string; name: string }[]).filter(
    (p) => p.in === 'query',
  );
  const content = (operation.requestBody as Answered | undefined)?.content;
  const fields = Object.keys(Object.values(content ?? {})[0]?.schema?.properties ?? {});
  const query = [...new URLSearchParams(asked.query).keys()];
  return [
    ...query.filter((name) => !named.some((p) => p.name === name)),
    ...Object.keys(asked.body ?? {}).filter((name) => !fields.includes(name)),
  ];
}

/** An answer has exactly the published fields: an invented one would teach us something that production never says. */
function fieldProblems(schema: Schema | undefined, answer: unknown, at = 'answer'): string[] {
  if (Array.isArray(answer)) return answer.flatMap((one) => fieldProblems(schema?.items, one, `${at}[]`));
  if (!schema?.properties || typeof answer !== 'object' || answer === null) return [];
  const record = answer as Record<string, unknown>;
  const published = Object.keys(schema.properties);
  return [
    ...Object.keys(record)
      .filter((name) => !published.includes(name))
      .map((name) => `${at}.${name} is invented`),
    ...published.filter((name) => !(name in record)).map((name) => `${at}.${name} is missing`),
    ...Object.entries(record).flatMap(([name, value]) =>
      fieldProblems(schema.properties?.[name], value, `${at}.${name}`),
    ),
  ];
}

function formOf(body: string): Record<string, unknown> {
  const params = new URLSearchParams(body);
  return Object.fromEntries(
    [...new Set(params.keys())].map((name) => {
      const all = params.getAll(name);
      return [name, all.length > 1 ? all : all[0]];
    }),
  );
}

function withoutNulls(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (_key, value: unknown) => value ?? undefined);
}

/** A path without ids and numbers. */
function shape(path: string): string {
  return path.replace(/[A-Z]{2}[0-9a-f]{32}|\+\d+/g, '…');
}
