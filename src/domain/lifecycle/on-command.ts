import { dayOf, nextBusinessDay } from '../calendar/open-hours.js';
import { isRinging, skipAhead } from './critical-ladder.js';
import type { CloseReason, Command, CommandBody, Refusal } from './facts.js';
import type { AttemptOutcome, TaskKind } from './state.js';
import { askNotice, closeWithoutNote, settle, settleIfDone, withdrawNotice } from './telling.js';
import { doubtCleared } from './on-identity.js';
import { signOff } from './on-sign-off.js';
import type { Turn } from './turn.js';

/** Outcomes that are documented contact (L34). A third party or a voicemail never is. */
const contact = new Set<AttemptOutcome>([
  'reached',
  'authorised-person',
  'family-disclosed',
  'emergency-care',
]);

/** Judges what a person decided. The reducer decides, whatever a validator let pass (spikes §1). */
export function onCommand(turn: Turn, command: Command): Refusal | null {
  const { body, refused } = command;
  if (refused) return refused;
  switch (body.kind) {
    case 'sign-off':
      return signOff(turn, command, body);
    case 'accept':
      return accept(turn, command, body.task);
    case 'decline':
      return decline(turn, command, body.task);
    case 'attempt':
      return attempt(turn, command, body);
    case 'close':
      return close(turn, command, body.reason, body.task);
    default:
      body satisfies never;
      return 'unknown-command';
  }
}

function accept(turn: Turn, command: Command, kind: TaskKind): Refusal | null {
  const task = turn.task(kind);
  if (!task) return 'no-such-task';
  if (task.acceptedBy === command.by) return null;
  // Lifecycle §2: only a credentialed person's acceptance permits the call before the sign-off, and stops the ladder.
  if (kind === 'callback' && turn.state.ladder && !command.credentialed) return 'not-credentialed';
  turn.acceptTask(kind, command.by);
  turn.event('accepted', { task: kind }, command.by);
  return null;
}

/** Decline assigns at once (L15); for a critical the next rung is rung at once (L10). */
function decline(turn: Turn, command: Command, kind: TaskKind): Refusal | null {
  const task = turn.task(kind);
  if (!task) return 'no-such-task';
  turn.event('declined', { task: kind }, command.by);
  if (kind === 'callback' && turn.state.ladder) {
    if (task.acceptedBy === command.by) turn.passOn(kind, command.by);
    else if (turn.state.ladder.without.includes(command.by)) return null;
    skipAhead(turn, [command.by]);
    return null;
  }
  turn.passOn(kind, command.by);
  return null;
}

function attempt(
  turn: Turn,
  command: Command,
  body: Extract<CommandBody, { kind: 'attempt' }>,
): Refusal | null {
  const { version, decision, ending, policy } = turn.state;
  if (ending.kind === 'closed') return 'closed';
  if (!version) return 'stale-version';
  const isContact = contact.has(body.outcome);
  if (isContact && body.outcome === 'reached' && !body.twoIdentifiers) return 'two-identifiers-needed';
  if (body.outcome === 'family-disclosed' && !command.credentialed) return 'not-credentialed';
  const { by, at } = { by: command.by, at: turn.now };
  if (isContact && policy.checksContact && command.hash !== version.hash) {
    // L20: what was said was about another content. The call is on record; this version is still to be told.
    turn.line({ do: 'attempt', commandId: command.id, by, outcome: body.outcome, at });
    turn.event('attempt-about-another', { outcome: body.outcome }, by);
    turn.touch('attempt', { outcome: body.outcome, by });
    return null;
  }
  if (isContact && version.status === 'preliminary' && version.tier !== 'critical') return 'not-final';
  // Only a critical may be told before the written sign-off; acceptance permits the call (lifecycle §2).
  if (isContact && decision.kind === 'awaited' && version.tier !== 'critical') return 'sign-off-first';
  if (isContact && policy.checksContact && decision.kind === 'awaited' && isRinging(turn))
    return 'accept-first';
  turn.set({ attempts: [...turn.state.attempts, { outcome: body.outcome, at, by }] });
  turn.line({ do: 'attempt', commandId: command.id, by, outcome: body.outcome, at });
  turn.event('attempt', { outcome: body.outcome, number: turn.state.attempts.length }, by);
  turn.touch('attempt', { outcome: body.outcome, by });
  if (isContact) {
    const how =
      body.outcome === 'emergency-care'
        ? 'emergency-care'
        : body.outcome === 'reached'
          ? 'call'
          : 'authorised-person';
    turn.set({ acknowledgement: { how, at, by }, ladder: null });
    turn.endTask('callback', body.outcome);
    turn.endTask('reply', body.outcome);
    turn.endTask('release', body.outcome);
    withdrawNotice(turn, 'told-by-call');
    settleIfDone(turn);
    return null;
  }
  if (ending.kind === 'open') afterMissedCall(turn, body.outcome);
  return null;
}

/** L33: two attempts, then a message at the third business hour, callback next business day, then a choice. */
function afterMissedCall(turn: Turn, outcome: AttemptOutcome): void {
  const { attempts, hours, policy, version } = turn.state;
  if (outcome === 'wrong-number')
    turn.openTask('contact-fix', 'coordinator', nextBusinessDay(hours, turn.now));
  if (version?.tier === 'critical') return;
  const days = new Set(attempts.map((a) => dayOf(hours, a.at))).size;
  if (
    outcome === 'refused' ||
    (attempts.length >= policy.attemptsBeforeChoice && days >= policy.attemptDays)
  ) {
    turn.openTask('follow-up', 'owner', nextBusinessDay(hours, turn.now));
    return;
  }
  if (attempts.length >= 2) turn.moveTask('callback', nextBusinessDay(hours, turn.now));
}

