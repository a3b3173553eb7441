import { afterAll, describe, expect, test } from '@jest/globals';
import { faultRows, operations, type FaultRow, type Operation } from './fault-table.js';
import { bmp } from './panels.js';
import { closeDeps, openPractice, staff, type TestPatient, type TestPractice } from './practice.js';

afterAll(closeDeps);

/** What is not known is looked at again after a lease: at most one practice hour, less than any clock on the way. */
const factor = 300;
/** Above every call of the fault (real ms). */
const leaseFor = (row: FaultRow) => (row.fault.kind === 'hang-after' ? 11_000 : 4_000);
/** A minute's limit of the vendor is over, and what follows is done (real ms). */
const patience = 110_000;

interface Scene {
  readonly p: TestPractice;
  readonly patient: TestPatient;
}

async function scene(row: FaultRow, more: Parameters<TestPractice['patient']>[0] = {}): Promise<Scene> {
  const p = await openPractice({ factor, settings: { noticeSettleMs: 0, leaseMs: leaseFor(row) } });
  return { p, patient: await p.patient(more) };
}

function plant({ p }: Scene, row: FaultRow): Promise<unknown> {
  const { vendor, method, path } = operations[row.operation];
  const { times, fault } = row;
  return p.control[vendor].plantFault(p.number, { match: { method, path }, times, fault });
}

/** The Schedule polls again and again; one poll that fails is not the end. */
async function pollUntil<T>(p: TestPractice, what: string, check: () => Promise<T | undefined | false>) {
  const polled = async () => {
    await p.poll().catch(() => undefined);
    return check();
  };
  return p.until(what, polled, patience);
}

/** An abnormal result is found although reading runs into the fault. */
async function reading(row: FaultRow, before?: (s: Scene) => Promise<unknown>): Promise<TestPractice> {
  const s = await scene(row);
  await before?.(s);
  await plant(s, row);
  await s.p.post(bmp(s.patient.id, { glucose: '156' }));
  const found = await pollUntil(s.p, 'an owned result', async () =>
    (await s.p.results()).find((r) => r.owner_id !== null && r.due_at !== null),
  );
  expect(await s.p.results()).toHaveLength(1);
  if (row.expected === 'person') {
    await s.p.task(found.id, 'match');
    return s.p;
  }
  expect(found.tier).toBe('abnormal');
  await s.p.task(found.id, 'sign-off');
  return s.p;
}

/** A normal result, and how the patient is told of it in the end. */
async function told(s: Scene, row: FaultRow, own: () => Promise<number>): Promise<TestPractice> {
  const { p, patient } = s;
  const { id } = await p.result(patient);
  await p.until('told, or work for a person', async () => {
    const left = (await p.events(id)).some(
      (e) => e.kind === 'message-confirmed' || e.kind === 'message-left',
    );
    return left || (await p.tasks(id)).length > 0;
  });
  if (row.expected === 'once') await p.event(id, 'message-confirmed');
  await p.nothingLeftToSend(patient);
  const ways = (await p.toldTo(patient)).length;
  const work = (await p.tasks(id)).length;
  if (row.expected === 'once') expect([await own(), ways]).toEqual([1, 1]);
  if (row.expected === 'other-way') expect(await own()).toBe(0);
  expect(ways).toBeLessThanOrEqual(1);
  expect(ways + work).toBeGreaterThan(0);
  return p;
}

async function texting(row: FaultRow, more: (s: Scene) => Promise<unknown> = async () => undefined) {
  const s = await scene(row);
  await more(s);
  await plant(s, row);
  await s.p.arrive(bmp(s.patient.id));
  return told(s, row, async () => (await s.p.texts()).length);
}

async function messaging(row: FaultRow, more: (s: Scene) => Promise<unknown> = async () => undefined) {
  const s = await scene(row, { spruce: true, consenttotext: false });
  await more(s);
  await plant(s, row);
  await s.p.arrive(bmp(s.patient.id));
  return told(s, row, async () => (await s.p.secureMessages()).length);
}

