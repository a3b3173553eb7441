import { afterAll, expect, test } from '@jest/globals';
import { easternIso } from '../../src/sandbox/athenahealth/times.js';
import { createPageActivities } from '../../src/activities/pages.js';
import { createVendors } from '../../src/activities/vendors.js';
import { importPractice } from '../../src/store/practices.js';
import { bmp } from './panels.js';
import { at, closeDeps, hour, minute, openPractice, staff } from './practice.js';

afterAll(closeDeps);

const critical = { potassium: '6.8' };

test('S000-T8, 53, 60, S003-2: an abnormal document with one critical value takes the critical path', async () => {
  const p = await openPractice({ factor: 60 });
  const patient = await p.patient({ spruce: true });
  await p.arrive(bmp(patient.id, { glucose: '180', ...critical }));
  const { id, tier, urgency, detected_real_at } = await p.result(patient, 'callback');
  expect({ tier, urgency }).toEqual({ tier: 'critical', urgency: 'critical' });
  expect(await p.task(id, 'callback')).toMatchObject({ owner_id: staff.okafor });

  const [page] = await p.until('a page to the owner', async () => {
    const pages = await p.pages(staff.okafor);
    return pages.length > 0 && pages;
  });
  expect((page?.at ?? Infinity) - detected_real_at).toBeLessThanOrEqual(60_000);
  expect(await p.toldTo(patient)).toEqual([]);
});

test('L12: a critical that the laboratory verified two hours earlier rings owner and on-call at once, and asks both whether it has phoned', async () => {
  const p = await openPractice({ factor: 60 });
  const patient = await p.patient();
  const specimenreporteddatetime = easternIso(p.now() - 2 * hour).slice(0, 19);
  await p.arrive({ ...bmp(patient.id, critical), specimenreporteddatetime });
  await p.result(patient, 'callback');
  for (const person of [staff.okafor, staff.supervisor])
    await p.until(`a page to ${person}`, async () => (await p.pages(person)).length > 0);
  const notes = (await p.control.spruce.items(p.number)).filter((item) => item.isInternalNote);
  for (const { text } of notes) expect(text).toContain('The laboratory had it over an hour before us');
});

test('S000-T10, 16: potassium 6.0 and glucose 500 are not critical, 6.1 and 501 are', async () => {
  const p = await openPractice({ factor: 60 });
  const expected = [
    [{ potassium: '6.0' }, 'abnormal'],
    [{ potassium: '6.1' }, 'critical'],
    [{ glucose: '500' }, 'abnormal'],
    [{ glucose: '501' }, 'critical'],
  ] as const;
  const patients = await p.patients(expected.length);
  await p.arrive(...expected.map(([finding], i) => bmp(patients[i]?.id ?? '', finding)));
  const tiers = [];
  for (const patient of patients) tiers.push((await p.result(patient)).tier);
  expect(tiers).toEqual(expected.map(([, tier]) => tier));
});

test('S000-T11: critical and opted out of texts: it escalates all the same, without a text', async () => {
  const p = await openPractice({ factor: 300 });
  const patient = await p.patient();
  const stopped = await p.control.twilio.sendText(p.number, { from: patient.phone, body: 'STOP' });
  expect(stopped).toMatchObject({ optOutType: 'STOP', httpStatus: 200 });
  await p.arrive(bmp(patient.id, critical));
  const { id } = await p.result(patient, 'callback');
  // Owner at once, cover after 10 min, on-call after 20 (L10).
  for (const person of [staff.okafor, staff.lindqvist, staff.supervisor])
    await p.until(`a page to ${person}`, async () => (await p.pages(person)).length > 0);

  await p.decide(staff.okafor, id, { kind: 'accept', task: 'callback' });
  await p.decide(staff.okafor, id, { kind: 'attempt', outcome: 'reached', twoIdentifiers: true });
  await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'release' });
  expect(await p.result(patient, 'closed')).toMatchObject({ closure: 'reached' });
  expect(await p.texts()).toEqual([]);
});

