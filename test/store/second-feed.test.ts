import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Report } from '../../src/domain/result/report.js';
import { joinByPerson } from '../../src/store/joining.js';
import { resultDocument } from '../../src/store/rereads.js';
import { asChartDelivery } from '../../src/store/second-feed.js';
import { putSource } from '../../src/store/sources.js';
import { stageVersion } from '../../src/store/stage.js';
import { DeskPractice, monday9, staff } from '../starters/desk-practice.js';
import { newPatient } from './post.js';

let desk: DeskPractice;
beforeAll(async () => {
  desk = await DeskPractice.open();
  await putSource(desk.store, desk.practice, {
    id: 'harbor',
    name: 'Harbor',
    format: 'hl7v2',
    receiver: { via: 'mllp', port: 0 },
    zone: 'America/New_York',
    inChart: { facilities: ['88'], numbersOf: 'HARBOR' },
  });
}, 60_000);
afterAll(() => desk.close());

const inChart = (facility: string | null, accession: string) =>
  asChartDelivery(desk.store, desk.practice.id, facility, {
    identifiers: [{ namespace: 'accession', value: accession }],
  } as unknown as Report);

test('L4: a chart document of a laboratory that sends by itself is the second feed, under the same numbers', async () => {
  const { report, sourceLane } = await inChart('88', 'A-1');
  expect(sourceLane).toBe('second');
  expect(report.identifiers).toEqual([
    { namespace: 'accession', value: 'A-1^HARBOR' },
    { namespace: 'filler', value: 'A-1^HARBOR' },
  ]);
});

test('L4: of another laboratory, or of none, the chart speaks for itself', async () => {
  for (const facility of ['89', null])
    expect(await inChart(facility, 'A-1')).toEqual({
      sourceLane: 'master',
      report: { identifiers: [{ namespace: 'accession', value: 'A-1' }] },
    });
});

test('L4, L23: the document that the second feed shows is the one that is read again and published', async () => {
  const post = await newPatient(desk, '9100');
  const ids = { accession: 'A-2' };
  const sent = await post({ source: 'hl7v2', documentId: 'HARBOR|1', ids });
  expect(await resultDocument(desk.store, sent.resultId)).toEqual({ patientId: post.id, documentId: null });
  const shown = await post({
    documentId: '700',
    ids,
    // Written in its own way, with the same values.
    test: { code: null, system: null, name: 'potassium' },
    publishedAt: monday9,
    delivery: { sourceLane: 'second' },
  });
  expect(shown).toEqual({ outcome: 'known', resultId: sent.resultId, published: true });
  expect(await resultDocument(desk.store, sent.resultId)).toEqual({ patientId: post.id, documentId: '700' });
  const version = await desk.store.db
    .selectFrom('version')
    .select('published_at')
    .where('result_id', '=', sent.resultId)
    .executeTakeFirstOrThrow();
  expect(version.published_at).toBe(monday9);
});

test('L4, L24: what the chart showed before the laboratory itself sent it stays published, when it says the same', async () => {
  const post = await newPatient(desk, '9101');
  const ids = { accession: 'A-3' };
  const inChartFirst = await post({
    documentId: '701',
    ids,
    publishedAt: monday9,
    delivery: { sourceLane: 'second' },
  });
  const sent = await post({ source: 'hl7v2', documentId: 'HARBOR|2', ids });
  expect(sent).toMatchObject({ outcome: 'new-version', resultId: inChartFirst.resultId });
  const current = await desk.store.db
    .selectFrom('version')
    .innerJoin('result', (j) =>
      j.onRef('result.id', '=', 'version.result_id').onRef('result.current_version', '=', 'version.number'),
    )
    .select(['version.feed', 'version.published_at'])
    .where('result.id', '=', sent.resultId)
    .executeTakeFirstOrThrow();
  expect(current).toEqual({ feed: 'master', published_at: monday9 });
});

test('L1, L4: what the chart showed first is in the lane of the laboratory as soon as that sends it', async () => {
  const post = await newPatient(desk, '9102');
  const ids = { accession: 'A-4' };
  const { resultId } = await post({ documentId: '702', ids, delivery: { sourceLane: 'second' } });
  // Its workflow has classified and recorded it.
  await desk.store.db.updateTable('result').set({ seq: 1 }).where('id', '=', resultId).execute();
  const sent = await post({ source: 'hl7v2', documentId: 'HARBOR|3', ids, delivery: { lane: 'copy' } });
  expect(sent).toMatchObject({ resultId, version: 2 });
  expect(await stageVersion(desk.store, desk.practice.id, resultId, 2)).toMatchObject({ lane: 'copy' });
});

test('L1, L39: a result that is joined brings its lane to what only the second feed knew', async () => {
  const post = await newPatient(desk, '9103');
  const shown = await post({
    documentId: '703',
    ids: { accession: 'A-5' },
    delivery: { sourceLane: 'second' },
  });
  const sent = await post({
    source: 'hl7v2',
    documentId: 'HARBOR|4',
    ids: { filler: 'F-5' },
    delivery: { lane: 'copy' },
  });
  const pair = { survivorId: shown.resultId, otherId: sent.resultId };
  await joinByPerson(desk.store, desk.practice, { ...pair, by: staff.provider });
  expect(await stageVersion(desk.store, desk.practice.id, shown.resultId, 2)).toMatchObject({ lane: 'copy' });
});
