import type { FaultSeed } from '../../src/sandbox/shared/control.js';

export type Fault = FaultSeed['fault'];

/**
 * What must be true in the end, as the vendors' journals and the record have it:
 * - `once`: the effect happened exactly once, by this way (a read: the result is there exactly once, owned);
 * - `other-way`: it did not happen by this way, and exactly once by another, or as work for a person;
 * - `one-way`: exactly once, by this way or another: which one the fault does not decide;
 * - `person`: not at all; somebody has work that says so.
 */
export type Expected = 'once' | 'other-way' | 'one-way' | 'person';

export const operations = {
  'athenahealth token': { vendor: 'athena', method: 'POST', path: '/oauth2/v1/token' },
  'athenahealth changed feed': { vendor: 'athena', method: 'GET', path: '/labresults/changed$' },
  'athenahealth document': { vendor: 'athena', method: 'GET', path: '/documents/labresult/\\d+$' },
  'athenahealth patient': { vendor: 'athena', method: 'GET', path: '/patients/\\d+$' },
  'athenahealth chart note': { vendor: 'athena', method: 'POST', path: '/documents/clinicaldocument' },
  'athenahealth chart read-back': { vendor: 'athena', method: 'GET', path: '/documents/clinicaldocument' },
  'athenahealth note to patient': { vendor: 'athena', method: 'PUT', path: '/documents/labresult/' },
  'Twilio message': { vendor: 'twilio', method: 'POST', path: '/Messages' },
  'Twilio list after an unknown outcome': { vendor: 'twilio', method: 'GET', path: '/Messages' },
  'Spruce contact': { vendor: 'spruce', method: 'POST', path: '/contacts/search' },
  'Spruce secure message': { vendor: 'spruce', method: 'POST', path: '/conversations$' },
  'Spruce list after an unknown outcome': {
    vendor: 'spruce',
    method: 'GET',
    path: '/contacts/[^/]+/conversations',
  },
  'Spruce page': { vendor: 'spruce', method: 'POST', path: '/conversations' },
} as const satisfies Record<string, { vendor: 'athena' | 'twilio' | 'spruce'; method: string; path: string }>;

export type Operation = keyof typeof operations;

export interface FaultRow {
  readonly operation: Operation;
  readonly name: string;
  readonly fault: Fault;
  /** How many calls it hits. */
  readonly times: number;
  readonly expected: Expected;
}

const status = (code: number, more: Partial<Extract<Fault, { kind: 'status' }>> = {}): Fault => ({
  kind: 'status',
  status: code,
  ...more,
});

/** Above the clients' limit of a call, below the lease. */
const silence = 11_000;

const faults = {
  '400': status(400),
  '401': status(401),
  '403': status(403),
  '404': status(404),
  '409': status(409),
  '429 with Retry-After': status(429, { headers: { 'retry-after': '1' } }),
  '429 without a header': status(429),
  '500 as JSON': status(500),
  '502 as a gateway’s page': { kind: 'html', status: 502 },
  'a connection that breaks before': { kind: 'reset-before' },
  'accepted, then the connection breaks': { kind: 'reset-after' },
  'accepted, then silence': { kind: 'hang-after', ms: silence },
  'accepted, then half an answer': { kind: 'truncated' },
  'an answer two seconds late': { kind: 'delay', ms: 2_000 },
  'an answer that is no JSON': status(200, { body: 'It works!' }),
} as const satisfies Record<string, Fault>;

type FaultName = keyof typeof faults;
type Column = Partial<Record<FaultName, Expected | readonly [Expected, number]>>;

/** A read is repeated until it answers; what was refused for good is a person's. */
const read: Column = {
  '401': ['once', 2],
  '429 with Retry-After': ['once', 2],
  '429 without a header': ['once', 2],
  '500 as JSON': ['once', 2],
  '502 as a gateway’s page': 'once',
  'a connection that breaks before': ['once', 2],
  'accepted, then the connection breaks': 'once',
  'accepted, then silence': 'once',
  'accepted, then half an answer': 'once',
  'an answer two seconds late': 'once',
  'an answer that is no JSON': 'once',
};
const { '429 without a header': _, ...withoutRateLimit } = read;
/** What may not happen twice: repeated when it surely did not, looked for when it may have, else another way. */
const send: Column = {
  '400': 'other-way',
  '401': ['once', 2],
  '403': 'other-way',
  '404': 'other-way',
  '409': 'other-way',
  '429 with Retry-After': ['once', 3],
  '429 without a header': ['once', 2],
  '500 as JSON': 'other-way',
  '502 as a gateway’s page': 'other-way',
  'a connection that breaks before': 'one-way',
  'accepted, then the connection breaks': 'once',
  'accepted, then silence': 'once',
  'accepted, then half an answer': 'once',
  'an answer two seconds late': 'once',
};
const lookUp: Column = {
  '401': 'once',
  '429 with Retry-After': 'once',
  '500 as JSON': 'once',
  '502 as a gateway’s page': 'once',
  'a connection that breaks before': 'once',
  'accepted, then half an answer': 'once',
};

const table: Readonly<Record<Operation, Column>> = {
  // Its limit is by the minute: the next try waits for the top of it.
  'athenahealth token': { ...withoutRateLimit, '429 with Retry-After': 'once' },
  'athenahealth changed feed': read,
  'athenahealth document': { ...read, '403': 'once', '404': 'person' },
  'athenahealth patient': { ...read, '403': 'once', '404': 'once' },
  'athenahealth chart note': {
    ...send,
    // A refusal stays one.
    '400': ['person', 100],
    // Of this one note: the probe that follows is allowed. Were it not, writing would pause (S000-T18).
    '403': 'person',
    '404': ['person', 100],
    '409': ['person', 100],
    '500 as JSON': 'once',
    '502 as a gateway’s page': 'once',
    'a connection that breaks before': 'once',
  },
  'athenahealth chart read-back': lookUp,
  'athenahealth note to patient': send,
  'Twilio message': send,
  'Twilio list after an unknown outcome': lookUp,
  'Spruce contact': read,
  // Spruce answers 403 for a token that is switched off for a while, so it is repeated.
  'Spruce secure message': { ...send, '403': ['once', 2] },
  'Spruce list after an unknown outcome': lookUp,
  // A critical page goes rather twice than never, and to the next rung at once (L10).
  'Spruce page': {
    '401': 'once',
    '403': 'once',
    '404': 'once',
    '409': 'once',
    '429 with Retry-After': 'once',
    '429 without a header': 'once',
    '500 as JSON': 'once',
    '502 as a gateway’s page': 'once',
    'a connection that breaks before': 'once',
    'accepted, then the connection breaks': 'once',
    'accepted, then half an answer': 'once',
    'an answer two seconds late': 'once',
  },
};

/** Vendor × operation × fault → what must be true in the end. */
export const faultRows: readonly FaultRow[] = Object.entries(table).flatMap(([operation, column]) =>
  Object.entries(column).map(([name, cell]): FaultRow => {
    const [expected, times] = typeof cell === 'string' ? [cell, 1] : cell;
    return {
      operation: operation as Operation,
      name,
      fault: faults[name as FaultName],
      times,
      expected,
    };
  }),
);
