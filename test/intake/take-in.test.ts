import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Tell } from '../../src/activities/tell.js';
import { VendorError, type VendorErrorFields } from '../../src/clients/http/index.js';
import { sourceSchema, type SourceConfig } from '../../src/domain/practice/source.js';
import type { ReceivedResult } from '../../src/intake/received.js';
import { createLogger } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import type { IntakePort } from '../../src/process/intake/port.js';
import { ChartUnreachable, takeIn } from '../../src/process/intake/take-in.js';
import { importPractice, loadPractice, type Practice } from '../../src/store/practices.js';
import { putSource } from '../../src/store/sources.js';
import { keepTransmission } from '../../src/store/transmissions.js';
import { DeskPractice, monday9, potassium, roster } from '../starters/desk-practice.js';
import { labSource, oru, received } from './source.js';

let desk: DeskPractice;
let practice: Practice;
let told: string[];
/** Charts by id; `null` = there is none, an error = the chart does not answer. */
let charts: Record<string, object | null | Error>;
let port: IntakePort;

const chart = (more: object = {}) => ({
  patientid: '4401',
  departmentid: '150',
  firstname: 'Dana',
  lastname: 'Testwell',
  dob: '07/19/1968',
  sex: 'F',
  status: 'active',
  mobilephone: '6175550143',
  ...more,
});

beforeAll(async () => {
  desk = await DeskPractice.open();
  await putSource(desk.store, desk.practice, labSource);
  practice = await loadPractice(desk.store, desk.practice.id);
}, 60_000);
afterAll(() => desk.close());

beforeEach(() => {
  told = [];
  charts = { '4401': chart() };
  const tell = new Proxy({} as Tell, {
    get: (_target, method: string) => async (_practice: Practice, resultId: string) =>
      void told.push(`${method} ${resultId}`),
  });
  port = {
    store: desk.store,
    tell,
    read: () => ({ verdict: 'none', why: 'not read here', warnings: [] }),
    metrics: createMetrics(),
    log: createLogger('test', { level: 'silent' }),
    athena: () => ({
      patient: async (id: string) => {
        const found = charts[id] ?? null;
        if (found instanceof Error) throw found;
        return found && { patientId: id, previousPatientIds: [], raw: found as Record<string, unknown> };
      },
    }),
  };
});

let kept = 0;
async function arrive(
  result: ReceivedResult,
  options: { source?: Partial<SourceConfig>; tries?: number; id?: string } = {},
) {
  const source = sourceSchema.parse({ ...labSource, ...options.source });
  const { id } = options.id
    ? { id: options.id }
    : await keepTransmission(desk.store, {
        practice,
        source,
        body: Buffer.from(oru({ filler: `K${kept++}` })),
        envelope: null,
      });
  const outcome = await takeIn(port, practice, {
    transmissionId: id,
    position: 0,
    source,
    received: result,
    receivedAt: monday9,
    receivedRealAt: monday9,
    tries: options.tries ?? 1,
  });
  const { result_id } = await desk.store.db
    .selectFrom('transmission_item')
    .select('result_id')
    .where('transmission_id', '=', id)
    .executeTakeFirstOrThrow();
  const row = await desk.store.db
    .selectFrom('result')
    .selectAll()
    .where('id', '=', result_id ?? '')
    .executeTakeFirstOrThrow();
  return { outcome, row, transmissionId: id };
}

describe('whose it is', () => {
  test("an identifier of the chart, name and birth date agree: the result is that patient's and its workflow hears", async () => {
    const { outcome, row } = await arrive(received());
    expect(outcome).toBe('result');
    expect(row).toMatchObject({ lane: 'notify' });
    expect(row.patient_id).not.toBeNull();
    expect(told).toEqual([`versionArrived ${row.id}`]);
  });

  test.each([
    ['another birth date', { birthDate: '1986-07-19' }, 'name-or-birth-date-differs'],
    ['a birth date that is not certain', { birthDate: null }, 'name-or-birth-date-differs'],
    ['another name', { family: 'TESTER' }, 'name-or-birth-date-differs'],
    ['another authority', { identifiers: [{ id: '4401', authority: 'NL', type: 'PI' }] }, 'no-chart-id'],
    ['no authority', { identifiers: [{ id: '4401', authority: null, type: null }] }, 'no-chart-id'],
    ['no identifier at all', { id: null, authority: null, identifiers: [] }, 'no-chart-id'],
    [
      'an account number',
      { identifiers: [{ id: '4401', authority: 'RIVERSIDE', type: 'AN' }] },
      'no-chart-id',
    ],
    [
      'an id that the chart does not have',
      { identifiers: [{ id: '9', authority: 'RIVERSIDE', type: 'MR' }] },
      'not-in-chart',
    ],
  ])('never a guess: %s is work for the keeper', async (_why, patient, why) => {
    const { outcome, row, transmissionId } = await arrive(received({ patient }));
    expect(outcome).toBe('unmatched');
    expect(row).toMatchObject({ patient_id: null, lane: 'unmatched', current_version: 1 });
    const item = await desk.store.db
      .selectFrom('transmission_item')
      .selectAll()
      .where('transmission_id', '=', transmissionId)
      .executeTakeFirstOrThrow();
    expect(item.why).toBe(why);
    // Its workflow opens the keeper's task, and a critical value is heard all the same.
    expect(told).toEqual([`versionArrived ${row.id}`]);
  });

  test("two identifiers that lead to two charts are nobody's", async () => {
    charts['4402'] = chart({ patientid: '4402' });
    const identifiers = ['4401', '4402'].map((id) => ({ id, authority: 'RIVERSIDE', type: 'MR' }));
    expect((await arrive(received({ patient: { identifiers } }))).outcome).toBe('unmatched');
  });

  test('a chart that does not answer is asked again; after that the result goes on without a patient', async () => {
    const identifiers = [{ id: '4407', authority: 'RIVERSIDE', type: 'MR' }];
    charts['4407'] = new VendorError('no answer', {
      vendor: 'athenahealth',
      code: 'unavailable',
      outcome: 'not-done',
      requestId: 'r',
    } satisfies VendorErrorFields);
    const result = received({ patient: { identifiers } });
    await expect(arrive(result)).rejects.toThrow(ChartUnreachable);
    expect((await arrive(result, { tries: 3 })).outcome).toBe('unmatched');
  });

  test('a later version of an unmatched result is a version of it, not another', async () => {
    const patient = { identifiers: [], id: 'X1', authority: 'NL' };
    const report = { status: 'preliminary' } as const;
    const first = await arrive(received({ patient, filler: 'UNM1', report }));
    const again = await arrive(received({ patient, filler: 'UNM1', observations: [potassium('4.4')] }));
    expect(again.row.id).toBe(first.row.id);
    expect(again.row.current_version).toBe(2);
    const other = await arrive(received({ patient: { ...patient, id: 'X2' }, filler: 'UNM1' }));
    expect(other.row.id).not.toBe(first.row.id);
  });
});

