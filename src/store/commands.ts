import { sql } from 'kysely';
import type { Command, CommandBody, Refusal } from '../domain/lifecycle/facts.js';
import { personById } from '../domain/routing/roster.js';
import { newId } from '../security/tokens.js';
import { lockPatient, type Tx } from './database.js';
import { patientLock } from './patients.js';
import { practiceNow, type Practice } from './practices.js';
import type { CommandTarget } from './schema.js';
import type { Store } from './store.js';
import { markAnswered, memberTask, openMembers } from './tasks.js';

export const noteAad = 'command.note';

/** Why a door did not write a command. The message is for the person at the desk. */
export class CommandRefused extends Error {
  constructor(
    readonly code:
      | 'no-login'
      | 'not-on-roster'
      | 'not-credentialed'
      | 'no-such-result'
      | 'no-such-version'
      | 'stale-version'
      | 'id-of-another',
    message: string,
  ) {
    super(message);
    this.name = 'CommandRefused';
  }
}

export interface NewCommand {
  readonly practice: Practice;
  readonly personId: string;
  readonly via: 'cli' | 'staff-app' | 'spruce-page' | 'voice-pin';
  readonly body: CommandBody;
  /** What the person typed: sealed. */
  readonly note?: string | null;
  /**
   * The result the person acted on; a decision or a call fans out to its draw (L18), accepting and declining to the
   * members of its task (L18a).
   */
  readonly resultId: string;
  /**
   * Version that the person saw, per result: the whole card. Nothing is written when another one is current by now, and
   * a member of the draw that is not named was not seen, so it is not covered (L20). Without it all that is open and
   * current is.
   */
  readonly seen?: Readonly<Record<string, number>>;
  /** Repeating with the same id is harmless. */
  readonly id?: string;
}

export interface WrittenCommand {
  readonly id: string;
  readonly targets: readonly CommandTarget[];
}

/**
 * Writes what a person decided before any workflow hears of it: who, role, when, what, and the hash of each version
 * it speaks of. Takes the patient lock, so a version that arrives meanwhile is either in the hash or voids it (L20).
 * @throws CommandRefused with a code and words for the person.
 */
