import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hour, monday9, staff } from '../starters/desk-practice.js';
import { TextArena, clinic, type ArenaPractice, type ToldPatient } from './text-arena.js';

const minute = 60_000;
/** Monday 21:00. */
const evening = monday9 + 12 * hour;
let arena: TextArena;
beforeAll(async () => void (arena = await TextArena.open()), 60_000);
afterAll(() => arena.close());

/** A patient who was told by text, and whose receipt has come. */
async function told(p: ArenaPractice): Promise<ToldPatient> {
  const patient = await p.toText();
  await p.send(patient);
  await p.callbacks(3);
  return patient;
}

const rows = (p: ArenaPractice, kind = 'text') =>
  p.store.db
    .selectFrom('inbound')
    .select(['outcome', 'tries'])
    .where('practice_id', '=', p.id)
    .where('kind', '=', kind)
    .orderBy('received_real_at')
    .orderBy('id')
    .execute();

async function says(p: ArenaPractice, from: string, body: string, how: object = {}): Promise<void> {
  await arena.control.sendText(p.id, { from, body, ...how });
  await arena.processed();
}

/** What was answered by the webhook itself. */
const answers = async (p: ArenaPractice) =>
  (await arena.control.messages(p.id)).filter((m) => m.direction === 'outbound-reply').map((m) => m.body);

const replied = (patient: ToldPatient) =>
  arena.signals.filter((s) => s.workflowId === `result/${patient.resultId}` && s.name === 'patientReplied');

/** Twilio tells of texts in whole seconds. */
async function aMinuteLater(p: ArenaPractice): Promise<void> {
  await arena.control.setClock(p.id, {
    segments: [{ real: Date.now(), practice: p.now + minute, factor: 1 }],
  });
  p.goTo(p.now + minute);
}

describe('the back-stop', () => {
  test('a text whose webhook never came is found in the list, once, and read like any other', async () => {
    const p = await arena.practice();
    const patient = await told(p);
    await says(p, patient.mobile, 'Can you call me?', { dropped: true });
    expect(await rows(p)).toEqual([]);
    // It is left to its webhook for a minute.
    expect(await p.round()).toMatchObject({ found: 0 });
    p.goTo(p.now + 2 * minute);
    expect(await p.round()).toEqual({ found: 1, findings: [] });
    expect(await p.round()).toMatchObject({ found: 0 });
    await arena.processed();
    expect(await rows(p)).toMatchObject([{ outcome: 'other' }]);
    expect(replied(patient)).toHaveLength(1);
  });

  test('what came by webhook is not doubled by the list, and a late webhook not by what was found', async () => {
    const p = await arena.practice();
    const patient = await told(p);
    await says(p, patient.mobile, 'Thanks', { times: 3 });
    p.goTo(p.now + 2 * minute);
    expect(await p.round()).toMatchObject({ found: 0 });
    const late = arena.control.sendText(p.id, { from: patient.mobile, body: 'And when?', lateMs: 300 });
    await p.journal((all) => all.filter((e) => e.kind === 'inbound').length === 2);
    p.goTo(p.now + 2 * minute);
    expect(await p.round()).toMatchObject({ found: 1 });
    expect(await late).toMatchObject({ httpStatus: 200 });
    await arena.processed();
    expect(await rows(p)).toHaveLength(2);
    expect(new Set(replied(patient).map((s) => s.fact['id'])).size).toBe(2);
  });

  test('a lost STOP is found and counts from when it was sent; an older START found later does not undo a STOP', async () => {
    const p = await arena.practice();
    const patient = await told(p);
    await says(p, patient.mobile, 'START', { dropped: true });
    await aMinuteLater(p);
    await says(p, patient.mobile, 'STOP');
    expect(await p.number(patient.mobile)).toMatchObject({ opted_out_at: p.now });
    p.goTo(p.now + 2 * minute);
    expect(await p.round()).toMatchObject({ found: 1 });
    await arena.processed();
    expect((await p.number(patient.mobile))?.opted_out_at).not.toBeNull();

    const q = await arena.practice();
    const other = await told(q);
    await says(q, other.mobile, 'STOP', { dropped: true });
    q.goTo(q.now + 2 * minute);
    await q.round();
    await arena.processed();
    expect((await q.number(other.mobile))?.opted_out_at).not.toBeNull();
  });

  test('S000-66: a token older than a quarter is reminded of once a week, one without a date is not', async () => {
    const p = await arena.practice({ twilio: { authTokenSince: '2025-12-02' } });
    await p.round();
    expect(await p.alarms()).toEqual(['twilio-token-due']);
    await p.round();
    expect(await p.alarms()).toHaveLength(1);
    p.goTo(p.now + 7 * 24 * hour);
    await p.round();
    expect(await p.alarms()).toHaveLength(2);
    const young = await arena.practice({ twilio: { authTokenSince: '2025-12-03' } });
    await young.round();
    expect(await young.alarms()).toEqual([]);
  });

  test('the round says what is wrong with the account, before a text has to find out', async () => {
    const p = await arena.practice({
      account: {
        campaign: { status: 'FAILED' },
        inboundUrl: 'https://elsewhere.example/in',
        accountType: 'Trial',
      },
    });
    expect((await p.round()).findings).toEqual([
      'campaign-not-verified',
      'account-trial',
      'inbound-webhook-wrong',
    ]);
    expect(await p.alarms()).toHaveLength(3);
  });

  test('a call whose end was not reported is asked about', async () => {
    const voice = { from: clinic, people: { [staff.provider]: { phone: '+16175550161', pin: '4711' } } };
    const p = await arena.practice({ at: evening, twilio: { voice }, account: { callbacks: { drop: 1 } } });
    const result = await p.critical();
    await p.tick(result, 0);
    await p.journal((all) => all.some((e) => e.kind === 'call-status' && e['status'] === 'no-answer'));
    p.goTo(p.now + 11 * minute);
    await p.round();
    const { state, code } = await p.store.db
      .selectFrom('effect')
      .select(['state', 'code'])
      .where('practice_id', '=', p.id)
      .where('channel', '=', 'voice')
      .executeTakeFirstOrThrow();
    expect([state, code]).toEqual(['failed', 'no-answer']);
  });
});

