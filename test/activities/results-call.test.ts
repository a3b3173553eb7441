import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { noticeFacts } from '../../src/activities/notice-facts.js';
import { watchResultsCall } from '../../src/activities/results-call.js';
import { planNotice } from '../../src/domain/notices/plan.js';
import { TextArena, type ArenaPractice, type ToldPatient } from './text-arena.js';

const hour = 3_600_000;
let arena: TextArena;
beforeAll(async () => void (arena = await TextArena.open()), 60_000);
afterAll(() => arena.close());

const closure = async (p: ArenaPractice, { resultId }: ToldPatient) => {
  const events = await p.store.db
    .selectFrom('event')
    .select(['kind', 'data'])
    .where('result_id', '=', resultId)
    .execute();
  return events.find((e) => e.kind === 'settled')?.data;
};

test.each([
  ['the practice’s setting', { resultsCall: true }, null],
  ['the route of its document', {}, 'RESULTSCALL'],
])(
  'L31: by %s our text is left out; it counts, and the result is settled as told by it',
  async (_by, settings, route) => {
    const p = await arena.practice({ settings });
    const patient = await p.normal(undefined, route);
    expect(await p.next(patient)).toEqual({ do: 'rest' });
    // A repeat finds nothing to do.
    expect(await p.next(patient)).toEqual({ do: 'rest' });
    expect(p.heard(patient)).toEqual(['confirmed']);
    expect(await p.texts()).toEqual([]);
    expect(await p.notice(patient.noticeId)).toMatchObject({
      state: 'handed-over',
      waits_for: 'resultscall',
    });
    const { patient: facts } = await noticeFacts(p.store, p.practice, patient.noticeId);
    expect(facts).toMatchObject({ textsToday: 1, textsThisWeek: 1 });

    expect(await p.live(patient, p.now + 72 * hour)).toEqual([]);
    expect(await closure(p, patient)).toEqual({ closure: 'notified-by-resultscall' });
    const note = await p.store.db
      .selectFrom('chart_note')
      .select('body_sealed')
      .where('result_id', '=', patient.resultId)
      .executeTakeFirstOrThrow();
    const words = p.store.cipher.open(note.body_sealed, 'chart_note.body');
    expect(words).toMatch(/^Closed .*: Patient notified by athenahealth ResultsCall/);
    expect(words).not.toContain('Message sent');
  },
);

test('L31: without a portal it goes our own way', async () => {
  const p = await arena.practice({ settings: { resultsCall: true } });
  const patient = await p.normal();
  const facts = await noticeFacts(p.store, p.practice, patient.noticeId);
  const away = { ...facts, patient: { ...facts.patient, portal: false } };
  expect(planNotice(away)).toMatchObject({ do: 'send', channel: 'text' });
});

test('L31: seen while it is set off, it is one alarm that stands, however often it is seen', async () => {
  const off = await arena.practice();
  for (const documentRoute of ['INTERFACE', 'ResultsCall', 'RESULTSCALL'])
    await watchResultsCall(arena.deps, off.practice, { documentRoute });
  expect(await off.alarms()).toEqual(['connection-check-failed']);
  const on = await arena.practice({ settings: { resultsCall: true } });
  await watchResultsCall(arena.deps, on.practice, { documentRoute: 'RESULTSCALL' });
  expect(await on.alarms()).toEqual([]);
});
