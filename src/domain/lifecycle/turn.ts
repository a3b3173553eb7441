import { nextOpening } from '../calendar/open-hours.js';
import type { EpochMs } from '../result/report.js';
import type { Duty, EventData, Line, PageOrder } from './decisions.js';
import type { Refusal } from './facts.js';
import type { OpenTask, ResultState, Role, TaskKind } from './state.js';

const seenAtMost = 200;
/** Opening number of a page that speaks of no task: an alarm. */
export const noTask = 0;

/**
 * One application of one fact. Collects what is decided; the state it started from is never changed.
 */
export class Turn {
  #state: ResultState;

  constructor(
    state: ResultState,
    /** Practice time of the fact. */
    readonly now: EpochMs,
  ) {
    this.#state = state;
  }

  get state(): ResultState {
    return this.#state;
  }

  set(patch: Partial<ResultState>): void {
    this.#state = { ...this.#state, ...patch };
  }

  line(line: Line): void {
    this.set({ lines: [...this.#state.lines, line] });
  }

  /** A line of the timeline. */
  event(kind: string, data: EventData = {}, actor = 'resultloop'): void {
    this.line({ do: 'event', kind, at: this.now, actor, data });
  }

  /** A chart note about one touch (L44). Normal results have only their closing note. */
  touch(code: string, data: EventData = {}): void {
    const { version } = this.#state;
    if (!version || version.tier === 'normal') return;
    const key = `v${version.number}/${code}/${this.now}`;
    this.line({ do: 'note', kind: 'touch', key, code, at: this.now, data });
  }

  task(kind: TaskKind): OpenTask | undefined {
    return this.#state.tasks.find((t) => t.kind === kind);
  }

  /** Opens a task unless one of this kind is open already; then the earlier due time counts. */
  openTask(kind: TaskKind, role: Role, dueAt: EpochMs): void {
    const open = this.task(kind);
    if (open) {
      if (dueAt < open.dueAt) this.moveTask(kind, dueAt);
      return;
    }
    const opening = (this.#state.openings[kind] ?? 0) + 1;
    const task: OpenTask = {
      kind,
      role,
      opening,
      openedAt: this.now,
      dueAt,
      acceptedBy: null,
      acceptedAt: null,
    };
    this.set({ tasks: [...this.#state.tasks, task], openings: { ...this.#state.openings, [kind]: opening } });
    this.line({ do: 'open-task', kind, role, opening, at: this.now, dueAt });
    this.event('task-opened', { task: kind, role, dueAt });
  }

  moveTask(kind: TaskKind, dueAt: EpochMs): void {
    const task = this.task(kind);
    if (!task || task.dueAt === dueAt) return;
    this.#replaceTask({ ...task, dueAt });
    this.line({ do: 'move-task', kind, opening: task.opening, dueAt });
  }

  acceptTask(kind: TaskKind, by: string): void {
    const task = this.task(kind);
    if (!task) return;
    this.#replaceTask({ ...task, acceptedBy: by, acceptedAt: this.now });
    this.line({ do: 'accept-task', kind, opening: task.opening, by, at: this.now });
  }

  /** Takes a task from a person, or from whoever holds it; the coverage table assigns at once (L15). */
  passOn(kind: TaskKind, from: string | null, to: Role = 'cover'): void {
    const task = this.task(kind);
    if (!task) return;
    this.#replaceTask({ ...task, acceptedBy: null, acceptedAt: null });
    this.line({ do: 'pass-on', kind, opening: task.opening, from, to, at: this.now });
  }

  endTask(kind: TaskKind, outcome: string, cancelled = false): void {
    const task = this.task(kind);
    if (!task) return;
    // Pages about it that still wait for the opening have lost their cause (L11).
    const isAbout = (page: PageOrder) => page.task === kind && page.opening === task.opening;
    this.set({
      tasks: this.#state.tasks.filter((t) => t !== task),
      pages: this.#state.pages.filter((page) => !isAbout(page)),
    });
    this.line({ do: 'end-task', kind, opening: task.opening, outcome, at: this.now, cancelled });
    this.event(cancelled ? 'task-cancelled' : 'task-done', { task: kind, outcome });
  }

  /** Decides a page. Outside staffed hours one that is neither critical nor on-call's waits for the opening (L11, L7). */
  page(
    order: Pick<PageOrder, 'step' | 'task' | 'roles' | 'critical' | 'anyHour' | 'asks'> & {
      without?: readonly string[];
      dueAt?: EpochMs;
    },
  ): void {
    const task = this.task(order.task);
    const page: PageOrder = {
      ...order,
      without: order.without ?? [],
      opening: task?.opening ?? 1,
      dueAt: order.dueAt ?? this.now,
      at: leavesAtAnyHour(order) ? this.now : nextOpening(this.#state.hours, this.now),
    };
    if (page.at > this.now) this.pageLater(page, page.at);
    else this.sendPage(page);
  }

  /** L49: an alarm is a row, a line of the timeline and a page to the practice's administrator. */
  alarm(code: string, key: string): void {
    this.line({ do: 'alarm', code, key, at: this.now });
    const at = nextOpening(this.#state.hours, this.now);
    const page: PageOrder = {
      step: `alarm/${key}`,
      task: 'follow-up',
      opening: noTask,
      roles: ['administrator'],
      without: [],
      critical: false,
      dueAt: this.now,
      at,
    };
    if (at > this.now) this.pageLater(page, at);
    else this.sendPage(page);
  }

  /** A page that may not or could not leave now; an ordinary one never outside staffed hours (L11). */
  pageLater(page: PageOrder, at: EpochMs): void {
    const later = { ...page, at: leavesAtAnyHour(page) ? at : nextOpening(this.#state.hours, at) };
    this.set({ pages: [...this.#state.pages.filter((p) => p.step !== page.step), later] });
  }

  /** A page speaks of a task; when that has ended meanwhile, nobody is disturbed. */
  isNeeded(page: PageOrder): boolean {
    return page.opening === noTask || this.task(page.task)?.opening === page.opening;
  }

  /** L23: re-read before every page; alongside, never before, a critical one. */
  sendPage(page: PageOrder): void {
    if (page.critical) {
      this.duty({ id: `reread/${page.step}`, kind: 'reread', page: null });
      this.duty(this.pageDuty(page));
    } else {
      this.duty({ id: `reread/${page.step}/${page.at}`, kind: 'reread', page });
    }
  }

  pageDuty(page: PageOrder): Duty {
    return { id: `page/${page.step}/${page.at}`, kind: 'page', page, afterSeq: this.afterSeq };
  }

  /** Number of the recorded batch that will hold everything decided so far. */
  get afterSeq(): number {
    return this.#state.seq + (this.#state.lines.length > 0 ? 1 : 0);
  }

  duty(duty: Duty): void {
    if (!this.#state.duties.some((d) => d.id === duty.id))
      this.set({ duties: [...this.#state.duties, duty] });
  }

  dutyDone(id: string): void {
    this.set({ duties: this.#state.duties.filter((d) => d.id !== id) });
  }

  escalate(level: number): void {
    if (level > this.#state.escalation) this.set({ escalation: level });
  }

  fire(step: string, dueAt: EpochMs): void {
    this.set({ fired: { ...this.#state.fired, [step]: dueAt } });
  }

  /** Makes applying the same fact again harmless: it gets the same refusal, or none. */
  remember(factId: string, refusal: Refusal | null): void {
    this.set({ seen: [...this.#state.seen, { id: factId, refusal }].slice(-seenAtMost) });
  }

  /** Ends the turn: hands decided lines to a `record` duty, one at a time, in order. */
  finish(): ResultState {
    const { lines, seq, duties } = this.#state;
    const isRecording =
      duties.some((d) => d.kind === 'record') || this.#state.held.some((h) => h.duty.kind === 'record');
    if (lines.length > 0 && !isRecording) {
      this.set({ seq: seq + 1, lines: [] });
      this.duty({ id: `record/${seq + 1}`, kind: 'record', seq: seq + 1, lines });
    }
    return this.#state;
  }

  #replaceTask(task: OpenTask): void {
    this.set({ tasks: this.#state.tasks.map((t) => (t.kind === task.kind ? task : t)) });
  }
}

function leavesAtAnyHour({ critical, anyHour }: Pick<PageOrder, 'critical' | 'anyHour'>): boolean {
  return critical || anyHour === true;
}
