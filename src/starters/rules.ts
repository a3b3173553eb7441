import { signedStarterRules, starterRules } from '../domain/library/starter-rules.js';
import { say, tell } from './outcome.js';

/** `resultloop rules export`: the starter rule set, for a medical director to read, correct and sign. */
export function rulesExportCommand(options: { signedBy?: string; date?: string }): void {
  const { signedBy } = options;
  if (signedBy === undefined) {
    tell('Unsigned: it does not run until a medical director has read and signed it (--signed-by NAME).');
    return say(JSON.stringify(starterRules, null, 2));
  }
  const date = options.date ?? new Date().toISOString().slice(0, 10);
  say(JSON.stringify(signedStarterRules(signedBy, date), null, 2));
}