describe('opting out (L37)', () => {
  test.each([
    ['STOP, with Advanced Opt-Out', 'STOP', true],
    ['STOP, without it', 'STOP', false],
    ['a phrase that Twilio does not know, with Advanced Opt-Out', 'Stop please', true],
    ['a phrase that Twilio does not know, without it', 'por favor, no más', false],
    ['a sentence', 'take me off your list', true],
  ])('%s counts at once, for what has not left', async (_what, body, advancedOptOut) => {
    const p = await arena.practice({ account: { advancedOptOut } });
    const patient = await told(p);
    const second = await p.toText(patient.mobile);
    await says(p, patient.mobile, body);
    expect((await p.number(patient.mobile))?.opted_out_at).toBe(p.now);
    expect(await p.notice(second.noticeId)).toMatchObject({ state: 'waiting', failed_channels: ['text'] });
    // Nothing closes by it, and nothing is answered.
    expect(replied(patient)).toEqual([]);
    expect(await answers(p)).toEqual([]);
    expect(await rows(p)).toMatchObject([{ outcome: 'opts-out' }]);
  });

  test.each([
    ['Wrong number, stop texting me', { suspended: true, emergency: [], incidents: 1 }],
    ['Please stop texting me, I am going to the ER', { suspended: false, emergency: [true], incidents: 0 }],
  ])('“%s” is heard in both ways', async (body, { suspended, emergency, incidents }) => {
    const p = await arena.practice();
    const patient = await told(p);
    await says(p, patient.mobile, body);
    const number = await p.number(patient.mobile);
    expect(number?.opted_out_at).toBe(p.now);
    expect(number?.suspended_at ?? null).toBe(suspended ? p.now : null);
    expect(p.heard(patient).includes('needs-person/contact-fix')).toBe(suspended);
    expect(replied(patient).map((s) => s.fact['emergency'])).toEqual(emergency);
    const kept = await p.store.db
      .selectFrom('incident')
      .select('kind')
      .where('practice_id', '=', p.id)
      .execute();
    expect(kept).toHaveLength(incidents);
  });

  test('START opens the number again', async () => {
    const p = await arena.practice();
    const patient = await told(p);
    await says(p, patient.mobile, 'STOP');
    // In the same second nobody knows which came last, and no text is the safe side.
    await says(p, patient.mobile, 'START');
    expect((await p.number(patient.mobile))?.opted_out_at).not.toBeNull();
    await aMinuteLater(p);
    await says(p, patient.mobile, 'START');
    expect((await p.number(patient.mobile))?.opted_out_at).toBeNull();
  });
});

