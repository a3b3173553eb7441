import type { CommandBody } from '../domain/lifecycle/facts.js';
import type { AttemptOutcome } from '../domain/lifecycle/state.js';
import { decideAtDesk, requireNote, type DeskOptions } from './desk.js';
import { WrongUsage } from './outcome.js';

export const attemptOutcomes = [
  'reached',
  'authorised-person',
  'third-party',
  'family-disclosed',
  'voicemail',
  'no-answer',
  'wrong-number',
  'refused',
  'emergency-care',
] as const satisfies readonly AttemptOutcome[];

/** What can be checked on the phone (L34: two of them before anything is said). */
export const identifiers = ['name', 'birth-date', 'address', 'phone', 'mrn'] as const;

/** The attempt that the options spell. @throws WrongUsage when an identifier is not one that can be checked. */
export function attemptBody(options: { outcome: AttemptOutcome; identifiers?: string }): CommandBody {
  const given = (options.identifiers ?? '').split(',').map((one) => one.trim());
  const checked = new Set(given.filter((one) => one !== ''));
  const unknown = [...checked].filter((one) => !identifiers.some((known) => known === one));
  if (unknown.length > 0)
    throw new WrongUsage(`--identifiers takes ${identifiers.join(', ')}, not ${unknown.join(', ')}.`);
  return { kind: 'attempt', outcome: options.outcome, twoIdentifiers: checked.size >= 2 };
}

/** `resultloop attempt RESULT --as PERSON --outcome …`. */
export async function attemptCommand(
  wanted: string,
  options: DeskOptions & { outcome: AttemptOutcome; identifiers?: string },
): Promise<void> {
  const body = attemptBody(options);
  const note = requireNote(options.note, 'A call attempt');
  await decideAtDesk(wanted, { ...options, note }, body);
}
