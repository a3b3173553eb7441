import type { FastifyInstance } from 'fastify';
import type { Params } from './params.js';

/**
 * athenahealth reads form bodies only, urlencoded or multipart. Anything else, JSON above all, is taken as no
 * parameters at all (reference §12.2), so the usual answer to it is 400 with `missingfields`.
 */
export function parseFormBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: unknown, body: Buffer) => {
    const type = (request as { headers: Record<string, string | undefined> }).headers['content-type'] ?? '';
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
