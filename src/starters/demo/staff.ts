import { DateTime } from 'luxon';
import type { CommandBody } from '../../domain/lifecycle/facts.js';
import type { EpochMs } from '../../domain/result/report.js';
import type { JournalEntry } from '../../sandbox/shared/control.js';
import type { Worklist, WorklistTask } from '../../store/worklist.js';
import type { Agenda } from './agenda.js';
import { absent, clinic, localAt, people, slow, type ClinicPerson } from './clinic.js';
import { textOf } from './journals.js';
import type { DemoResult, Morning } from './morning.js';
import type { DemoPatient } from './patients.js';
import { Chance } from './random.js';
import { criticalStories, workOn, type CriticalStory } from './work.js';

/** The doors that staff use: their list, their decisions, and a page resolved in Spruce. */
export interface StaffDoors {
  /** What a person sees; `null` = everybody's. */
  worklist(actor: string, personId: string | null): Promise<Worklist>;
  /** Decides, as `resultloop` does it. @returns the code of a refusal or failure, `null` when it was taken over. */
  act(personId: string, resultId: string, body: CommandBody): Promise<string | null>;
  resolvePage(itemId: string, pageId: string, memberId: string): Promise<void>;
}

const minute = 60_000;
const workDays = 13;
/** Nobody begins a piece of work in the last half hour. */
const lastStart = '16:30';
/** Callers wait at least this long before they try the same patient again. */
const betweenCallsMs = 3 * 60 * minute;

const chaseAfterMs = 20 * minute;

/** A call takes minutes of practice time and the machine's answer a second of real time, which is far longer. */
const atOnce = 5;

interface Person extends ClinicPerson {
  busy: boolean;
}

/** The people of the practice at work: they look at their list every so often and take pages as they come. */
export class Staff {
  readonly #people: readonly Person[] = people.map((p) => ({ ...p, busy: false }));
  readonly #byPatient = new Map<string, DemoResult[]>();
  readonly #calls = new Map<string, { made: number; lastAt: EpochMs }>();
  readonly #items = new Map<string, string>();
  readonly #taken = new Set<string>();
  /** When the last planned call about a critical is made, by task. */
  readonly #storyEnds = new Map<string, EpochMs>();
  readonly refused = new Map<string, number>();

