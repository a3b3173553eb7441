import { defaultPolicy } from '../domain/lifecycle/policy.js';
import type { Line } from '../domain/lifecycle/decisions.js';
import type { Projection } from '../domain/lifecycle/projection.js';
import type { ResultState, Role } from '../domain/lifecycle/state.js';
import type { Fact } from '../domain/lifecycle/facts.js';
import { resolveRole } from '../domain/routing/roster.js';
import { newId } from '../security/tokens.js';
import { staffedHours } from './calendar.js';
import { queueNote } from './chart-notes.js';
import type { Tx } from './database.js';
import { appendEvents, type NewEvent } from './events.js';
import { joinNotice, leaveNotices } from './notices.js';
import { loadPractice, practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';
import { endMembership, joinTask, memberTask } from './tasks.js';

/** What a recorded batch leaves for others to do. */
export interface Wake {
  readonly patientId: string | null;
  readonly notices: boolean;
  readonly notes: boolean;
}

export interface Recorded {
  readonly ownerId: string | null;
  readonly wake: Wake;
}

/**
 * Records one batch of a result's decisions with its projection: events, tasks, notices, chart notes and the
 * result's row in one transaction. A batch is recorded once; a repeat only says again who has to be woken.
 */
export async function recordBatch(
  store: Store,
  ref: { practiceId: string; resultId: string },
  seq: number,
  lines: readonly Line[],
  projection: Projection,
): Promise<Recorded> {
  const practice = await loadPractice(store, ref.practiceId);
  return store.db.transaction().execute(async (tx) => {
    const result = await tx
      .selectFrom('result')
      .select(['seq', 'owner_id', 'patient_id', 'draw_id'])
      .where('id', '=', ref.resultId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    // Members of a draw share tasks and notices: one records at a time, else one could join what the other just ended.
    if (result.draw_id)
      await tx.selectFrom('draw').select('id').where('id', '=', result.draw_id).forUpdate().execute();
    const batch = new Batch(
      tx,
      store,
      practice,
      ref.resultId,
      result.patient_id,
      result.draw_id,
      projection.state.ownerId ?? result.owner_id,
    );
    const fresh = result.seq < seq;
    if (fresh) {
      for (const line of lines) await batch.write(line);
      await appendEvents(tx, store, practice.id, ref.resultId, batch.events);
      // After the events: a closing note quotes the timeline.
      for (const line of lines) if (line.do === 'note') await batch.note(line, projection.tier);
      await batch.project(seq, projection);
    }
    return { ownerId: batch.ownerId, wake: { patientId: result.patient_id, ...batch.wakes(lines) } };
  });
}

class Batch {
  readonly events: NewEvent[] = [];

  constructor(
    private readonly tx: Tx,
    private readonly store: Store,
    private readonly practice: Practice,
    private readonly resultId: string,
    private readonly patientId: string | null,
    private readonly drawId: string | null,
    public ownerId: string | null,
  ) {}

  wakes(lines: readonly Line[]): { notices: boolean; notes: boolean } {
    return {
      notices:
        this.patientId !== null && lines.some((l) => l.do === 'ask-notice' || l.do === 'withdraw-notice'),
      notes: lines.some((l) => l.do === 'note'),
    };
  }

  async write(line: Line): Promise<void> {
    const { tx, store, practice, resultId } = this;
    switch (line.do) {
      case 'event':
        this.events.push({ at: line.at, actor: line.actor, kind: line.kind, data: line.data });
        return;
      case 'open-task':
        await joinTask(tx, store, practice, {
          resultId,
          drawId: this.drawId ?? resultId,
          ownerId: this.person(line.role),
          ...line,
        });
        return;
      case 'move-task': {
        const task = await memberTask(tx, resultId, line.kind);
        if (task)
          await tx.updateTable('task').set({ due_at: line.dueAt }).where('id', '=', task.id).execute();
        return;
      }
      case 'accept-task': {
        const task = await memberTask(tx, resultId, line.kind);
        if (!task) return;
        await tx
          .updateTable('task')
          .set({ state: 'accepted', accepted_by: line.by, accepted_at: line.at })
          .where('id', '=', task.id)
          .where('state', 'in', ['open', 'offered', 'accepted'])
          .execute();
        return;
      }
      case 'end-task':
        await endMembership(tx, resultId, line.kind, line.outcome, line.at, line.cancelled);
        return;
      case 'pass-on':
        await this.passOn(line);
        return;
      case 'ask-notice':
        if (this.patientId && this.drawId)
          await joinNotice(tx, store, {
            practiceId: practice.id,
            patientId: this.patientId,
            drawId: this.drawId,
            resultId,
            version: line.version,
            purpose: line.purpose,
            at: line.at,
          });
        return;
      case 'withdraw-notice':
        await leaveNotices(tx, resultId);
        return;
      case 'release':
        await tx
          .updateTable('result')
          .set({ released_version: line.version })
          .where('id', '=', resultId)
          .execute();
        return;
      case 'unrelease':
        await tx.updateTable('result').set({ released_version: null }).where('id', '=', resultId).execute();
        return;
      case 'attempt':
        await tx
          .insertInto('attempt')
          .values({
            id: newId(),
            practice_id: practice.id,
            draw_id: this.drawId ?? resultId,
            result_id: resultId,
            command_id: line.commandId,
            person_id: line.by,
            outcome: line.outcome,
            at: line.at,
          })
          .execute();
        return;
      case 'note':
        return; // queued by `note`, once the events of this batch are there to be quoted
      case 'alarm':
        await tx
          .insertInto('alarm')
          .values({
            id: newId(),
            practice_id: practice.id,
            key: `${resultId}/${line.key}`,
            code: line.code,
            result_id: resultId,
            raised_at: line.at,
            raised_real_at: store.realNow(),
            cleared_at: null,
          })
          .onConflict((c) => c.column('key').doNothing())
          .execute();
        this.events.push({ at: line.at, actor: 'resultloop', kind: 'alarm', data: { code: line.code } });
        return;
      case 'close':
        await tx
          .updateTable('result')
          .set({ closure: line.closure, closed_at: line.at })
          .where('id', '=', resultId)
          .execute();
        return;
      case 'reopen':
        await tx
          .updateTable('result')
          .set({ closure: null, closed_at: null })
          .where('id', '=', resultId)
          .execute();
        return;
      default:
        line satisfies never;
    }
  }

  async note(line: Extract<Line, { do: 'note' }>, tier: Projection['tier']): Promise<void> {
    if (this.patientId)
      await queueNote(this.tx, this.store, this.practice, {
        resultId: this.resultId,
        patientId: this.patientId,
        line,
        ownerId: this.ownerId,
        tier,
      });
  }

  async project(seq: number, projection: Projection): Promise<void> {
    const { state } = projection;
    await this.tx
      .updateTable('result')
      .set({
        seq,
        phase: projection.phase,
        tier: projection.tier,
        urgency: projection.urgency,
        owner_id: this.ownerId,
        waits_for: projection.waitsFor,
        due_at: projection.dueAt,
        due_step: projection.dueStep,
        escalation: projection.escalation,
        told_version: state.toldVersion,
        state: JSON.stringify(withOwner(state, this.ownerId)),
      })
      .where('id', '=', this.resultId)
      .execute();
  }

  /** Decline, "not mine": the coverage table assigns at once (L15); the result follows its sign-off. */
  private async passOn(line: Extract<Line, { do: 'pass-on' }>): Promise<void> {
    const now = practiceNow(this.store, this.practice);
    const task = await memberTask(this.tx, this.resultId, line.kind);
    const from = line.from ?? task?.owner_id ?? this.ownerId;
    const to = resolveRole(this.practice.roster, line.to, from, now);
    if (task) {
      await endMembership(this.tx, this.resultId, line.kind, 'passed-on', line.at, true);
      await joinTask(this.tx, this.store, this.practice, {
        resultId: this.resultId,
        drawId: this.drawId ?? this.resultId,
        ownerId: to,
        kind: line.kind,
        role: task.for_role as Role,
        at: line.at,
        dueAt: task.due_at,
      });
    }
    if (line.kind === 'sign-off' || line.kind === 'review') this.ownerId = to;
    this.events.push({
      at: line.at,
      actor: 'resultloop',
      kind: 'assigned',
      data: { owner: to, from, task: line.kind },
    });
  }

  private person(role: Role): string {
    return resolveRole(this.practice.roster, role, this.ownerId, practiceNow(this.store, this.practice));
  }
}

function withOwner(state: ResultState, ownerId: string | null): ResultState {
  return ownerId === state.ownerId ? state : { ...state, ownerId };
}

/** A state of 0.1.0 goes on with the clocks that its policy did not have yet. */
function today(state: ResultState | null): ResultState | null {
  return state && { ...state, policy: { ...defaultPolicy, ...state.policy } };
}

/** What a new run starts with: the state as of the last recorded batch, and the newest stored version. */
export async function loadRecord(
  store: Store,
  practiceId: string,
  resultId: string,
): Promise<Omit<Extract<Fact, { kind: 'loaded' }>, 'id' | 'at' | 'kind'>> {
  const row = await store.db
    .selectFrom('result')
    .select(['state', 'seq', 'current_version', 'waits_for'])
    .where('id', '=', resultId)
    .executeTakeFirstOrThrow();
  const record = {
    state: today(row.state as ResultState | null),
    newestVersion: row.current_version,
    seq: row.seq,
  };
  if (row.current_version > 0) return { ...record, waiting: null };
  const practice = await loadPractice(store, practiceId);
  const hours = staffedHours(practice.settings, practiceNow(store, practice));
  const keeperId = practice.roster.keeper;
  return {
    ...record,
    waiting: { keeperId, why: row.waits_for ?? 'no-version', hours, policy: defaultPolicy },
  };
}
