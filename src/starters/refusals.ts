import type { Refusal } from '../domain/lifecycle/facts.js';
import { localTime } from '../store/calendar.js';
import type { Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';

/**
 * Why a decision was not taken over, and what to do now, for the person at the desk. No PHI: the sentence may stand in
 * a log.
 */
export async function refusalWords(
  store: Store,
  practice: Practice,
  resultId: string,
  refusal: Refusal,
): Promise<string> {
  if (refusal !== 'stale-version') return words[refusal];
  const newest = await store.db
    .selectFrom('version')
    .select(['number', 'detected_at'])
    .where('result_id', '=', resultId)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!newest) return 'The result has no content yet. Wait for it; it will be on your worklist.';
  const at = localTime(practice.settings, newest.detected_at);
  return `A newer version (v${newest.number}) arrived at ${at}. Look at it before you decide: resultloop timeline ${resultId}`;
}

const words: Record<Exclude<Refusal, 'stale-version'>, string> = {
  'not-credentialed': 'Only a credentialed provider may do this. Ask the owner, or the cover.',
  'nothing-to-sign': 'Nothing waits for a sign-off here: it was decided already, or it needs none.',
  'not-final': 'The result is preliminary. It can be released once the final result is there.',
  'no-such-task': 'That work is not open here. Look at what is: resultloop worklist',
  'two-identifiers-needed':
    'A patient counts as reached only after two identifiers. Say which you checked: --identifiers name,birth-date',
  'sign-off-first': 'A provider has to sign off first; then the patient may be told.',
  'accept-first':
    'The critical result still rings. A credentialed person accepts it first (resultloop accept), then record the call.',
  'contact-first':
    'A critical result ends only by documented contact with the patient. Record the call with: resultloop attempt',
  closed: 'The result is closed. A newer version or an answer of the patient opens it again.',
  'unknown-command': 'No door wrote this decision for this result, so it counts as a proposal only.',
};
