import type { EpochMs } from '../../domain/result/report.js';
import { newSid } from './message.js';

export type CallStatus =
  'queued' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled';

/** One outbound call as the account stores it. Times are practice time. */
export interface StoredCall {
  readonly sid: string;
  readonly accountSid: string;
  readonly to: string;
  readonly from: string;
  readonly url: string;
  readonly statusCallback: string | null;
  readonly events: readonly string[];
  readonly createdAt: EpochMs;
  status: CallStatus;
  startedAt: EpochMs | null;
  endedAt: EpochMs | null;
}

export const endedStatuses: readonly CallStatus[] = ['completed', 'busy', 'failed', 'no-answer', 'canceled'];

export function newCall(given: Omit<StoredCall, 'sid' | 'status' | 'startedAt' | 'endedAt'>): StoredCall {
  return { ...given, sid: newSid('CA'), status: 'queued', startedAt: null, endedAt: null };
}
