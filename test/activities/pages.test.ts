import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSpruceControl, type SpruceControl } from '../../src/sandbox/spruce/control.js';
import { journalUntil } from '../sandbox/webhook-receiver.js';
import { hour, monday9, staff } from '../starters/desk-practice.js';
import { TextArena, type ArenaPractice } from './text-arena.js';

const minute = 60_000;
let arena: TextArena;
let spruce: SpruceControl;
beforeAll(async () => {
  arena = await TextArena.open();
  spruce = createSpruceControl(arena.spruceUrl);
}, 60_000);
afterAll(() => arena.close());

/** A single page, not one of the ladder's ticks: it has one key for as long as it is tried. */
const single = (p: ArenaPractice, resultId: string, critical: boolean) =>
  p.page(resultId, {
    ...{ step: 'v1/critical/unreached', task: 'callback', opening: 1, roles: ['owner'], without: [] },
    ...{ critical, dueAt: p.now, at: p.now },
  });
const refused = { times: 4, fault: { kind: 'html', status: 400 } } as const;
const deletedByStaff = `t_${'A'.repeat(16)}`;
const sent = { sentTo: [staff.provider], failedFor: [] };
const failed = { sentTo: [], failedFor: [staff.provider] };

/** Spruce posts what it accepted a little later. */
async function pages(p: ArenaPractice, count: number): Promise<void> {
  const isPage = (e: { readonly kind: string }) => e.kind === 'page-created';
  const journal = await journalUntil(spruce, p.id, (all) => all.filter(isPage).length >= count);
  expect(journal.filter(isPage)).toHaveLength(count);
}

test.each([
  ['a critical', true],
  ['an ordinary', false],
])('%s page that Spruce refused is sent when it is tried again, once', async (_, critical) => {
  const p = await arena.practice({ at: monday9 });
  const result = await p.critical();
  await spruce.plantFault(p.id, refused);
  expect(await single(p, result, critical)).toMatchObject(failed);
  expect(await single(p, result, critical)).toMatchObject(failed);
  await spruce.clearFaults(p.id);
  p.goTo(p.now + hour);
  expect(await single(p, result, critical)).toMatchObject(sent);
  await pages(p, 1);
});

test('a page conversation that is gone is made anew, for the page and for those who ask after it', async () => {
  const p = await arena.practice({ at: monday9 });
  const result = await p.critical();
  expect(await p.tick(result, 0)).toMatchObject(sent);
  const forget = () =>
    p.store.db
      .updateTable('membership')
      .set({ spruce_page_conversation_id: deletedByStaff })
      .where('practice_id', '=', p.id)
      .execute();
  await forget();
  expect(await p.poll(result)).toEqual({ unanswered: [] });
  await forget();
  p.goTo(p.now + 5 * minute);
  expect(await p.tick(result, 1)).toMatchObject(sent);
  await pages(p, 2);
});