function close(turn: Turn, command: Command, reason: CloseReason, task?: TaskKind): Refusal | null {
  const { decision, ending, version, acknowledgement, patientSteps } = turn.state;
  const isUnreachedCritical = version?.tier === 'critical' && !acknowledgement;
  if (ending.kind === 'closed') return 'closed';
  switch (reason) {
    case 'mailed':
      if (!turn.task('letter')) return 'no-such-task';
      if (decision.kind === 'awaited') return 'sign-off-first';
      turn.endTask('letter', reason);
      turn.touch('letter-mailed');
      if (isUnreachedCritical) return null;
      turn.set({ acknowledgement: { how: 'letter', at: turn.now, by: command.by } });
      settleIfDone(turn);
      return null;
    case 'told':
      return told(turn, command.by, task);
    case 'providers-choice':
      if (!command.credentialed) return 'not-credentialed';
      if (!turn.task('follow-up')) return 'no-such-task';
      if (decision.kind === 'awaited') return 'sign-off-first';
      // L6. Only where no contact is possible (death, merge) a provider may end a critical without it.
      if (isUnreachedCritical && patientSteps === 'open') return 'contact-first';
      turn.endTask('follow-up', reason);
      settle(turn, 'providers-choice');
      return null;
    case 'corrected':
      if (!turn.task('contact-fix')) return 'no-such-task';
      turn.endTask('contact-fix', reason);
      withdrawNotice(turn, 'contact-corrected');
      turn.set({ telling: { kind: 'not-asked' } });
      askNotice(turn);
      return null;
    case 'handled':
      return handled(turn, command.by, task);
    default:
      reason satisfies never;
      return 'unknown-command';
  }
}

/** L25: a message sent by hand in athenaOne. Told = task done. */
function told(turn: Turn, by: string, task?: TaskKind): Refusal | null {
  const { version, decision } = turn.state;
  const kind = openOf(turn, ['tell-patient', 'release'], task);
  if (!kind || !version) return 'no-such-task';
  if (decision.kind === 'awaited') return 'sign-off-first';
  withdrawNotice(turn, 'told-by-hand');
  turn.endTask(kind, 'told');
  const at = turn.now;
  turn.set({
    telling: { kind: 'confirmed', version: version.number, at, leftAt: at, channel: 'by-hand' },
    toldVersion: version.number,
  });
  turn.event('told-by-hand', { version: version.number }, by);
  turn.touch('told-by-hand', { by });
  return null;
}

/** A piece of work that ends by being done, with nothing else following. */
function handled(turn: Turn, by: string, task?: TaskKind): Refusal | null {
  const kind = openOf(turn, ['reply', 'match', 'contact-fix', 'retraction', 'follow-up', 'review'], task);
  if (!kind) return 'no-such-task';
  if (kind === 'review' && turn.state.decision.kind === 'awaited') return 'sign-off-first';
  turn.endTask(kind, 'handled');
  turn.event('handled', { task: kind }, by);
  if (kind === 'follow-up') doubtCleared(turn);
  const { ending, version, lane } = turn.state;
  if (ending.kind === 'settled') {
    // The closing note could not be written by us; a person did it by hand (L44).
    if (kind !== 'follow-up' || turn.state.fired[`chart-failed/closing/${turn.state.closings}`] === undefined)
      return null;
    for (const task of turn.state.tasks) turn.endTask(task.kind, 'charted', true);
    turn.set({ ending: { ...ending, kind: 'closed' } });
    turn.line({ do: 'close', closure: ending.closure, at: turn.now });
    turn.event('closed', { closure: ending.closure });
    return null;
  }
  if (!version && kind === 'match') {
    // Nothing of it can go into a chart: the source's own document stands for it.
    closeWithoutNote(turn, 'superseded');
  } else if (kind === 'retraction') settle(turn, version?.tier === null ? 'not-performed' : 'void');
  else if (kind === 'match' && lane === 'unmatched') notMatched(turn);
  else if (kind === 'follow-up' && version?.tier === 'void' && !turn.task('retraction')) settle(turn, 'void');
  else if (lane === 'historic' && kind === 'review') settle(turn, 'historic');
  else if (kind === 'follow-up' && version?.tier === null && !turn.task('retraction'))
    settle(turn, 'not-performed');
  else settleIfDone(turn);
  const { ending: after, tasks } = turn.state;
  if (after.kind === 'open' && after.was && tasks.length === 0) settle(turn, after.was);
  return null;
}

/** L4: the keeper found nothing to match it with. What is not normal is a provider's to decide. */
function notMatched(turn: Turn): void {
  const { version, decision, policy } = turn.state;
  if (version?.tier === 'normal') return settle(turn, 'superseded');
  if (decision.kind !== 'not-needed') return;
  turn.set({ decision: { kind: 'awaited' } });
  turn.openTask('review', 'owner', turn.now + policy.signOffOwnerMs);
}

/** The task that a closing speaks of: the named one, or the first open of the kinds it can end. */
function openOf(turn: Turn, kinds: readonly TaskKind[], named?: TaskKind): TaskKind | undefined {
  return kinds.find((kind) => (named === undefined || kind === named) && turn.task(kind));
}