test('S000-T12, 61, S003-37: critical without a contact attempt at 30 min: a visible breach, an alarm, and pages', async () => {
  const p = await openPractice({ factor: 300 });
  const patient = await p.patient();
  await p.arrive(bmp(patient.id, critical));
  const { id, detected_at } = await p.result(patient, 'callback');
  // Accepted, so that the ladder rests: what comes at 30 min comes for the missing attempt.
  await p.decide(staff.okafor, id, { kind: 'accept', task: 'callback' });
  const missed = await p.event(id, 'sla-missed', { clock: 'critical-attempt' });
  expect(missed.at - detected_at).toBeGreaterThanOrEqual(30 * minute);

  await p.until('the alarm', async () =>
    (await p.alarms()).some((a) => a.code === 'critical-without-attempt' && a.result_id === id),
  );
  for (const person of [staff.okafor, staff.coordinator, staff.administrator])
    await p.until(`a page to ${person} about it`, async () =>
      (await p.pages(person)).some((page) => page.practiceAt >= missed.at),
    );
  expect((await p.resultsOf(patient))[0]?.escalation).toBeGreaterThan(0);
});

test('S000-T13, 63, S003-11: critical and not reached at 2 h: the on-call provider is paged', async () => {
  const p = await openPractice({
    factor: 900,
    roster: { onCall: [{ person: staff.director, from: 0, to: at('2030-01-01T00:00') }] },
  });
  const patient = await p.patient();
  await p.arrive(bmp(patient.id, critical));
  const { id, detected_at } = await p.result(patient, 'callback');
  await p.decide(staff.okafor, id, { kind: 'accept', task: 'callback' });
  await p.decide(staff.okafor, id, { kind: 'attempt', outcome: 'no-answer', twoIdentifiers: false });
  const due = await p.event(id, 'step-due', { step: 'v1/critical/unreached' });
  expect(due.at).toBeGreaterThanOrEqual(detected_at + 2 * hour);
  await p.until('a page to on-call', async () =>
    (await p.pages(staff.director)).some((one) => one.practiceAt >= due.at),
  );
  // It ends only by documented contact (L6).
  expect((await p.resultsOf(patient))[0]?.phase).toBe('callback');
  await p.decide(staff.director, id, { kind: 'attempt', outcome: 'reached', twoIdentifiers: true });
  await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'call-instead' });
  expect(await p.result(patient, 'closed')).toMatchObject({ closure: 'reached' });
});

test('L10: a page that a former member resolved is not accepted: recorded once, polled on, and the ladder goes on', async () => {
  const p = await openPractice({ factor: 120 });
  const former = 'p-former';
  const { store } = p.deps;
  const { roster } = p.practice;
  const left = {
    id: former,
    name: 'Noor Haddad',
    roles: ['provider' as const],
    credentialed: true,
    active: false,
    spruceMemberId: `entity_${former}`,
  };
  await importPractice(store, { ...p.practice, roster: { ...roster, people: [...roster.people, left] } });
  await p.control.spruce.change(p.number, { members: [{ id: `entity_${former}`, displayName: former }] });
  const patient = await p.patient();
  await p.arrive(bmp(patient.id, critical));
  const { id } = await p.result(patient, 'callback');
  const paged = await p.until('the page', async () => (await p.pages(staff.okafor))[0]);
  await p.control.spruce.resolvePage(p.number, {
    itemId: String(paged['itemId']),
    byMemberId: `entity_${former}`,
  });
  await p.event(id, 'page-answer-refused', { person: former, why: 'not-on-roster' });

  // The looks every half minute see the same answer, and go on.
  const vendors = createVendors(store, p.deps.metrics, () => undefined);
  const { pollPages } = createPageActivities({ ...p.deps, vendors });
  const ref = { practiceId: p.practice.id, resultId: id };
  for (let look = 0; look < 3; look += 1) expect(await pollPages(ref)).toEqual({ unanswered: [] });
  await p.until('a page to the next', async () => (await p.pages(staff.lindqvist)).length > 0);
  const kinds = (await p.events(id)).map((e) => e.kind);
  expect(kinds.filter((kind) => kind === 'page-answer-refused')).toHaveLength(1);
  expect(kinds).not.toContain('accepted');
  expect((await p.alarms()).filter((a) => a.code === 'page-answer-refused')).toHaveLength(1);
  const inbound = await store.db
    .selectFrom('inbound')
    .select('outcome')
    .where('practice_id', '=', p.practice.id)
    .where('outcome', '=', 'not-on-roster')
    .execute();
  expect(inbound.length).toBeGreaterThan(0);
});
