import { afterStaffed } from '../calendar/open-hours.js';
import type { Fact } from './facts.js';
import { askNotice, closeWithoutNote, isTold, reopen, settle, withdrawNotice } from './telling.js';
import type { Turn } from './turn.js';

type Identity = Extract<Fact, { kind: 'identity' }>;

/** Who a result is has changed: it was one with another, never this patient's, or in doubt (L39, L42). */
export function onIdentity(turn: Turn, fact: Identity): void {
  switch (fact.news) {
    case 'joined':
      return joined(turn, fact);
    case 'moved':
      return moved(turn, fact);
    case 'disputed':
      return disputed(turn, fact);
    default:
      fact.news satisfies never;
  }
}

/** L39: one told-state. The survivor goes on with everything; here nothing is left to do. */
function joined(turn: Turn, fact: Identity): void {
  turn.event('superseded', { by: fact.other });
  stopStaging(turn);
  // Should the patient ask once more, nothing that was due here runs again.
  turn.set({ decision: { kind: 'not-needed' } });
  if (turn.state.version) return settle(turn, 'superseded');
  if (turn.state.ending.kind !== 'open') return;
  // Nothing of it can go into a chart: it never had a content.
  for (const task of turn.state.tasks) turn.endTask(task.kind, 'joined', true);
  closeWithoutNote(turn, 'superseded');
}

/** L42: it was never this patient's. Whoever heard of it hears that it is not theirs; nothing else goes on. */
function moved(turn: Turn, fact: Identity): void {
  const { version, policy } = turn.state;
  const wasTold = isTold(turn.state);
  const wasCritical = version?.tier === 'critical' && turn.state.ending.kind === 'open';
  turn.event('patient-changed', { to: fact.other });
  turn.alarm('result-of-another-patient', `identity/${fact.id}`);
  stopStaging(turn);
  withdrawNotice(turn, 'patient-changed');
  if (wasTold) reopen(turn, 'patient-changed');
  if (turn.state.ending.kind !== 'open') return;
  for (const task of turn.state.tasks) turn.endTask(task.kind, 'patient-changed', true);
  turn.line({ do: 'unrelease' });
  turn.set({
    version: version && { ...version, tier: 'void', urgency: 'standard' },
    decision: { kind: 'not-needed' },
    telling: { kind: 'not-asked' },
    acknowledgement: null,
    ladder: null,
    nextPagePollAt: null,
  });
  if (!wasTold && !wasCritical) return settle(turn, 'void');
  // Whoever was paged or acts on it has to stop.
  const task = wasTold ? 'retraction' : 'follow-up';
  turn.openTask(task, 'owner', turn.now + (wasCritical ? policy.criticalAttemptMs : policy.signOffOwnerMs));
  turn.page({ step: `identity/${fact.id}`, task, roles: ['owner'], critical: wasCritical });
}

/** L42: another person's result names the same filler. Until somebody has looked, nothing of it goes to the patient. */
function disputed(turn: Turn, fact: Identity): void {
  const { ending, hours, policy, telling } = turn.state;
  turn.event('disputed', { other: fact.other });
  turn.alarm('filler-of-two-patients', `identity/${fact.id}`);
  if (ending.kind !== 'open') reopen(turn, 'disputed', ending.closure);
  withdrawNotice(turn, 'disputed');
  turn.set({ disputed: true });
  if (telling.kind === 'asked' || telling.kind === 'sending') turn.set({ telling: { kind: 'not-asked' } });
  turn.openTask('follow-up', 'owner', afterStaffed(hours, turn.now, policy.replyStaffedMs));
}

/** A person has looked whose it is: what may be told goes on. */
export function doubtCleared(turn: Turn): void {
  if (!turn.state.disputed) return;
  turn.set({ disputed: false });
  turn.event('dispute-cleared');
  askNotice(turn);
}

/** A content that is still on its way changes nothing any more. */
function stopStaging(turn: Turn): void {
  const { arriving, passedOver, duties, held } = turn.state;
  turn.set({
    passedOver: Math.max(passedOver, arriving ?? 0),
    arriving: null,
    duties: duties.filter((d) => d.kind !== 'stage'),
    held: held.filter(({ duty }) => duty.kind !== 'stage'),
  });
}
