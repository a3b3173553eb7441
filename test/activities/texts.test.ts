import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { noticeFacts } from '../../src/activities/notice-facts.js';
import { createTell } from '../../src/activities/tell.js';
import { applyTextNews } from '../../src/activities/text-fate.js';
import { planNotice } from '../../src/domain/notices/plan.js';
import { holdEffect, markCalled } from '../../src/store/effects.js';
import { markNumber } from '../../src/store/numbers.js';
import { hour, monday9, potassium, staff } from '../starters/desk-practice.js';
import { TextArena, type ArenaPractice, type ToldPatient } from './text-arena.js';

const minute = 60_000;
let arena: TextArena;
beforeAll(async () => void (arena = await TextArena.open()), 60_000);
afterAll(() => arena.close());

const ends = (p: ArenaPractice, status: string) =>
  p.journal((all) => all.some((e) => e.kind === 'callback' && e['status'] === status));

/** One text whose way ends as the number's behaviour says, with its callbacks worked on. */
async function textTo(behaviour: string, p: ArenaPractice, patient: ToldPatient): Promise<void> {
  await arena.control.setNumbers(p.id, { [patient.mobile]: behaviour as 'deliver' });
  expect(await p.send(patient)).toBe('done');
  const [last = ''] = behaviour.split(':');
  const named: Record<string, string> = { deliver: 'delivered', stuck: 'failed', 'sent-only': 'sent' };
  if (last !== 'refused') await ends(p, named[last] ?? last);
  await arena.processed();
}

describe('sending', () => {
  test('S000-17: a text is sent once with our id in its callback, and its receipt confirms it', async () => {
    const p = await arena.practice();
    const patient = await p.toText();
    await textTo('deliver', p, patient);
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'confirmed' });
    expect(await p.effects(patient)).toMatchObject([{ state: 'confirmed' }]);
    expect(new Set(p.heard(patient))).toEqual(new Set(['left', 'confirmed']));
    const [text] = await p.texts();
    const { id } = await p.store.db
      .selectFrom('effect')
      .select('id')
      .where('notice_id', '=', patient.noticeId)
      .executeTakeFirstOrThrow();
    expect(text?.statusCallback).toContain(`/webhooks/twilio/${p.id}/status?e=${id}#rc=3&rp=5xx,ct,rt`);
    expect(await p.send(patient)).toBe('done');
    expect(await p.texts()).toHaveLength(1);
  });

  test('L27: a text never outlives the sending window: its validity ends with it', async () => {
    const p = await arena.practice({ at: monday9 + hour });
    await textTo('deliver', p, await p.toText());
    const evening = await arena.practice({ at: monday9 + 10.5 * hour });
    await textTo('deliver', evening, await evening.toText());
    expect((await p.texts()).map((t) => t.validitySeconds)).toEqual([4 * 3600]);
    // 19:30, window until 20:00.
    expect((await evening.texts()).map((t) => t.validitySeconds)).toEqual([30 * 60]);
    const late = await arena.practice({ at: monday9 + 11 * hour - 30_000 });
    const patient = await late.toText();
    expect(await late.send(patient)).toBe('done');
    expect(await late.texts()).toEqual([]);
    expect(await late.notice(patient.noticeId)).toMatchObject({ state: 'waiting', failed_channels: [] });
  });

  test('a text that waited in the queue beyond its validity (30036) is decided again, as a text', async () => {
    const at = monday9 + 10.5 * hour;
    const p = await arena.practice({
      at,
      account: { clock: { segments: [{ real: Date.now(), practice: at, factor: 3600 }] } },
    });
    const patient = await p.toText();
    await textTo('stuck', p, patient);
    expect(await p.effects(patient)).toMatchObject([{ state: 'failed', code: 'expired' }]);
    expect(await p.notice(patient.noticeId)).toMatchObject({
      state: 'waiting',
      epoch: 1,
      failed_channels: [],
    });
  });

  test('the daily budget of texts waits for the carriers’ next day', async () => {
    const p = await arena.practice({ settings: { textsPerDay: 1 } });
    await textTo('deliver', p, await p.toText());
    const second = await p.toText();
    await p.store.db
      .updateTable('notice')
      .set({ state: 'waiting' })
      .where('id', '=', second.noticeId)
      .execute();
    const plan = async () => planNotice(await noticeFacts(p.store, p.practice, second.noticeId));
    // Midnight in Los Angeles is 3:00 in New York; texts leave from 9:00 on.
    expect(await plan()).toMatchObject({ do: 'wait', until: monday9 + 24 * hour });
    p.goTo(monday9 + 24 * hour);
    expect(await plan()).toMatchObject({ do: 'send', channel: 'text' });
  });
});