  constructor(
    private readonly agenda: Agenda,
    private readonly doors: StaffDoors,
    morning: Morning,
    private readonly seed: number,
  ) {
    for (const r of morning.results)
      this.#byPatient.set(r.patient.chartId, [...(this.#byPatient.get(r.patient.chartId) ?? []), r]);
    const criticals = [
      ...new Set(morning.results.filter((r) => r.tier === 'critical').map((r) => r.patient.chartId)),
    ];
    this.#stories = new Map(
      criticals.map((id, i) => [id, criticalStories[i % criticalStories.length] as CriticalStory]),
    );
  }

  readonly #stories: ReadonlyMap<string, CriticalStory>;

  /** Plans everybody's rounds for the fortnight. */
  start(): void {
    for (const person of this.#people) {
      if (person.id === absent) continue;
      const chance = Chance.of(this.seed, 'rounds', person.id);
      const every = person.role === 'coordinator' ? 25 : 65;
      for (let day = person.id === slow ? 1 : 0; day < workDays; day++) {
        if (DateTime.fromMillis(localAt(day, '12:00'), { zone: clinic.zone }).weekday > 5) continue;
        // The slow one looks late in the morning and once in the afternoon.
        const from = person.id === slow ? localAt(day, '10:40') : localAt(day, '08:10');
        const step = person.id === slow ? 200 : every;
        for (let at = from; at < localAt(day, lastStart); at += (step + chance.between(-8, 8)) * minute)
          this.agenda.at(at, `round of ${person.id}`, () => this.#round(person));
      }
    }
  }

  /** Spruce shows a page: whoever it rings looks at what is open. */
  onSpruce(entry: JournalEntry): void {
    if (entry.kind === 'item-created') this.#items.set(textOf(entry, 'itemId'), textOf(entry, 'text'));
    if (entry.kind !== 'page-created') return;
    const itemId = textOf(entry, 'itemId');
    if (!/critical/i.test(this.#items.get(itemId) ?? '')) return;
    const person = this.#people.find((p) => p.spruceMemberId === textOf(entry, 'memberId'));
    if (!person?.credentialed || person.id === absent) return;
    this.agenda.after(minute, `page to ${person.id}`, () =>
      this.#answerPage(person, itemId, textOf(entry, 'pageId'), entry.practiceAt),
    );
  }

  /** A page names nothing: the person opens the list and takes what is theirs, by its story. */
  async #answerPage(person: Person, itemId: string, pageId: string, pagedAt: EpochMs): Promise<void> {
    const { tasks } = await this.doors.worklist(person.id, null);
    for (const task of tasks) {
      if (task.kind !== 'callback' || task.tier !== 'critical' || task.acceptedBy !== null) continue;
      const story = this.#stories.get(task.patient?.chartId ?? '') ?? criticalStories[0];
      if (!story) continue;
      const mine = task.ownerId === person.id;
      // Somebody else's rings on only when the owner declined or leaves it ringing for long.
      if (!mine && story.owner !== 'declines' && task.openedAt + 16 * minute > pagedAt) continue;
      const key = `${task.taskId}/${person.id}`;
      if (this.#taken.has(key)) continue;
      this.#taken.add(key);
      const reactAt = mine
        ? Math.max(task.openedAt, pagedAt) + story.afterMin * minute
        : pagedAt + 3 * minute;
      this.agenda.at(reactAt, 'critical page', async () => {
        const done = await this.#take(person, task, mine ? story.owner : 'accepts', itemId, pageId);
        if (done === null) this.#taken.delete(key);
        if (done === 'accepted') this.#callInTurn(person, task, story);
      });
    }
  }

  async #take(
    person: Person,
    task: WorklistTask,
    how: CriticalStory['owner'],
    itemId: string,
    pageId: string,
  ): Promise<'accepted' | 'declined' | null> {
    const resultId = task.members[0]?.resultId ?? '';
    if (how === 'resolves-page') {
      await this.doors.resolvePage(itemId, pageId, person.spruceMemberId);
      return 'accepted';
    }
    const kind = how === 'declines' ? 'decline' : 'accept';
    const refusal = await this.#act(person, resultId, { kind, task: 'callback' });
    // Without an answer it is written all the same, and counts as soon as a worker runs.
    if (refusal !== null && refusal !== 'no-answer-yet') return null;
    return kind === 'decline' ? 'declined' : 'accepted';
  }

  /** The calls of a critical, and the sign-off once the patient is reached. */
  #callInTurn(person: Person, task: WorklistTask, story: CriticalStory): void {
    const resultId = task.members.find((m) => m.tier === 'critical')?.resultId ?? '';
    this.#storyEnds.set(task.taskId, this.agenda.now() + (story.calls.at(-1)?.afterMin ?? 0) * minute);
    for (const { afterMin, outcome } of story.calls)
      this.agenda.after(afterMin * minute, 'critical call', async () => {
        const twoIdentifiers = outcome === 'reached';
        await this.#act(person, resultId, { kind: 'attempt', outcome, twoIdentifiers });
        if (outcome !== 'reached') return;
        this.agenda.after(2 * minute, 'critical sign-off', () =>
          this.#act(person, resultId, { kind: 'sign-off', decision: 'release' }),
        );
      });
  }

  async #round(person: Person): Promise<void> {
    if (person.busy) return;
    person.busy = true;
    try {
      const { tasks } = await this.doors.worklist(person.id, person.id);
      // One patient at a time, in due order; the next one does not wait for the machine, only for the person.
      const patients = new Map<string, WorklistTask[]>();
      for (const task of [...tasks].sort((a, b) => a.dueAt - b.dueAt)) {
        const key = task.patient?.chartId ?? task.taskId;
        patients.set(key, [...(patients.get(key) ?? []), task]);
      }
      const queue = [...patients.values()][Symbol.iterator]();
      const work = async () => {
        for (let next = queue.next(); !next.done; next = queue.next())
          for (const task of next.value) if (this.#isWorkTime()) await this.#work(person, task, tasks);
      };
      await Promise.all(Array.from({ length: atOnce }, work));
    } finally {
      person.busy = false;
    }
  }

  /** A critical that is still on the list after its story: taken, and called until reached. */
  async #chase(person: Person, task: WorklistTask): Promise<void> {
    if (
      !person.credentialed ||
      this.agenda.now() < (this.#storyEnds.get(task.taskId) ?? -Infinity) + chaseAfterMs
    )
      return;
    const resultId = task.members.find((m) => m.tier === 'critical')?.resultId ?? '';
    if (task.acceptedBy === null && this.agenda.now() < task.openedAt + chaseAfterMs) return;
    if (task.acceptedBy === null) await this.#act(person, resultId, { kind: 'accept', task: 'callback' });
    await this.#act(person, resultId, { kind: 'attempt', outcome: 'reached', twoIdentifiers: true });
  }

  async #work(person: Person, task: WorklistTask, tasks: readonly WorklistTask[]): Promise<void> {
    if (task.kind === 'callback' && task.tier === 'critical') return this.#chase(person, task);
    const chartId = task.patient?.chartId ?? '';
    const mine = this.#byPatient.get(chartId) ?? [];
    const calls = this.#calls.get(chartId) ?? { made: 0, lastAt: -Infinity };
    const outcomes = mine[0]?.patient.calls ?? ['reached'];
    const work = workOn(task, {
      others: tasks.filter((t) => t.patient?.chartId === chartId),
      callsInstead: Chance.of(this.seed, 'calls instead', chartId).happens(0.12),
      nextCall: outcomes[Math.min(calls.made, outcomes.length - 1)] ?? 'reached',
      providerCalls: providerCalls(mine[0]?.patient, Chance.of(this.seed, 'provider calls', chartId)),
      mayCall: this.agenda.now() - calls.lastAt >= betweenCallsMs,
    });
    if (!work) return;
    const accepts = Chance.of(this.seed, 'accepts', chartId, task.kind).happens(0.3);
    if (accepts && task.acceptedBy === null)
      await this.#act(person, work.resultId, { kind: 'accept', task: task.kind as 'callback' });
    const refusal = await this.#act(person, work.resultId, work.body);
    if (work.body.kind === 'attempt' && refusal === null)
      this.#calls.set(chartId, { made: calls.made + 1, lastAt: this.agenda.now() });
  }

  async #act(person: Person, resultId: string, body: CommandBody): Promise<string | null> {
    const refusal = await this.doors.act(person.id, resultId, body);
    if (refusal !== null) {
      const key = `${body.kind}: ${refusal}`;
      this.refused.set(key, (this.refused.get(key) ?? 0) + 1);
    }
    return refusal;
  }

  #isWorkTime(): boolean {
    const now = DateTime.fromMillis(this.agenda.now(), { zone: clinic.zone });
    return now.weekday <= 5 && now.hour >= 8 && (now.hour < 16 || (now.hour === 16 && now.minute <= 30));
  }
}

/** Who can be called is called; some who have had a message are left at that, by the protocol. */
function providerCalls(patient: DemoPatient | undefined, chance: Chance): boolean {
  if ((patient?.mobile ?? patient?.home ?? null) === null) return false;
  const hasMessage = patient?.spruce === true || patient?.portal === true;
  return !hasMessage || chance.happens(0.8);
}