describe('answers at once (L36, L37)', () => {
  test('outside staffed hours: not read now, 911, the urgent number; once in 12 hours', async () => {
    const p = await arena.practice({
      at: evening,
      settings: { urgentPhone: '+16175550199' },
    });
    const patient = await p.toText();
    await says(p, patient.mobile, 'I have a question');
    await says(p, patient.mobile, 'Hello?');
    expect(await answers(p)).toEqual([
      'Riverside Family Medicine: messages are not monitored now. Emergency: call 911. Urgent: 617-555-0199. We will read this when we open.',
    ]);
    // Tuesday 09:00: staffed. At 21:00 the 12 hours are over too.
    p.goTo(p.now + 12 * hour);
    await says(p, patient.mobile, 'Anybody?');
    expect(await answers(p)).toHaveLength(1);
    p.goTo(p.now + 12 * hour);
    await says(p, patient.mobile, 'Still nobody?');
    expect(await answers(p)).toHaveLength(2);
  });

  test('"chest pain" at night is answered with 911 and kept for a person', async () => {
    const p = await arena.practice({ at: evening });
    const patient = await p.toText();
    await says(p, patient.mobile, 'I have chest pain');
    expect((await answers(p)).join()).toContain('call 911');
    expect(await rows(p)).toMatchObject([{ outcome: 'emergency' }]);
    expect(replied(patient).map((s) => s.fact['emergency'])).toEqual([true]);
  });

  test('L36: emergency words of a patient of whom nothing is open wake the newest result', async () => {
    const p = await arena.practice({ at: evening });
    const patient = await p.toText();
    await p.store.db
      .updateTable('notice')
      .set({ state: 'withdrawn' })
      .where('id', '=', patient.noticeId)
      .execute();
    await p.store.db
      .updateTable('result')
      .set({ closure: 'notified-opened' })
      .where('id', '=', patient.resultId)
      .execute();
    await says(p, patient.mobile, 'Can you call? I passed out');
    expect(replied(patient).map((s) => s.fact['emergency'])).toEqual([true]);
    await says(p, patient.mobile, 'And thanks');
    expect(replied(patient)).toHaveLength(1);
  });

  test('L36: what a patient writes about a told result is heard by an open critical of theirs as well', async () => {
    const p = await arena.practice();
    const patient = await told(p);
    const critical = await p.critical();
    await p.store.db
      .updateTable('result')
      .set({ patient_id: patient.patientId })
      .where('id', '=', critical)
      .execute();
    await says(p, patient.mobile, 'My muscles are very weak and my heart skips');
    const heard = arena.signals.filter((s) => s.name === 'patientReplied');
    expect(heard.filter((s) => s.workflowId === `result/${critical}`)).toMatchObject([
      { fact: { acknowledges: false, told: null } },
    ]);
    expect(replied(patient)).toHaveLength(1);
  });

  test('in staffed hours nothing is answered by itself; nor when the practice has it off, nor twice for one text', async () => {
    const day = await arena.practice();
    await says(day, (await told(day)).mobile, 'Can you call me?');
    expect(await answers(day)).toEqual([]);
    const off = await arena.practice({ at: evening, settings: { answersOutsideHours: false } });
    await says(off, (await off.toText()).mobile, 'Can you call me?');
    expect(await answers(off)).toEqual([]);
    const repeated = await arena.practice({ at: evening });
    await says(repeated, (await repeated.toText()).mobile, 'Can you call me?', { times: 3 });
    expect(await answers(repeated)).toHaveLength(1);
  });

  test('"Who is this": practice name and phone only, the number suspended, contact-fix, an incident', async () => {
    const p = await arena.practice();
    const patient = await told(p);
    await says(p, patient.mobile, 'Who is this?');
    expect(await answers(p)).toEqual(['Riverside Family Medicine, 617-555-0142.']);
    expect((await p.number(patient.mobile))?.suspended_at).toBe(p.now);
    expect(p.heard(patient)).toContain('needs-person/contact-fix');
    const incidents = await p.store.db
      .selectFrom('incident')
      .select(['kind', 'result_id'])
      .where('practice_id', '=', p.id)
      .execute();
    expect(incidents).toEqual([{ kind: 'message-to-wrong-person', result_id: patient.resultId }]);
  });

  test('the sandbox’s patients answer by themselves, also at night', async () => {
    const p = await arena.practice({
      account: {
        answers: {
          '+16175550181': [{ body: 'who is this' }],
          '+16175550182': [{ body: 'chest pain', atLocal: { time: '02:00', zone: 'America/New_York' } }],
        },
        clock: { segments: [{ real: Date.now(), practice: monday9 + hour, factor: 200_000 }] },
      },
    });
    for (const mobile of ['+16175550181', '+16175550182']) await p.send(await p.toText(mobile));
    const journal = await p.journal((all) => all.filter((e) => e.kind === 'inbound').length >= 2);
    const said = journal.filter((e) => e.kind === 'inbound');
    expect(said.map((e) => e['body'])).toEqual(['who is this', 'chest pain']);
    const night = new Date(said[1]?.practiceAt ?? 0).toLocaleTimeString('en-GB', {
      timeZone: 'America/New_York',
    });
    expect(night).toMatch(/^02:/);
  });
});