// [how it fails, text again or next channel, mark on the number, alarm, what the result hears]
const fates: [string, 'again' | 'next', string | null, string[], string[]][] = [
  ['refused:21211', 'next', 'wrong_at', [], ['failed', 'needs-person/contact-fix']],
  ['failed:30005', 'next', 'wrong_at', [], ['failed', 'needs-person/contact-fix']],
  ['undelivered:30005', 'next', 'wrong_at', [], ['failed', 'needs-person/contact-fix']],
  ['refused:21610', 'next', 'opted_out_at', [], ['failed']],
  ['failed:21610', 'next', 'opted_out_at', [], ['failed']],
  ['undelivered:30004', 'next', 'opted_out_at', [], ['failed']],
  ['refused:21614', 'next', 'no_texts_at', [], ['failed']],
  ['refused:21612', 'next', 'no_texts_at', [], ['failed']],
  ['undelivered:30006', 'next', 'no_texts_at', [], ['failed']],
  ['undelivered:30003', 'next', null, [], ['failed']],
  ['undelivered:30007', 'next', null, ['texts-filtered'], ['failed']],
  ['failed:30450', 'next', null, ['texts-filtered'], ['failed']],
  ['failed:30001', 'again', null, [], ['failed']],
  ['failed:30022', 'again', null, [], ['failed']],
  ['failed:30023', 'again', null, [], ['failed']],
  ['failed:30610', 'again', null, [], ['failed']],
  ['failed:30032', 'next', null, ['texts-configuration'], ['failed']],
  ['failed:30034', 'next', null, ['texts-configuration'], ['failed']],
  ['refused:21408', 'next', null, ['texts-configuration'], ['failed']],
  ['undelivered:30008', 'next', null, [], ['failed']],
  ['failed:30500', 'next', null, [], ['failed']],
  ['undelivered:39999', 'next', null, [], ['failed']],
];

test.each(fates)(
  'a text that ends %s: %s channel, number %s, alarms %j',
  async (how, next, mark, alarms, heard) => {
    const p = await arena.practice();
    const patient = await p.toText();
    await textTo(how, p, patient);
    expect(await p.notice(patient.noticeId)).toMatchObject({
      state: 'waiting',
      epoch: 1,
      failed_channels: next === 'again' ? [] : ['text'],
    });
    const number = await p.number(patient.mobile);
    const marks = ['wrong_at', 'opted_out_at', 'no_texts_at', 'suspended_at'] as const;
    expect(marks.filter((name) => typeof number?.[name] === 'number')).toEqual(mark === null ? [] : [mark]);
    expect(await p.alarms()).toEqual(alarms);
    expect(p.heard(patient).filter((h) => h !== 'left')).toEqual(heard);
  },
);

test('S000-73: a text that did not leave is tried three times, then goes by the next channel', async () => {
  const p = await arena.practice();
  const patient = await p.toText();
  await arena.control.setNumbers(p.id, { [patient.mobile]: 'failed:30001' });
  for (const epoch of [0, 1, 2]) {
    expect(await p.notice(patient.noticeId)).toMatchObject({ epoch, failed_channels: [] });
    await p.beginText(patient.noticeId);
    await p.send(patient);
    await p.callbacks(2 * (epoch + 1));
  }
  expect(await p.notice(patient.noticeId)).toMatchObject({ epoch: 3, failed_channels: ['text'] });
  expect(await p.texts()).toHaveLength(3);
});

test('21610 moves every other text to the number to its next channel too (L37)', async () => {
  const p = await arena.practice();
  const first = await p.toText('+16175550170');
  const second = await p.toText('+16175550170');
  await textTo('refused:21610', p, first);
  expect(await p.notice(second.noticeId)).toMatchObject({ state: 'waiting', failed_channels: ['text'] });
  expect(arena.signals.filter((s) => s.name === 'noticeChanged').map((s) => s.workflowId)).toEqual(
    expect.arrayContaining([`notice/${first.patientId}`, `notice/${second.patientId}`]),
  );
});

