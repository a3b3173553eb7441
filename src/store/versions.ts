import type { KnownResult, Mark, Placing } from '../domain/result/placement.js';
import { place } from '../domain/result/placing.js';
import { addAliases, lockIdentifiers } from './aliases.js';
import { loadKnown } from './candidates.js';
import { currentNumber, deliveredTo, sayAgain } from './deliveries.js';
import { disownResult, onceKnownAs, rekeyPatient, succeed } from './changing-hands.js';
import { contentHash } from './contents.js';
import { lockPatient, type Tx } from './database.js';
import type { Delivery, Stored } from './delivery.js';
import { appendEvents } from './events.js';
import { joinInto } from './joining.js';
import { addVersion, keepReport, noteShown } from './keeping.js';
import { addNews, type IdentityNews } from './news.js';
import { laneOf } from './lanes.js';
import { patientLock } from './patients.js';
import { practiceNow, type Practice } from './practices.js';
import { matchResult, newResult } from './results.js';
import type { Store } from './store.js';

export { contentAad, contentHash } from './contents.js';
export type { Delivery, Stored } from './delivery.js';

/** Every step before the last removes what it found, so a few are plenty. */
const stepsAtMost = 10;

/**
 * Stores a delivery under the patient lock: finds the result it belongs to (L39), makes it a version or sees that it
 * is known (L40), joins its draw (L18), sets right what turns out to be one result or another patient's (L39, L42).
 * What it is, `domain/result/placing` decides. Repeating it is harmless.
 */
export async function storeDelivery(store: Store, practice: Practice, delivery: Delivery): Promise<Stored> {
  return store.db.transaction().execute((tx) => new Storing(tx, store, practice, delivery).run());
}

class Storing {
  private readonly news: IdentityNews[] = [];
  private readonly disowned: string[] = [];
  private published = false;
  private readonly locked = new Set<string>();
  private readonly hash: string;

  constructor(
    private readonly tx: Tx,
    private readonly store: Store,
    private readonly practice: Practice,
    private readonly delivery: Delivery,
  ) {
    this.hash = contentHash(delivery.report);
  }

  async run(): Promise<Stored> {
    const { tx, store, practice, delivery } = this;
    const { report, patientId } = delivery;
    await lockIdentifiers(tx, store, practice.id, report);
    await this.lock(await this.known());
    for (let step = 0; step < stepsAtMost; step += 1) {
      const known = await this.known();
      await this.lock(known);
      const others = known.filter((k) => k.patientId !== patientId).map((k) => k.patientId);
      const placing = place(
        {
          report,
          hash: this.hash,
          patientId,
          feed: delivery.sourceLane ?? 'master',
          onceKnownAs: await onceKnownAs(tx, store, patientId, others, delivery.previousChartIds ?? []),
          deliveredTo: await deliveredTo(tx, practice.id, report, patientId),
          isFromAnother: this.disowned.length > 0,
        },
        known,
      );
      switch (placing.kind) {
        case 'rekey':
          for (const from of placing.from)
            this.news.push(...(await rekeyPatient(tx, store, practice, from, patientId)));
          break;
        case 'disown':
          for (const id of placing.resultIds) await disownResult(tx, id);
          this.disowned.push(...placing.resultIds);
          break;
        case 'join':
          for (const id of placing.others) await this.join(placing.survivor, id);
          break;
        case 'known':
          return this.finish(await this.storeKnown(placing));
        case 'new':
          return this.finish(await this.storeNew(placing));
        case 'version':
          return this.finish(await this.storeVersion(placing));
        default:
          placing satisfies never;
      }
    }
    throw new Error('A delivery could not be placed. Nothing of it was stored; deliver it again.');
  }

  private known(): Promise<KnownResult[]> {
    const { tx, store, practice, delivery } = this;
    return loadKnown(tx, store, practice.id, delivery.patientId, delivery.report);
  }

  /** The patients involved, always in one order. */
  private async lock(known: readonly KnownResult[]): Promise<void> {
    const patients = [this.delivery.patientId, ...known.map((k) => k.patientId)];
    for (const id of [...new Set(patients)].sort())
      if (!this.locked.has(id)) {
        await lockPatient(this.tx, patientLock(id));
        this.locked.add(id);
      }
  }