export async function writeCommand(store: Store, input: NewCommand): Promise<WrittenCommand> {
  const { practice, personId, body } = input;
  const person = personById(practice.roster, personId);
  if (!person?.active)
    throw new CommandRefused(
      'not-on-roster',
      `"${personId}" is not an active person on this practice's roster.`,
    );
  if (body.kind === 'sign-off' && !person.credentialed)
    throw new CommandRefused(
      'not-credentialed',
      'Only a credentialed provider can sign off. Ask the owner or the cover.',
    );
  const id = input.id ?? newId();
  return store.db.transaction().execute(async (tx) => {
    const result = await tx
      .selectFrom('result')
      .select(['patient_id', 'draw_id', 'owner_id'])
      .where('id', '=', input.resultId)
      .where('practice_id', '=', practice.id)
      .executeTakeFirst();
    if (!result) throw new CommandRefused('no-such-result', 'There is no such result in this practice.');
    if (result.patient_id) await lockPatient(tx, patientLock(result.patient_id));
    const existing = await tx
      .selectFrom('command')
      .select(['practice_id', 'person_id', 'kind', 'targets'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (existing) {
      const isSame =
        existing.practice_id === practice.id &&
        existing.person_id === personId &&
        existing.kind === body.kind;
      if (isSame) return { id, targets: existing.targets };
      throw new CommandRefused(
        'id-of-another',
        'This command id belongs to another decision. Use a new one.',
      );
    }
    const targets = await targetsOf(tx, input, result);
    for (const target of targets) requireSeen(target, input.seen?.[target.resultId]);
    await tx
      .insertInto('command')
      .values({
        id,
        practice_id: practice.id,
        kind: body.kind,
        person_id: personId,
        role: person.roles[0] ?? 'provider',
        credentialed: person.credentialed,
        via: input.via,
        targets: JSON.stringify(targets),
        body: JSON.stringify(body),
        note_sealed: input.note ? store.cipher.seal(input.note, noteAad) : null,
        at: practiceNow(store, practice),
        real_at: store.realNow(),
        delivered_real_at: null,
      })
      .execute();
    return { id, targets };
  });
}

/** The open results that a command covers, each with the content that it speaks of. */
async function targetsOf(
  tx: Tx,
  { resultId, body, seen }: NewCommand,
  result: { readonly draw_id: string | null; readonly owner_id: string | null },
): Promise<CommandTarget[]> {
  let members = tx
    .selectFrom('result')
    .innerJoin('version', (j) =>
      j.onRef('version.result_id', '=', 'result.id').onRef('version.number', '=', 'result.current_version'),
    )
    .select(['result.id as resultId', 'version.number as version', 'version.content_hash as hash'])
    .where('result.closure', 'is', null);
  const isOfTask = body.kind === 'accept' || body.kind === 'decline';
  const isOneOnly = body.kind === 'sign-off' && body.decision === 'change-tier';
  if (isOneOnly || result.draw_id === null) members = members.where('result.id', '=', resultId);
  else if (isOfTask) {
    const task = await memberTask(tx, resultId, body.task);
    if (task && body.kind === 'accept') await markAnswered(tx, task);
    members = members.where('result.id', 'in', [resultId, ...(await openMembers(tx, task?.id ?? null))]);
  } else members = members.where('result.draw_id', '=', result.draw_id);
  // A decision covers that owner's members of the draw; work on the patient covers all of them (L18a).
  if (body.kind === 'sign-off' || body.kind === 'close')
    members = members.where((e) =>
      e.or([e('result.id', '=', resultId), e('result.owner_id', '=', result.owner_id)]),
    );
  if (seen) members = members.where('result.id', 'in', [resultId, ...Object.keys(seen)]);
  const targets: CommandTarget[] = await members.orderBy('result.id').execute();
  if (!targets.some((t) => t.resultId === resultId)) targets.push({ resultId, version: 0, hash: '' });
  return targets;
}

/** L20: a decision is about the version that the person saw. */
function requireSeen(current: CommandTarget, seen: number | undefined): void {
  if (seen === undefined || seen === current.version) return;
  if (seen > current.version)
    throw new CommandRefused(
      'no-such-version',
      `There is no version ${seen}; version ${current.version} is the current one.`,
    );
  throw new CommandRefused(
    'stale-version',
    `A newer version (v${current.version}) has arrived. Look at it before you decide: resultloop timeline ${current.resultId}`,
  );
}

/** The command as a result's workflow judges it; `null` when no door wrote it, or not for this result. */
export async function readCommand(
  store: Store,
  practiceId: string,
  resultId: string,
  commandId: string,
): Promise<Command | null> {
  const row = await store.db
    .selectFrom('command')
    .selectAll()
    .where('id', '=', commandId)
    .where('practice_id', '=', practiceId)
    .executeTakeFirst();
  const target = row?.targets.find((t) => t.resultId === resultId);
  if (!row || !target) return null;
  const refused = row.refused[resultId];
  return {
    id: row.id,
    by: row.person_id,
    credentialed: row.credentialed,
    at: row.at,
    hash: target.hash === '' ? null : target.hash,
    body: row.body as CommandBody,
    ...(refused !== undefined && { refused: refused as Refusal }),
  };
}

/**
 * A person was told no, maybe by a run that has ended since: whoever hears of the command later says the same, also when
 * the result was opened again in between.
 */
export async function markRefused(
  store: Store,
  resultId: string,
  commandId: string,
  refusal: Refusal,
): Promise<void> {
  await store.db
    .updateTable('command')
    .set({ refused: sql`refused || jsonb_build_object(${resultId}::text, ${refusal}::text)` })
    .where('id', '=', commandId)
    .execute();
}

/** A command is delivered when every target's workflow has heard of it. */
export async function markDelivered(store: Store, commandId: string): Promise<void> {
  await store.db
    .updateTable('command')
    .set({ delivered_real_at: store.realNow() })
    .where('id', '=', commandId)
    .execute();
}
