import { VendorError } from '../clients/http/index.js';
import { raiseAlarm } from '../store/inbound.js';
import { practiceNow, type Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';

const dayMs = 86_400_000;

/**
 * Spruce refuses the token of this practice: nothing goes out by it until somebody renews it, and nothing is lost
 * meanwhile (requirements 6-2, S000-69). One alarm a day. Anything else is no matter of this.
 */
export async function alarmIfRefused(store: Store, practice: Practice, err: unknown): Promise<void> {
  if (!(err instanceof VendorError) || err.vendor !== 'spruce' || err.code !== 'unauthorized') return;
  const day = Math.floor(practiceNow(store, practice) / dayMs);
  await raiseAlarm(store, practice, `spruce-refused/${practice.id}/${day}`, 'spruce-token-refused');
}
