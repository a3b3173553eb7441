import { afterAll, expect, test } from '@jest/globals';
import type { FaultSeed } from '../../src/sandbox/shared/control.js';
import { bmp } from './panels.js';
import { closeDeps, openPractice, staff, type TestPatient, type TestPractice } from './practice.js';

afterAll(closeDeps);

/** Several calls of every kind run into it. */
const hits = 6;
const fault = (code: number): FaultSeed => ({ times: hits, fault: { kind: 'status', status: code } });

/** A morning in small: normals by text, abnormal ones by secure message, a critical by phone. */
async function smallMorning(p: TestPractice) {
  const texted = await p.patients(4);
  const messaged = await p.patients(3, { spruce: true, consenttotext: false });
  const urgent = await p.patient();
  await p.post(
    ...texted.map(({ id }) => bmp(id)),
    ...messaged.map(({ id }) => bmp(id, { glucose: '156' })),
    bmp(urgent.id, { potassium: '6.8' }),
  );
  return { texted, messaged, urgent, all: [...texted, ...messaged, urgent] };
}

/** Whoever has work to do does it, until every result has its end or the patient is told. */
async function workThrough(p: TestPractice, urgent: TestPatient): Promise<void> {
  const { id } = await p.result(urgent, 'callback');
  await p.decide(staff.okafor, id, { kind: 'accept', task: 'callback' });
  await p.decide(staff.okafor, id, { kind: 'attempt', outcome: 'reached', twoIdentifiers: true });
  await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'release' });
  for (const r of await p.results())
    if (r.phase === 'sign-off') await p.decide(staff.okafor, r.id, { kind: 'sign-off', decision: 'release' });
}

test.concurrent.each([
  ['athena', 429],
  ['athena', 503],
  ['twilio', 429],
  ['twilio', 503],
  ['spruce', 429],
  ['spruce', 503],
] as const)(
  'S000-T16, 109: %s answers %i to every kind of call: backed off, nothing lost, nothing twice',
  async (vendor, code) => {
    const p = await openPractice({ factor: 200, settings: { noticeSettleMs: 0, leaseMs: 4_000 } });
    const { all, urgent } = await smallMorning(p);
    await p.control[vendor].plantFault(p.number, fault(code));
    await p.until(
      'every result',
      async () => {
        await p.poll().catch(() => undefined);
        const found = await p.results();
        return found.length === all.length && found.every((r) => r.tier !== null);
      },
      70_000,
    );
    await workThrough(p, urgent);
    await p.until(
      'everybody told, or work for a person',
      async () => {
        for (const r of await p.results()) {
          const isTold = (await p.events(r.id)).some((e) =>
            ['message-confirmed', 'message-left', 'attempt'].includes(e.kind),
          );
          if (!isTold && (await p.tasks(r.id)).length === 0) return false;
        }
        return true;
      },
      70_000,
    );
    await p.until(
      'every note is written',
      async () => {
        const notes = await p.deps.store.db
          .selectFrom('chart_note')
          .select('state')
          .where('practice_id', '=', p.practice.id)
          .execute();
        return notes.length > 0 && notes.every((n) => n.state === 'confirmed');
      },
      70_000,
    );

    expect(await p.results()).toHaveLength(all.length);
    const bodies = new Map<string, number>();
    for (const text of await p.texts()) bodies.set(text.to, (bodies.get(text.to) ?? 0) + 1);
    expect([...bodies.values()].filter((n) => n > 1)).toEqual([]);
    for (const patient of all) expect((await p.portalNotes(patient)).length).toBeLessThanOrEqual(1);
    const secure = await p.secureMessages();
    expect(new Set(secure.map((m) => m.conversationId)).size).toBe(secure.length);
    for (const patient of all) {
      const markers = (await p.chartNotes(patient)).map((n) => /\[ref [^\]]+\]/.exec(n)?.[0]);
      expect(new Set(markers).size).toBe(markers.length);
    }
    const [planted] = await p.control[vendor].faults(p.number);
    expect(planted?.hits).toBeGreaterThan(0);
  },
  240_000,
);
