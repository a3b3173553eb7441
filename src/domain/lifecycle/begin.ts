import { alwaysOpen } from '../calendar/open-hours.js';
import { defaultPolicy } from './policy.js';
import type { ResultState } from './state.js';

/** A run before its record is loaded: it queues facts and decides nothing. */
export const unloaded: ResultState = {
  loaded: false,
  lane: 'notify',
  version: null,
  arriving: null,
  passedOver: 0,
  toldVersion: null,
  ownerId: null,
  orderedBy: null,
  hours: alwaysOpen,
  policy: defaultPolicy,
  decision: { kind: 'not-needed' },
  telling: { kind: 'not-asked' },
  openedAt: null,
  acknowledgement: null,
  attempts: [],
  tasks: [],
  openings: {},
  ladder: null,
  pages: [],
  fired: {},
  escalation: 0,
  nextPagePollAt: null,
  patientSteps: 'open',
  closings: 0,
  ending: { kind: 'open' },
  lines: [],
  seq: 0,
  recordedSeq: 0,
  duties: [],
  held: [],
  seen: [],
};

/**
 * The state a new run continues with: what the record holds, less the duties that the recorded batch itself
 * completed. Pages stay: their effect keys make a repeat harmless.
 */
export function resumed(recorded: ResultState, seq: number): ResultState {
  return {
    ...recorded,
    loaded: true,
    arriving: null,
    seq,
    recordedSeq: seq,
    held: recorded.held.filter(({ duty }) => duty.kind === 'page'),
    duties: recorded.duties
      .filter((d) => d.kind === 'page' || d.kind === 'reread' || (d.kind === 'stage' && d.late === true))
      .map((d) =>
        d.kind === 'page'
          ? { ...d, afterSeq: Math.min(d.afterSeq, seq + (recorded.lines.length ? 1 : 0)) }
          : d,
      ),
  };
}