describe('L23: what was read more than two minutes ago', () => {
  test('no text leaves on it: chart and patient are read again, and the notice is planned anew', async () => {
    const p = await arena.practice();
    const patient = await p.toText();
    p.goTo(p.now + 2 * minute);
    expect(await p.send(patient)).toBe('done');
    expect(await p.texts()).toEqual([]);
    expect(await p.effects(patient)).toMatchObject([{ state: 'cancelled', code: 'reading-too-old' }]);
    expect(await p.notice(patient.noticeId)).toMatchObject({
      state: 'waiting',
      epoch: 1,
      failed_channels: [],
    });
    expect(await p.step(patient)).toEqual({ do: 'reread', noticeId: patient.noticeId });
    // Nothing was tried: a text that fails now still has its three.
    await p.beginText(patient.noticeId);
    await textTo('failed:30001', p, patient);
    expect(await p.notice(patient.noticeId)).toMatchObject({ epoch: 2, failed_channels: [] });
  });

  test('while Twilio cannot be reached the readings follow each other, and after a day comes the next channel', async () => {
    const p = await arena.practice();
    const patient = await p.toText();
    const failing = async () => {
      await arena.control.plantFault(p.id, {
        match: { method: 'POST' },
        fault: { kind: 'status', status: 429 },
      });
      await p.send(patient);
      p.goTo(p.now + 2 * minute);
      return p.send(patient);
    };
    expect(await failing()).toBe('done');
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'waiting', failed_channels: [] });
    p.goTo(p.now + 24 * hour);
    await p.beginText(patient.noticeId);
    expect(await failing()).toBe('done');
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'waiting', failed_channels: ['text'] });
    expect(p.heard(patient)).toContain('failed');
    expect(await p.texts()).toEqual([]);
  });
});

describe('an outcome that nobody knows', () => {
  const unknown = async (fault: object, account = {}) => {
    const p = await arena.practice({ account });
    const patient = await p.toText();
    await arena.control.plantFault(p.id, {
      match: { method: 'POST', path: '/Messages' },
      fault: fault as { kind: 'reset-after' },
    });
    expect(await p.send(patient)).toBe('ComeBack');
    return { p, patient };
  };
  const later = async (p: ArenaPractice, ms: number) => p.goTo(p.now + ms);

  test('a callback with our id settles it; nothing is listed, nothing is sent again', async () => {
    const { p, patient } = await unknown({ kind: 'reset-after' });
    await ends(p, 'delivered');
    await arena.processed();
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'confirmed' });
    await later(p, 10 * minute);
    expect(await p.send(patient)).toBe('done');
    expect(await p.texts()).toHaveLength(1);
  });

  test('it waits 120 s, then finds the text by recipient and words while it is still queued and has no date', async () => {
    const { p, patient } = await unknown({ kind: 'truncated' }, { statusDelayMs: [600_000, 600_000] });
    await later(p, 31_000);
    expect(await p.send(patient)).toBe('ComeBack');
    await later(p, 88_000);
    expect(await p.send(patient)).toBe('ComeBack');
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'sending' });
    await later(p, 1_500);
    expect(await p.send(patient)).toBe('done');
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'sent' });
    const [text] = await p.texts();
    expect(await p.effects(patient)).toMatchObject([{ state: 'called', vendor_ref: text?.sid }]);
    expect(text).toMatchObject({ sentAt: null });
    expect(await p.texts()).toHaveLength(1);
  });

  test('a text that came and went meanwhile is taken with its end', async () => {
    const { p, patient } = await unknown({ kind: 'reset-after' }, { callbacks: { drop: 1 } });
    await ends(p, 'delivered');
    await later(p, 121_000);
    expect(await p.send(patient)).toBe('done');
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'confirmed' });
    expect(await p.texts()).toHaveLength(1);
  });

  test('not to be found: the next channel, never a second text', async () => {
    const { p, patient } = await unknown({ kind: 'html', status: 500 });
    await later(p, 121_000);
    expect(await p.send(patient)).toBe('done');
    expect(await p.effects(patient)).toMatchObject([{ state: 'unknown', code: 'not-found' }]);
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'waiting', failed_channels: ['text'] });
    expect(await p.texts()).toEqual([]);
  });

  test('the failed first text of the same words is not taken for the second', async () => {
    const p = await arena.practice();
    const patient = await p.toText();
    await textTo('failed:30001', p, patient);
    await p.beginText(patient.noticeId);
    await arena.control.plantFault(p.id, { match: { method: 'POST' }, fault: { kind: 'html', status: 503 } });
    expect(await p.send(patient)).toBe('ComeBack');
    await later(p, 121_000);
    expect(await p.send(patient)).toBe('done');
    expect(await p.effects(patient)).toMatchObject([
      { state: 'failed' },
      { state: 'unknown', code: 'not-found' },
    ]);
  });

  test('accepted, and absent from lists for a minute: found all the same', async () => {
    const p = await arena.practice({ account: { listLagMs: 60_000, callbacks: { drop: 1 } } });
    const patient = await p.toText();
    await arena.control.plantFault(p.id, { match: { method: 'POST' }, fault: { kind: 'reset-after' } });
    expect(await p.send(patient)).toBe('ComeBack');
    // The two minutes are longer than the lag; here the lag ends instead of the test waiting for it.
    await later(p, 119_000);
    expect(await p.send(patient)).toBe('ComeBack');
    await arena.control.change(p.id, { listLagMs: 0 });
    await later(p, 2_000);
    expect(await p.send(patient)).toBe('done');
    expect(await p.effects(patient)).toMatchObject([{ state: 'confirmed' }]);
    expect(await p.texts()).toHaveLength(1);
  });
});

