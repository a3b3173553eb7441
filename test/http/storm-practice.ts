import { markLeft } from '../../src/activities/sending.js';
import { newId } from '../../src/security/tokens.js';
import { markTaken } from '../../src/store/effects.js';
import { potassium } from '../starters/desk-practice.js';
import { callNotices, type CalledNotice } from './called-notices.js';
import type { PlannedNotice, Storm } from './storm-plan.js';
import { WebDesk } from './web-desk.js';

const hour = 3_600_000;

/** A practice on a database of its own whose messages of a {@link Storm} have been called, and nothing is known yet. */
export class StormPractice {
  private constructor(
    readonly web: WebDesk,
    private readonly storm: Storm,
    private readonly ids: ReadonlyMap<string, CalledNotice>,
  ) {}

  static async open(storm: Storm): Promise<StormPractice> {
    const web = await WebDesk.open();
    for (const [sid, at] of storm.written) web.written.set(sid, at);
    const practice = new StormPractice(web, storm, await callNotices(web.store, storm.notices));
    for (const page of storm.pages) await practice.page(page.requestId);
    return practice;
  }

  /** The answer to our own call is stored, as the send activity does. */
  async answer({ label, vendorRef, channel }: PlannedNotice): Promise<void> {
    const { store, desk } = this.web;
    const { effect, notice } = this.of(label);
    await markTaken(store.db, effect, vendorRef, channel === 'text' ? 'accepted' : 'posted');
    await markLeft({ store }, desk.practice, await this.web.noticeRow(notice));
  }

  of(label: string): CalledNotice {
    const found = this.ids.get(label);
    if (!found) throw new Error(`no ${label} was planned`);
    return found;
  }

  /** Everything that must not depend on how the webhooks came, with labels in place of ids. */
  async state() {
    const { store } = this.web;
    const [label, phone] = [this.labels(), this.phones()];
    const effects = await store.db
      .selectFrom('effect')
      .select(['id', 'kind', 'state', 'vendor_ref', 'vendor_status', 'code', 'epoch'])
      .execute();
    const notices = await store.db.selectFrom('notice').selectAll().execute();
    const numbers = await store.db.selectFrom('number').selectAll().execute();
    const inbound = await store.db.selectFrom('inbound').select(['dedupe_key', 'kind', 'outcome']).execute();
    const alarms = await store.db
      .selectFrom('alarm')
      .select((e) => ['code', e.fn.countAll<number>().as('count')])
      .groupBy('code')
      .execute();
    const commands = await store.db.selectFrom('command').select(['person_id', 'kind']).execute();
    return {
      effects: sorted(effects.map(({ id, ...e }) => ({ of: label.get(id) ?? `page ${e.vendor_ref}`, ...e }))),
      notices: sorted(
        notices.map((n) => ({
          of: label.get(n.id),
          state: n.state,
          epoch: n.epoch,
          channel: n.channel,
          failed: n.failed_channels,
          conversation: n.vendor_conversation_id,
          isConfirmed: n.confirmed_at !== null,
        })),
      ),
      numbers: sorted(
        numbers.map((n) => ({
          of: phone.get(n.number_index),
          isOut: n.opted_out_at !== null,
          isWrong: n.wrong_at !== null,
          isSuspended: n.suspended_at !== null,
        })),
      ),
      inbound: sorted(inbound),
      alarms: sorted(alarms),
      commands: sorted(commands),
      told: this.told(),
    };
  }

  /**
   * What workflows have to know in the end, each fact once. News that a text is under way is no end: where its receipt
   * comes first there is none.
   */
  private told(): string[] {
    const label = this.labels();
    const facts = new Map<string, string>();
    for (const { what, of, fact } of this.web.told) {
      const { id, at: _at, noticeId: _notice, ...rest } = (fact ?? {}) as Record<string, unknown>;
      if (what === 'delivery' && rest.status === 'left') continue;
      const saying = JSON.stringify([what, label.get(of) ?? 'page', typeof fact === 'object' ? rest : null]);
      facts.set(`${what}/${of}/${String(id)}`, saying);
    }
    return [...facts.values()].sort();
  }

  private labels(): Map<string, string> {
    return new Map(
      [...this.ids].flatMap(([label, ids]) => Object.values(ids).map((id) => [id as string, label])),
    );
  }

  private phones(): Map<string, string> {
    const { index } = this.web.store;
    const known = this.storm.notices.flatMap((n) => n.phone ?? []);
    const strangers = [...Array(100).keys()].map((i) => `+1202555${String(100 + i).padStart(4, '0')}`);
    return new Map([...known, ...strangers].map((phone) => [index.phoneIndex(phone), phone]));
  }

  /** A critical result whose owner was paged. */
  private async page(requestId: string): Promise<void> {
    const { store, desk } = this.web;
    const result = await desk.deliver({
      familyName: 'Testwell',
      chartId: requestId,
      observations: [potassium('6.8')],
      documentId: requestId,
    });
    const task = await store.db
      .selectFrom('task_member')
      .innerJoin('task', 'task.id', 'task_member.task_id')
      .select('task.id')
      .where('task_member.result_id', '=', result.id)
      .where('task.kind', '=', 'callback')
      .executeTakeFirstOrThrow();
    const at = store.realNow() - hour;
    await store.db
      .insertInto('effect')
      .values({
        id: newId(),
        practice_id: 'riverside',
        key: `page/${task.id}/storm`,
        kind: 'page',
        state: 'called',
        task_id: task.id,
        vendor_ref: requestId,
        vendor_status: 'posted',
        created_at: at,
        created_real_at: at,
        called_at: at,
        called_real_at: at,
      } as never)
      .execute();
  }
}

/** As text, one row each, in an order that does not depend on ids. */
function sorted(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
