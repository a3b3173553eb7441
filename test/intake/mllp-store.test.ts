import { spawn, spawnSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Tell } from '../../src/activities/tell.js';
import { sourceSchema } from '../../src/domain/practice/source.js';
import { frame, FrameReader } from '../../src/intake/mllp/index.js';
import { readDelivery } from '../../src/intake/read-delivery.js';
import { createLogger } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { Hl7Receiver } from '../../src/process/intake/hl7-door.js';
import { TransmissionProcessor } from '../../src/process/intake/processor.js';
import { Quarantine } from '../../src/process/intake/quarantine.js';
import { listDeadLetters } from '../../src/store/dead-letters.js';
import { keepTransmission } from '../../src/store/transmissions.js';
import { openOwnPractice, spawnDoor, type OwnPractice } from './own-practice.js';
import { labSource, oru } from './source.js';

let own: OwnPractice;
beforeAll(async () => void (own = await openOwnPractice()), 60_000);
afterAll(() => own.close());
beforeEach(async () => {
  await sql`truncate transmission cascade`.execute(own.store.db);
  await sql`delete from alarm`.execute(own.store.db);
});

const transmissions = () => own.store.db.selectFrom('transmission').selectAll().execute();
const source = sourceSchema.parse(labSource);

const receiverPort = () => ({
  store: own.store,
  metrics: createMetrics(),
  log: createLogger('test', { level: 'silent' }),
});
const quietTell = new Proxy({} as Tell, { get: () => async () => undefined });
const noChart = () => ({ patient: async () => null });

/** Sends one message and returns the answer; `null` when the connection ends without one. */
function send(port: number, message: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(frame(Buffer.from(message))));
    const reader = new FrameReader(100_000);
    socket.on('data', (chunk: Buffer) => {
      for (const event of reader.push(chunk)) {
        if (event.kind !== 'frame') continue;
        resolve(event.bytes.toString());
        socket.destroy();
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(null));
  });
}

describe('the answer follows the store', () => {
  test('kill -9 between store and answer, then the sender sends again: one message, accepted', async () => {
    const dying = await spawnDoor({ ...own.env, DIES: '1' });
    expect(await send(dying.port, oru())).toBeNull();
    expect(await dying.ended).toBe('SIGKILL');
    expect(await transmissions()).toHaveLength(1);

    const next = await spawnDoor(own.env);
    const answer = await send(next.port, oru());
    expect(answer).toContain('MSA|AA|C1');
    expect(await transmissions()).toEqual([expect.objectContaining({ state: 'received', repeats: 1 })]);
    next.child.kill('SIGTERM');
    await next.ended;

    // Whoever processes it, and however often: one result.
    const port = { ...receiverPort(), tell: quietTell, read: readDelivery, athena: noChart };
    for (let i = 0; i < 2; i += 1) {
      await new TransmissionProcessor(port).drain();
      await sql`update transmission set state = 'received', lease_real_until = null`.execute(own.store.db);
    }
    const results = await own.store.db.selectFrom('result').select('current_version').execute();
    expect(results).toEqual([{ current_version: 1 }]);
  });

  test('twenty connections at once, each message stored once', async () => {
    const door = await spawnDoor(own.env);
    const messages = Array.from({ length: 20 }, (_, i) => oru({ control: `C${i}`, filler: `T${i}` }));
    const answers = await Promise.all(messages.map((message) => send(door.port, message)));
    answers.forEach((answer, i) => expect(answer).toContain(`MSA|AA|C${i}\r`));
    expect(await transmissions()).toHaveLength(20);
    door.child.kill('SIGTERM');
    await door.ended;
  });

  test('30 MB with an embedded document are stored and answered', async () => {
    const door = await spawnDoor(own.env);
    const pdf = `OBX|2|ED|PDF^Report^L||^AP^^Base64^${'QUJD'.repeat(7_500_000)}||||||F\r`;
    expect(await send(door.port, oru() + pdf)).toContain('MSA|AA|C1');
    expect((await transmissions()).map((t) => t.bytes)).toEqual([oru().length + pdf.length]);
    door.child.kill('SIGTERM');
    await door.ended;
  });

  const hasPython = spawnSync('python3', ['--version']).status === 0;
  (hasPython ? test : test.skip)('another implementation of MLLP is served', async () => {
    const folder = join(own.folder, 'to-send');
    await mkdir(folder, { recursive: true });
    for (const n of [1, 2, 3])
      await writeFile(join(folder, `${n}.hl7`), oru({ control: `P${n}`, filler: `P${n}` }));
    const door = await spawnDoor(own.env);
    const script = join(import.meta.dirname, 'sender.py');
    const python = spawn('python3', [script, '127.0.0.1', String(door.port), folder]);
    let said = '';
    python.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    expect(await new Promise((resolve) => python.once('close', resolve))).toBe(0);
    expect(said).toBe('1.hl7 MSA AA P1\n2.hl7 MSA AA P2\n3.hl7 MSA AA P3\n');
    door.child.kill('SIGTERM');
    await door.ended;
  });
});

