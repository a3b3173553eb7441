import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { z } from 'zod';
import { liveOnCall } from './call-life.js';
import { newCall } from './stored-call.js';
import type { StoredCall } from './stored-call.js';
import { TwilioError } from './errors.js';
import type { TwilioTenant } from './tenant.js';

const formSchema = z.looseObject({
  To: z.string().optional(),
  From: z.string().optional(),
  Url: z.string().optional(),
  StatusCallback: z.string().optional(),
  StatusCallbackEvent: z.union([z.string(), z.array(z.string())]).optional(),
});

/** Parameters that change the call and that this sandbox does not play: refused instead of ignored. */
const unsupported = ['Twiml', 'ApplicationSid', 'SendDigits', 'Record', 'MachineDetection', 'AsyncAmd'];

/** Twilio's test numbers for calls. */
const magicRecipients: Readonly<Record<string, number>> = {
  '+15005550001': 21217,
  '+15005550002': 21214,
  '+15005550003': 21215,
  '+15005550004': 21216,
};

/**
 * Starts a call from the form of `POST Calls.json`.
 * @throws TwilioError as Twilio refuses it.
 */
export function createCall(tenant: TwilioTenant, form: unknown): StoredCall {
  const parsed = formSchema.safeParse(form ?? {});
  if (!parsed.success) throw new TwilioError(400, 20001);
  const { To, From, Url, StatusCallback, StatusCallbackEvent } = parsed.data;
  for (const name of unsupported)
    if (parsed.data[name] !== undefined)
      throw new TwilioError(400, 20001, `The sandbox does not support ${name}.`);
  if (!To) throw new TwilioError(400, 21201);
  if (!From) throw new TwilioError(400, 21213);
  if (!Url || !/^https?:$/.test(URL.canParse(Url) ? new URL(Url).protocol : ''))
    throw new TwilioError(400, 21205);
  const number = parsePhoneNumberFromString(To, 'US');
  if (!number?.isPossible()) throw new TwilioError(400, 21211);
  const magic = magicRecipients[number.number];
  if (magic) throw new TwilioError(400, magic);
  if (From === '+15005550001') throw new TwilioError(400, 21212);
  if (From !== tenant.settings.from && From !== '+15005550006') throw new TwilioError(400, 21210);
  const call = newCall({
    accountSid: tenant.settings.accountSid,
    to: number.number,
    from: From,
    url: Url,
    statusCallback: StatusCallback || null,
    events: StatusCallbackEvent === undefined ? ['completed'] : [StatusCallbackEvent].flat(),
    createdAt: tenant.practiceNow(),
  });
  tenant.calls.set(call.sid, call);
  tenant.record('call-created', {
    sid: call.sid,
    to: call.to,
    from: call.from,
    url: call.url,
    timeout: parsed.data['Timeout'] ?? null,
  });
  void liveOnCall(tenant, call);
  return call;
}