describe('Twilio’s link events', () => {
  const linkSecret = 'a-secret-of-the-callback';
  const click = async (p: ArenaPractice, patient: ToldPatient, how: object = {}) => {
    const [effect] = await p.effects(patient);
    const done = await arena.control.click(p.id, {
      messageSid: effect?.vendor_ref ?? '',
      link: 'https://results.riverside.example/p/token',
      callbackUrl: `${arena.webUrl}/webhooks/twilio/${p.id}/click`,
      ...how,
    });
    await arena.processed();
    return done.httpStatus;
  };

  test('a click by a person is "opened", however often it is reported; nothing is acknowledged', async () => {
    const p = await arena.practice();
    const patient = await told(p);
    expect(await click(p, patient, { times: 3 })).toBe(204);
    expect(p.heard(patient).filter((h) => h === 'linkOpened')).toHaveLength(1);
    expect(await p.notice(patient.noticeId)).toMatchObject({ opened_at: p.now, acknowledged_at: null });
  });

  test.each([
    ['a preview', { type: 'preview' as const }],
    ['a click by a program', { userAgent: 'facebookexternalhit/1.1' }],
    ['a click without an agent', { userAgent: '' }],
  ])('%s is nobody’s visit', async (_what, how) => {
    const p = await arena.practice();
    const patient = await told(p);
    expect(await click(p, patient, how)).toBe(204);
    expect(p.heard(patient)).not.toContain('linkOpened');
    expect(await rows(p, 'link-event')).toMatchObject([{ outcome: 'preview' }]);
  });

  test('a wrong signature is refused; half an event is kept as unreadable', async () => {
    const p = await arena.practice();
    const patient = await told(p);
    expect(await click(p, patient, { wrongSignature: true })).toBe(403);
    expect(await rows(p, 'link-event')).toEqual([]);
    expect(await click(p, patient, { malformed: true })).toBe(204);
    expect(await rows(p, 'link-event')).toMatchObject([{ outcome: 'unreadable' }]);
  });

  test('an event that is not signed counts by the secret in its address, and by nothing else', async () => {
    const p = await arena.practice({ twilio: { linkSecret } });
    const patient = await told(p);
    const [effect] = await p.effects(patient);
    const post = (path: string) =>
      fetch(`${arena.webUrl}/webhooks/twilio/${p.id}/click${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          event_type: 'click',
          sms_sid: effect?.vendor_ref,
          user_agent: 'Mozilla/5.0 Safari',
        }),
      });
    expect((await post('')).status).toBe(403);
    expect((await post('/another-secret-of-some')).status).toBe(403);
    expect((await post(`/${linkSecret}`)).status).toBe(204);
    await arena.processed();
    expect(p.heard(patient)).toContain('linkOpened');
  });
});
