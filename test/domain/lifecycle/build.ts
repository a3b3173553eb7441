import type { OpenHours } from '../../../src/domain/calendar/open-hours.js';
import { apply, obligations } from '../../../src/domain/lifecycle/apply.js';
import { unloaded } from '../../../src/domain/lifecycle/begin.js';
import { earliest } from '../../../src/domain/lifecycle/deadlines.js';
import type { Duty, Line, PageOrder } from '../../../src/domain/lifecycle/decisions.js';
import type { CommandBody, CloseReason, Fact, Refusal } from '../../../src/domain/lifecycle/facts.js';
import { phaseOf } from '../../../src/domain/lifecycle/phase.js';
import { defaultPolicy } from '../../../src/domain/lifecycle/policy.js';
import { contactBy } from '../../../src/domain/lifecycle/urgency.js';
import type {
  AttemptOutcome,
  Lane,
  ResultState,
  StagedVersion,
  TaskKind,
  Tier,
} from '../../../src/domain/lifecycle/state.js';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Monday 2 March 2026, 00:00. Practice time; the zone does not matter here. */
export const monday = Date.UTC(2026, 2, 2);

/** `at(1, 8, 30)` is Tuesday 8:30. */
export function at(days: number, hours = 0, minutes = 0): number {
  return monday + days * day + hours * hour + minutes * minute;
}

/** Monday to Friday, 8:00 to 17:00, four weeks. */
export const officeHours: OpenHours = {
  intervals: [...Array(28).keys()].filter((d) => d % 7 < 5).map((d) => [at(d, 8), at(d, 17)] as const),
};

/** The same, with one more day on which nobody is there. */
export function withHoliday(day: number): OpenHours {
  return { intervals: officeHours.intervals.filter(([from]) => from !== at(day, 8)) };
}

type Body<F> = F extends unknown ? Omit<F, 'id' | 'at'> : never;

export interface Arrival {
  readonly tier: Tier | null;
  readonly status?: StagedVersion['status'];
  readonly urgency?: StagedVersion['urgency'];
  readonly change?: Extract<Fact, { kind: 'staged' }>['change'];
  readonly hash?: string;
  readonly lane?: Lane;
  readonly routed?: boolean;
  /** Kept and not taken over. */
  readonly late?: boolean;
  readonly marks?: readonly string[];
  readonly toldElsewhere?: Extract<Fact, { kind: 'staged' }>['toldElsewhere'];
  readonly comparedWith?: number;
  readonly unclaimed?: boolean;
  /** How long before its detection the laboratory verified it; not known without. */
  readonly verifiedAgoMs?: number;
  /** What the panel allows for the contact; 48 h without. */
  readonly panelMs?: number;
}

/**
 * A result that lives outside of any workflow: takes facts, completes records at once as the store would, keeps pages
 * and re-reads as duties to be answered, and lets practice time pass as the workflow's loop does.
 */
export class Life {
  state: ResultState = unloaded;
  /** Everything that was recorded, in order. */
  readonly recorded: Line[] = [];
  readonly recordSeqs: number[] = [];
  /** Pages that left, with the practice time. */
  readonly pages: (PageOrder & { sentAt: number })[] = [];
  /** Pages to the practice's administrator (L49), kept apart. */
  readonly alarmPages: (PageOrder & { sentAt: number })[] = [];
  /** Who a page reaches; by default everybody. */
  /** Whose calls end without acceptance. */
  unanswered: readonly string[] = [];
  onPage: (page: PageOrder) => { sentTo: string[]; failedFor: string[]; againAt?: number | null } = (
    page,
  ) => ({
    sentTo: page.roles.filter((r) => !page.without.includes(r)),
    failedFor: [],
  });
  patientStatus: string | null = 'active';
  hours = officeHours;
  policy = defaultPolicy;
  now: number;
  /** Applies each fact a second time, which must change nothing. */
  twice = true;
  #facts = 0;
  #steps = 0;

  constructor(
    startAt = at(0, 9),
    /** Fact ids of a second run must not look like those of the first. */
    readonly run = 'run-1',
  ) {
    this.now = startAt;
    this.fact({ kind: 'loaded', state: null, newestVersion: 0, seq: 0, waiting: null }, 'load');
  }

