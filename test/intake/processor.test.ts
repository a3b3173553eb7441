import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Tell } from '../../src/activities/tell.js';
import { sourceSchema } from '../../src/domain/practice/source.js';
import type { Received, ReceivedResult } from '../../src/intake/received.js';
import { createLogger } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { findOutAgain, matchByPerson } from '../../src/process/intake/match-again.js';
import type { IntakePort } from '../../src/process/intake/port.js';
import { TransmissionProcessor } from '../../src/process/intake/processor.js';
import { listDeadLetters, retryDeadLetters } from '../../src/store/dead-letters.js';
import { upsertPatient } from '../../src/store/patients.js';
import { putSource } from '../../src/store/sources.js';
import { keepTransmission } from '../../src/store/transmissions.js';
import { stageVersion } from '../../src/store/stage.js';
import { storeDelivery } from '../../src/store/versions.js';
import { DeskPractice, hour, monday9, potassium } from '../starters/desk-practice.js';
import { card } from '../store/patient-card.js';
import { labSource, received } from './source.js';

let desk: DeskPractice;
let told: string[];
let charts: Set<string>;
let readings: Map<string, Received | Error>;
let port: IntakePort;

beforeAll(async () => {
  desk = await DeskPractice.open();
  await putSource(desk.store, desk.practice, labSource);
}, 60_000);
afterAll(() => desk.close());

beforeEach(async () => {
  desk.goTo(monday9);
  await sql`truncate transmission, transmission_item`.execute(desk.store.db);
  await sql`delete from alarm`.execute(desk.store.db);
  told = [];
  charts = new Set(['4401']);
  readings = new Map();
  port = {
    store: desk.store,
    tell: new Proxy({} as Tell, {
      get: (_target, method: string) => async (_practice: unknown, resultId: string) =>
        void told.push(`${method} ${resultId}`),
    }),
    read: (bytes) => {
      const reading = readings.get(Buffer.from(bytes).toString());
      if (reading instanceof Error) throw reading;
      return reading ?? { verdict: 'reject', why: 'Nobody can read this.', warnings: [] };
    },
    metrics: createMetrics(),
    log: createLogger('test', { level: 'silent' }),
    athena: () => ({
      patient: async (id: string) =>
        charts.has(id)
          ? {
              patientId: id,
              previousPatientIds: [],
              raw: {
                patientid: id,
                firstname: 'Dana',
                lastname: 'Testwell',
                dob: '07/19/1968',
                sex: 'F',
                status: 'active',
              },
            }
          : null,
    }),
  };
});

