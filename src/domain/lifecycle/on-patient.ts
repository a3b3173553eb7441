import { afterStaffed } from '../calendar/open-hours.js';
import type { Fact, Told } from './facts.js';
import { openCallback } from './callback.js';
import { askNotice, isAnswerable, reopen, settleIfDone, wantedCall, withdrawNotice } from './telling.js';
import type { Turn } from './turn.js';

type Delivery = Extract<Fact, { kind: 'delivery-status' }>;
type PageConfirmed = Extract<Fact, { kind: 'page-confirmed' }>;
type Replied = Extract<Fact, { kind: 'patient-replied' }>;

/** What became of a message to the patient. */
export function onDeliveryStatus(turn: Turn, fact: Delivery): void {
  const { version, telling } = turn.state;
  if (!version) return;
  const data = { channel: fact.channel, purpose: fact.purpose, version: fact.version };
  // Neither tells anything; the note that the text goes with has told (L25).
  if (fact.purpose === 'tried-to-reach' || fact.purpose === 'note-text') {
    turn.event(`message-${fact.status}`, data);
    if (fact.status === 'left' || fact.status === 'failed')
      turn.touch(`${fact.purpose}-${fact.status}`, data);
    return;
  }
  const before = turn.state.toldVersion;
  const told = fact.status === 'left' || fact.status === 'confirmed';
  // After a cosmetic change the message on its way still counts: it told what is current now.
  const isCurrent =
    fact.version === version.number || (telling.kind !== 'not-asked' && telling.version === fact.version);
  if (told) turn.set({ toldVersion: Math.max(before ?? 0, isCurrent ? version.number : fact.version) });
  if (!isCurrent) {
    turn.event(`message-${fact.status}`, data);
    // The older content has left after all: what is on its way speaks of an update.
    if (told && telling.kind === 'asked' && before === null) {
      withdrawNotice(turn, 'newer-version');
      askNotice(turn);
    }
    return;
  }
  switch (fact.status) {
    case 'sending':
      if (telling.kind === 'asked') turn.set({ telling: { ...telling, kind: 'sending', at: turn.now } });
      return;
    case 'left':
      if (telling.kind === 'confirmed' || telling.kind === 'left') return;
      turn.set({
        telling: { kind: 'left', version: fact.version, at: fact.at, channel: fact.channel ?? '' },
      });
      sayLeft(turn, data);
      return;
    case 'confirmed': {
      if (telling.kind === 'confirmed') return;
      const leftAt = telling.kind === 'left' ? telling.at : fact.at;
      // L31: nothing of ours left or was delivered; the proof is the published result that athenahealth tells of.
      const isOurs = fact.channel !== 'resultscall';
      // Its receipt can be here before the answer to the call that sent it: what arrived has left.
      if (telling.kind !== 'left' && isOurs) sayLeft(turn, data);
      turn.set({
        telling: {
          kind: 'confirmed',
          version: fact.version,
          at: fact.at,
          leftAt,
          channel: fact.channel ?? '',
        },
      });
      // L9: the proof is there; nobody has to find out any more.
      if (version.tier === 'normal') turn.endTask('release', 'delivered', true);
      if (!isOurs) return turn.event('left-to-resultscall', data);
      turn.event('message-confirmed', data);
      turn.touch('message-delivered', data);
      return;
    }
    case 'failed':
      // The notice goes on to the next channel by itself (L47).
      if (telling.kind === 'left')
        turn.set({ telling: { kind: 'asked', version: fact.version, at: telling.at } });
      turn.event('message-failed', { ...data, why: fact.why });
      turn.touch('message-failed', data);
      return;
    case 'needs-person':
      if (turn.state.ending.kind !== 'open' || turn.state.acknowledgement)
        return turn.event('message-needs-person', { ...data, why: fact.why, task: fact.task });
      turn.set({ telling: { kind: 'with-person', version: fact.version, at: turn.now } });
      turn.event('message-needs-person', { ...data, why: fact.why, task: fact.task });
      openPersonTask(turn, fact);
      return;
    case 'withdrawn':
      turn.event('message-withdrawn', { ...data, why: fact.why });
      if (telling.kind === 'sending' && fact.version < version.number) {
        turn.set({ telling: { kind: 'not-asked' } });
        askNotice(turn);
      }
      return;
    default:
      fact.status satisfies never;
  }
}

function sayLeft(turn: Turn, data: Pick<Delivery, 'channel' | 'purpose' | 'version'>): void {
  turn.event('message-left', data);
  turn.touch('message-sent', data);
}

function openPersonTask(turn: Turn, fact: Delivery): void {
  const { version, policy, hours } = turn.state;
  const due = Math.max(
    version?.contactByAt ?? turn.now,
    afterStaffed(hours, turn.now, policy.replyStaffedMs),
  );
  switch (fact.task) {
    case null:
    case 'callback':
      return openCallback(turn, version?.contactByAt ?? turn.now);
    case 'review':
    case 'follow-up':
    case 'release':
      return turn.openTask(fact.task, 'owner', due);
    default:
      return turn.openTask(fact.task, 'coordinator', due);
  }
}