  fact(body: Body<Fact>, id = `${this.run}/fact/${(this.#facts += 1)}`): Refusal | null {
    const fact = { ...body, id, at: this.now } as Fact;
    const { state, answer } = apply(this.state, fact);
    this.state = state;
    if (this.twice) {
      const again = apply(state, fact);
      if (again.state !== state && JSON.stringify(again.state) !== JSON.stringify(state))
        throw new Error(`Applied twice, ${fact.kind} changed the state again.`);
      if (again.answer.refusal !== answer.refusal && fact.kind !== 'deadline')
        throw new Error(`Applied twice, ${fact.kind} got another answer.`);
    }
    this.work();
    return answer.refusal;
  }

  /** Completes what is due to be done, as the activities would. */
  work(): void {
    for (;;) {
      this.#fireDue();
      const duty = obligations(this.state).find((d) => d.kind !== 'stage');
      if (!duty) return;
      this.step();
      this.perform(duty);
    }
  }

  /** Lets practice time pass, firing every clock at its moment. */
  until(target: number): this {
    for (let d = earliest(this.state); d && d.at <= target; d = earliest(this.state)) {
      this.now = Math.max(this.now, d.at);
      this.work();
    }
    this.now = target;
    this.work();
    return this;
  }

  after(ms: number): this {
    return this.until(this.now + ms);
  }

  /** Time passes while nothing runs; then everything that is overdue comes at once. */
  outage(ms: number): this {
    this.now += ms;
    this.work();
    return this;
  }

  arrive(number: number, late = false): this {
    this.fact({ kind: 'version-arrived', version: number, ...(late && { late }) }, `version/${number}`);
    return this;
  }

  stage(number: number, arrival: Arrival): this {
    const { tier, lane = 'notify', routed = true, hash = `hash-${number}`, panelMs = 48 * hour } = arrival;
    const { hours, policy } = this;
    const clocks = {
      tier,
      urgency: arrival.urgency ?? (tier === 'critical' ? 'critical' : 'standard'),
      detectedAt: this.now,
    };
    this.fact(
      {
        kind: 'staged',
        version: {
          number,
          hash,
          status: arrival.status ?? 'final',
          sensitive: false,
          ...clocks,
          contactByAt: contactBy(policy, hours, clocks, panelMs),
          ...(arrival.verifiedAgoMs !== undefined && { verifiedAt: this.now - arrival.verifiedAgoMs }),
        },
        lane,
        ownerId: 'dr-owner',
        orderedBy: routed ? 'dr-owner' : null,
        routed,
        change: arrival.change ?? (number === 1 ? 'first' : 'clinical'),
        ...(arrival.late && { late: true }),
        ...(arrival.unclaimed && { unclaimed: true }),
        ...(arrival.marks && { marks: arrival.marks }),
        ...(arrival.toldElsewhere && { toldElsewhere: arrival.toldElsewhere }),
        ...(arrival.comparedWith !== undefined && { comparedWith: arrival.comparedWith }),
        hours,
        policy,
      },
      `stage/${number}`,
    );
    return this;
  }

  post(number: number, arrival: Arrival): this {
    return this.arrive(number, arrival.late).stage(number, arrival);
  }

  identity(news: Extract<Fact, { kind: 'identity' }>['news'], other = 'other-result'): this {
    this.fact({ kind: 'identity', news, other }, `identity/${news}`);
    return this;
  }

  command(
    body: CommandBody,
    by = 'dr-owner',
    options: { hash?: string | null; credentialed?: boolean; id?: string } = {},
  ): Refusal | null {
    const id = options.id ?? `${this.run}/command/${(this.#facts += 1)}`;
    const hash = options.hash === undefined ? (this.state.version?.hash ?? null) : options.hash;
    const credentialed = options.credentialed ?? by.startsWith('dr-');
    return this.fact({ kind: 'command', command: { id, by, credentialed, at: this.now, hash, body } }, id);
  }

  release(hash?: string): Refusal | null {
    return this.command({ kind: 'sign-off', decision: 'release' }, 'dr-owner', { hash });
  }

  accept(task: TaskKind = 'callback', by = 'dr-owner'): Refusal | null {
    return this.command({ kind: 'accept', task }, by);
  }

  attempt(outcome: AttemptOutcome, by = 'coordinator', twoIdentifiers = true): Refusal | null {
    return this.command({ kind: 'attempt', outcome, twoIdentifiers }, by);
  }

  close(reason: CloseReason, by = 'dr-owner', task?: TaskKind): Refusal | null {
    return this.command(task ? { kind: 'close', reason, task } : { kind: 'close', reason }, by);
  }

