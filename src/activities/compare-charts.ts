import { activityInfo, heartbeat } from '@temporalio/activity';
import { announcement, readTime, type AthenaClient, type FeedRow } from '../clients/athenahealth/index.js';
import { VendorError } from '../clients/http/index.js';
import type { EpochMs } from '../domain/result/report.js';
import { imagingDocumentId, IntakeError, toPatientCard } from '../intake/athena/index.js';
import { contentHash } from '../store/contents.js';
import { countNew, heldDocuments, openFeedRows, persistFeedRows } from '../store/feed.js';
import { raiseAlarm } from '../store/inbound.js';
import { patientIdOf } from '../store/patients.js';
import { loadPractice, practiceNow, type Practice } from '../store/practices.js';
import { clearStanding, isStanding, raiseStanding } from '../store/standing-alarms.js';
import type { ChartComparison, ChartComparisonActivities } from '../workflows/activity-types.js';
import { mapDocument } from './chart-document.js';
import { chartsToCompare, type Chart } from './charts-to-compare.js';
import type { ActivityDeps } from './deps.js';
import { guarded } from './failures.js';
import { takeInRows } from './take-in-rows.js';
import { createTell } from './tell.js';

const dayMs = 86_400_000;
/** What changed earlier would only be recorded (L2). Practice time, as the next. */
const lookBackMs = 14 * dayMs;
/** What is younger is still the feeds' to bring: they are minutes late (API reference §4). */
const feedTimeMs = 60 * 60_000;
/** The share of the day's calls that is left to the day. */
const shareOfDay = 0.5;
/** So many charts in a row that cannot be read are no matter of the charts. */
const mostUnreadInARow = 10;

/**
 * The back-stop of the feeds, every night: a feed forgets what it has handed out, so a row can be lost between its
 * reading and our record, and nobody would ever hear of that result. What a chart lists and the record does not hold
 * becomes a row as of a feed and is taken in like one; a delivery that is known stays a no-op (L40).
 */
export function createChartComparison(deps: ActivityDeps): ChartComparisonActivities {
  return {
    compareCharts: ({ practiceId }) =>
      guarded(async () => new Comparison(deps, await loadPractice(deps.store, practiceId)).run()),
  };
}

/** One walk over the charts of a practice, one at a time: no limit of v1 per second is published. */
class Comparison {
  private done: ChartComparison = { charts: 0, refused: 0, unread: 0, found: 0 };
  /** As {@link done}, before the charts that could not be read just now: another attempt begins there. */
  private resumeFrom = this.done;
  private readonly athena: AthenaClient;
  private readonly now: EpochMs;
  private imaging = true;

  constructor(
    private readonly deps: ActivityDeps,
    private readonly practice: Practice,
  ) {
    this.athena = deps.vendors.athena(practice);
    this.now = practiceNow(deps.store, practice);
  }

  async run(): Promise<ChartComparison> {
    const { deps, practice, athena } = this;
    this.imaging = !(await isStanding(deps.store, practice, { code: 'imaging-feed-refused' }));
    this.done = this.resumeFrom = (activityInfo().heartbeatDetails as ChartComparison | null) ?? this.done;
    try {
      const charts = await chartsToCompare(deps, practice, athena, this.from);
      for (const chart of charts.slice(this.done.charts)) {
        if (this.isBudgetSpent()) return await this.end('the rest of the calls is left to the day');
        await this.take(chart);
      }
      return await this.end(null);
    } catch (err) {
      await this.tellIncomplete();
      throw err;
    }
  }

  /** Not before the practice went live: what the chart holds from earlier is nobody's to take in. */
  private get from(): EpochMs {
    return Math.max(this.now - lookBackMs, this.practice.goLiveAt);
  }

  private isBudgetSpent(): boolean {
    const { proprietary } = this.athena.budgets();
    return proprietary !== null && proprietary.remaining < proprietary.limit * shareOfDay;
  }

  private async take(chart: Chart): Promise<void> {
    const { charts, refused, unread, found } = this.done;
    try {
      const more = await this.compare(chart);
      if (more > 0) await this.tellFound(more);
      this.done = { charts: charts + 1, refused, unread, found: found + more };
      this.resumeFrom = this.done;
    } catch (err) {
      if (!(err instanceof VendorError) || err.code === 'unauthorized' || err.code === 'rate-limited')
        throw err;
      if (err.outcome === 'refused') {
        // Merged away, restricted, of another department: not ours to read, and no reason to worry.
        this.done = { charts: charts + 1, refused: refused + 1, unread, found };
        this.resumeFrom = this.done;
      } else {
        if (charts + 1 - this.resumeFrom.charts >= mostUnreadInARow) throw err;
        this.done = { charts: charts + 1, refused, unread: unread + 1, found };
        await this.tellIncomplete();
      }
    }
    heartbeat(this.resumeFrom);
  }