describe('a receipt that comes after the next channel was chosen', () => {
  /** Called, not to be found, given up: the notice waits for its next channel, and then Twilio does report. */
  const givenUp = async () => {
    const p = await arena.practice();
    const patient = await p.toText();
    await arena.control.plantFault(p.id, { match: { method: 'POST' }, fault: { kind: 'html', status: 500 } });
    await p.send(patient);
    p.goTo(p.now + 121_000);
    await p.send(patient);
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'waiting', epoch: 1 });
    const { id } = await p.store.db
      .selectFrom('effect')
      .select('id')
      .where('notice_id', '=', patient.noticeId)
      .executeTakeFirstOrThrow();
    const port = { store: p.store, tell: createTell(arena.deps.temporal) };
    const delivered = { sid: `SM${'d'.repeat(32)}`, status: 'delivered', errorCode: null };
    const receipt = () =>
      applyTextNews(port, p.practice, { id, notice_id: patient.noticeId }, delivered, p.now);
    return { p, patient, receipt };
  };
  /** Another normal result of the draw, asked for while the notice waits. */
  const joins = async (p: ArenaPractice, { noticeId }: ToldPatient) => {
    const { id: resultId } = await arena.desk.deliver({
      familyName: 'Quillfeather',
      chartId: `${p.id}-1`,
      test: 'Another potassium',
      observations: [potassium('4.2')],
      practice: p.practice,
    });
    const member = () =>
      p.store.db
        .selectFrom('notice_member')
        .selectAll()
        .where('result_id', '=', resultId)
        .where('live', '=', true)
        .executeTakeFirstOrThrow();
    expect(await member()).toMatchObject({ notice_id: noticeId });
    return { resultId, member };
  };

  test('L47: it ends the notice, and no other channel says the same again', async () => {
    const { p, patient, receipt } = await givenUp();
    await receipt();
    expect(await p.effects(patient)).toMatchObject([{ state: 'confirmed' }]);
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'confirmed' });
    expect(p.heard(patient)).toContain('confirmed');
    expect(await p.next(patient)).toEqual({ do: 'rest' });
  });

  test('L18: who joined the notice meanwhile was not told by it, and is told by one of its own', async () => {
    const { p, patient, receipt } = await givenUp();
    const joiner = await joins(p, patient);
    await receipt();
    await receipt();
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'confirmed' });
    expect(p.heard(patient)).toContain('confirmed');
    expect(p.heard(joiner)).not.toContain('confirmed');
    const own = await p.notice((await joiner.member()).notice_id);
    expect(own).toMatchObject({ state: 'waiting', epoch: 0, failed_channels: [] });
    expect(arena.signals.map((s) => s.workflowId)).toContain(`notice/${patient.patientId}`);
  });

  test('a call of the next channel that is under way goes on for those who joined', async () => {
    const { p, patient, receipt } = await givenUp();
    const joiner = await joins(p, patient);
    await p.store.db
      .updateTable('notice')
      .set({ state: 'sent', channel: 'secure' })
      .where('id', '=', patient.noticeId)
      .execute();
    await p.store.db.transaction().execute(async (tx) => {
      const key = `notice/${patient.noticeId}/secure/1`;
      const about = { practiceId: p.id, key, kind: 'secure', noticeId: patient.noticeId, epoch: 1 } as const;
      const effect = await holdEffect(tx, p.store, { ...about, at: p.now });
      await markCalled(tx, p.store, effect.id, 'token', 60_000, p.now);
    });
    await receipt();
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'sent' });
    expect((await joiner.member()).notice_id).toBe(patient.noticeId);
    expect(p.heard(patient)).toContain('confirmed');
    expect(p.heard(joiner)).not.toContain('confirmed');
  });
});

