import { afterAll, describe, expect, test } from '@jest/globals';
import type { AthenaLabResultSeed } from '../../src/sandbox/athenahealth/control.js';
import { bmp } from './panels.js';
import { closeDeps, openPractice, staff } from './practice.js';

afterAll(closeDeps);

/** A document without some of its fields, as a laboratory or an interface loses them. */
function without(document: AthenaLabResultSeed, ...fields: readonly string[]): AthenaLabResultSeed {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !fields.includes(name)));
}

describe('documents', () => {
  test('without patient (L5): an item of the unrouted list; matched later, it goes its way as the same result', async () => {
    const p = await openPractice({ factor: 600 });
    const patient = await p.patient();
    const [documentid] = await p.arrive({ ...bmp(patient.id, { glucose: '156' }), patientid: null });
    const held = await p.until('the held result', async () => (await p.results())[0]);
    expect(await p.task(held.id, 'match')).toMatchObject({ owner_id: staff.coordinator });
    expect((await p.results())[0]).toMatchObject({ phase: 'unmatched', closure: null });

    await p.control.athena.changeLabResult(p.number, documentid ?? 0, { patientid: patient.id });
    await p.poll();
    expect(await p.result(patient, 'sign-off')).toMatchObject({
      id: held.id,
      tier: 'abnormal',
      owner_id: staff.okafor,
    });
    expect((await p.tasks(held.id)).map((t) => t.kind)).toEqual(['sign-off']);
    expect(await p.results()).toHaveLength(1);
  });

  test.each([
    ['without provider', { providerid: null }],
    ['ordered by somebody who is not on the roster', { providerid: 999 }],
  ])('%s (L14): the keeper owns it, with a task to find whose it is', async (_, fields) => {
    const p = await openPractice({ factor: 600 });
    const patient = await p.patient();
    await p.arrive({ ...bmp(patient.id, { glucose: '156' }), ...fields });
    const result = await p.result(patient, 'sign-off');
    expect(result).toMatchObject({ owner_id: staff.coordinator, ordered_by: null });
    expect(await p.task(result.id, 'match')).toMatchObject({ owner_id: staff.coordinator });
    expect(await p.toldTo(patient)).toEqual([]);
  });

  test('critical without provider (L14): on-call owns it and is paged at once', async () => {
    const p = await openPractice({ factor: 60 });
    const patient = await p.patient();
    await p.arrive({ ...bmp(patient.id, { potassium: '6.8' }), providerid: null });
    expect(await p.result(patient, 'callback')).toMatchObject({ owner_id: staff.supervisor });
    await p.until('a page to on-call', async () => (await p.pages(staff.supervisor)).length > 0);
  });

  test('without observations: never normal, a provider reviews it', async () => {
    const p = await openPractice({ factor: 600 });
    const patient = await p.patient();
    await p.arrive(without(bmp(patient.id), 'observations'));
    const { id, tier } = await p.result(patient, 'sign-off');
    expect(tier).toBe('review');
    expect(await p.task(id, 'review')).toMatchObject({ owner_id: staff.okafor });
    expect(await p.toldTo(patient)).toEqual([]);
  });

  test('without any date: classified and owned all the same, its clocks run from detection', async () => {
    const p = await openPractice({ factor: 600 });
    const patient = await p.patient();
    await p.arrive(without(bmp(patient.id, { glucose: '156' }), 'observationdatetime'));
    const result = await p.result(patient, 'sign-off');
    expect(result).toMatchObject({ tier: 'abnormal', owner_id: staff.okafor, lane: 'notify' });
    expect(result.due_at).toBeGreaterThan(result.detected_at);
  });

  test('without name, units, ranges, order, accession, status: nobody is told before a person has looked', async () => {
    const p = await openPractice({ factor: 600 });
    const patient = await p.patient();
    const bare = without(
      bmp(patient.id),
      ...['description', 'labresultloinc', 'resultstatus', 'tietoorderid', 'externalaccessionid'],
    );
    const observations = (bare.observations ?? []).map(({ analytename, value }) => ({ analytename, value }));
    await p.arrive({ ...bare, observations });
    const { id } = await p.result(patient, 'sign-off');
    await p.task(id, 'review');
    expect(await p.toldTo(patient)).toEqual([]);
  });

  test('values and flags of any text: never normal, never a crash, each one is somebody’s work', async () => {
    const p = await openPractice({ factor: 60 });
    const odd: readonly [value: string, flag: string][] = [
      ['SEE NOTE', ''],
      ['hemolyzed, please redraw', 'normal'],
      ['>', 'high'],
      ['4.2.1', ''],
      ['--', '***'],
      ['४.२', 'normal'],
      ['🧪', 'abnormal'],
      ['4,2', 'normal'],
      ['NaN', 'N'],
      ['1e400', ''],
      [`${'9'.repeat(400)}`, 'panic?'],
      ["'); drop table result; --", 'H'],
      ['4.2', 'call the physician NOW'],
      ['', ''],
    ];
    const patients = await p.patients(odd.length);
    await p.arrive(
      ...odd.map(([value, abnormalflag], i) => {
        const document = bmp(patients[i]?.id ?? '');
        const observations = (document.observations ?? []).map((row) =>
          row.analytename === 'potassium' ? { ...row, value, abnormalflag } : row,
        );
        return { ...document, observations };
      }),
    );
    for (const [i, patient] of patients.entries()) {
      const { id, tier } = await p.result(patient);
      expect([odd[i], tier]).toEqual([odd[i], expect.stringMatching(/^(review|abnormal|critical)$/)]);
      await p.until('work', async () => (await p.tasks(id)).length > 0);
      expect(await p.toldTo(patient)).toEqual([]);
    }
    expect(await p.alarms()).toEqual([]);
  });
});