describe('repeats and lanes', () => {
  test('the same transmission processed twice is one result, and its workflow is told again', async () => {
    const result = received();
    const first = await arrive(result);
    const again = await arrive(result, { id: first.transmissionId });
    expect(again.row).toEqual(first.row);
    const unmatched = received({ patient: { identifiers: [] } });
    const one = await arrive(unmatched);
    expect((await arrive(unmatched, { id: one.transmissionId })).row).toEqual(one.row);
  });

  test('L5a: what is not production is classified and closed, and nobody is told', async () => {
    const result = received({ processing: 'training', observations: [potassium('7.2')] });
    const { outcome, row } = await arrive(result);
    expect(outcome).toBe('non-production');
    expect(row).toMatchObject({ patient_id: null, tier: 'critical', closure: 'non-production' });
    expect(told).toEqual([]);
    const open = await desk.store.db
      .selectFrom('version')
      .select('rule_set_version')
      .where('result_id', '=', row.id)
      .execute();
    // Classified: nothing looks for a workflow that has not heard.
    expect(open.map((v) => v.rule_set_version)).not.toContain(null);
  });

  test('L5a: a source may allow training results; an empty MSH-11 is not production either', async () => {
    const processing: SourceConfig['processing'] = ['production', 'training'];
    expect((await arrive(received({ processing: 'training' }), { source: { processing } })).outcome).toBe(
      'result',
    );
    expect((await arrive(received({ processing: 'unknown' }), { source: { processing } })).outcome).toBe(
      'non-production',
    );
  });

  test('L5a: a training message with the number of a real result touches nothing of it', async () => {
    const real = await arrive(received({ filler: 'REAL1' }));
    const trained = await arrive(
      received({ filler: 'REAL1', processing: 'training', observations: [potassium('9.0')] }),
    );
    expect(trained.row.id).not.toBe(real.row.id);
    const again = await arrive(received({ filler: 'REAL1', observations: [potassium('4.3')] }));
    expect(again.row).toMatchObject({ id: real.row.id, current_version: 2 });
  });

  test('L1: the lane of the source is the lane of what it makes', async () => {
    expect((await arrive(received(), { source: { lane: 'told-at-visit' } })).row.lane).toBe('told-at-visit');
    const old = received({ report: { collectedAt: monday9 - 30 * 24 * 3_600_000 } });
    expect((await arrive(old, { source: { lane: 'copy' } })).row.lane).toBe('historic');
  });

  test('L4: what only the second feed has is told to nobody until it is matched', async () => {
    const { outcome, row } = await arrive(received(), { source: { feed: 'second' } });
    expect([outcome, row.lane]).toEqual(['result', 'unmatched']);
  });
});

describe('who ordered it', () => {
  test('a number of the sender is never taken for a number of the chart; an NPI is', async () => {
    await importPractice(desk.store, {
      ...practice,
      roster: {
        ...roster,
        people: roster.people.map((p) => (p.id === 'moreau' ? { ...p, npi: '1999999984' } : p)),
      },
    });
    practice = await loadPractice(desk.store, practice.id);
    const { stageVersion } = await import('../../src/store/stage.js');
    const staged = async (provider: { id: string; npi: string | null }, providers = {}) => {
      const { row } = await arrive(received({ report: { orderingProvider: provider } }), {
        source: { providers },
      });
      return (await stageVersion(desk.store, practice.id, row.id, 1)).orderedBy;
    };
    // Dr. Okafor is provider 72 in the chart.
    expect(await staged({ id: '72', npi: null })).toBeNull();
    expect(await staged({ id: '72', npi: '1999999984' })).toBe('moreau');
    expect(await staged({ id: 'L-7', npi: null }, { 'L-7': 'okafor' })).toBe('okafor');
  });
});
