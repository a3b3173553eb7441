import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { sourceSchema } from '../../src/domain/practice/source.js';
import { countTransmissions, listDeadLetters, retryDeadLetters } from '../../src/store/dead-letters.js';
import { findSource, putSource, renewToken, sourceOfToken, watchSilence } from '../../src/store/sources.js';
import {
  claimTransmissions,
  keepTransmission,
  messageHash,
  postponeTransmission,
  readTransmission,
  settleTransmission,
} from '../../src/store/transmissions.js';
import { labSource, oru } from '../intake/source.js';
import { DeskPractice, hour, monday9 } from '../starters/desk-practice.js';

let desk: DeskPractice;
beforeAll(async () => {
  desk = await DeskPractice.open();
  await putSource(desk.store, desk.practice, labSource);
}, 60_000);
afterAll(() => desk.close());

const source = sourceSchema.parse(labSource);
const keep = (body: Buffer | string, refused?: { reason: string; words: string }) =>
  keepTransmission(desk.store, {
    practice: desk.practice,
    source,
    body: Buffer.from(body as string),
    envelope: { application: 'NORTHLAB', facility: 'NL', controlId: 'C1' },
    ...(refused && { refused }),
  });
const row = (id: string) =>
  desk.store.db.selectFrom('transmission').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
/** Takes everything that is open, so that tests do not see each other's. */
const settleAll = async () => {
  for (const open of await claimTransmissions(desk.store, 100))
    await settleTransmission(desk.store, desk.practice, open.id, { state: 'processed' });
};

describe('what came', () => {
  test('the same bytes again are a re-send, whatever the transport did to line ends; the same MSH-10 is not', async () => {
    const first = await keep(oru());
    expect(first.isRepeat).toBe(false);
    for (const again of [
      oru(),
      `\ufeff${oru()}`,
      oru().replaceAll('\r', '\n'),
      oru().replaceAll('\r', '\r\n'),
      `${oru()}\r\n`,
    ])
      expect(await keep(again)).toEqual({ id: first.id, isRepeat: true });
    expect((await keep(oru({ value: '4.2' }))).isRepeat).toBe(false);
    expect((await row(first.id)).repeats).toBe(5);
    expect((await findSource(desk.store, desk.practice.id, source.id))?.received).toBe(2);
    await settleAll();
  });

  test('every byte comes back as it was, and nothing readable lies in the database', async () => {
    const bytes = Buffer.concat([
      Buffer.from(oru({ filler: 'BYTES' })),
      Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
    ]);
    const { id } = await keep(bytes);
    expect((await readTransmission(desk.store, id)).body.equals(bytes)).toBe(true);
    const { rows } = await sql<{ text: string }>`select t::text as text from transmission t`.execute(
      desk.store.db,
    );
    const all = rows.map((r) => r.text).join('\n');
    expect(all).not.toMatch(/TESTWELL|19680719|Potassium/i);
    await settleAll();
  });

  test('a message is given to one processor at a time, and to another when that one is gone', async () => {
    const { id } = await keep(oru({ filler: 'LEASE' }));
    expect((await claimTransmissions(desk.store, 10)).map((t) => t.id)).toEqual([id]);
    expect(await claimTransmissions(desk.store, 10)).toEqual([]);
    desk.goTo(monday9 + 61_000);
    expect((await claimTransmissions(desk.store, 10)).map((t) => [t.id, t.tries])).toEqual([[id, 2]]);
    await postponeTransmission(desk.store, id, 5_000);
    expect(await claimTransmissions(desk.store, 10)).toEqual([]);
    desk.goTo(monday9 + 66_000);
    await settleAll();
    expect((await row(id)).state).toBe('processed');
    desk.goTo(monday9);
  });
});

