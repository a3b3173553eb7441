import type { Command, Fact } from '../../src/domain/lifecycle/facts.js';
import type { Line, PageOrder } from '../../src/domain/lifecycle/decisions.js';
import type { Projection } from '../../src/domain/lifecycle/projection.js';
import type { StagedVersion } from '../../src/domain/lifecycle/state.js';
import { alwaysOpen } from '../../src/domain/calendar/open-hours.js';
import { defaultPolicy } from '../../src/domain/lifecycle/policy.js';
import { contactBy } from '../../src/domain/lifecycle/urgency.js';
import type {
  AthenaActivities,
  PageActivities,
  ResultActivities,
} from '../../src/workflows/activity-types.js';

type Body<K extends Fact['kind']> = Omit<Extract<Fact, { kind: K }>, 'id' | 'at' | 'kind'>;
export type Staged = Body<'staged'>;
/** What is not as usual about a version that is posted. */
export type Posted = Partial<Staged> & Partial<Pick<StagedVersion, 'status' | 'urgency'>>;

/** What one result has in the record. */
export interface Kept {
  readonly versions: Staged[];
  readonly commands: Map<string, Command>;
  readonly lines: Line[];
  /** The lines of each batch as they came first, by number. */
  readonly batches: Map<number, string>;
  seq: number;
  projection: Projection | null;
}

/**
 * The activity ports of `labResult` over a record in memory: for tests that attack the workflow itself. It keeps the
 * store's promises (a batch is recorded once, in order) and notices when the workflow breaks its own.
 */
export class MemoryRecord {
  readonly results = new Map<string, Kept>();
  /** Page calls that have begun and not returned. */
  hanging = 0;
  readonly pages: (PageOrder & { resultId: string; sentAt: number })[] = [];
  /** When it was asked whether a page has been accepted. */
  readonly polls: { resultId: string; at: number }[] = [];
  /** A batch that came again with other lines than before: what was decided would be lost. */
  readonly conflicts: string[] = [];
  /** Does what the page call does; by default every role is reached. */
  onPage: (page: PageOrder) => Promise<void> = () => Promise.resolve();
  onReread: (resultId: string) => Promise<void> = () => Promise.resolve();
  /** After each recorded batch, as the store wakes the chart writer. */
  onRecorded: (resultId: string, kept: Kept, lines: readonly Line[]) => Promise<void> = () =>
    Promise.resolve();

  constructor(private readonly practiceNow: () => number | Promise<number>) {}

  of(resultId: string): Kept {
    let kept = this.results.get(resultId);
    if (!kept) {
      kept = { versions: [], commands: new Map(), lines: [], batches: new Map(), seq: 0, projection: null };
      this.results.set(resultId, kept);
    }
    return kept;
  }

  /** Stores the next version; the workflow has to be told of it. */
  async post(
    resultId: string,
    tier: StagedVersion['tier'],
    { status = 'final', urgency = tier === 'critical' ? 'critical' : 'standard', ...more }: Posted = {},
  ): Promise<StagedVersion> {
    const kept = this.of(resultId);
    const number = kept.versions.length + 1;
    const detectedAt = await this.practiceNow();
    const { hours = alwaysOpen, policy = defaultPolicy } = more;
    const version: StagedVersion = {
      number,
      hash: `${resultId}#${number}`,
      status,
      tier,
      urgency,
      sensitive: false,
      detectedAt,
      contactByAt: contactBy(policy, hours, { tier, urgency, detectedAt }, 48 * 3_600_000),
    };
    kept.versions.push({
      version,
      lane: 'notify',
      ownerId: 'dr-owner',
      orderedBy: 'dr-owner',
      routed: true,
      change: number === 1 ? 'first' : 'clinical',
      hours,
      policy,
      ...more,
    });
    return version;
  }

  activities(): ResultActivities & Pick<AthenaActivities, 'reread'> & PageActivities {
    return {
      loadRecord: async ({ resultId }) => {
        const kept = this.of(resultId);
        const state = kept.projection?.state ?? null;
        return { state, newestVersion: kept.versions.length, seq: kept.seq, waiting: null };
      },
      stageVersion: async ({ resultId, version }) => {
        const staged = this.of(resultId).versions[version - 1];
        if (!staged) throw new Error(`version ${version} is not stored`);
        return staged;
      },
      loadCommand: async ({ resultId, commandId }) => this.of(resultId).commands.get(commandId) ?? null,
      record: async ({ resultId, seq, lines, projection }) => {
        const kept = this.of(resultId);
        const text = JSON.stringify(lines);
        if (seq > kept.seq) {
          if (seq !== kept.seq + 1) this.conflicts.push(`${resultId}: batch ${seq} after ${kept.seq}`);
          kept.seq = seq;
          kept.batches.set(seq, text);
          kept.lines.push(...lines);
          kept.projection = projection;
        } else if (kept.batches.get(seq) !== text)
          this.conflicts.push(`${resultId}: batch ${seq} has changed`);
        await this.onRecorded(resultId, kept, lines);
        return { seq, ownerId: null };
      },
      reread: async ({ resultId }) => {
        await this.onReread(resultId);
        return { outcome: 'read', patientStatus: 'active' };
      },
      page: async ({ resultId, page }) => {
        this.hanging += 1;
        await this.onPage(page);
        this.hanging -= 1;
        this.pages.push({ ...page, resultId, sentAt: await this.practiceNow() });
        return { sentTo: page.roles.filter((r) => !page.without.includes(r)), failedFor: [], againAt: null };
      },
      pollPages: async ({ resultId }) => {
        this.polls.push({ resultId, at: await this.practiceNow() });
        return undefined;
      },
    };
  }
}