describe('receipts', () => {
  test('a lost receipt is asked for', async () => {
    const p = await arena.practice({ account: { callbacks: { drop: 1 } } });
    const patient = await p.toText();
    await p.send(patient);
    await ends(p, 'delivered');
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'sent' });
    await p.check(patient);
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'confirmed' });
  });

  test('L38, L48, S000-20: sent without a receipt for 24 h is not told, no other channel starts, and the owner has it', async () => {
    const p = await arena.practice();
    const patient = await p.toText();
    const leftAt = p.now;
    await textTo('sent-only', p, patient);
    p.goTo(p.now + 23 * hour);
    await p.check(patient);
    expect(await p.effects(patient)).toMatchObject([{ state: 'called' }]);
    p.goTo(p.now + hour + minute);
    await p.check(patient);
    expect(await p.effects(patient)).toMatchObject([{ state: 'unknown', code: 'no-receipt' }]);
    expect(p.heard(patient)).not.toContain('confirmed');
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'sent', failed_channels: [] });
    expect(await p.live(patient, leftAt + 24 * hour - 1)).toEqual([]);
    expect(await p.live(patient, leftAt + 24 * hour)).toEqual([
      { kind: 'release', owner_id: staff.provider, due_at: leftAt + 72 * hour },
    ]);
  });

  test.each([
    ['twice', { duplicate: 1 }, 6],
    ['last status first', { reorder: 1 }, 3],
    ['late', { late: 1, lateMs: 30 }, 3],
  ])('receipts that come %s tell the result once', async (_how, callbacks, count) => {
    const p = await arena.practice({ account: { callbacks } });
    const patient = await p.toText();
    await p.send(patient);
    await p.callbacks(count);
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'confirmed' });
    const ids = arena.signals
      .filter((s) => s.workflowId === `result/${patient.resultId}` && s.fact['status'] === 'confirmed')
      .map((s) => s.fact['id']);
    expect(new Set(ids).size).toBe(1);
  });

  test('a receipt with a wrong signature is refused and tells nothing', async () => {
    const p = await arena.practice({ account: { callbacks: { wrongSignature: 1 } } });
    const patient = await p.toText();
    await p.send(patient);
    const journal = await ends(p, 'delivered');
    await arena.processed();
    expect(journal.filter((e) => e.kind === 'callback').map((e) => e['httpStatus'])).toContain(403);
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'sent' });
  });
});

