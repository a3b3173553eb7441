import type { EpochMs } from '../domain/result/report.js';
import type { Practice } from '../store/practices.js';

/**
 * When a patient read a secure message. Off: Spruce's published API has no such thing (requirements 6-1). A practice
 * whose vendor offers one gives it to the worker; it counts as "opened", never as an acknowledgement (L35).
 */
export interface ReadReceipts {
  /** Practice time; `null` when it was not read, or nobody knows. */
  readAt(practice: Practice, message: { readonly conversationId: string }): Promise<EpochMs | null>;
}
