import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DeskPractice, hour, monday9 } from '../starters/desk-practice.js';
import { collected, newPatient, type Given } from './post.js';

let desk: DeskPractice;
let patients = 0;
beforeAll(async () => void (desk = await DeskPractice.open()), 60_000);
afterAll(() => desk.close());

const day = 24 * hour;
const patient = () => newPatient(desk, String(7000 + patients++));

const resultRow = (id: string) =>
  desk.store.db.selectFrom('result').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const versions = (id: string) =>
  desk.store.db.selectFrom('version').selectAll().where('result_id', '=', id).orderBy('number').execute();

test('L39: same order and test within 2 h are one result; beyond it another (serial troponin)', async () => {
  const post = await patient();
  const first = await post();
  expect(await post({ value: '4.3', collectedAt: collected + 2 * hour, reportedAt: monday9 })).toEqual({
    outcome: 'new-version',
    resultId: first.resultId,
    version: 2,
  });
  const serial = await post({ value: '4.4', collectedAt: collected + 5 * hour });
  expect(serial).toMatchObject({ outcome: 'new-version', version: 1 });
  expect(serial.resultId).not.toBe(first.resultId);
});

test('L39: of two serial results a report belongs to the nearest, and a document always to its own', async () => {
  const post = await patient();
  const first = await post({ documentId: 'serial-1' });
  const second = await post({ documentId: 'serial-2', value: '4.2', collectedAt: collected + 3 * hour });
  expect(second.resultId).not.toBe(first.resultId);
  const near = await post({ value: '4.3', collectedAt: collected + 1.75 * hour, reportedAt: monday9 });
  expect(near.resultId).toBe(second.resultId);
  // The laboratory corrects the collection time of the first document to that of the second.
  const moved = await post({ documentId: 'serial-1', value: '4.9', collectedAt: collected + 3 * hour });
  expect(moved.resultId).toBe(first.resultId);
});

test('L39: siblings of one order with other tests are other results, also under one accession', async () => {
  const post = await patient();
  const ids = { order: 'O1', accession: 'A1' };
  const one = await post({ ids });
  const other = await post({ ids, test: { code: null, system: null, name: 'Sodium' } });
  expect(other.resultId).not.toBe(one.resultId);
  expect((await resultRow(other.resultId)).draw_id).toBe((await resultRow(one.resultId)).draw_id);
});

test('L39: up to a day apart only with equal accession or filler', async () => {
  for (const namespace of ['accession', 'filler'] as const) {
    const post = await patient();
    const ids = { order: 'O1', [namespace]: 'X1' };
    const first = await post({ ids });
    const sameDay = await post({ ids, value: '4.2', collectedAt: collected - day, reportedAt: monday9 });
    expect(sameDay.resultId).toBe(first.resultId);
    const later = await post({ ids, value: '4.3', collectedAt: collected + day + 1 });
    expect(later.resultId).not.toBe(first.resultId);
    const elsewhere = await post({ ids: { ...ids, [namespace]: 'X2' }, collectedAt: collected + 5 * hour });
    expect(elsewhere.resultId).not.toBe(first.resultId);
  }
});

test('L39: without a collection time the next result of a standing order is not an amendment of the last', async () => {
  const post = await patient();
  const first = await post({ collectedAt: null });
  const week = await post({ collectedAt: null, value: '4.2', reportedAt: monday9 + 7 * day });
  expect(week.resultId).not.toBe(first.resultId);
  const soon = await post({ collectedAt: null, value: '4.3', reportedAt: monday9 });
  expect(soon.resultId).toBe(first.resultId);
});

test('L39: another patient, or no identifiers at all, is another result', async () => {
  const [mine, yours] = [await patient(), await patient()];
  const first = await mine();
  expect((await yours()).resultId).not.toBe(first.resultId);
  const bare = await mine({ identifiers: [] } as Given);
  const bareAgain = await mine({ identifiers: [], value: '4.2' } as Given);
  expect(new Set([first.resultId, bare.resultId, bareAgain.resultId]).size).toBe(3);
});

test('L40, S000-72: identical content under a new document id is known: no new version, told in the timeline', async () => {
  const post = await patient();
  const first = await post();
  // Work state, publishing and posting move without the laboratory.
  const again = await post({ postedAt: monday9 + hour, documentState: 'CLOSED', publishedAt: monday9 });
  expect(again).toEqual({ outcome: 'known', resultId: first.resultId, published: true });
  const [only, ...more] = await versions(first.resultId);
  expect(more).toEqual([]);
  expect(only?.published_at).toBe(monday9);
});