  private async join(survivor: string, other: string): Promise<void> {
    const { tx, store, practice, delivery } = this;
    this.news.push(await joinInto(tx, store, practice, survivor, other, delivery.report.source));
  }

  private async storeKnown(placing: Extract<Placing, { kind: 'known' }>): Promise<Stored> {
    const { tx, store, practice, delivery } = this;
    const { reportId } = delivery;
    const { resultId } = placing;
    this.published ||= await noteShown(tx, store, resultId, delivery);
    if (placing.why === 'delivery') {
      const again = reportId === null ? null : await sayAgain(tx, resultId, reportId);
      if (again) return again;
      // A pair that is known already; the row that announced it has done its work.
      if (reportId)
        await tx.deleteFrom('report').where('id', '=', reportId).where('content_hash', 'is', null).execute();
    } else {
      await keepReport(tx, store, practice, delivery, resultId, 'duplicate');
      await this.rename(resultId);
      const kind = placing.why === 'second-feed' ? 'second-feed-agrees' : 'repeated';
      await this.tell(resultId, kind, { version: await currentNumber(tx, resultId) });
    }
    await this.giveUpWaiting(resultId);
    return { outcome: 'known', resultId };
  }

  private async storeNew(placing: Extract<Placing, { kind: 'new' }>): Promise<Stored> {
    const { tx, store, practice, delivery } = this;
    const isQuarantined = placing.why === 'quarantine';
    const resultId = await newResult(tx, store, practice, delivery, isQuarantined);
    for (const otherId of placing.against) {
      await this.tell(otherId, 'filler-of-another-patient', { result: resultId });
      this.news.push(
        await addNews(tx, store, practice, { resultId: otherId, kind: 'disputed', otherId: resultId }),
      );
    }
    const version = await this.version(resultId, { ...placing, content: delivery.report, take: 'current' });
    return { outcome: 'new-version', resultId, version };
  }

  private async storeVersion(placing: Extract<Placing, { kind: 'version' }>): Promise<Stored> {
    const { tx, practice, delivery } = this;
    const { resultId, take, standsOn } = placing;
    if (placing.matches)
      await matchResult(tx, resultId, laneOf(practice, delivery.report, delivery.detectedAt, delivery.lane));
    if (standsOn !== null)
      await tx
        .updateTable('version')
        .set({ report_id: standsOn })
        .where('result_id', '=', resultId)
        .where('number', '=', await currentNumber(tx, resultId))
        .execute();
    const version = await this.version(resultId, placing);
    await this.giveUpWaiting(resultId);
    return { outcome: take === 'late' ? 'late' : 'new-version', resultId, version };
  }

  private async version(
    resultId: string,
    placing: Pick<Extract<Placing, { kind: 'version' }>, 'content' | 'take'> & { marks: readonly Mark[] },
  ): Promise<number> {
    const { tx, store, practice, delivery } = this;
    const reportId = await keepReport(tx, store, practice, delivery, resultId, 'stored');
    await this.rename(resultId);
    return addVersion(tx, store, practice, {
      resultId,
      reportId,
      ...placing,
      feed: delivery.sourceLane ?? 'master',
      detectedAt: delivery.detectedAt,
      detectedRealAt: delivery.detectedRealAt,
    });
  }

  private async finish(stored: Stored): Promise<Stored> {
    const { tx, store, practice } = this;
    for (const id of this.disowned) this.news.push(await succeed(tx, store, practice, id, stored.resultId));
    return {
      ...stored,
      ...(this.news.length > 0 && { news: this.news }),
      ...(this.published && { published: true }),
    };
  }

  /** L5: a result waited for this document, and it turns out to belong to another. */
  private async giveUpWaiting(resultId: string): Promise<void> {
    const { waitingResultId } = this.delivery;
    if (waitingResultId !== null && waitingResultId !== resultId) await this.join(resultId, waitingResultId);
  }

  private async rename(resultId: string): Promise<void> {
    const { tx, store, practice, delivery } = this;
    await addAliases(tx, store, practice.id, delivery.patientId, resultId, delivery.report);
  }

  private async tell(resultId: string, kind: string, data: Record<string, string | number>): Promise<void> {
    const { tx, store, practice, delivery } = this;
    const event = { at: practiceNow(store, practice), actor: delivery.report.source, kind, data };
    await appendEvents(tx, store, practice.id, resultId, [event]);
  }
}