describe('dead letters', () => {
  test('say why and what to do, and go back among the received when somebody retries', async () => {
    const { id } = await keep('no message', { reason: 'not-hl7', words: 'Check what the sender sends.' });
    const [letter] = await listDeadLetters(desk.store, desk.practice);
    expect(letter).toMatchObject({ id, sourceId: 'northlab', reason: 'not-hl7', bytes: 10 });
    expect(await retryDeadLetters(desk.store, desk.practice, { id: id.slice(-8) })).toEqual([id]);
    expect(await listDeadLetters(desk.store, desk.practice)).toEqual([]);
    expect((await claimTransmissions(desk.store, 10)).map((t) => t.id)).toEqual([id]);
    expect(await retryDeadLetters(desk.store, desk.practice, 'all')).toEqual([]);
    await settleTransmission(desk.store, desk.practice, id, {
      state: 'ignored',
      reason: 'no-result',
      words: 'An order without results.',
    });
  });

  test('sent again after the door was mended, a refused message is received', async () => {
    const { id } = await keep(oru({ filler: 'REFUSED' }), { reason: 'unknown-sender', words: 'Add it.' });
    expect(
      await keep(oru({ filler: 'REFUSED' }), { reason: 'unknown-sender', words: 'Add it.' }),
    ).toMatchObject({ id });
    expect((await row(id)).state).toBe('dead-letter');
    await keep(oru({ filler: 'REFUSED' }));
    expect((await row(id)).state).toBe('received');
    await settleAll();
    await keep(oru({ filler: 'REFUSED' }));
    expect((await row(id)).state).toBe('processed');
  });

  test('S002-4: everything that was ever received is in exactly one place', async () => {
    await keep('rubbish', { reason: 'not-hl7', words: 'Check.' });
    const counts = await countTransmissions(desk.store, desk.practice.id);
    const total = counts.reduce((sum, c) => sum + c.count, 0);
    const all = await desk.store.db.selectFrom('transmission').select('id').execute();
    expect(total).toBe(all.length);
    expect(counts.find((c) => c.state === 'dead-letter')?.count).toBe(1);
    expect(counts.find((c) => c.state === 'received')).toBeUndefined();
  });
});

describe('sources', () => {
  test('a token opens one HTTP source, is stored only as a keyed hash, and ends with the next', async () => {
    await putSource(desk.store, desk.practice, {
      ...labSource,
      id: 'web',
      receiver: { via: 'http' },
      format: 'fhir',
    });
    const token = await renewToken(desk.store, desk.practice.id, 'web');
    expect((await sourceOfToken(desk.store, token))?.config.id).toBe('web');
    const newer = await renewToken(desk.store, desk.practice.id, 'web');
    expect(await sourceOfToken(desk.store, token)).toBeNull();
    expect(await sourceOfToken(desk.store, newer)).not.toBeNull();
    const { rows } = await sql<{ text: string }>`select s::text as text from source s`.execute(desk.store.db);
    expect(rows.some((r) => r.text.includes(newer))).toBe(false);
    await putSource(desk.store, desk.practice, {
      ...labSource,
      id: 'web',
      receiver: { via: 'http' },
      format: 'fhir',
      active: false,
    });
    expect(await sourceOfToken(desk.store, newer)).toBeNull();
    // A token never opens a source that comes another way.
    const mllp = await renewToken(desk.store, desk.practice.id, 'northlab');
    expect(await sourceOfToken(desk.store, mllp)).toBeNull();
  });

  test('S003-70, G38: a source that is silent for longer than expected is one alarm, which ends when it speaks', async () => {
    const alarms = () =>
      desk.store.db.selectFrom('alarm').selectAll().where('code', '=', 'source-silent').execute();
    expect(await watchSilence(desk.store, desk.practice)).toEqual([]);
    desk.goTo(monday9 + 73 * hour);
    expect(await watchSilence(desk.store, desk.practice)).toEqual(['northlab']);
    await watchSilence(desk.store, desk.practice);
    expect((await alarms()).map((a) => a.cleared_at)).toEqual([null]);
    await keep(oru({ filler: 'AFTER' }));
    expect(await watchSilence(desk.store, desk.practice)).toEqual([]);
    expect((await alarms()).map((a) => a.cleared_at)).toEqual([monday9 + 73 * hour]);
    desk.goTo(monday9);
    await settleAll();
  });
});

test('the hash is of the content: byte-order mark, kind of line ends and outer line ends are not part of it', () => {
  const hash = (text: string) => messageHash(Buffer.from(text));
  expect(hash('MSH|a\rPID|b\r')).toBe(hash('\ufeffMSH|a\r\nPID|b\n'));
  expect(hash('MSH|a\rPID|b')).not.toBe(hash('MSH|a PID|b'));
});