/** A bot-filtered visit of the patient's page: seen, never acknowledged by itself (L35). */
export function onLinkOpened(turn: Turn): void {
  if (turn.state.openedAt !== null) return;
  turn.set({ openedAt: turn.now });
  turn.event('opened');
  turn.touch('opened');
}

/** Birth date and button on the patient's page. */
export function onPageConfirmed(turn: Turn, { wantsCall, told }: PageConfirmed): void {
  if (turn.state.openedAt === null) turn.set({ openedAt: turn.now });
  turn.event('page-confirmed', { wantsCall, ...(told !== undefined && { told }) }, 'patient');
  turn.touch(wantsCall ? 'asked-for-call' : 'read-confirmed');
  if (!wantsCall) return acknowledge(turn, 'page', told);
  reopenToAnswer(turn);
  openCallback(turn, turn.now);
  turn.fire(`wants-call/${turn.task('callback')?.opening ?? 0}`, turn.now);
  if (isUrgentOpen(turn)) pageOnCall(turn, 'callback');
}

/** A reply: its whole text is on the signed list, or it becomes work for a person (L35). */
export function onPatientReplied(turn: Turn, fact: Replied): void {
  const { channel, acknowledges, told, emergency = false } = fact;
  const { version, policy, hours, acknowledgement, ending } = turn.state;
  turn.event(
    'replied',
    { channel, acknowledges, ...(emergency && { emergency }), ...(told !== undefined && { told }) },
    'patient',
  );
  turn.touch('replied', { channel, acknowledges });
  const enough = acknowledges && (channel === 'secure' || version?.tier === 'normal');
  if (enough && version?.tier !== 'critical') return acknowledge(turn, 'reply', told);
  // "OK" from somebody who is through with it is no work.
  if (acknowledges && (acknowledgement || ending.kind !== 'open')) return;
  reopenToAnswer(turn);
  const isUrgent = emergency || isUrgentOpen(turn);
  const due = isUrgent
    ? turn.now + policy.replyWhileCriticalMs
    : afterStaffed(hours, turn.now, policy.replyStaffedMs);
  turn.openTask('reply', 'coordinator', due);
  if (isUrgent) pageOnCall(turn, 'reply');
}

/** A patient who asks after the end is answered; then the result ends as before. */
function reopenToAnswer(turn: Turn): void {
  const { ending } = turn.state;
  if (ending.kind !== 'open') reopen(turn, 'patient-asks', ending.closure);
}

/** L36: emergency words, and any answer while a critical or same-day is open, page on-call at once. */
function pageOnCall(turn: Turn, task: 'reply' | 'callback'): void {
  const step = `v${turn.state.version?.number ?? 0}/answered/${turn.now}`;
  turn.page({ step, task, roles: ['on-call'], critical: true });
}

function isUrgentOpen(turn: Turn): boolean {
  const { version, acknowledgement, ending, lane } = turn.state;
  const isUrgent = version?.tier === 'critical' || version?.urgency === 'same-day';
  return isUrgent && !acknowledgement && ending.kind === 'open' && lane !== 'historic';
}

/** A critical ends only by documented contact (L6); everything else by what the patient confirmed. */
function acknowledge(turn: Turn, how: 'page' | 'reply', told: Told | undefined): void {
  const { version, acknowledgement, ending } = turn.state;
  if (!version || version.tier === 'critical' || acknowledgement || !isAnswerable(turn.state, told)) return;
  if (ending.kind === 'settled') return;
  reopen(turn, 'acknowledged');
  turn.set({ acknowledgement: { how, at: turn.now, by: 'patient' } });
  turn.event('acknowledged', { how }, 'patient');
  if (!wantedCall(turn)) turn.endTask('callback', 'acknowledged', true);
  turn.endTask('release', 'acknowledged', true);
  settleIfDone(turn);
}

/** Death, merge, inactive: patient steps stop and a person looks (L23, L26). Active again: they go on. */
export function onPatientChanged(turn: Turn, status: string): void {
  if (status === 'active' && turn.state.patientSteps === 'held') {
    turn.set({ patientSteps: 'open' });
    turn.event('patient-steps-resumed');
    if (turn.state.ending.kind === 'open') askNotice(turn);
    return;
  }
  if (status === 'active' || turn.state.patientSteps === 'held' || turn.state.ending.kind !== 'open') return;
  turn.set({ patientSteps: 'held' });
  turn.event('patient-steps-held', { status });
  withdrawNotice(turn, 'patient-not-active');
  turn.openTask(
    'follow-up',
    'owner',
    afterStaffed(turn.state.hours, turn.now, turn.state.policy.replyStaffedMs),
  );
}