test('L40: a known (document, hash) is a no-op whatever is current; A, B, A in a new document is new', async () => {
  const post = await patient();
  const first = await post({ documentId: 'aba-1' });
  await post({ documentId: 'aba-2', value: '6.3', status: 'corrected', reportedAt: monday9 });
  expect(await post({ documentId: 'aba-1' })).toEqual({ outcome: 'known', resultId: first.resultId });
  expect((await resultRow(first.resultId)).current_version).toBe(2);
  const back = await post({ documentId: 'aba-3', reportedAt: monday9 + hour });
  expect(back).toEqual({ outcome: 'new-version', resultId: first.resultId, version: 3 });
});

test('L31: a document that is routed to ResultsCall after its content came is told by it from then on', async () => {
  const post = await patient();
  const first = await post({ documentId: 'route-1' });
  await post({ documentId: 'route-1', documentRoute: 'RESULTSCALL' });
  await post({ documentId: 'route-1', publishedAt: monday9 });
  expect(await versions(first.resultId)).toMatchObject([{ resultscall: true, published_at: monday9 }]);
});

test('L24: publishing an old document does not make the corrected content look published', async () => {
  const post = await patient();
  const first = await post({ documentId: 'pub-1' });
  await post({ documentId: 'pub-2', value: '6.3', status: 'corrected', reportedAt: monday9 });
  await post({ documentId: 'pub-1', publishedAt: monday9 });
  expect((await versions(first.resultId)).map((v) => v.published_at)).toEqual([monday9, null]);
});

test('L41: corrected content is a new current version; a late preliminary or older report never is', async () => {
  const post = await patient();
  const first = await post();
  const corrected = await post({ value: '6.3', status: 'corrected', reportedAt: monday9 });
  expect(corrected).toEqual({ outcome: 'new-version', resultId: first.resultId, version: 2 });
  const preliminary = { value: '4.0', status: 'preliminary', reportedAt: monday9 + hour } as const;
  expect(await post(preliminary)).toEqual({ outcome: 'late', resultId: first.resultId, version: 3 });
  const older = await post({ value: '4.5', reportedAt: monday9 - 3 * hour });
  expect(older).toEqual({ outcome: 'late', resultId: first.resultId, version: 4 });
  expect((await resultRow(first.resultId)).current_version).toBe(2);
  // Nothing is dropped: both are kept.
  expect((await versions(first.resultId)).map((v) => v.change)).toEqual([null, null, 'late', 'late']);
});

test('L39: the same delivery twice at the same moment is one result with one version', async () => {
  const post = await patient();
  const same = { documentId: 'twice' };
  const [a, b] = await Promise.all([post(same), post(same), post(same)]);
  expect(a?.resultId).toBe(b?.resultId);
  expect(await versions(a?.resultId ?? '')).toHaveLength(1);
});

test('L18: a draw is one patient within 2 h of its first member; unknown time by accession, else its own', async () => {
  const post = await patient();
  const named = async (name: string, more: Given) => {
    const stored = await post({ ids: {}, test: { code: null, system: null, name }, ...more });
    return (await resultRow(stored.resultId)).draw_id;
  };
  const first = await named('A', { ids: { accession: 'A1' } });
  expect(await named('B', { collectedAt: collected + 2 * hour })).toBe(first);
  // Counted from the first member, not from the last that joined.
  expect(await named('C', { collectedAt: collected + 2 * hour + 1 })).not.toBe(first);
  expect(await named('D', { collectedAt: null, ids: { accession: 'A1' } })).toBe(first);
  const alone = await named('E', { collectedAt: null });
  expect(alone).not.toBe(first);
  expect(await named('F', { collectedAt: null })).not.toBe(alone);
});

test('L2: old, uploaded or faxed results are recorded only', async () => {
  const post = await patient();
  const lane = async (more: Given) => (await resultRow((await post({ ids: {}, ...more })).resultId)).lane;
  expect(await lane({ collectedAt: monday9 - 14 * day })).toBe('notify');
  expect(await lane({ collectedAt: monday9 - 14 * day - 1 })).toBe('historic');
  for (const documentSource of ['UPLOAD', 'fax', 'PATIENT'])
    expect(await lane({ documentSource })).toBe('historic');
});