describe('what is answered', () => {
  const receiver = (store = own.store) => {
    const quarantine = new Quarantine(own.env.QUARANTINE ?? '', own.store.cipher);
    const port = { store, metrics: createMetrics(), log: createLogger('test', { level: 'silent' }) };
    return { hl7: new Hl7Receiver(port, quarantine, () => undefined), quarantine };
  };
  const answerTo = async (message: string, more: object = {}) => {
    const { hl7 } = receiver();
    const door = { practice: own.practice, source: sourceSchema.parse({ ...labSource, ...more }) };
    const { bytes } = await hl7.receive(door, Buffer.from(message, 'latin1'));
    return bytes?.toString() ?? null;
  };

  test("in the sender's separators, with the sender as addressee", async () => {
    const answer = await answerTo('MSH$*~\\&$LAB$NL$RL$RS$20260302$$ORU*R01$77$T*T$2.3\rPID$1');
    expect(answer).toMatch(
      /^MSH\$\*~\\&\$RL\$RS\$LAB\$NL\$\d{14}\+0000\$\$ACK\*R01\*ACK\$[0-9a-f-]{36}\$T\$2\.3\rMSA\$AA\$77\r$/,
    );
  });

  test('a missing control id is answered with an empty one; a header behind a byte-order mark or in UTF-16 is understood', async () => {
    expect(await answerTo(Buffer.from(`\ufeff${oru()}`).toString('latin1'))).toContain('MSA|AA|C1\r');
    expect(await answerTo('MSH|^~\\&|LAB')).toContain('MSA|AA|\r');
    const wide = `\ufeff${oru({ control: 'WIDE' })}`;
    expect(await answerTo(Buffer.from(wide, 'utf16le').toString('latin1'))).toContain('MSA|AA|WIDE\r');
  });

  test.each([
    ['AL', 'CA'],
    ['SU', 'CA'],
    ['NE', null],
    ['ER', null],
  ])('enhanced mode, MSH-15 %s: %s, and never an application answer', async (condition, code) => {
    const message = oru().replace('|P|2.5.1', `|P|2.5.1|||${condition}|NE`);
    const answer = await answerTo(message);
    if (code === null) expect(answer).toBeNull();
    else expect(answer).toContain(`MSA|${code}|C1`);
    expect(await transmissions()).toHaveLength(1);
  });

  test.each([
    ['wrong-type', oru().replace('ORU^R01^ORU_R01', 'ADT^A01'), {}],
    ['wrong-version', oru().replace('|2.5.1', '|3.0'), {}],
    ['unknown-sender', oru(), { sendingFacilities: ['ELSEWHERE'] }],
  ])('%s is rejected, kept as a dead letter, and an alarm', async (reason, message, more) => {
    expect(await answerTo(message, more)).toContain('MSA|AR|C1|');
    expect(await listDeadLetters(own.store, own.practice)).toEqual([expect.objectContaining({ reason })]);
    const alarms = await own.store.db.selectFrom('alarm').select('code').execute();
    expect(alarms).toEqual([{ code: reason }]);
  });

  test('garbage is answered with nothing, kept, and an alarm', async () => {
    expect(await answerTo('\x00\xffnothing like a message')).toBeNull();
    expect(await answerTo('')).toBeNull();
    const letters = await listDeadLetters(own.store, own.practice);
    expect(letters.map((l) => l.reason)).toEqual(['not-hl7', 'not-hl7']);
  });

  test('a store that fails is AE, but not for ever: then the message is kept aside, sealed, and accepted', async () => {
    // A store whose record takes nothing; the quarantine seals with the same keys.
    const broken = {
      ...own.store,
      db: { transaction: () => ({ execute: () => Promise.reject(new Error('down')) }) },
    };
    const { hl7, quarantine } = receiver(broken as never);
    const door = { practice: own.practice, source };
    const codes: (string | undefined)[] = [];
    for (let i = 0; i < 5; i += 1)
      codes.push(
        /MSA\|(\w+)/.exec((await hl7.receive(door, Buffer.from(oru()))).bytes?.toString() ?? '')?.[1],
      );
    expect(codes).toEqual(['AE', 'AE', 'AE', 'AE', 'AA']);
    expect(await readdir(own.env.QUARANTINE ?? '')).toHaveLength(1);

    const emptied = await quarantine.empty(async ({ body, practiceId, sourceId }) => {
      expect([practiceId, sourceId, body.toString()]).toEqual(['riverside', 'northlab', oru()]);
      await keepTransmission(own.store, { practice: own.practice, source, body, envelope: null });
    });
    expect([emptied, await readdir(own.env.QUARANTINE ?? '')]).toEqual([1, []]);
    expect(await transmissions()).toHaveLength(1);
  });

  test('a sender that wants no answer does not send again: its message is kept aside at once', async () => {
    const broken = {
      ...own.store,
      db: { transaction: () => ({ execute: () => Promise.reject(new Error('down')) }) },
    };
    const { hl7, quarantine } = receiver(broken as never);
    const silent = Buffer.from(oru().replace('|P|2.5.1', '|P|2.5.1|||NE|NE'));
    expect((await hl7.receive({ practice: own.practice, source }, silent)).bytes).toBeNull();
    expect(await quarantine.empty(async ({ body }) => expect(body.equals(silent)).toBe(true))).toBe(1);
  });
});
