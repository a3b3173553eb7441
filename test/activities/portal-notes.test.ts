import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ActivityDeps } from '../../src/activities/deps.js';
import { createPortalNote } from '../../src/activities/send-portal-note.js';
import { VendorError } from '../../src/clients/http/index.js';
import { joinNotice } from '../../src/store/notices.js';
import { TextArena, type ArenaPractice, type ToldPatient } from './text-arena.js';

let arena: TextArena;
beforeAll(async () => void (arena = await TextArena.open()), 60_000);
afterAll(() => arena.close());

/** A chart whose notes to patients grow by what is written; `onWrite` happens with a write, before it is answered. */
function chart(onWrite: (documentId: string, count: number) => Promise<void> = () => Promise.resolve()) {
  const notes = new Map<string, string>();
  const written: string[] = [];
  const athena = {
    labResult: (_chartId: string, id: string) => Promise.resolve({ patientNote: notes.get(id) ?? null }),
    noteToPatient: async ({ labResultId: id, note }: { labResultId: string; note: string }) => {
      await onWrite(id, written.length + 1);
      written.push(id);
      notes.set(id, `${notes.get(id) ?? ''}${note}`);
    },
    grants: () => Promise.resolve({ missing: [], writesDocuments: true }),
    probeDocumentWrite: () => Promise.resolve('allowed'),
  };
  const vendors = { ...arena.deps.vendors, athena: () => athena };
  const deps = { ...arena.deps, vendors } as unknown as ActivityDeps;
  const env = () => new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  return {
    written,
    write: async (p: ArenaPractice, { noticeId }: ToldPatient) => {
      const { epoch } = await p.notice(noticeId);
      return env().run(createPortalNote(deps), { practiceId: p.id, noticeId, epoch });
    },
  };
}

/** Two results of one notice that is about to be written beside them, in the order of writing. */
async function toNote(p: ArenaPractice): Promise<[ToldPatient, ToldPatient]> {
  const [a, b] = [await p.normal(), await p.normal()];
  const { draw_id: drawId, patient_id: patientId } = await p.notice(a.noticeId);
  await p.store.db
    .updateTable('notice_member')
    .set({ live: false })
    .where('result_id', '=', b.resultId)
    .execute();
  await p.store.db.transaction().execute((tx) =>
    joinNotice(tx, p.store, {
      practiceId: p.id,
      patientId,
      drawId,
      resultId: b.resultId,
      version: 1,
      purpose: 'results',
      at: p.now,
    }),
  );
  await begin(p, a);
  const both: [ToldPatient, ToldPatient] = [a, { ...b, noticeId: a.noticeId }];
  return a.resultId < b.resultId ? both : [both[1], both[0]];
}

const begin = (p: ArenaPractice, { noticeId }: ToldPatient) =>
  p.store.db
    .updateTable('notice')
    .set({ state: 'sending', channel: 'portal-note', language: 'eng', reread_real_at: p.now })
    .where('id', '=', noticeId)
    .execute();

const amend = (p: ArenaPractice, { resultId }: ToldPatient) =>
  p.store.db.updateTable('result').set({ current_version: 2 }).where('id', '=', resultId).execute();

test('L20: a member that is amended between two writes is not told, and the first note is not written again', async () => {
  const p = await arena.practice();
  const [a, b] = await toNote(p);
  const { written, write } = chart(async (_id, count) => void (count === 1 && (await amend(p, b))));
  await write(p, a);
  expect(written).toHaveLength(1);
  expect(p.heard(a)).toEqual(['confirmed']);
  expect(p.heard(b)).toEqual([]);
  expect(await p.notice(a.noticeId)).toMatchObject({ state: 'waiting', epoch: 1, noted_epoch: null });
  // The plan drops the amended one; what is left goes on by the same channel.
  await p.next(a);
  await begin(p, a);
  await write(p, a);
  expect(written).toHaveLength(1);
  expect(await p.notice(a.noticeId)).toMatchObject({ state: 'waiting', epoch: 2, noted_epoch: 1 });
  expect(p.heard(b)).toEqual([]);
});

test('a note that was refused and cut off goes on, and says so only of the result without a note', async () => {
  const p = await arena.practice();
  const [a, b] = await toNote(p);
  const refused = new VendorError('athenahealth refused', {
    vendor: 'athenahealth',
    operation: 'lab-result.note-to-patient',
    effect: 'write',
    requestId: 'r',
    code: 'invalid-request',
    outcome: 'refused',
    status: 400,
  } as never);
  const { written, write } = chart((_id, count) => {
    if (count === 1) return Promise.resolve();
    arena.isTemporalAway = true;
    return Promise.reject(refused);
  });
  await expect(write(p, a)).rejects.toThrow();
  arena.isTemporalAway = false;
  expect(await p.notice(a.noticeId)).toMatchObject({ state: 'sending', epoch: 0 });
  await write(p, a);
  expect(written).toHaveLength(1);
  expect(p.heard(a)).toEqual(['confirmed']);
  expect(p.heard(b)).toEqual(['failed']);
  expect(await p.notice(a.noticeId)).toMatchObject({
    state: 'waiting',
    epoch: 1,
    failed_channels: ['portal-note'],
  });
});
