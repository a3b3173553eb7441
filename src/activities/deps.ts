import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Metrics } from '../observability/metrics.js';
import type { Store } from '../store/store.js';
import type { ReadReceipts } from './read-receipt-port.js';
import type { Vendors } from './vendors.js';

/** What activities are built with; only `worker.ts` and tests wire it. */
export interface ActivityDeps {
  readonly store: Store;
  readonly temporal: Client;
  readonly vendors: Vendors;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Off unless given: no vendor of ours publishes any (requirements 6-1). */
  readonly readReceipts?: ReadReceipts;
}
