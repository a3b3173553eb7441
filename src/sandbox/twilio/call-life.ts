import { setTimeout as pause } from 'node:timers/promises';
import { secondsOf } from './call.js';
import { endedStatuses } from './stored-call.js';
import type { CallStatus, StoredCall } from './stored-call.js';
import type { PhoneBehaviour } from './seed.js';
import type { TwilioTenant } from './tenant.js';
import { readTwiml } from './twiml.js';
import type { Gather } from './twiml.js';
import { sendWebhook } from './webhook.js';

/** A document that sends the call in circles is cut off. */
const documentsAtMost = 20;

/** Lets a placed call ring and be answered, or not, as the phone's behaviour says. */
export async function liveOnCall(tenant: TwilioTenant, call: StoredCall): Promise<void> {
  const phone = tenant.settings.phones[call.to] ?? { answers: 'no-answer', keys: [] };
  if (!(await passed(tenant, call))) return;
  moveTo(tenant, call, 'ringing');
  await report(tenant, call, 'ringing');
  if (!(await passed(tenant, call))) return;
  if (phone.answers === 'no-answer' || phone.answers === 'busy' || phone.answers === 'failed')
    return endCall(tenant, call, phone.answers);
  moveTo(tenant, call, 'in-progress');
  await report(tenant, call, 'answered');
  await play(tenant, call, phone);
  if (!tenant.closing.aborted) await endCall(tenant, call, 'completed');
}

/** Ends a call that has not ended. */
export async function endCall(tenant: TwilioTenant, call: StoredCall, status: CallStatus): Promise<void> {
  if (endedStatuses.includes(call.status)) return;
  moveTo(tenant, call, status);
  await report(tenant, call, 'completed');
}

/** Asks our server what to say, presses the keys that the person at the phone presses, and goes on. */
async function play(tenant: TwilioTenant, call: StoredCall, phone: PhoneBehaviour): Promise<void> {
  const keys = phone.answers === 'person' ? [...phone.keys] : [];
  let next: { url: string; digits?: string } | null = { url: call.url };
  for (let count = 0; next && count < documentsAtMost; count += 1) {
    const params: Record<string, string> = {
      ...paramsOf(call),
      ...(next.digits !== undefined && { Digits: next.digits, msg: 'Gather End' }),
    };
    const url: string = new URL(next.url, call.url).href;
    next = null;
    const answer = await sendWebhook(tenant, { url, params }, ({ attempt, httpStatus, failure }) =>
      tenant.record('call-webhook', { sid: call.sid, url, httpStatus, failure, attempt }),
    );
    if (!answer || endedStatuses.includes(call.status)) return;
    const verbs = readTwiml(answer.text);
    if (!verbs) return tenant.record('call-error', { sid: call.sid });
    for (const verb of verbs) {
      if (verb.verb === 'Say') tenant.record('call-said', { sid: call.sid, text: verb.text });
      if (verb.verb === 'Hangup') return;
      if (verb.verb === 'Redirect') next = { url: verb.url };
      if (verb.verb === 'Gather') {
        for (const text of verb.gather.says) tenant.record('call-said', { sid: call.sid, text });
        const digits = pressed(verb.gather, keys.shift());
        if (digits !== '' || verb.gather.actionOnEmptyResult)
          next = { url: verb.gather.action ?? url, digits };
      }
      if (next) break;
    }
  }
}

/** What Twilio makes of the keys: up to the finish key or the number of digits. */
function pressed({ finishOnKey, numDigits }: Gather, keys: string | undefined): string {
  const until = finishOnKey === '' ? undefined : keys?.split(finishOnKey)[0];
  const digits = until ?? keys ?? '';
  return numDigits === null ? digits : digits.slice(0, numDigits);
}

function moveTo(tenant: TwilioTenant, call: StoredCall, status: CallStatus): void {
  const now = tenant.practiceNow();
  call.status = status;
  if (status === 'in-progress') call.startedAt = now;
  if (endedStatuses.includes(status)) call.endedAt = now;
  tenant.record('call-status', { sid: call.sid, to: call.to, status });
}

/** Tells our status callback, where it asked for the event; the last one always. */
async function report(tenant: TwilioTenant, call: StoredCall, event: string): Promise<void> {
  const url = call.statusCallback;
  if (!url || !call.events.includes(event)) return;
  const about = { sid: call.sid, status: call.status };
  if (tenant.draws(tenant.settings.callbacks.drop))
    return tenant.record('call-callback', { ...about, httpStatus: null, dropped: true });
  const params: Record<string, string> = {
    ...paramsOf(call),
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(call.events.indexOf(event)),
    Timestamp: new Date(tenant.practiceNow()).toUTCString(),
    ...(endedStatuses.includes(call.status) && { CallDuration: String(secondsOf(call)) }),
  };
  await sendWebhook(tenant, { url, params }, ({ attempt, httpStatus, failure }) =>
    tenant.record('call-callback', { ...about, httpStatus, failure, attempt }),
  );
}

function paramsOf(call: StoredCall): Record<string, string> {
  return {
    AccountSid: call.accountSid,
    ApiVersion: '2010-04-01',
    CallSid: call.sid,
    CallStatus: call.status,
    Called: call.to,
    Caller: call.from,
    Direction: 'outbound-api',
    From: call.from,
    To: call.to,
  };
}

/** Waits a drawn moment; false when the sandbox closed or the call was ended meanwhile. */
async function passed(tenant: TwilioTenant, call: StoredCall): Promise<boolean> {
  await pause(tenant.drawDelayMs(), undefined, { signal: tenant.closing }).catch(() => undefined);
  return !tenant.closing.aborted && !endedStatuses.includes(call.status);
}
