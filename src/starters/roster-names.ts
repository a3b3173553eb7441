import { personById } from '../domain/routing/roster.js';
import type { Practice } from '../store/practices.js';

/** A person of the roster by name; the id when the roster has none such; a dash for nobody. */
export function nameOf(practice: Pick<Practice, 'roster'>, personId: string | null | undefined): string {
  if (!personId) return '-';
  return personById(practice.roster, personId)?.name ?? personId;
}
