import type { Rest } from './texts.js';

/** One sender of the messaging service. */
export interface Sender {
  /** E.164, or the digits of a short code. */
  readonly number: string;
  readonly sid: string;
  readonly kind: 'long-code' | 'toll-free' | 'short-code';
}

export interface ServiceFacts {
  readonly sid: string;
  /** What it was registered for: `notifications`, `marketing`, `verification` …; free text of Twilio's. */
  readonly usecase: string | null;
  readonly inboundUrl: string | null;
  readonly inboundMethod: string | null;
  /** True: each number's own webhook is used and `inboundUrl` is ignored. */
  readonly usesNumberWebhooks: boolean;
  readonly statusCallback: string | null;
  readonly stickySender: boolean;
  /** Twilio's own word on A2P; the campaign's state is the stronger one. */
  readonly a2pRegistered: boolean;
}

export interface Campaign {
  /** `VERIFIED`, `IN_PROGRESS`, `PENDING`, `FAILED`, `SUSPENDED` …: only `VERIFIED` may send. */
  readonly status: string | null;
  readonly usecase: string | null;
}

export interface TollFreeVerification {
  readonly numberSid: string | null;
  /** Only `TWILIO_APPROVED` may send. */
  readonly status: string;
}

/** What `doctor` and the daily round ask of an account: reads only. */
export interface AccountReads {
  account(): Promise<{ readonly status: string; readonly type: string }>;
  service(): Promise<ServiceFacts>;
  senders(): Promise<readonly Sender[]>;
  campaigns(): Promise<readonly Campaign[]>;
  tollFreeVerifications(): Promise<readonly TollFreeVerification[]>;
}

const tollFreePrefix = /^\+1(?:800|822|833|844|855|866|877|888)/;

export function accountReads(rest: Rest, accountSid: string, messagingServiceSid: string): AccountReads {
  const service = () => rest.messaging.v1.services(messagingServiceSid);
  return {
    async account() {
      const { status, type } = await rest.api.v2010.accounts(accountSid).fetch();
      return { status, type };
    },
    async service() {
      const found = await service().fetch();
      return {
        sid: found.sid,
        usecase: found.usecase || null,
        inboundUrl: found.inboundRequestUrl || null,
        inboundMethod: found.inboundMethod || null,
        usesNumberWebhooks: found.useInboundWebhookOnNumber,
        statusCallback: found.statusCallback || null,
        stickySender: found.stickySender,
        a2pRegistered: found.usAppToPersonRegistered,
      };
    },
    async senders() {
      const [numbers, shortCodes] = [await service().phoneNumbers.list(), await service().shortCodes.list()];
      return [
        ...numbers.map(({ sid, phoneNumber }) => ({
          sid,
          number: phoneNumber,
          kind: tollFreePrefix.test(phoneNumber) ? ('toll-free' as const) : ('long-code' as const),
        })),
        ...shortCodes.map(({ sid, shortCode }) => ({ sid, number: shortCode, kind: 'short-code' as const })),
      ];
    },
    async campaigns() {
      const found = await service().usAppToPerson.list();
      return found.map((c) => ({
        status: c.campaignStatus || null,
        usecase: c.usAppToPersonUsecase || null,
      }));
    },
    async tollFreeVerifications() {
      const found = await rest.messaging.v1.tollfreeVerifications.list();
      return found.map((v) => ({ numberSid: v.tollfreePhoneNumberSid || null, status: v.status }));
    },
  };
}
