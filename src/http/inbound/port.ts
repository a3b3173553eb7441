import type { Tell } from '../../activities/tell.js';
import type { SpruceClient } from '../../clients/spruce/index.js';
import type { TwilioClient } from '../../clients/twilio/index.js';
import type { EpochMs } from '../../domain/result/report.js';
import type { Practice } from '../../store/practices.js';
import type { Store } from '../../store/store.js';

/** What processing an inbound message needs. */
export interface InboundPort {
  readonly store: Store;
  readonly tell: Tell;
  readonly spruce?: (practice: Practice) => SpruceClient;
  /** Has the practice's feeds read soon; what became of that, as a code. */
  readonly wakePoll?: (practiceId: string) => Promise<string>;
  readonly twilio?: (practice: Practice) => TwilioClient;
}

export interface Inbound<T> {
  readonly id: string;
  readonly body: T;
  /** Practice time at which it came. */
  readonly receivedAt: EpochMs;
  readonly receivedRealAt: EpochMs;
}

/**
 * It speaks of a message or conversation that the record does not know: our own call's answer may still be on its way
 * or lost. Kept until it is known; then worked on. Never known: `otherwise` is its outcome.
 */
export interface Waiting {
  /** The vendor's id. */
  readonly waitsFor: string;
  readonly otherwise: {
    readonly outcome: string;
    /** A person looks at it (L49). One alarm per `key`. */
    readonly alarm?: { readonly key: string; readonly code: string };
    /** It is none of ours: its body is not kept, only its hash. */
    readonly isForeign?: boolean;
  };
}

/** The outcome of an inbound message, as a code, or what it waits for. */
export type Handled = string | Waiting;
