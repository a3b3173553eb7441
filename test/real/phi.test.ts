import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { act } from '../../src/starters/act.js';
import { confirmPage, linkIn, openPage } from './patient-page.js';
import { bmp } from './panels.js';
import { closeDeps, engines, openPractice, staff, type TestPractice } from './practice.js';

afterAll(closeDeps);

const planted = {
  givenName: 'Xanthippe',
  familyName: 'Quillfeather',
  birthDate: '1957-11-23',
  mobile: '6175550187',
  /** Three digits before the point: no time of day in a log or an engine's file looks like it. */
  glucose: '461.739',
  note: 'Spoke about the pelargonium allergy',
};

/** Every spelling in which a planted value could show up. */
const spellings = [
  planted.givenName,
  planted.familyName,
  planted.birthDate,
  '11/23/1957',
  '19571123',
  planted.mobile,
  '(617) 555-0187',
  '617-555-0187',
  planted.glucose,
  'pelargonium',
].flatMap((s) => [s, s.toLowerCase(), s.toUpperCase(), Buffer.from(s).toString('hex')]);

test('architecture §9: nothing of a planted patient is in clear in histories, attributes, ids, logs or tables', async () => {
  const p = await openPractice({ start: '2026-03-02T10:00', factor: 1200 });
  const patient = await p.patient({
    firstname: planted.givenName,
    lastname: planted.familyName,
    dob: '11/23/1957',
    mobilephone: planted.mobile,
    spruce: true,
  });
  await p.post(
    bmp(patient.id, { glucose: planted.glucose }),
    bmp(patient.id, { potassium: '6.7', collectedAt: Date.parse('2026-03-01T20:00:00Z') }),
    bmp(patient.id, { collectedAt: Date.parse('2026-02-27T20:00:00Z') }),
  );
  await p.poll();
  const results = await p.until('three results', async () => {
    const rows = await p.results();
    return rows.length === 3 && rows.every((r) => r.tier !== null) && rows;
  });
  const do_ = (resultId: string, body: Parameters<typeof act>[1]['body']) =>
    act(p.deps, {
      practice: p.practice,
      resultId,
      personId: staff.okafor,
      via: 'staff-app',
      note: planted.note,
      body,
    });
  for (const r of results.filter((one) => one.tier === 'critical')) {
    await do_(r.id, { kind: 'accept', task: 'callback' });
    await do_(r.id, { kind: 'attempt', outcome: 'reached', twoIdentifiers: true });
    await do_(r.id, { kind: 'sign-off', decision: 'call-instead' });
  }
  for (const r of results.filter((one) => one.tier === 'abnormal'))
    await do_(r.id, { kind: 'sign-off', decision: 'release' });
  const message = await p.until('the secure message', async () =>
    (await p.control.spruce.items(p.number)).find((i) => /\/p\//.test(i.text)),
  );
  await openPage(linkIn(message.text));
  await confirmPage(linkIn(message.text), planted.birthDate);
  await p.control.twilio.sendText(p.number, {
    from: patient.phone,
    body: `${planted.givenName} here, ${planted.note}`,
  });
  await p.until('two closed', async () => (await p.results()).filter((r) => r.closure !== null).length >= 2);

  const places: Record<string, string | Buffer> = {
    ...(await workflowPlaces(p)),
    ...(await tables(p)),
    ...logs(),
    ...engineFiles(),
  };
  // The search itself works: what may be in clear is found.
  expect(Object.keys(places).filter((name) => places[name]?.includes(p.practice.id)).length).toBeGreaterThan(
    10,
  );
  expect(places['table practice']).toContain('Harbor Family Practice');
  const histories = Object.keys(places).filter((name) => name.startsWith('history '));
  for (const name of histories) expect(places[name]).toContain('binary/encrypted');
  const found = Object.entries(places).flatMap(([place, text]) =>
    spellings.filter((s) => text.includes(s)).map((s) => `${s} in ${place}`),
  );
  expect(found).toEqual([]);
});

/** Raw histories (payload bytes too), ids, memo and search attributes of every workflow of the practice. */
async function workflowPlaces(p: TestPractice): Promise<Record<string, string>> {
  const places: Record<string, string> = {};
  const ids = [
    ...(await p.results()).map((r) => `result/${r.id}`),
    ...(await p.results()).map((r) => `notice/${r.patient_id ?? ''}`),
    `chart/${p.practice.id}`,
  ];
  const list = p.deps.temporal.workflow.list({ query: `WorkflowId STARTS_WITH "poll/${p.practice.id}"` });
  for await (const w of list) ids.push(w.workflowId);
  for (const id of new Set(ids)) {
    const handle = p.deps.temporal.workflow.getHandle(id);
    const history = await handle.fetchHistory();
    places[`history ${id}`] = textOf(history);
    const { raw } = await handle.describe();
    places[`description ${id}`] = textOf(raw);
  }
  return places;
}

/**
 * Everything in it, bytes as the text they may be. By hand, because a message of the protocol turns its bytes to
 * base64 when it is stringified, and nothing would ever be found in them.
 */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, part]) => `${key} ${textOf(part)}`)
    .join('\n');
}

/** Every row of every table as text. */
async function tables(p: TestPractice): Promise<Record<string, string>> {
  const { db } = p.deps.store;
  const names = await sql<{ name: string }>`select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(db);
  const places: Record<string, string> = {};
  for (const { name } of names.rows) {
    const rows = await sql<{ text: string }>`select t::text as text from ${sql.table(name)} t`.execute(db);
    places[`table ${name}`] = rows.rows.map((r) => r.text).join('\n');
  }
  return places;
}

/** What Temporal and PostgreSQL write on this machine: their logs, and Temporal's own database as it is on the disk. */
function engineFiles(): Record<string, Buffer> {
  const folder = dirname(engines.logs);
  const files = readdirSync(folder).filter((name) => /\.log$|^temporal\.db/.test(name));
  return Object.fromEntries(files.map((name) => [`file ${name}`, readFileSync(join(folder, name))]));
}

/** Logs of our processes. The sandboxes play the vendors, who know the patient; theirs are not ours. */
function logs(): Record<string, string> {
  return Object.fromEntries(
    readdirSync(engines.logs)
      .filter((name) => name !== 'sandboxes.log')
      .map((name) => [`log ${name}`, readFileSync(join(engines.logs, name), 'utf8')]),
  );
}
