import { z } from 'zod';

/**
 * The calls of Twilio that resultloop makes: how each is told from method and path, and what its answer must hold to be
 * used. Names go into logs and metrics; they are never derived from ids or numbers in the path.
 */
export interface Operation {
  readonly name: string;
  readonly answer: z.ZodType;
}

const messageSid = z.string().regex(/^(SM|MM)[0-9a-fA-F]{32}$/);
const callSid = z.string().regex(/^CA[0-9a-fA-F]{32}$/);
const date = z.string().refine((text) => !Number.isNaN(Date.parse(text)));

const created = z.object({ sid: messageSid, status: z.string().min(1) });
const message = created.extend({
  to: z.string(),
  // Null once a text was redacted: that must not hide the other texts of the number.
  body: z.string().nullish(),
  date_created: date,
});
const call = z.object({ sid: callSid, status: z.string().min(1) });
const page = <T extends z.ZodType>(name: string, row: T) => z.object({ [name]: z.array(row) });

const account = '/2010-04-01/Accounts/[^/]+';
const service = '/v1/Services/[^/]+';

const operations: readonly (Operation & { readonly method: 'get' | 'post'; readonly path: RegExp })[] = [
  { name: 'text.send', method: 'post', path: whole(`${account}/Messages\\.json`), answer: created },
  {
    name: 'text.list',
    method: 'get',
    path: whole(`${account}/Messages\\.json`),
    answer: page('messages', message),
  },
  { name: 'text.read', method: 'get', path: whole(`${account}/Messages/[^/]+\\.json`), answer: message },
  { name: 'call.place', method: 'post', path: whole(`${account}/Calls\\.json`), answer: call },
  { name: 'call.list', method: 'get', path: whole(`${account}/Calls\\.json`), answer: page('calls', call) },
  { name: 'call.read', method: 'get', path: whole(`${account}/Calls/[^/]+\\.json`), answer: call },
  { name: 'call.end', method: 'post', path: whole(`${account}/Calls/[^/]+\\.json`), answer: call },
  {
    name: 'account.read',
    method: 'get',
    path: whole('/2010-04-01/Accounts/[^/]+\\.json'),
    answer: z.object({ status: z.string(), type: z.string() }),
  },
  {
    name: 'number.look-up',
    method: 'get',
    path: whole('/v2/PhoneNumbers/[^/]+'),
    answer: z.object({ valid: z.boolean(), phone_number: z.string() }),
  },
  { name: 'service.read', method: 'get', path: whole(service), answer: z.object({ sid: z.string() }) },
  {
    name: 'service.numbers',
    method: 'get',
    path: whole(`${service}/PhoneNumbers`),
    answer: page('phone_numbers', z.object({ phone_number: z.string() })),
  },
  {
    name: 'service.short-codes',
    method: 'get',
    path: whole(`${service}/ShortCodes`),
    answer: page('short_codes', z.object({ short_code: z.string() })),
  },
  {
    name: 'service.campaigns',
    method: 'get',
    path: whole(`${service}/Compliance/Usa2p`),
    answer: page('compliance', z.object({ campaign_status: z.string().nullish() })),
  },
  {
    name: 'toll-free.verifications',
    method: 'get',
    path: whole('/v1/Tollfree/Verifications'),
    answer: page('verifications', z.object({ tollfree_phone_number_sid: z.string().nullish() })),
  },
];

/** @throws Error for a call that is not in the list: it would be made without a name in the log. */
export function operationOf(method: string, path: string): Operation {
  const found = operations.find((o) => o.method === method.toLowerCase() && o.path.test(path));
  if (!found) throw new Error('This call of Twilio has no name yet: add it to the operations of the client.');
  return found;
}

function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}
