import { afterAll, expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import { bmp } from './panels.js';
import { at, clockThrough, closeDeps, openPractice, staff, type TestPractice } from './practice.js';

afterAll(closeDeps);

/** 08:50 to 17:00 in about 15 real seconds; what comes after the outage is looked at more closely. */
const eightHours = { factor: 2_000, until: '2026-03-02T17:00' };
const clock = clockThrough('2026-03-02T08:50', eightHours, { factor: 200 });
const outage = { from: at('2026-03-02T09:00'), to: at('2026-03-02T17:00') };

type Vendor = 'athena' | 'twilio' | 'spruce';

/** From 09:00 on the vendor answers nothing but 503. */
async function goDown(p: TestPractice, vendor: Vendor): Promise<void> {
  await p.control[vendor].plantFault(p.number, {
    times: 1_000_000,
    fault: { kind: 'status', status: 503 },
  });
}

/** Polls as the Schedule does, until practice time has passed an instant. */
async function pollUntil(p: TestPractice, instant: number): Promise<void> {
  await p.until('practice time', async () => {
    await p.poll().catch(() => undefined);
    return p.now() >= instant;
  });
}

async function everybodyIsTold(p: TestPractice, results: number): Promise<void> {
  await p.until(
    'everybody told, or work for a person',
    async () => {
      await p.poll().catch(() => undefined);
      const rows = await p.results();
      if (rows.length < results) return false;
      for (const r of rows) {
        const isTold = (await p.events(r.id)).some((e) =>
          ['message-confirmed', 'message-left'].includes(e.kind),
        );
        if (!isTold && (await p.tasks(r.id)).length === 0) return false;
      }
      return true;
    },
    110_000,
  );
}

/** Nothing twice, and no text outside of 9:00 to 20:00. */
async function nothingTwice(
  p: TestPractice,
  patients: readonly { readonly id: string; readonly phone: string }[],
) {
  const texts = await p.journal('twilio', 'message-created');
  const outgoing = texts.filter((e) => e['direction'] === 'outbound-api');
  for (const e of outgoing) {
    const { hour } = DateTime.fromMillis(e.practiceAt, { zone: 'America/New_York' });
    expect(hour).toBeGreaterThanOrEqual(9);
    expect(hour).toBeLessThan(20);
  }
  for (const patient of patients) {
    const notes = (await p.portalNotes(patient)).length;
    const texted = outgoing.filter((e) => e['to'] === patient.phone).length;
    expect(notes + texted).toBeLessThanOrEqual(1);
  }
}

test('athenahealth is away for 8 hours: found afterwards, criticals first, each once', async () => {
  const p = await openPractice({ clock, settings: { leaseMs: 4_000 } });
  const well = await p.patients(8);
  const urgent = await p.patients(2);
  await goDown(p, 'athena');
  await p.post(...well.map(({ id }) => bmp(id)), ...urgent.map(({ id }) => bmp(id, { potassium: '6.8' })));
  await pollUntil(p, outage.to);
  expect(await p.results()).toEqual([]);
  await p.control.athena.clearFaults(p.number);
  await everybodyIsTold(p, 10);

  expect(await p.results()).toHaveLength(10);
  const pages = await p.until('both criticals are paged', async () => {
    const all = await p.journal('spruce', 'page-created');
    return all.length >= 1 && all;
  });
  const firstText = (await p.journal('twilio', 'message-created')).map((e) => e.at).sort()[0] ?? Infinity;
  expect(Math.min(...pages.map((e) => e.at))).toBeLessThan(firstText);
  for (const patient of urgent) await p.result(patient, 'callback');
  await nothingTwice(p, well);
});

test('Twilio is away for 8 hours: the next channel or a person, nobody hears twice afterwards', async () => {
  const p = await openPractice({ clock, settings: { leaseMs: 4_000 } });
  const well = await p.patients(8);
  await goDown(p, 'twilio');
  await p.arrive(...well.map(({ id }) => bmp(id)));
  await pollUntil(p, outage.to);
  await p.control.twilio.clearFaults(p.number);
  await everybodyIsTold(p, 8);
  for (const patient of well) await p.nothingLeftToSend(patient);
  await nothingTwice(p, well);
  for (const patient of well) {
    const { id } = await p.result(patient);
    const ways = (await p.toldTo(patient)).length;
    expect(ways + (await p.tasks(id)).length).toBeGreaterThan(0);
  }
});

test('G23: Spruce is away for 8 hours: criticals ring by voice meanwhile, messages go once by another way', async () => {
  const p = await openPractice({
    // Whoever could not be written to until 17:00 is written to when the practice opens again.
    clock: clockThrough(
      '2026-03-02T08:50',
      eightHours,
      { factor: 200, until: '2026-03-02T17:30' },
      { factor: 3_000, until: '2026-03-03T08:00' },
      { factor: 200 },
    ),
    settings: { leaseMs: 4_000 },
    connections: {
      twilio: {
        voice: {
          from: '+16175550100',
          people: {
            [staff.okafor]: { phone: '+16175550102', pin: '4711' },
            [staff.lindqvist]: { phone: '+16175550103', pin: '4712' },
          },
        },
      },
    },
  });
  const ill = await p.patients(4, { spruce: true, consenttotext: false });
  const urgent = await p.patient();
  await p.arrive(...ill.map(({ id }) => bmp(id, { glucose: '156' })));
  for (const patient of ill) await p.result(patient, 'sign-off');
  await goDown(p, 'spruce');
  for (const r of await p.results())
    await p.decide(staff.okafor, r.id, { kind: 'sign-off', decision: 'release' });
  await p.arrive(bmp(urgent.id, { potassium: '6.8' }));
  const { id } = await p.result(urgent, 'callback');
  await p.event(id, 'page-failed');
  const rung = await p.until('a call to a person', async () => {
    const calls = (await p.journal('twilio')).filter((e) => e.kind === 'call-created');
    return calls.length > 0 && calls;
  });
  expect(rung[0]?.practiceAt).toBeLessThan(outage.to);
  await pollUntil(p, outage.to);
  await p.control.spruce.clearFaults(p.number);
  // The ladder goes on, and Spruce has it again.
  await p.until('a page in Spruce', async () => (await p.journal('spruce', 'page-created')).length > 0);
  await p.decide(staff.okafor, id, { kind: 'accept', task: 'callback' });
  await everybodyIsTold(p, 5);
  for (const patient of ill) await p.nothingLeftToSend(patient);
  const notes = await Promise.all(ill.map(async (patient) => (await p.portalNotes(patient)).length));
  const conversations = (await p.secureMessages()).map((m) => m.conversationId);
  expect(new Set(conversations).size).toBe(conversations.length);
  expect(conversations.length + notes.reduce((sum, n) => sum + n, 0)).toBe(ill.length);
});