describe('before a text leaves', () => {
  test.each([
    ['the campaign is not verified', { campaign: { status: 'IN_PROGRESS' } }, 'campaign-not-verified'],
    ['the campaign was suspended', { campaign: { status: 'SUSPENDED' } }, 'campaign-not-verified'],
    ['there is no campaign', { campaign: null }, 'campaign-missing'],
    ['the service is for marketing (S000-85)', { serviceUsecase: 'marketing' }, 'service-for-marketing'],
    [
      'the campaign is for marketing (S000-85)',
      { campaign: { usecase: 'MARKETING' } },
      'service-for-marketing',
    ],
    ['a toll-free number is not verified', { from: '+18885550100' }, 'toll-free-not-verified'],
    ['the service has no number', { hasSender: false }, 'no-sender'],
    ['the account is suspended', { accountStatus: 'suspended' as const }, 'account-not-active'],
  ])('S000-30: %s: no text, an alarm, the next channel', async (_why, account, code) => {
    const p = await arena.practice({ account });
    const patient = await p.toText();
    expect(await p.send(patient)).toBe('done');
    expect(await p.texts()).toEqual([]);
    expect(await p.alarms()).toEqual([`texts-${code}`]);
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'waiting', failed_channels: ['text'] });
  });

  test('S000-85: two practices with one messaging service are refused; so is one of the marketing stream on import', async () => {
    const one = await arena.practice();
    const { accountSid, messagingServiceSid } = one.practice.connections.twilio;
    const two = await arena.practice({ twilio: { accountSid, messagingServiceSid } });
    const patient = await one.toText();
    await one.send(patient);
    expect(await one.alarms()).toEqual(['texts-service-of-another-practice']);
    expect(await one.texts()).toEqual([]);
    expect(two.id).not.toBe(one.id);
    const marketingServiceSids = [`MG${'9'.repeat(32)}`];
    const shared = { messagingServiceSid: marketingServiceSids[0], marketingServiceSids };
    await expect(arena.practice({ twilio: shared })).rejects.toThrow('marketing stream');
  });

  test('while Twilio does not answer, the text waits for the answer instead of leaving unchecked', async () => {
    const p = await arena.practice();
    const patient = await p.toText();
    await arena.control.plantFault(p.id, {
      match: { path: '/Services/' },
      fault: { kind: 'html', status: 503 },
    });
    expect(await p.send(patient)).toBe('twilio/unavailable');
    expect(await p.send(patient)).toBe('done');
    expect(await p.texts()).toHaveLength(1);
  });

  const lookUpNumbers = { lineType: true, reassignedSince: '2026-01-05' };
  test.each([
    ['a landline', { type: 'landline' }, 'no_texts_at', ['failed']],
    ['no number at all', { valid: false }, 'wrong_at', ['failed', 'needs-person/contact-fix']],
    [
      'a number that changed hands',
      { reassigned: 'yes' as const },
      'wrong_at',
      ['failed', 'needs-person/contact-fix'],
    ],
  ])('Lookup says %s: no text goes there', async (_what, line, mark, heard) => {
    const p = await arena.practice({
      settings: { lookUpNumbers },
      account: { lines: { '+16175550171': line } },
    });
    const patient = await p.toText('+16175550171');
    expect(await p.send(patient)).toBe('done');
    expect(await p.texts()).toEqual([]);
    expect(await p.number(patient.mobile)).toMatchObject({ [mark]: p.now, looked_up_at: p.now });
    expect(p.heard(patient)).toEqual(heard);
  });

  test('a mobile is looked up once, with both questions; a kind of line that nobody knows is tried', async () => {
    const p = await arena.practice({
      settings: { lookUpNumbers },
      account: { lines: { '+16175550172': { type: 'satellite', reassigned: 'no_data_available' } } },
    });
    await textTo('deliver', p, await p.toText('+16175550172'));
    await textTo('deliver', p, await p.toText('+16175550172'));
    const asked = (await arena.control.journal(p.id)).filter((e) => e.kind === 'looked-up');
    expect(asked).toMatchObject([
      { fields: ['line_type_intelligence', 'reassigned_number'], lastVerifiedDate: '20260105' },
    ]);
    expect(await p.texts()).toHaveLength(2);
  });

  test('a Lookup that fails delays no text for the kind of line, but does for a possible new owner', async () => {
    const down = { match: { path: '/lookups/' }, fault: { kind: 'html', status: 500 } } as const;
    const p = await arena.practice({ settings: { lookUpNumbers: { lineType: true } } });
    await arena.control.plantFault(p.id, down);
    expect(await p.send(await p.toText())).toBe('done');
    expect(await p.texts()).toHaveLength(1);
    const q = await arena.practice({ settings: { lookUpNumbers } });
    await arena.control.plantFault(q.id, down);
    expect(await q.send(await q.toText())).toBe('twilio/unavailable');
    expect(await q.texts()).toEqual([]);
  });

  test('a number that takes no texts is not planned for one', async () => {
    const p = await arena.practice();
    const patient = await p.toText();
    await p.store.db
      .updateTable('notice')
      .set({ state: 'waiting' })
      .where('id', '=', patient.noticeId)
      .execute();
    await markNumber(p.store.db, p.id, p.store.index.phoneIndex(patient.mobile), { no_texts_at: p.now });
    expect(planNotice(await noticeFacts(p.store, p.practice, patient.noticeId))).toMatchObject({
      channel: 'portal-note',
    });
  });
});
