import type { CommandBody } from '../../domain/lifecycle/facts.js';
import type { TaskKind } from '../../domain/lifecycle/state.js';
import type { WorklistTask } from '../../store/worklist.js';
import type { CallOutcome } from './patients.js';

/** What a person of the demo decides about one piece of work; `null`: not now. */
export interface Work {
  readonly resultId: string;
  readonly body: CommandBody;
}

export interface WorkContext {
  /** Tasks of the same patient that this person sees. */
  readonly others: readonly WorklistTask[];
  /** Whether the provider would rather call than write. */
  readonly callsInstead: boolean;
  /** Outcome of the next call to this patient. */
  readonly nextCall: CallOutcome;
  /** What the provider does in the end: calls once more in person, or closes by the protocol (L33). */
  readonly providerCalls: boolean;
  /** False while the last call is too fresh to try again. */
  readonly mayCall: boolean;
}

/** How simulated staff end each kind of work. Criticals are worked by their own story, not from here. */
export function workOn(task: WorklistTask, context: WorkContext): Work | null {
  const [worst] = task.members;
  if (!worst) return null;
  const kind = task.kind as TaskKind;
  const by = (body: CommandBody): Work => ({ resultId: worst.resultId, body });
  switch (kind) {
    case 'sign-off':
    case 'review': {
      // The call comes first; a critical is signed by whoever reached the patient.
      if (task.tier === 'critical' && context.others.some((t) => t.kind === 'callback')) return null;
      const decision = context.callsInstead && task.tier === 'abnormal' ? 'call-instead' : 'release';
      return by({ kind: 'sign-off', decision });
    }
    case 'callback':
      if (task.tier === 'critical' || !context.mayCall) return null;
      return by({
        kind: 'attempt',
        outcome: context.nextCall,
        twoIdentifiers: context.nextCall === 'reached',
      });
    case 'reply':
    case 'match':
    case 'retraction':
      return by({ kind: 'close', reason: 'handled', task: kind });
    case 'letter':
      return by({ kind: 'close', reason: 'mailed', task: kind });
    case 'contact-fix':
      return by({ kind: 'close', reason: 'corrected', task: kind });
    case 'tell-patient':
    case 'release':
      return by({ kind: 'close', reason: 'told', task: kind });
    case 'follow-up':
      return context.providerCalls
        ? by({ kind: 'attempt', outcome: 'reached', twoIdentifiers: true })
        : by({ kind: 'close', reason: 'providers-choice', task: kind });
    default:
      kind satisfies never;
      return null;
  }
}

/** How the six criticals go, in turn: who takes the page, and what the calls bring. Minutes of practice time. */
export interface CriticalStory {
  readonly owner: 'accepts' | 'resolves-page' | 'declines';
  /** From the page to what the owner does with it. */
  readonly afterMin: number;
  /** Calls after the acceptance. */
  readonly calls: readonly { readonly afterMin: number; readonly outcome: CallOutcome }[];
}

export const criticalStories: readonly CriticalStory[] = [
  { owner: 'accepts', afterMin: 3, calls: [{ afterMin: 6, outcome: 'reached' }] },
  {
    owner: 'resolves-page',
    afterMin: 4,
    calls: [
      { afterMin: 5, outcome: 'voicemail' },
      { afterMin: 16, outcome: 'reached' },
    ],
  },
  { owner: 'declines', afterMin: 2, calls: [{ afterMin: 7, outcome: 'reached' }] },
  // Late: the ladder has rung the next one at ten minutes.
  { owner: 'accepts', afterMin: 11, calls: [{ afterMin: 6, outcome: 'reached' }] },
  {
    // Not reached within two hours: the on-call provider is paged to decide.
    owner: 'accepts',
    afterMin: 5,
    calls: [
      { afterMin: 8, outcome: 'no-answer' },
      { afterMin: 35, outcome: 'voicemail' },
      { afterMin: 80, outcome: 'no-answer' },
      { afterMin: 122, outcome: 'reached' },
    ],
  },
  { owner: 'resolves-page', afterMin: 2, calls: [{ afterMin: 4, outcome: 'reached' }] },
];
