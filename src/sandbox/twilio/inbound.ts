import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createReply } from './create-message.js';
import { newSid, segmentsOf } from './message.js';
import type { inboundSchema } from './seed.js';
import type { TwilioTenant } from './tenant.js';
import { unescapeXml } from './twiml.js';
import { sendWebhook } from './webhook.js';
import type { z } from 'zod';

export type OptOutType = 'STOP' | 'START' | 'HELP';

const keywords: Readonly<Record<string, OptOutType>> = {
  ...asKeywords('STOP', 'STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT'),
  ...asKeywords('START', 'START YES UNSTOP'),
  ...asKeywords('HELP', 'HELP INFO'),
};

/** What came of a patient's text. */
export interface InboundOutcome {
  readonly sid: string;
  readonly optOutType: OptOutType | null;
  /** Of our webhook; null when there is none, or no answer came. */
  readonly httpStatus: number | null;
}

/** The opt-out keyword that the whole text is, in any case ("Stop please" is none). */
export function optOutTypeOf(body: string): OptOutType | null {
  return keywords[body.trim().toUpperCase()] ?? null;
}

/**
 * A patient's phone sends a text: stored, the opt-out list kept, our webhook told. `OptOutType` is on the
 * webhook only with Advanced Opt-Out. A TwiML answer with `<Message>` becomes a text back.
 */
export async function receiveText(
  tenant: TwilioTenant,
  seed: z.output<typeof inboundSchema>,
): Promise<InboundOutcome> {
  const { settings } = tenant;
  const now = tenant.practiceNow();
  const optOutType = optOutTypeOf(seed.body);
  const message = {
    sid: newSid('SM'),
    accountSid: settings.accountSid,
    direction: 'inbound',
    from: seed.from,
    to: seed.to ?? settings.from,
    body: seed.body,
    messagingServiceSid: settings.messagingServiceSid,
    statusCallback: null,
    status: 'received',
    errorCode: null,
    createdAt: now,
    createdRealAt: Date.now(),
    validitySeconds: 36_000,
    updatedAt: now,
    sentAt: now,
  } as const;
  tenant.messages.set(message.sid, { ...message });
  if (optOutType === 'STOP') tenant.optedOut.add(seed.from);
  if (optOutType === 'START') tenant.optedOut.delete(seed.from);
  tenant.record('inbound', {
    sid: message.sid,
    from: message.from,
    to: message.to,
    body: message.body,
    optOutType,
  });
  if (!settings.inboundUrl || seed.dropped) return { sid: message.sid, optOutType, httpStatus: null };
  if (seed.lateMs > 0) await pause(seed.lateMs, undefined, { signal: tenant.closing }).catch(() => undefined);

  const params: Record<string, string> = {
    ...blankPlaces,
    AccountSid: settings.accountSid,
    ApiVersion: '2010-04-01',
    Body: message.body,
    From: message.from,
    MessageSid: message.sid,
    MessagingServiceSid: settings.messagingServiceSid,
    NumMedia: '0',
    NumSegments: String(segmentsOf(message.body)),
    SmsMessageSid: message.sid,
    SmsSid: message.sid,
    SmsStatus: 'received',
    To: message.to,
  };
  if (optOutType && settings.advancedOptOut) params['OptOutType'] = optOutType;
  const webhook = {
    url: settings.inboundUrl,
    params,
    token: randomUUID(),
    wrongSignature: seed.wrongSignature,
  };
  let first: number | null = null;
  for (let time = 1; time <= seed.times; time++) {
    const last = await sendWebhook(tenant, webhook, ({ attempt, httpStatus, failure }) =>
      tenant.record('callback', {
        sid: message.sid,
        status: 'received',
        httpStatus,
        failure,
        attempt,
        duplicate: time > 1,
        wrongSignature: seed.wrongSignature,
      }),
    );
    if (time === 1) {
      first = last?.httpStatus ?? null;
      for (const body of textsIn(last?.text ?? '')) createReply(tenant, seed.from, body);
    }
  }
  return { sid: message.sid, optOutType, httpStatus: first };
}

// Blank values are sent, and count in the signature.
const blankPlaces = Object.fromEntries(
  ['From', 'To'].flatMap((side) => ['City', 'State', 'Zip', 'Country'].map((part) => [side + part, ''])),
) as Record<string, string>;

/** The texts of `<Message>` verbs in a TwiML answer. */
function textsIn(twiml: string): readonly string[] {
  return [...twiml.matchAll(/<Message[^>]*>\s*(?:<Body>)?([^<]*)/g)]
    .map(([, body = '']) => unescapeXml(body.trim()))
    .filter((body) => body !== '');
}

function asKeywords(type: OptOutType, words: string): Record<string, OptOutType> {
  return Object.fromEntries(words.split(' ').map((word) => [word, type]));
}
