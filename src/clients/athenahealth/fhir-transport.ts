import { z } from 'zod';
import type { Fields, Http, HttpAnswer } from '../http/index.js';
import { badAnswer, pathOf, statusFailure } from '../http/index.js';
import { readJson } from './answers.js';
import type { JsonRecord } from './fields.js';
import { record } from './fields.js';
import type { Tokens } from './token.js';

/** More pages than any patient's results fill; a `next` that never ends stops here. */
const mostPages = 200;

export interface FhirTransport {
  /** One resource by id, or `null` when it does not exist. */
  read(operation: string, type: string, resourceId: string): Promise<JsonRecord | null>;
  /** Every entry of a search, over all pages. */
  search(operation: string, type: string, query?: Fields): Promise<readonly unknown[]>;
  create(
    operation: string,
    type: string,
    resource: JsonRecord,
    headers?: Readonly<Record<string, string>>,
  ): Promise<JsonRecord>;
  remove(operation: string, type: string, resourceId: string): Promise<void>;
}

const outcomeShape = z.object({
  issue: z.array(z.object({ details: z.object({ text: z.string() }).optional() })),
});
const bundleShape = z.object({
  resourceType: z.literal('Bundle'),
  entry: z.array(z.object({ resource: z.unknown() })).default([]),
  link: z.array(z.object({ relation: z.string(), url: z.string() })).default([]),
});

/** Authorised calls to `/fhir/r4`, with answers checked and errors typed (API reference §9). */
export function createFhirTransport(
  http: Http,
  tokens: Tokens,
  onAnswer: (answer: HttpAnswer) => void,
): FhirTransport {
  const send = async (request: Parameters<Http['request']>[0]): Promise<HttpAnswer> => {
    const attempt = async (token: string) => {
      const answer = await http.request({
        ...request,
        path: `/fhir/r4${request.path}`,
        headers: {
          accept: 'application/fhir+json, application/json',
          ...request.headers,
          authorization: `Bearer ${token}`,
        },
      });
      onAnswer(answer);
      return answer;
    };
    const token = await tokens.current();
    const first = await attempt(token);
    return first.status === 401 ? attempt(await tokens.after(token)) : first;
  };
  const succeeded = (answer: HttpAnswer): HttpAnswer => {
    if (answer.status < 200 || answer.status > 299) throw refusal(answer);
    return answer;
  };
  const resourceOf = (answer: HttpAnswer): JsonRecord => {
    const parsed = record.safeParse(readJson(succeeded(answer)));
    if (!parsed.success) throw badAnswer(answer.call, answer.status, 'it is no resource');
    return parsed.data;
  };

  return {
    async read(operation, type, resourceId) {
      const answer = await send({ operation, method: 'GET', path: pathOf`/${type}/${resourceId}` });
      return answer.status === 404 || answer.status === 410 ? null : resourceOf(answer);
    },
    async search(operation, type, query = {}) {
      const found: unknown[] = [];
      const seen = new Set<string>();
      let cursor: string | undefined;
      for (let pages = 1; ; pages += 1) {
        const answer = await send({
          operation,
          method: 'GET',
          path: `/${type}`,
          query: { ...query, cursor },
        });
        const bundle = bundleShape.safeParse(resourceOf(answer));
        if (!bundle.success) throw badAnswer(answer.call, answer.status, 'it is no bundle');
        found.push(...bundle.data.entry.map(({ resource }) => resource));
        const next = bundle.data.link.find(({ relation }) => relation === 'next')?.url;
        if (next === undefined) return found;
        // Only its cursor is taken; host, path and filters stay ours.
        const following = new URLSearchParams(next.split('?')[1] ?? '').get('cursor');
        if (following === null || seen.has(following) || pages >= mostPages)
          throw badAnswer(answer.call, answer.status, 'its link to the next page leads nowhere');
        seen.add(following);
        cursor = following;
      }
    },
    async create(operation, type, resource, headers) {
      return resourceOf(
        await send({
          operation,
          method: 'POST',
          path: `/${type}`,
          json: resource,
          ...(headers && { headers }),
        }),
      );
    },
    async remove(operation, type, resourceId) {
      succeeded(await send({ operation, method: 'DELETE', path: pathOf`/${type}/${resourceId}` }));
    },
  };
}

/** athenahealth answers 403 to a missing scope and to a missing search parameter alike (recorded); texts differ. */
function refusal(answer: HttpAnswer) {
  const words = wordsOf(answer);
  if (/required parameter combination|could not be/i.test(words))
    return statusFailure(answer.call, answer, {
      code: 'invalid',
      hint: 'The search lacks a parameter that athenahealth requires.',
    });
  if (/scope/i.test(words))
    return statusFailure(answer.call, answer, {
      code: 'forbidden',
      hint: 'The token lacks the scope of this resource: ask athenahealth to grant it and add it to the connection.',
    });
  return statusFailure(answer.call, answer);
}

function wordsOf(answer: HttpAnswer): string {
  try {
    const outcome = outcomeShape.safeParse(JSON.parse(answer.text));
    return outcome.success ? outcome.data.issue.map(({ details }) => details?.text ?? '').join(' ') : '';
  } catch {
    return '';
  }
}