  /** @returns how many of its documents were new to the record. */
  private async compare({ chartId, departmentId: known }: Chart): Promise<number> {
    const { store } = this.deps;
    const departmentId = known ?? (await this.departmentOf(chartId));
    if (departmentId === null) return 0;
    const missing = await this.notHeld(chartId, await this.listed(chartId, departmentId));
    const ids = await persistFeedRows(
      store,
      this.practice,
      missing.map(({ documentId, row }) => ({ documentId, raw: row.raw })),
    );
    if (ids.length === 0) return 0;
    const rows = (await openFeedRows(store, this.practice.id)).filter(({ id }) => ids.includes(id));
    const beat = () => heartbeat(this.resumeFrom);
    try {
      await takeInRows(this.deps, this.practice, createTell(this.deps.temporal), rows, beat);
    } catch (err) {
      // They are rows like any other now: the next poll reads them again.
      if (!(err instanceof VendorError)) throw err;
    }
    return countNew(store, ids);
  }

  private async departmentOf(chartId: string): Promise<string | null> {
    const found = await this.athena.patient(chartId);
    return found && toPatientCard(found.raw).departmentId;
  }

  /** Lab and imaging results of a chart that the feeds should have brought by now. */
  private async listed(chartId: string, departmentId: string): Promise<readonly Listed[]> {
    const labs = (await this.athena.labResultsOfPatient(chartId, departmentId)).results;
    const images = this.imaging ? await this.athena.imaging.ofPatient(chartId, departmentId) : [];
    const as = (documentId: string, raw: Listed['raw']) => ({
      documentId,
      raw,
      row: announcement({ raw }, chartId, departmentId),
    });
    return [
      ...labs.map((one) => as(one.labResultId, one.raw)),
      ...images.map((one) => as(imagingDocumentId(one.imagingResultId), one.raw)),
    ].filter(({ row }) => {
      const changedAt = readTime(row.lastModifiedAt ?? row.createdAt)?.at ?? this.from;
      return changedAt >= this.from && changedAt <= this.now - feedTimeMs;
    });
  }

  /** Those that were never delivered like this (L40), or not for this patient (L42). */
  private async notHeld(chartId: string, listed: readonly Listed[]): Promise<readonly Listed[]> {
    const { store } = this.deps;
    const patientId = await patientIdOf(store, this.practice.id, chartId);
    const documentIds = listed.map((one) => one.documentId);
    const held = await heldDocuments(store, this.practice.id, documentIds);
    return listed.filter((one) => {
      const before = held.filter(({ documentId }) => documentId === one.documentId);
      if (before.length === 0) return true;
      const hash = this.hashOf(chartId, one);
      // A person has it already when nothing can be made of it.
      if (hash === null) return false;
      return !before.some((known) => known.contentHash === hash && known.patientId === patientId);
    });
  }

  private hashOf(chartId: string, { documentId, raw, row }: Listed): string | null {
    try {
      return contentHash(mapDocument(raw, this.practice, { chartId, documentId }, row).report);
    } catch (err) {
      if (!(err instanceof IntakeError)) throw err;
      return null;
    }
  }

  private async tellFound(count: number): Promise<void> {
    const { store, metrics, log } = this.deps;
    const { id } = this.practice;
    for (let i = 0; i < count; i += 1) metrics.inbound('result-found-in-chart');
    metrics.alarm('feed-lost-results');
    log.warn({ practice: id, count }, 'results that no feed had brought were found in the chart');
    const key = `feed-lost-results/${id}/${Math.floor(this.now / dayMs)}`;
    await raiseAlarm(store, this.practice, key, 'feed-lost-results');
  }

  private async tellIncomplete(): Promise<void> {
    const { store, metrics } = this.deps;
    if (await raiseStanding(store, this.practice, incomplete)) metrics.alarm(incomplete.code);
  }

  private async end(why: string | null): Promise<ChartComparison> {
    const { store, log } = this.deps;
    const said = { practice: this.practice.id, ...this.done };
    if (why !== null || this.done.unread > 0) {
      await this.tellIncomplete();
      log.warn(said, `charts were compared in part${why === null ? '' : `: ${why}`}`);
    } else {
      await clearStanding(store, this.practice, incomplete);
      log.info(said, 'charts were compared');
    }
    return this.done;
  }
}

const incomplete = { code: 'chart-comparison-incomplete' } as const;

interface Listed {
  /** As in our record. */
  readonly documentId: string;
  /** The document, as the list shows it. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** As its feed would have announced it. */
  readonly row: FeedRow;
}
