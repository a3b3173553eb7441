import type { TaskKind } from '../domain/lifecycle/state.js';

/** The names under which work is known at the command line. */
export const taskKinds = [
  'sign-off',
  'review',
  'callback',
  'reply',
  'contact-fix',
  'letter',
  'match',
  'release',
  'tell-patient',
  'retraction',
  'follow-up',
] as const satisfies readonly TaskKind[];