async function noting(row: FaultRow): Promise<TestPractice> {
  const s = await scene(row, { consenttotext: false });
  await plant(s, row);
  await s.p.arrive(bmp(s.patient.id));
  return told(s, row, async () => (await s.p.portalNotes(s.patient)).length);
}

async function charting(row: FaultRow): Promise<TestPractice> {
  const s = await scene(row);
  const { p, patient } = s;
  await plant(s, row);
  await p.arrive(bmp(patient.id, { glucose: '156' }));
  const { id } = await p.result(patient, 'sign-off');
  await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'call-instead' });
  if (row.expected === 'person') {
    await p.task(id, 'follow-up');
    expect(await p.chartNotes(patient)).toEqual([]);
    expect((await p.resultsOf(patient))[0]?.closure).toBeNull();
    return p;
  }
  const note = await p.until('the note is confirmed', () =>
    p.deps.store.db
      .selectFrom('chart_note')
      .select('id')
      .where('result_id', '=', id)
      .where('state', '=', 'confirmed')
      .executeTakeFirst(),
  );
  const notes = await p.chartNotes(patient);
  expect(notes).toHaveLength(1);
  expect(notes[0]).toContain(note.id);
  return p;
}

/** L10: whatever happens to the first page, the owner is paged; where it failed, the cover is rung at once. */
async function paging(row: FaultRow): Promise<TestPractice> {
  const s = await scene(row);
  const { p, patient } = s;
  await plant(s, row);
  await p.arrive(bmp(patient.id, { potassium: '6.8' }));
  const { id } = await p.result(patient, 'callback');
  if (row.fault.kind !== 'delay') {
    const failed = await p.event(id, 'page-failed');
    const [cover] = await p.until('a page to the cover', async () => {
      const pages = await p.pages(staff.lindqvist);
      return pages.length > 0 && pages;
    });
    // Before the next rung's own time (10 min).
    expect((cover?.practiceAt ?? Infinity) - failed.at).toBeLessThan(10 * 60_000);
  }
  await p.until('a page to the owner', async () => (await p.pages(staff.okafor)).length > 0);
  return p;
}

const acceptedThenSilence = (path: string) => ({
  match: { method: 'POST', path },
  fault: { kind: 'reset-after' as const },
});

const scenes: Readonly<Record<Operation, (row: FaultRow) => Promise<TestPractice>>> = {
  'athenahealth token': (row) => reading(row, ({ p }) => p.control.athena.expireTokens(p.number)),
  'athenahealth changed feed': reading,
  'athenahealth document': reading,
  'athenahealth patient': reading,
  'athenahealth chart note': charting,
  'athenahealth chart read-back': charting,
  'athenahealth note to patient': noting,
  'Twilio message': texting,
  // No callback comes: only the list can tell.
  'Twilio list after an unknown outcome': (row) =>
    texting(row, async ({ p }) => {
      await p.control.twilio.change(p.number, { callbacks: { drop: 1 } });
      await p.control.twilio.plantFault(p.number, acceptedThenSilence('/Messages'));
    }),
  'Spruce contact': messaging,
  'Spruce secure message': messaging,
  'Spruce list after an unknown outcome': (row) =>
    messaging(row, async ({ p }) => {
      await p.control.spruce.change(p.number, { webhooks: { drop: 1 } });
      await p.control.spruce.plantFault(p.number, acceptedThenSilence('/conversations$'));
    }),
  'Spruce page': paging,
};

describe.each(Object.keys(scenes) as Operation[])('%s', (operation) => {
  const rows = faultRows.filter((row) => row.operation === operation);
  test.concurrent.each(rows.map((row) => [row.name, row.expected, row] as const))(
    'S002-14: %s → %s',
    async (_name, _expected, row) => {
      const practice = await scenes[operation](row);
      // What did not strike proves nothing.
      const struck = (await practice.control[operations[operation].vendor].faults(practice.number)).at(-1);
      expect(struck?.hits).toBeGreaterThan(0);
      await practice.rest();
    },
  );
});

test('the table has at least 100 rows', () => {
  expect(faultRows.length).toBeGreaterThanOrEqual(100);
});
