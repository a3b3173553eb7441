import type { EpochMs } from '../../domain/result/report.js';
import type { Rest } from './texts.js';

export interface OutgoingCall {
  /** E.164, a member of staff: never a patient. */
  readonly to: string;
  /** E.164, a voice number of the account. */
  readonly from: string;
  /** Where Twilio asks what to say once somebody answers. Must carry our own id, and no PHI. */
  readonly url: string;
  /** Where Twilio reports how the call ended. */
  readonly statusCallback: string;
  /** Seconds it rings, 1 to 600. */
  readonly ringSeconds: number;
}

export interface CallRecord {
  readonly sid: string;
  readonly to: string;
  /** As Twilio names it: `queued`, `ringing`, `in-progress`, `completed`, `busy`, `failed`, `no-answer`, `canceled`. */
  readonly status: string;
  /** Twilio's clock. `null` while it is queued. */
  readonly startedAt: EpochMs | null;
}

export interface Calls {
  /** Starts one call. Not idempotent; `completed` later means that somebody or something hung up, never "accepted". */
  placeCall(call: OutgoingCall): Promise<{ readonly sid: string; readonly status: string }>;
  fetchCall(sid: string): Promise<CallRecord>;
  /** The newest calls to a number, at most 50: whether one whose answer was lost was placed. */
  findCalls(query: { readonly to: string }): Promise<readonly CallRecord[]>;
  /** Hangs up, also while it rings: somebody else has accepted. */
  endCall(sid: string): Promise<void>;
}

const newest = 50;

export function calls(rest: Rest): Calls {
  return {
    async placeCall({ to, from, url, statusCallback, ringSeconds }) {
      const placed = await rest.calls.create({
        to,
        from,
        url,
        method: 'POST',
        statusCallback,
        statusCallbackMethod: 'POST',
        statusCallbackEvent: ['answered', 'completed'],
        timeout: ringSeconds,
        // Nobody needs longer for a PIN and one digit; a voicemail must not record for minutes.
        timeLimit: 180,
      });
      return { sid: placed.sid, status: placed.status };
    },
    async fetchCall(sid) {
      return callRecord(await rest.calls(sid).fetch());
    },
    async findCalls({ to }) {
      return (await rest.calls.list({ to, limit: newest, pageSize: newest })).map(callRecord);
    },
    async endCall(sid) {
      await rest.calls(sid).update({ status: 'completed' });
    },
  };
}

type Call = Awaited<ReturnType<Rest['calls']['list']>>[number];

function callRecord(call: Call): CallRecord {
  const started = call.startTime?.getTime();
  return {
    sid: call.sid,
    to: call.to,
    status: call.status,
    startedAt: started === undefined || Number.isNaN(started) ? null : started,
  };
}
