import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FaultSeed } from '../../src/sandbox/twilio/control.js';
import { hour, monday9, staff } from '../starters/desk-practice.js';
import { clinic, TextArena } from './text-arena.js';

const minute = 60_000;
let arena: TextArena;
beforeAll(async () => void (arena = await TextArena.open()), 60_000);
afterAll(() => arena.close());

const status = (code: number, twilio: number, headers?: Record<string, string>): FaultSeed['fault'] => ({
  kind: 'status',
  status: code,
  body: { code: twilio, message: 'Sandbox', more_info: '', status: code },
  ...(headers && { headers }),
});

type Outcome = 'one text' | 'next channel';

// [fault, what is in the sandbox's journal and in the record when nothing is left to do]
const faults: [string, FaultSeed['fault'], Outcome][] = [
  ['401', status(401, 20003), 'one text'],
  ['403', status(403, 20403), 'next channel'],
  ['404', status(404, 20404), 'next channel'],
  ['409', status(409, 20409), 'next channel'],
  ['429 with Retry-After', status(429, 20429, { 'retry-after': '1' }), 'one text'],
  ['429 without', status(429, 20429), 'one text'],
  ['500, no JSON', { kind: 'html', status: 500 }, 'next channel'],
  ['reset before', { kind: 'reset-before' }, 'next channel'],
  ['accepted, then reset', { kind: 'reset-after' }, 'one text'],
  ['accepted, then silence', { kind: 'hang-after', ms: 11_000 }, 'one text'],
  ['malformed JSON', { kind: 'truncated' }, 'one text'],
  ['late', { kind: 'delay', ms: 50 }, 'one text'],
];

const callbacks: [string, object][] = [
  ['callbacks as they should be', {}],
  ['every callback lost', { drop: 1 }],
  ['every callback twice', { duplicate: 1 }],
  ['callbacks last status first', { reorder: 1 }],
  ['every callback late', { late: 1, lateMs: 40 }],
  ['every callback badly signed', { wrongSignature: 1 }],
];

const table = faults.flatMap(([name, fault, outcome]) =>
  // A hanging call takes ten real seconds: once is enough.
  (name.includes('silence') ? callbacks.slice(0, 1) : callbacks).map(
    ([how, share]) => [name, how, fault, share, outcome] as const,
  ),
);

test.each(table)('text.send × %s × %s', async (_fault, _how, fault, share, outcome) => {
  const p = await arena.practice({ account: { callbacks: share } });
  const patient = await p.toText();
  await arena.control.plantFault(p.id, { match: { method: 'POST', path: '/Messages' }, fault });
  // As Temporal would: again and again, as long as it is not done, while time goes on.
  for (let tries = 0; (await p.send(patient)) !== 'done'; tries += 1) {
    expect(tries).toBeLessThan(10);
    p.goTo(p.now + 40_000);
  }
  const sent = outcome === 'one text';
  if (sent) {
    await p.journal((all) => all.some((e) => e.kind === 'callback' && e['status'] === 'delivered'));
    await arena.processed();
    p.goTo(p.now + minute);
    await p.check(patient);
  }
  expect(await p.texts()).toHaveLength(sent ? 1 : 0);
  expect(await p.notice(patient.noticeId)).toMatchObject(
    sent ? { state: 'confirmed', failed_channels: [] } : { state: 'waiting', failed_channels: ['text'] },
  );
  // A repeat by a worker that took over changes nothing.
  await p.send(patient);
  expect(await p.texts()).toHaveLength(sent ? 1 : 0);
});

const reads: [string, FaultSeed['fault']][] = faults
  .filter(([name]) => !name.includes('silence'))
  .map(([n, f]) => [n, f]);

test.each(reads)('text round × %s: the next round finds what came in, once', async (_name, fault) => {
  const p = await arena.practice();
  const patient = await p.toText();
  await arena.control.sendText(p.id, { from: patient.mobile, body: 'Hello', dropped: true });
  p.goTo(p.now + 2 * minute);
  await arena.control.plantFault(p.id, { match: { path: '/Messages' }, fault });
  await p.round().catch(() => undefined);
  await p.round();
  await arena.processed();
  const rows = await p.store.db
    .selectFrom('inbound')
    .select('outcome')
    .where('practice_id', '=', p.id)
    .execute();
  expect(rows).toHaveLength(1);
});

test.each(reads)('delivery check × %s: the next check confirms', async (_name, fault) => {
  const p = await arena.practice({ account: { callbacks: { drop: 1 } } });
  const patient = await p.toText();
  await p.send(patient);
  await p.journal((all) => all.some((e) => e.kind === 'callback' && e['status'] === 'delivered'));
  await arena.control.plantFault(p.id, { match: { method: 'GET', path: '/Messages/' }, fault });
  await p.check(patient);
  await p.check(patient);
  expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'confirmed' });
});

test.each(reads)('voice page × %s: the ladder goes on until somebody accepts', async (_name, fault) => {
  const voice = { from: clinic, people: { [staff.provider]: { phone: '+16175550161', pin: '4711' } } };
  const p = await arena.practice({
    at: monday9 + 12 * hour,
    twilio: { voice },
    account: { phones: { '+16175550161': { answers: 'person', keys: ['4711#', '1'] } } },
  });
  const result = await p.critical();
  await arena.control.plantFault(p.id, { match: { method: 'POST', path: '/Calls' }, fault });
  for (let tick = 0; tick < 3 && (await p.commands(result)).length === 0; tick += 1) {
    const before = (await p.calls()).length;
    await p.tick(result, tick);
    if ((await p.calls()).length > before)
      await p.journal((all) => all.some((e) => e.kind === 'call-callback' && e['status'] === 'completed'));
    await arena.processed();
    p.goTo(p.now + 5 * minute);
  }
  expect(await p.commands(result)).toEqual([`accept ${staff.provider} voice-pin`]);
});
