import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { z } from 'zod';
import { outcomeFor, senderRefusal } from './behaviour.js';
import type { Outcome } from './behaviour.js';
import { TwilioError } from './errors.js';
import { newSid } from './message.js';
import type { StoredMessage } from './message.js';
import { liveOn } from './status-life.js';
import type { TwilioTenant } from './tenant.js';

const text = z.string().optional();
const formSchema = z.looseObject({
  To: text,
  From: text,
  MessagingServiceSid: text,
  Body: text,
  StatusCallback: text,
  ValidityPeriod: z.coerce.number().int().min(1).max(36_000).default(36_000),
});

/** Parameters that change what is sent and that this sandbox does not play: refused instead of ignored. */
const unsupported = ['SendAt', 'ScheduleType', 'ShortenUrls', 'ContentSid', 'ContentVariables', 'MediaUrl'];

/**
 * Creates a text from the form of `POST Messages.json` and starts its life.
 * @throws TwilioError as Twilio refuses it (twilio.com/docs/api/errors).
 */
export function createMessage(tenant: TwilioTenant, form: unknown): StoredMessage {
  const parsed = formSchema.safeParse(form ?? {});
  if (!parsed.success) throw new TwilioError(400, 20001);
  const { To, From, MessagingServiceSid, Body, StatusCallback, ValidityPeriod } = parsed.data;
  for (const name of unsupported)
    if (parsed.data[name] !== undefined && parsed.data[name] !== 'false')
      throw new TwilioError(400, 20001, `The sandbox does not support ${name}.`);
  if (!To) throw new TwilioError(400, 21604);
  if (!From && !MessagingServiceSid) throw new TwilioError(400, 21603);
  if (!Body) throw new TwilioError(400, 21602);
  if (Body.length > 1600) throw new TwilioError(400, 21617);
  if (StatusCallback && !isCallbackUrl(StatusCallback)) throw new TwilioError(400, 21609);
  const number = parsePhoneNumberFromString(To, 'US');
  if (!number?.isPossible())
    throw new TwilioError(400, 21211, `The 'To' number ${To} is not a valid phone number.`);

  const viaService = MessagingServiceSid !== undefined && MessagingServiceSid !== '';
  if (viaService && MessagingServiceSid !== tenant.settings.messagingServiceSid)
    throw new TwilioError(400, 21701);
  const refusal = From ? senderRefusal(From, tenant.settings.from) : null;
  if (refusal) throw new TwilioError(400, refusal);

  const to = number.number;
  const outcome = decide(tenant, to, viaService);
  if (outcome.last === 'refused') throw new TwilioError(400, outcome.errorCode ?? 20001);
  return store(tenant, outcome, {
    direction: 'outbound-api',
    to,
    body: Body,
    from: viaService ? null : (From ?? null),
    messagingServiceSid: viaService ? (MessagingServiceSid ?? null) : null,
    statusCallback: StatusCallback || null,
    validitySeconds: ValidityPeriod,
  });
}

/** A text that answers an inbound one, from the TwiML our webhook returned. */
export function createReply(tenant: TwilioTenant, to: string, body: string): StoredMessage {
  return store(tenant, decide(tenant, to, true), {
    direction: 'outbound-reply',
    to,
    body,
    from: tenant.settings.from,
    messagingServiceSid: tenant.settings.messagingServiceSid,
    statusCallback: null,
    validitySeconds: 36_000,
  });
}

/** An opt-out is known at once, except through a service with Advanced Opt-Out: there it fails later. */
function decide(tenant: TwilioTenant, to: string, viaService: boolean): Outcome {
  if (!tenant.optedOut.has(to)) {
    const outcome = outcomeFor(to, tenant.takeBehaviour(to));
    if (outcome.last === 'refused') return outcome;
    const unregistered = registrationError(tenant);
    return unregistered === null ? outcome : { last: 'failed', errorCode: unregistered };
  }
  const later = viaService && tenant.settings.advancedOptOut;
  return { last: later ? 'failed' : 'refused', errorCode: 21610 };
}

/** Carriers take no texts from a sender that is not registered; Twilio accepts them and lets them fail. */
function registrationError({ settings }: TwilioTenant): number | null {
  if (/^\+18(00|22|33|44|55|66|77|88)/.test(settings.from))
    return settings.tollFreeStatus === 'TWILIO_APPROVED' ? null : 30032;
  return settings.campaign?.status === 'VERIFIED' ? null : 30034;
}

type NewMessage = Pick<
  StoredMessage,
  'direction' | 'to' | 'body' | 'from' | 'messagingServiceSid' | 'statusCallback' | 'validitySeconds'
>;

function store(tenant: TwilioTenant, outcome: Outcome, given: NewMessage): StoredMessage {
  const now = tenant.practiceNow();
  const message: StoredMessage = {
    ...given,
    sid: newSid('SM'),
    accountSid: tenant.settings.accountSid,
    createdAt: now,
    createdRealAt: Date.now(),
    updatedAt: now,
    sentAt: null,
    status: given.from === null ? 'accepted' : 'queued',
    errorCode: null,
  };
  tenant.messages.set(message.sid, message);
  tenant.record('message-created', {
    sid: message.sid,
    to: message.to,
    from: message.from,
    body: message.body,
    direction: message.direction,
    status: message.status,
    messagingServiceSid: message.messagingServiceSid,
    statusCallback: message.statusCallback,
    validitySeconds: message.validitySeconds,
  });
  void liveOn(tenant, message, outcome);
  return message;
}

/** Twilio refuses host names with underscores. */
function isCallbackUrl(url: string): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  return parsed !== null && /^https?:$/.test(parsed.protocol) && !parsed.hostname.includes('_');
}
