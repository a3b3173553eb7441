import type { Tell } from '../../activities/tell.js';
import type { SpruceClient } from '../../clients/spruce/index.js';
import type { TwilioClient } from '../../clients/twilio/index.js';
import type { Practice } from '../../store/practices.js';
import type { Store } from '../../store/store.js';

/** What processing an inbound message needs. */
export interface InboundPort {
  readonly store: Store;
  readonly tell: Tell;
  readonly spruce?: (practice: Practice) => SpruceClient;
  readonly twilio?: (practice: Practice) => TwilioClient;
}

export interface Inbound<T> {
  readonly id: string;
  readonly body: T;
  /** Practice time at which it came. */
  readonly receivedAt: number;
}
