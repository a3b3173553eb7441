import { afterAll, expect, test } from '@jest/globals';
import { bmp } from './panels.js';
import { at, clockThrough, closeDeps, hour, openPractice, staff } from './practice.js';

afterAll(closeDeps);

const high = { glucose: '156' };

test('S000-T6, 53: abnormal and unsigned: nothing reaches the patient, for as long as it takes', async () => {
  // Two nights pass quickly; on Wednesday morning there is time for the message.
  const clock = clockThrough(
    '2026-03-02T10:00',
    { factor: 14_000, until: '2026-03-04T08:30' },
    { factor: 1_200 },
  );
  const p = await openPractice({ clock });
  const patient = await p.patient({ spruce: true });
  await p.arrive(bmp(patient.id, high));
  const { id, detected_at } = await p.result(patient, 'sign-off');
  await p.untilPractice(detected_at + 40 * hour);
  expect(await p.toldTo(patient)).toEqual([]);

  // The silence was the missing sign-off, not a patient whom nobody can reach.
  await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'release' });
  await p.until('the message', async () => (await p.toldTo(patient)).length > 0);
});

test('S000-T7, 4, 41, 52: abnormal and signed: a Spruce message with summary, next step and scheduling link', async () => {
  const p = await openPractice({ factor: 300 });
  const patient = await p.patient({ firstname: 'Odile', spruce: true });
  await p.arrive(bmp(patient.id, high));
  const { id } = await p.result(patient, 'sign-off');
  await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'release' });
  const signed = await p.event(id, 'signed-off', { decision: 'release' });
  expect(signed.actor).toBe(staff.okafor);

  const [message, ...others] = await p.until('the message', async () => {
    const all = await p.secureMessages();
    return all.length > 0 && all;
  });
  expect(others).toEqual([]);
  expect(message?.text).toMatch(/^Hello Odile,/);
  // Summary, next step, scheduling link (S000-56).
  expect(message?.text).toContain('Glucose (blood sugar): 156 mg/dL (expected 65-99), high');
  expect(message?.text).toMatch(/Recommended next step\W+\w+/);
  expect(message?.text).toContain('Schedule your visit here: https://book.example/harbor');

  const [posted] = (await p.journal('spruce', 'item-created')).filter((e) => e.direction === 'outbound');
  expect(posted?.practiceAt).toBeGreaterThanOrEqual(signed.at);
  // A text carries no clinical detail, so this one goes by Spruce alone.
  expect(await p.texts()).toEqual([]);
  await p.until('our sign-off in the chart', async () =>
    (await p.chartNotes(patient)).some(
      (n) => n.includes('Reviewed and released') && n.includes('Maya Okafor'),
    ),
  );
});

test('L25: without Spruce: a note beside the published result, and one neutral text with it, where texts may go', async () => {
  const p = await openPractice({ factor: 300 });
  const [texted, silent] = [await p.patient(), await p.patient({ consenttotext: false })];
  await p.arrive(bmp(texted.id, high), bmp(silent.id, high));
  for (const patient of [texted, silent]) {
    const { id } = await p.result(patient, 'sign-off');
    await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'release' });
  }
  const { id } = await p.result(texted);
  await p.event(id, 'message-confirmed', { channel: 'text', purpose: 'note-text' });
  for (const patient of [texted, silent]) await p.nothingLeftToSend(patient);

  for (const patient of [texted, silent]) {
    const told = (await p.events((await p.result(patient)).id)).filter((e) => e.kind === 'message-confirmed');
    expect(told[0]?.data).toMatchObject({ channel: 'portal-note', purpose: 'results' });
    expect(await p.portalNotes(patient)).toEqual([
      expect.stringContaining('outside the expected range') as unknown,
    ]);
  }
  expect(await p.texts()).toMatchObject([
    {
      to: texted.phone,
      body: expect.stringContaining('message from your care team') as unknown,
    },
  ]);
  const [text] = await p.journal('twilio', 'message-created');
  const notes = (await p.journal('athena')).filter((e) => e.kind === 'note-written');
  expect(text?.at).toBeGreaterThanOrEqual(Math.min(...notes.map((e) => e.at)));
});

test('S000-T9, G22: abnormal, unsigned at 18 h: the covering colleague is paged, once per draw', async () => {
  // Due on Tuesday at 09:30, inside staffed hours; 24 h, the next step, on Tuesday at 15:30.
  const day = { start: '2026-03-02T15:30', factor: 5_400 };
  const results = { single: [high], draw: [high, { potassium: '5.4' }] };
  await Promise.all(
    Object.values(results).map(async (findings) => {
      const p = await openPractice(day);
      const patient = await p.patient({ spruce: true });
      await p.arrive(...findings.map((finding) => bmp(patient.id, finding)));
      const found = await p.until('all found', async () => {
        const all = await p.resultsOf(patient);
        return all.length === findings.length && all.every((r) => r.phase === 'sign-off') && all;
      });
      expect(new Set(found.map((r) => r.draw_id)).size).toBe(1);
      await p.until('the page at 24 h to the owner', async () => (await p.pages(staff.okafor)).length > 0);

      const pages = await p.pages(staff.lindqvist);
      expect(pages).toHaveLength(1);
      const due = Math.min(...found.map((r) => r.detected_at)) + 18 * hour;
      expect(due).toBeLessThan(at('2026-03-03T17:00'));
      expect(pages[0]?.practiceAt).toBeGreaterThanOrEqual(due);
      expect(pages[0]?.practiceAt).toBeLessThan(due + 6 * hour);
      for (const { id } of found) await p.event(id, 'step-due', { step: 'v1/sign-off/cover' });
      expect(await p.toldTo(patient)).toEqual([]);
    }),
  );
});
