import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../src/sandbox/shared/control.js';
import { openSandbox } from './athenahealth-practice.js';

let sandbox: Awaited<ReturnType<typeof openSandbox>>;
beforeAll(async () => void (sandbox = await openSandbox()));
afterAll(() => sandbox.close());

const path = '/patients/4102/documents/clinicaldocument';
const form = { departmentid: '150', documentsubclass: 'CLINICALDOCUMENT', internalnote: 'told' };

/** Plants one fault on the write, makes the write once, and says what came back and what the chart holds. */
async function writeUnder(fault: Fault) {
  const practice = await sandbox.practice();
  await practice.control.plantFault(practice.id, {
    match: { method: 'post', path: 'clinicaldocument$' },
    fault,
  });
  const answer = await practice.call('POST', path, form).catch(() => 'no answer' as const);
  const stored = (await practice.control.chart(practice.id)).length;
  const journal = await practice.control.journal(practice.id);
  expect(journal.filter((entry) => entry.kind === 'fault')).toMatchObject([{ fault: fault.kind }]);
  return { answer, stored, practice };
}

describe('planted faults (reference §12.10)', () => {
  test('a status or an HTML page stands in for the answer and nothing is stored', async () => {
    const busy = await writeUnder({
      kind: 'status',
      status: 429,
      body: 'slow down',
      headers: { 'retry-after': '7' },
    });
    expect(busy.answer).toMatchObject({ status: 429, text: 'slow down' });
    const page = await writeUnder({ kind: 'html', status: 502 });
    expect(page.answer).toMatchObject({ status: 502, text: expect.stringContaining('<html>') });
    const soft = await writeUnder({
      kind: 'status',
      status: 200,
      body: { success: 'false', errormessage: 'Locked.' },
    });
    expect((soft.answer as { text: string }).text).toBe('{"success":"false","errormessage":"Locked."}');
    expect([busy.stored, page.stored, soft.stored]).toEqual([0, 0, 0]);
  });

  test('reset-before stores nothing, reset-after stores and tells nobody', async () => {
    const before = await writeUnder({ kind: 'reset-before' });
    expect([before.answer, before.stored]).toEqual(['no answer', 0]);
    const after = await writeUnder({ kind: 'reset-after' });
    expect([after.answer, after.stored]).toEqual(['no answer', 1]);
    const again = await after.practice.call('POST', path, form);
    expect([again.status, (await after.practice.control.chart(after.practice.id)).length]).toEqual([200, 2]);
  });

  test('hang-after stores at once while the caller still waits', async () => {
    const { id, call, control } = await sandbox.practice();
    await control.plantFault(id, { fault: { kind: 'hang-after', ms: 600_000 } });
    const before = (await control.journal(id)).at(-1)?.seq;
    const waiting = call('POST', path, form).catch((error: unknown) => error);
    while ((await control.chart(id)).length === 0) await control.journal(id, before, 1_000);
    expect(await Promise.race([waiting, Promise.resolve('still waiting')])).toBe('still waiting');
  });

  test('truncated arrives with half a body after storing', async () => {
    const { answer, stored } = await writeUnder({ kind: 'truncated' });
    expect(stored).toBe(1);
    expect(() => (answer as { json: () => unknown }).json()).toThrow();
  });

  test('skip lets calls pass, times counts hits, clearing ends it', async () => {
    const { id, call, control } = await sandbox.practice();
    await control.plantFault(id, {
      match: { path: 'ping' },
      skip: 1,
      times: 2,
      fault: { kind: 'status', status: 503 },
    });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await call('GET', '/ping')).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
    await control.plantFault(id, { fault: { kind: 'status', status: 503 } });
    await control.clearFaults(id);
    expect((await call('GET', '/ping')).status).toBe(200);
  });

  test('the journal can be waited for and continues after a number', async () => {
    const { id, call, control } = await sandbox.practice();
    const seen = (await control.journal(id)).at(-1)?.seq ?? 0;
    const waiting = control.journal(id, seen, 30_000);
    await call('GET', '/patients/4102');
    expect(await waiting).toMatchObject([{ seq: seen + 1, kind: 'patient-read', patientid: '4102' }]);
  });

  test('control calls name what is wrong', async () => {
    await expect(sandbox.control.journal('1')).rejects.toThrow('seed it with PUT /__sandbox/tenants/1');
    const { id, control } = await sandbox.practice();
    await expect(control.setClock(id, { segments: [] })).rejects.toThrow('400');
  });
});
