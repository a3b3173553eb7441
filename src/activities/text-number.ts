import { VendorError } from '../clients/http/index.js';
import { takesTexts, type TextFailure } from '../clients/twilio/index.js';
import { markNumber } from '../store/numbers.js';
import { loadPatient } from '../store/patients.js';
import { practiceNow, type Practice } from '../store/practices.js';
import type { ActivityDeps } from './deps.js';

export type NumberRefusal = { readonly failure: TextFailure; readonly why: string };

/**
 * Before the first text to a number Twilio is asked what it is (Lookup v2), where the practice wants that: a landline
 * gets none, and a number that changed hands belongs to somebody else. Asked once per number.
 * @returns why no text may go there, or `null`.
 * @throws VendorError when the question about a new owner could not be answered: better late than to a stranger.
 */
export async function checkNumber(
  { store, vendors, log }: Pick<ActivityDeps, 'store' | 'vendors' | 'log'>,
  practice: Practice,
  patientId: string,
): Promise<NumberRefusal | null> {
  const { lineType, reassignedSince } = practice.settings.lookUpNumbers;
  if (!lineType && reassignedSince === null) return null;
  const { card, mobileIndex } = await loadPatient(store, patientId);
  if (card.mobilePhone === null || mobileIndex === null) return null;
  const known = await store.db
    .selectFrom('number')
    .select('looked_up_at')
    .where('practice_id', '=', practice.id)
    .where('number_index', '=', mobileIndex)
    .executeTakeFirst();
  if (known && known.looked_up_at !== null) return null;
  const at = practiceNow(store, practice);
  try {
    const facts = await vendors.twilio(practice).lookUp({
      number: card.mobilePhone,
      lineType,
      ...(reassignedSince !== null && { verifiedOn: reassignedSince }),
    });
    await markNumber(store.db, practice.id, mobileIndex, {
      looked_up_at: at,
      ...(facts.reassigned === 'yes' && { suspended_at: at }),
    });
    if (facts.reassigned === 'yes') return { failure: 'wrong-number', why: 'number-reassigned' };
    if (!facts.valid) return { failure: 'wrong-number', why: 'number-not-valid' };
    return takesTexts(facts) ? null : { failure: 'no-texts', why: 'number-takes-no-texts' };
  } catch (err) {
    if (!(err instanceof VendorError)) throw err;
    // Not worth a delay for the kind of line alone: a text to a landline fails with its own code.
    if (reassignedSince !== null && err.outcome !== 'refused') throw err;
    log.warn({ code: err.code }, 'a number could not be looked up; its text goes ahead');
    return null;
  }
}
