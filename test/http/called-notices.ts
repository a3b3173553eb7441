import { newId } from '../../src/security/tokens.js';
import type { Store } from '../../src/store/store.js';
import { card } from '../store/patient-card.js';
import type { PlannedNotice } from './storm-plan.js';

const hour = 3_600_000;
const atOnce = 200;

/** Ids of a message of ours that was called, by its label. */
export interface CalledNotice {
  readonly notice: string;
  readonly effect: string;
  readonly result: string;
  readonly patient: string;
}

/** Patients with one result and one message about it each, whose call was made an hour ago. Many, fast. */
export async function callNotices(
  store: Store,
  notices: readonly PlannedNotice[],
): Promise<ReadonlyMap<string, CalledNotice>> {
  const ids = new Map(
    notices.map((n) => [n.label, { notice: newId(), effect: newId(), result: newId(), patient: newId() }]),
  );
  for (let from = 0; from < notices.length; from += atOnce)
    await insert(store, notices.slice(from, from + atOnce), ids);
  return ids;
}

async function insert(
  store: Store,
  notices: readonly PlannedNotice[],
  called: ReadonlyMap<string, CalledNotice>,
): Promise<void> {
  const at = store.realNow() - hour;
  const one = notices.map((n) => ({ n, ids: called.get(n.label) as CalledNotice }));
  const practice_id = 'riverside';
  await store.db.transaction().execute(async (tx) => {
    await tx
      .insertInto('patient')
      .values(
        one.map(({ n, ids }) => ({
          id: ids.patient,
          practice_id,
          chart_index: n.label,
          card_sealed: store.cipher.sealJson({ ...card(n.label), mobilePhone: n.phone }, 'patient.card'),
          birth_index: null,
          mobile_index: n.phone && store.index.phoneIndex(n.phone),
          status: 'active',
          spruce_contact_id: n.contactId,
          spruce_has_account: n.contactId !== null,
          read_real_at: at,
        })),
      )
      .execute();
    await tx
      .insertInto('draw')
      .values(
        one.map(({ ids }) => ({
          id: ids.notice,
          practice_id,
          patient_id: ids.patient,
          first_collected_at: at,
          accession_index: null,
        })),
      )
      .execute();
    await tx
      .insertInto('result')
      .values(
        one.map(({ ids }) => ({
          id: ids.result,
          practice_id,
          patient_id: ids.patient,
          draw_id: ids.notice,
          lane: 'notify',
          current_version: 1,
          detected_at: at,
          detected_real_at: at,
        })) as never,
      )
      .execute();
    await tx
      .insertInto('notice')
      .values(
        one.map(({ n, ids }) => ({
          id: ids.notice,
          practice_id,
          patient_id: ids.patient,
          draw_id: ids.notice,
          purpose: 'results',
          state: n.answer === 'known' ? 'sent' : 'sending',
          channel: n.channel,
          created_at: at,
          latest_fact_at: at,
          sent_at: n.answer === 'known' ? at : null,
        })) as never,
      )
      .execute();
    await tx
      .insertInto('notice_member')
      .values(
        one.map(({ ids }) => ({
          notice_id: ids.notice,
          result_id: ids.result,
          version: 1,
          purpose: 'results' as const,
        })),
      )
      .execute();
    await tx
      .insertInto('effect')
      .values(
        one.map(({ n, ids }) => ({
          id: ids.effect,
          practice_id,
          key: `notice/${ids.notice}/${n.channel}/0`,
          kind: n.channel,
          state: 'called',
          notice_id: ids.notice,
          channel: n.channel,
          vendor_ref: n.answer === 'known' ? n.vendorRef : null,
          vendor_status: n.answer === 'known' ? (n.channel === 'text' ? 'accepted' : 'posted') : null,
          created_at: at,
          created_real_at: at,
          called_at: at,
          called_real_at: at,
        })) as never,
      )
      .execute();
  });
}