  message(
    status: Extract<Fact, { kind: 'delivery-status' }>['status'],
    version = this.state.version?.number ?? 1,
    more: { purpose?: string; task?: TaskKind; channel?: string } = {},
  ): this {
    this.fact({
      kind: 'delivery-status',
      noticeId: 'notice-1',
      version,
      purpose: more.purpose ?? 'results',
      status,
      channel: more.channel ?? 'secure',
      task: more.task ?? null,
      why: null,
    });
    return this;
  }

  told(version?: number): this {
    return this.message('sending', version).message('left', version).message('confirmed', version);
  }

  reply(acknowledges: boolean, channel = 'secure', emergency = false): this {
    this.fact({ kind: 'patient-replied', channel, acknowledges, emergency });
    return this;
  }

  confirmPage(wantsCall = false): this {
    this.fact({ kind: 'page-confirmed', wantsCall });
    return this;
  }

  charted(state: 'confirmed' | 'failed' | 'unread' = 'confirmed', closing = this.state.closings): this {
    this.fact({ kind: 'chart-changed', noteKey: `closing/${closing}`, noteKind: 'closing', state });
    return this;
  }

  // What a user would notice.

  get phase(): string {
    return phaseOf(this.state);
  }

  get closure(): string | null {
    return this.state.ending.kind === 'open' ? null : this.state.ending.closure;
  }

  get tasks(): string[] {
    return this.state.tasks.map((t) => t.kind);
  }

  lines<K extends Line['do']>(kind: K): Extract<Line, { do: K }>[] {
    return this.recorded.filter((l): l is Extract<Line, { do: K }> => l.do === kind);
  }

  asked(): string[] {
    return this.lines('ask-notice').map((l) => `${l.purpose} v${l.version}`);
  }

  events(kind: string) {
    return this.lines('event').filter((l) => l.kind === kind);
  }

  /** Pages of a step, as `role@minutes since start`. */
  pagesTo(role: string, from: number): number[] {
    return this.pages.filter((p) => p.roles.some((r) => r === role)).map((p) => (p.sentAt - from) / minute);
  }

  perform(duty: Duty): void {
    const { id } = duty;
    switch (duty.kind) {
      case 'record':
        this.recorded.push(...duty.lines);
        this.recordSeqs.push(duty.seq);
        this.fact({ kind: 'recorded', seq: duty.seq, ownerId: newOwner(duty.lines) }, id);
        return;
      case 'reread':
        this.fact(
          { kind: 'reread', page: duty.page, outcome: 'read', patientStatus: this.patientStatus },
          id,
        );
        return;
      case 'page': {
        const pollAgainAt = this.now + 30_000;
        if (duty.page.step.startsWith('alarm/')) {
          this.alarmPages.push({ ...duty.page, sentAt: this.now });
          const sent = { sentTo: ['administrator'], failedFor: [], againAt: null };
          this.fact({ kind: 'paged', page: duty.page, ...sent, pollAgainAt }, id);
          return;
        }
        const { sentTo, failedFor, againAt = null } = this.onPage(duty.page);
        if (sentTo.length > 0) this.pages.push({ ...duty.page, sentAt: this.now });
        this.fact({ kind: 'paged', page: duty.page, sentTo, failedFor, againAt, pollAgainAt }, id);
        return;
      }
      case 'poll-pages':
        this.fact({ kind: 'pages-polled', pollAgainAt: this.now + 30_000, unanswered: this.unanswered }, id);
        return;
      case 'load':
      case 'stage':
        return;
      default:
        duty satisfies never;
    }
  }

  #fireDue(): void {
    for (let d = earliest(this.state); d && d.at <= this.now; d = earliest(this.state)) {
      this.step();
      const { step, at: dueAt } = d;
      const fact: Fact = { id: `${step}@${dueAt}`, kind: 'deadline', at: this.now, step, dueAt };
      this.state = apply(this.state, fact).state;
      if (this.twice) this.state = apply(this.state, fact).state;
    }
  }

  /** The workflow has no such guard: what would spin there fails here. */
  private step(): void {
    this.#steps += 1;
    if (this.#steps > 60_000) throw new Error('The loop does not come to rest.');
  }
}

/** As the store does: the result follows its decision (L15). */
function newOwner(lines: readonly Line[]): string | null {
  const passed = lines.findLast((l) => l.do === 'pass-on' && (l.kind === 'sign-off' || l.kind === 'review'));
  return passed?.do === 'pass-on' ? `dr-${passed.to}` : null;
}

/** A result that was just posted, on Monday 9:00. */
export function posted(arrival: Arrival, startAt?: number): Life {
  return new Life(startAt).post(1, arrival);
}