const results = (...list: ReceivedResult[]): Received => ({
  verdict: 'results',
  results: list,
  warnings: [],
});
const arrive = async (text: string, reading?: Received | Error) => {
  if (reading) readings.set(text, reading);
  const source = sourceSchema.parse(labSource);
  const input = { practice: desk.practice, source, body: Buffer.from(text), envelope: null };
  return (await keepTransmission(desk.store, input)).id;
};
const process = () => new TransmissionProcessor(port).drain();
const state = async (id: string) => {
  const row = await desk.store.db
    .selectFrom('transmission')
    .select(['state', 'reason', 'words', 'tries'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const items = await desk.store.db
    .selectFrom('transmission_item')
    .select(['outcome', 'result_id'])
    .where('transmission_id', '=', id)
    .orderBy('position')
    .execute();
  return { ...row, items };
};
const resultRow = (id: string | null | undefined) =>
  desk.store.db
    .selectFrom('result')
    .selectAll()
    .where('id', '=', id ?? '')
    .executeTakeFirstOrThrow();
/** A patient id of the sender that leads to chart `id`. */
const known = (id: string) => ({
  id,
  authority: 'RIVERSIDE',
  identifiers: [{ id, authority: 'RIVERSIDE', type: 'MR' }],
});

describe('nothing is dropped silently', () => {
  test('S002-4: results, no result and no message end in three places, each with its reason', async () => {
    const two = await arrive('two', results(received(), received({ processing: 'training' })));
    const none = await arrive('none', { verdict: 'none', why: 'An order without results.', warnings: [] });
    const reject = await arrive('reject');
    await process();
    expect((await state(two)).items.map((i) => i.outcome)).toEqual(['result', 'non-production']);
    expect(await state(none)).toMatchObject({ state: 'ignored', words: 'An order without results.' });
    expect(await state(reject)).toMatchObject({ state: 'dead-letter', words: 'Nobody can read this.' });
    const alarms = await desk.store.db.selectFrom('alarm').select(['code', 'cleared_at']).execute();
    expect(alarms).toEqual([{ code: 'dead-letter', cleared_at: null }]);
  });

  test('what fails is tried again later, at last a dead letter; a retry after the cause was mended takes it in', async () => {
    const id = await arrive('odd', new Error('a fault of ours'));
    for (let i = 1; i <= 10; i += 1) {
      await process();
      expect((await state(id)).tries).toBe(i);
      desk.goTo(monday9 + i * hour);
    }
    expect(await state(id)).toMatchObject({ state: 'dead-letter', reason: 'not-processed' });
    expect(await listDeadLetters(desk.store, desk.practice)).toHaveLength(1);

    readings.set('odd', results(received()));
    await retryDeadLetters(desk.store, desk.practice, { id });
    await process();
    expect(await state(id)).toMatchObject({ state: 'processed', reason: null });
    const [alarm] = await desk.store.db.selectFrom('alarm').select('cleared_at').execute();
    expect(alarm?.cleared_at).not.toBeNull();
  });

  test('a message that ended every process that touched it becomes a dead letter as well', async () => {
    const id = await arrive('deadly', results(received()));
    await sql`update transmission set tries = 10 where id = ${id}`.execute(desk.store.db);
    await process();
    expect(await state(id)).toMatchObject({ state: 'dead-letter', reason: 'not-processed', items: [] });
  });

  test('one result that cannot be stored does not hold up the others of its message', async () => {
    const broken = received();
    const cyclic = { ...broken, report: { ...broken.report, observations: null as never } };
    const id = await arrive('mixed', results(cyclic, received()));
    await process();
    expect((await state(id)).items.map((i) => i.outcome)).toEqual(['result']);
    expect((await state(id)).state).toBe('received');
  });
});

describe('a patient who is found later', () => {
  test('the chart knows the patient by now: the same result goes on, under the patient, and hears of it', async () => {
    const id = await arrive('early', results(received({ patient: known('5501') })));
    await process();
    const [before] = (await state(id)).items;
    expect(before?.outcome).toBe('unmatched');

    charts.add('5501');
    await findOutAgain(port, desk.practice);
    expect((await state(id)).items).toEqual([before]);

    desk.goTo(monday9 + hour);
    await findOutAgain(port, desk.practice);
    expect((await state(id)).items).toEqual([{ outcome: 'result', result_id: before?.result_id }]);
    const row = await resultRow(before?.result_id);
    expect(row).toMatchObject({ lane: 'notify', current_version: 2 });
    expect(row.patient_id).not.toBeNull();
    expect(told.at(-1)).toBe(`versionArrived ${row.id}`);
  });

  test.each(['copy', 'told-at-visit', 'review', 'historic'] as const)(
    'L1: a result of a source in lane %s is in that lane once its patient is found, whatever was decided meanwhile',
    async (lane) => {
      await putSource(desk.store, desk.practice, { ...labSource, lane });
      const id = await arrive(lane, results(received({ patient: known(`L-${lane}`) })));
      await process();
      const resultId = (await state(id)).items[0]?.result_id ?? '';
      // Its workflow classified and recorded it while it belonged to nobody.
      await desk.store.db.updateTable('result').set({ seq: 1 }).where('id', '=', resultId).execute();

      charts.add(`L-${lane}`);
      desk.goTo(monday9 + hour);
      await findOutAgain(port, desk.practice);
      await putSource(desk.store, desk.practice, labSource);
      const { current_version: version } = await resultRow(resultId);
      expect(await stageVersion(desk.store, desk.practice.id, resultId, version)).toMatchObject({ lane });
    },
  );

  test('the chart had brought the result already: the waiting one is joined to it, and closes in the same chart', async () => {
    const sent = received({ patient: known('5502'), filler: 'BOTH' });
    const id = await arrive('twice', results(sent));
    await process();
    const waiting = (await state(id)).items[0]?.result_id;

    charts.add('5502');
    const patientId = await upsertPatient(desk.store, desk.practice.id, card('5502'));
    const master = await storeDelivery(desk.store, desk.practice, {
      reportId: null,
      report: { ...sent.report, source: 'athenahealth', documentId: '88' },
      raw: {},
      patientId,
      detectedAt: monday9,
      detectedRealAt: monday9,
      waitingResultId: null,
    });
    desk.goTo(monday9 + hour);
    await findOutAgain(port, desk.practice);
    expect((await state(id)).items).toEqual([{ outcome: 'result', result_id: master.resultId }]);
    expect(await resultRow(waiting)).toMatchObject({ successor_id: master.resultId, patient_id: patientId });
    expect(told).toContain(`identity ${waiting}`);
  });

  test('of several versions the newest counts', async () => {
    const patient = known('5503');
    const first = await arrive(
      'p',
      results(received({ patient, filler: 'PF', report: { status: 'preliminary' } })),
    );
    await process();
    desk.goTo(monday9 + 60_000);
    const then = await arrive(
      'f',
      results(received({ patient, filler: 'PF', observations: [potassium('4.6')] })),
    );
    await process();
    charts.add('5503');
    desk.goTo(monday9 + hour);
    await findOutAgain(port, desk.practice);
    expect((await state(first)).items[0]?.outcome).toBe('superseded');
    const [item] = (await state(then)).items;
    expect(item?.outcome).toBe('result');
    expect(await resultRow(item?.result_id)).toMatchObject({ current_version: 3, lane: 'notify' });
  });

  test('a person says whose it is; the birth date must agree, and the next result of that number follows', async () => {
    const patient = {
      ...known('L-77'),
      authority: 'NL',
      identifiers: [{ id: 'L-77', authority: 'NL', type: 'PI' }],
    };
    const id = await arrive('mine', results(received({ patient })));
    const other = await arrive('other', results(received({ patient })));
    await process();
    const [item] = (await state(id)).items;
    const say = (more: object) =>
      matchByPerson(port, desk.practice, {
        resultId: item?.result_id ?? '',
        chartId: '4401',
        by: 'abara',
        despiteName: false,
        ...more,
      });
    await expect(say({ chartId: '9999' })).rejects.toMatchObject({ code: 'not-in-chart' });
    await expect(say({ resultId: 'x' })).rejects.toMatchObject({ code: 'not-unmatched' });
    expect(await say({})).toBe(item?.result_id);
    expect((await resultRow(item?.result_id)).patient_id).not.toBeNull();
    await expect(say({})).rejects.toMatchObject({ code: 'not-unmatched' });

    await findOutAgain(port, desk.practice);
    expect((await state(other)).items[0]?.outcome).toBe('result');
    const later = await arrive('later', results(received({ patient })));
    await process();
    expect((await state(later)).items[0]?.outcome).toBe('result');
    // The number alone is never enough.
    const twin = await arrive('twin', results(received({ patient: { ...patient, given: 'DORA' } })));
    await process();
    expect((await state(twin)).items[0]?.outcome).toBe('unmatched');
  });
});
