import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Params } from './params.js';

/**
 * athenahealth reads form bodies only, urlencoded or multipart. Anything else, JSON above all, is taken as no
 * parameters at all (reference §12.2), so the usual answer to it is 400 with `missingfields`.
 */
export function parseFormBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    const type = request.headers['content-type'] ?? '';
    // The FHIR API takes JSON, and only JSON.
    if (request.url.startsWith('/fhir/')) return JSON.parse(body.toString('utf8'));
    if (/^application\/x-www-form-urlencoded/i.test(type))
      return Object.fromEntries(new URLSearchParams(body.toString('utf8')));
    return /^multipart\/form-data/i.test(type) ? readMultipart(body, type) : {};
  });
}

async function readMultipart(body: Buffer, type: string): Promise<Params> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const fields: Record<string, string> = {};
  for (const [name, value] of form.entries())
    fields[name] =
      typeof value === 'string' ? value : Buffer.from(await value.arrayBuffer()).toString('base64');
  return fields;
}
