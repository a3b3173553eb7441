import type { Tell } from '../../activities/tell.js';
import type { AthenaClient } from '../../clients/athenahealth/index.js';
import type { DeliverySource } from '../../intake/read-delivery.js';
import type { Received } from '../../intake/received.js';
import type { Logger } from '../../observability/log.js';
import type { Metrics } from '../../observability/metrics.js';
import type { Practice } from '../../store/practices.js';
import type { Store } from '../../store/store.js';

/** What intake needs of the rest. */
export interface IntakePort {
  readonly store: Store;
  readonly tell: Tell;
  /** Reads what came. Never throws. */
  readonly read: (bytes: Uint8Array, source: DeliverySource) => Received;
  /** The chart, which says who is a patient. */
  readonly athena: (practice: Practice) => Pick<AthenaClient, 'patient'>;
  readonly metrics: Metrics;
  readonly log: Logger;
}
