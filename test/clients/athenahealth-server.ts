import formbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Fastify from 'fastify';
import type { AthenaClient, AthenaClientOptions } from '../../src/clients/athenahealth/index.js';
import { createAthenaClient } from '../../src/clients/athenahealth/index.js';
import type { CallRecord } from '../../src/clients/http/index.js';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly form: Record<string, string>;
  readonly authorization: string;
  readonly contentType: string;
}

type Answer = (request: FastifyRequest, reply: FastifyReply) => unknown;

/**
 * A few recorded answers behind real HTTP. Tokens are `t1`, `t2`, …; `answer` is asked for every v1 call. Knows
 * nothing of the sandbox, so that both can be wrong only separately.
 */
export async function startVendor(answer: Answer, tokenAnswer?: Answer) {
  const seen: Seen[] = [];
  const records: CallRecord[] = [];
  const vendor = { tokens: 0, seen, records, v1: () => seen.filter((one) => one.path.startsWith('/v1/')) };
  const server = Fastify({ forceCloseConnections: true });
  await server.register(formbody);
  server.addHook('preHandler', async (request) => {
    const url = new URL(request.url, 'http://vendor');
    seen.push({
      method: request.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      form: (request.body ?? {}) as Record<string, string>,
      authorization: request.headers.authorization ?? '',
      contentType: request.headers['content-type'] ?? '',
    });
  });
  server.post('/oauth2/v1/token', (request, reply) => {
    vendor.tokens += 1;
    // Recorded form: the lifetime is text and there is nothing else in it.
    return tokenAnswer
      ? tokenAnswer(request, reply)
      : { access_token: `t${vendor.tokens}`, expires_in: '3600' };
  });
  server.all('/v1/*', answer);
  const baseUrl = await server.listen({ port: 0, host: '127.0.0.1' });
  const client = (options: Partial<AthenaClientOptions> = {}): AthenaClient =>
    createAthenaClient({
      baseUrl,
      practiceId: '195900',
      clientId: 'resultloop',
      clientSecret: 's3cret',
      onCall: (record) => records.push(record),
      ...options,
    });
  return Object.assign(vendor, { baseUrl, client, stop: () => server.close() });
}

export type Vendor = Awaited<ReturnType<typeof startVendor>>;

/** A lab result document in the recorded form: an array of one, mixed types, an Eastern offset. */
export function labDocument(changes: Record<string, unknown> = {}): Record<string, unknown>[] {
  return [
    {
      labresultid: 1090321,
      documentclass: 'LABRESULT',
      status: 'REVIEW',
      priority: '2',
      departmentid: '150',
      providerid: 71,
      tietoorderid: 1090300,
      description: 'CMP, serum or plasma',
      labresultloinc: '24323-8',
      resultstatus: 'Final',
      externalaccessionid: 'A26-063-1187',
      documentsource: 'INTERFACE',
      documentroute: 'INTERFACE',
      createddatetime: '2026-03-04T08:12:44-05:00',
      lastmodifieduser: 'INTERFACE',
      lastmodifieddatetime: '2026-03-04T08:12:44-05:00',
      observationdatetime: '2026-03-03T09:40:00-05:00',
      observations: [
        {
          analyteid: 911201,
          analytename: 'potassium',
          value: '6.4',
          units: 'mmol/L',
          abnormalflag: 'critical high',
          referencerange: '3.5-5.3',
          resultstatus: 'final',
          loinc: '2823-3',
        },
        {
          analyteid: 911202,
          analytename: 'glucose',
          value: '98',
          units: 'mg/dL',
          referencerange: '65-99',
          resultstatus: 'final',
          loinc: '2345-7',
        },
        {
          analyteid: 911203,
          analytename: 'hemolysis',
          value: 'SLIGHT',
          resultstatus: 'final',
          note: 'Interpret potassium with caution',
        },
      ],
      pages: [],
      ...changes,
    },
  ];
}
