import { createAthenaClient, type AthenaClient } from '../clients/athenahealth/index.js';
import type { CallRecord } from '../clients/http/index.js';
import { createSpruceClient, type SpruceClient } from '../clients/spruce/index.js';
import { createTwilioClient, type TwilioClient } from '../clients/twilio/index.js';
import type { Metrics } from '../observability/metrics.js';
import type { Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';

/** The vendor clients of a practice. Built once per set of credentials, so that tokens and connections are shared. */
export interface Vendors {
  athena(practice: Practice): AthenaClient;
  twilio(practice: Practice): TwilioClient;
  spruce(practice: Practice): SpruceClient;
}

/** Every call is recorded without PHI, reads too (S002-13). Its loss never stops the call itself. */
export function createVendors(store: Store, metrics: Metrics, onLostRecord: (err: unknown) => void): Vendors {
  const built = new Map<string, unknown>();
  const once = <T>(kind: string, practice: Practice, credentials: object, make: () => T): T => {
    const key = `${kind}/${practice.id}/${JSON.stringify(credentials)}`;
    if (!built.has(key)) built.set(key, make());
    return built.get(key) as T;
  };
  const recorder = (practiceId: string) => (call: CallRecord) => {
    metrics.vendorCall(call.vendor, call.operation, call.outcome, call.ms);
    store.db
      .insertInto('vendor_call')
      .values({
        practice_id: practiceId,
        vendor: call.vendor,
        operation: call.operation,
        status: call.status,
        outcome: call.outcome,
        ms: Math.round(call.ms),
        correlation_id: call.requestId,
        real_at: call.at,
      })
      .execute()
      .catch(onLostRecord);
  };
  return {
    athena: (practice) => {
      const c = practice.connections.athenahealth;
      return once('athena', practice, c, () =>
        createAthenaClient({
          baseUrl: c.baseUrl,
          practiceId: practice.athenaPracticeId,
          clientId: c.clientId,
          clientSecret: c.clientSecret,
          ...(c.scope && { scope: c.scope }),
          timeoutMs: 10_000,
          onCall: recorder(practice.id),
        }),
      );
    },
    twilio: (practice) => {
      const c = practice.connections.twilio;
      return once('twilio', practice, c, () =>
        createTwilioClient({
          accountSid: c.accountSid,
          authToken: c.authTokens[0] ?? '',
          messagingServiceSid: c.messagingServiceSid,
          ...(c.apiKey && { apiKey: c.apiKey }),
          ...(c.baseUrl && { baseUrl: c.baseUrl }),
          timeoutMs: 10_000,
          onCall: recorder(practice.id),
        }),
      );
    },
    spruce: (practice) => {
      const { baseUrl, token } = practice.connections.spruce;
      return once('spruce', practice, { baseUrl, token }, () =>
        createSpruceClient({ baseUrl, token, timeoutMs: 10_000, onCall: recorder(practice.id) }),
      );
    },
  };
}
