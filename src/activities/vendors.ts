import { createAthenaClient, type AthenaClient } from '../clients/athenahealth/index.js';
import type { CallRecord } from '../clients/http/index.js';
import { createSpruceClient, type SpruceClient } from '../clients/spruce/index.js';
import { createTwilioClient, type TwilioClient } from '../clients/twilio/index.js';
import type { Metrics } from '../observability/metrics.js';
import type { Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';
import { refuseWithoutAgreement } from './agreement-gate.js';

/** The vendor clients of a practice. Built once per set of credentials, so that tokens and connections are shared. */
export interface Vendors {
  athena(practice: ConnectedPractice): AthenaClient;
  twilio(practice: ConnectedPractice): TwilioClient;
  spruce(practice: ConnectedPractice): SpruceClient;
}

/** What is needed of a practice to reach its vendors; the rest of it may not be usable yet. */
export type ConnectedPractice = Pick<Practice, 'id' | 'athenaPracticeId' | 'connections' | 'clock'> &
  Partial<Pick<Practice, 'settings' | 'closing'>>;

/**
 * Every call is recorded without PHI, reads too (S002-13). Its loss never stops the call itself. What reaches a patient
 * is refused while the vendor's agreement is not on record (S000-22), whoever calls.
 */
export function createVendors(store: Store, metrics: Metrics, onLostRecord: (err: unknown) => void): Vendors {
  const built = new Map<string, unknown>();
  const once = <T>(kind: string, practice: ConnectedPractice, credentials: object, make: () => T): T => {
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
  const open: Vendors = {
    athena: (practice) => {
      const c = practice.connections.athenahealth;
      // L22: off until it is known what closing triggers there.
      const mayClose = practice.settings?.closesInAthena === true && (practice.closing ?? null) !== null;
      return once('athena', practice, { ...c, mayClose }, () =>
        createAthenaClient({
          mayClose,
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
        createSpruceClient({
          baseUrl,
          token,
          timeoutMs: 10_000,
          onCall: recorder(practice.id),
          now: () => store.realNow(),
        }),
      );
    },
  };
  return {
    athena: (practice) => {
      const client = open.athena(practice);
      return {
        ...client,
        noteToPatient: async (note) => {
          refuseWithoutAgreement(store, practice, 'athenahealth');
          return client.noteToPatient(note);
        },
      };
    },
    twilio: (practice) => {
      const client = open.twilio(practice);
      return {
        ...client,
        sendText: async (text) => {
          refuseWithoutAgreement(store, practice, 'twilio');
          return client.sendText(text);
        },
        lookUp: async (question) => {
          refuseWithoutAgreement(store, practice, 'twilio');
          return client.lookUp(question);
        },
      };
    },
    spruce: (practice) => {
      const client = open.spruce(practice);
      return {
        ...client,
        createSecureConversation: async (conversation) => {
          refuseWithoutAgreement(store, practice, 'spruce');
          return client.createSecureConversation(conversation);
        },
        scheduleMessage: async (message) => {
          if (!message.internal) refuseWithoutAgreement(store, practice, 'spruce');
          return client.scheduleMessage(message);
        },
        createContact: async (contact) => {
          refuseWithoutAgreement(store, practice, 'spruce');
          return client.createContact(contact);
        },
        invite: async (invitation) => {
          refuseWithoutAgreement(store, practice, 'spruce');
          return client.invite(invitation);
        },
        // What stays inside the practice, such as a page, holds no PHI (L11) and goes all the same.
        postMessage: async (message) => {
          if (!message.internal && !message.pageMemberIds?.length)
            refuseWithoutAgreement(store, practice, 'spruce');
          return client.postMessage(message);
        },
      };
    },
  };
}
