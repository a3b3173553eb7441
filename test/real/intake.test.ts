import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { frame, FrameReader } from '../../src/intake/mllp/index.js';
import type { FastifyInstance } from 'fastify';
import { buildIntakeHttp, intakePort } from '../../src/process/intake/create-intake.js';
import { Intake } from '../../src/process/intake/doors.js';
import { putSource, renewToken } from '../../src/store/sources.js';
import { oru } from '../intake/source.js';
import { closeDeps, deps, openPractice, staff, type TestPractice } from './practice.js';

let practice: TestPractice;
let doors: Intake;
let http: FastifyInstance;
let url: string;
let folder: string;

const source = {
  id: 'northlab',
  name: 'Northlab',
  format: 'hl7v2',
  receiver: { via: 'mllp', port: 0 },
  zone: 'America/New_York',
  chartAuthorities: ['RIVERSIDE'],
};
/** For genuine samples, many of which come from systems in training (L5a). */
const anyMode = { processing: ['production', 'training', 'debugging', 'unknown'] };

beforeAll(async () => {
  const d = await deps();
  folder = await mkdtemp(join(tmpdir(), 'intake-'));
  practice = await openPractice({ start: '2026-03-02T09:30', factor: 60 });
  await putSource(d.store, practice.practice, source);
  await putSource(d.store, practice.practice, { ...source, ...anyMode, id: 'samples' });
  await putSource(d.store, practice.practice, {
    ...source,
    ...anyMode,
    id: 'samples-fhir',
    format: 'fhir',
    receiver: { via: 'http' },
  });
  doors = new Intake(intakePort(d), { quarantineFolder: join(folder, 'quarantine') });
  await doors.start();
  http = await buildIntakeHttp(d, doors);
  url = await http.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  await http.close();
  await doors.stop();
  await rm(folder, { recursive: true });
  await closeDeps();
});

/** Sends one message over MLLP; the code of its answer. */
function send(message: string | Buffer, to = 'northlab'): Promise<string | null> {
  const port = Number(
    doors
      .open()
      .find((door) => door.sourceId === to)
      ?.at.split(':')
      .at(-1),
  );
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(frame(Buffer.from(message as string))));
    const reader = new FrameReader(100_000);
    socket.on('error', reject);
    // No usable header, or a sender that wants no answer.
    socket.on('close', () => resolve(null));
    socket.on('data', (chunk: Buffer) => {
      for (const event of reader.push(chunk))
        if (event.kind === 'frame') {
          resolve(/MSA\|(\w+)/.exec(event.bytes.toString())?.[1] ?? null);
          socket.destroy();
        }
    });
  });
}

describe('a result over MLLP', () => {
  test("S003-77: lands with the chart's patient and is told like any other; sent again it is the same", async () => {
    const patient = await practice.patient({ firstname: 'Dana', lastname: 'Testwell' });
    const message = oru({ mrn: patient.id, filler: 'R1' });
    expect(await send(message)).toBe('AA');
    const result = await practice.result(patient);
    await practice.event(result.id, 'classified', { tier: 'normal' });
    await practice.event(result.id, 'message-asked');
    expect(await send(message)).toBe('AA');
    expect(await practice.resultsOf(patient)).toHaveLength(1);
  });

  test("of a patient whom the chart does not have is the keeper's task, and a critical value is heard at once", async () => {
    expect(await send(oru({ mrn: '999999', filler: 'R2', value: '7.1' }))).toBe('AA');
    const result = await practice.until('the unmatched result', async () =>
      (await practice.results()).find((r) => r.patient_id === null && r.seq > 0),
    );
    expect((await practice.task(result.id, 'match')).owner_id).toBe(staff.coordinator);
    await practice.task(result.id, 'callback');
    await practice.event(result.id, 'paged', { critical: true });
  });

  test('L5a: of a training system ends classified, without anybody', async () => {
    const patient = await practice.patient({ firstname: 'Dana', lastname: 'Testwell' });
    expect(
      await send(oru({ mrn: patient.id, filler: 'R3', value: '7.4' }).replace('|P|2.5.1', '|T|2.5.1')),
    ).toBe('AA');
    const result = await practice.until('the training result', async () =>
      (await practice.results()).find((r) => r.lane === 'non-production'),
    );
    expect(result).toMatchObject({ closure: 'non-production', tier: 'critical', patient_id: null });
    expect(await practice.tasks(result.id)).toEqual([]);
  });
});

test('S003-7, 17: every genuine sample, sent through its receiver, ends in a closure or in a task with an owner', async () => {
  const samples = join(import.meta.dirname, '..', 'data', 'samples');
  const db = (await deps()).store.db;
  const answers: Record<string, string | number | null> = {};
  for (const name of (await readdir(join(samples, 'hl7'))).sort())
    if (name.endsWith('.hl7'))
      answers[name] = await send(await readFile(join(samples, 'hl7', name)), 'samples');
  const token = await renewToken((await deps()).store, practice.practice.id, 'samples-fhir');
  for (const name of (await readdir(join(samples, 'fhir'))).sort()) {
    if (!name.endsWith('.json')) continue;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' };
    const body = await readFile(join(samples, 'fhir', name));
    answers[name] = (await fetch(`${url}/intake/fhir`, { method: 'POST', body, headers })).status;
  }
  const refused = Object.entries(answers).filter(([, code]) => !['AA', 'CA', 202].includes(code ?? ''));
  expect(Object.fromEntries(refused)).toEqual({
    // MSH-15 NE: these senders want no answer.
    '09-two-orders-culture-and-lead.hl7': null,
    '10-hcv-antibody-misaligned.hl7': null,
    '12-covid-negative-elr.hl7': null,
    '13-batch-two-messages.hl7': null,
    '17-flags-variety-batch.hl7': null,
    '21-parasite-text.hl7': null,
    // No MSH, and no result message.
    '22-invalid-missing-msh.hl7': null,
    '23-escape-sequences.hl7': 'AR',
  });

  const fromSamples = () =>
    db
      .selectFrom('transmission')
      .leftJoin('transmission_item', 'transmission_item.transmission_id', 'transmission.id')
      .leftJoin('result', 'result.id', 'transmission_item.result_id')
      .select(['transmission.state', 'transmission.words', 'transmission_item.outcome'])
      .select(['result.id', 'result.closure', 'result.successor_id', 'result.seq', 'result.owner_id'])
      .where('transmission.practice_id', '=', practice.practice.id)
      .where('transmission.source_id', 'like', 'samples%')
      .execute();
  const open: string[] = [];
  await practice.until('every sample to be settled and recorded', async () => {
    const rows = await fromSamples();
    return rows.every(
      (r) => r.state !== 'received' && (r.id === null || r.closure !== null || (r.seq ?? 0) > 0),
    );
  });
  const rows = await fromSamples();
  expect(rows.filter((r) => r.state === 'dead-letter')).toHaveLength(2);
  for (const row of rows) {
    if (row.state !== 'processed') expect(row.words).toBeTruthy();
    else expect(row.id).not.toBeNull();
    if (row.id === null || row.closure !== null) continue;
    const tasks = await practice.tasks(row.id);
    if (tasks.length === 0 || tasks.some((task) => !task.owner_id)) open.push(row.id);
  }
  expect(open).toEqual([]);
});
