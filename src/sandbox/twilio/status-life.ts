import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DateTime } from 'luxon';
import { toReal } from '../../domain/calendar/clock-map.js';
import type { Outcome } from './behaviour.js';
import type { MessageStatus, StoredMessage } from './message.js';
import type { TwilioTenant } from './tenant.js';
import { sendWebhook } from './webhook.js';

/**
 * Lets a created message live: each further status after a real-time delay, each with its callback (never one
 * for the initial status). Ends early, without error, when the sandbox closes.
 */
export async function liveOn(tenant: TwilioTenant, message: StoredMessage, outcome: Outcome): Promise<void> {
  const isReordered = tenant.draws(tenant.settings.callbacks.reorder);
  const held: Callback[] = [];
  for (const status of stepsTo(message, outcome)) {
    if (!(await passed(tenant, tenant.drawDelayMs()))) return;
    if (outcome.last === 'expired' && status === 'failed' && !(await expired(tenant, message))) return;
    moveTo(tenant, message, status, isLast(status, outcome) ? outcome.errorCode : null);
    const callback = { status, params: callbackParams(message, status) };
    if (isReordered) held.unshift(callback);
    else void callBack(tenant, message, callback);
    // A phone has the text with `delivered`, or with `sent` where no receipt ever comes.
    if (status === 'delivered' || (status === 'sent' && outcome.last === 'sent')) tenant.onArrived(message);
  }
  for (const callback of held) await callBack(tenant, message, callback);
}

function isLast(status: MessageStatus, { last }: Outcome): boolean {
  return status === last || (last === 'expired' && status === 'failed');
}

/** Waits until the validity period is over, in practice time; false when the sandbox closed meanwhile. */
async function expired(tenant: TwilioTenant, message: StoredMessage): Promise<boolean> {
  const until = message.createdAt + message.validitySeconds * 1000;
  return passed(tenant, Math.max(0, toReal(tenant.clock, until) - Date.now()));
}

interface Callback {
  readonly status: MessageStatus;
  /** As things stood at that status. */
  readonly params: Readonly<Record<string, string>>;
}

/** The statuses that follow the initial one. An opt-out ends a message before it has a sender. */
function stepsTo(message: StoredMessage, outcome: Outcome): readonly MessageStatus[] {
  const queued: MessageStatus[] =
    message.status === 'accepted' && outcome.errorCode !== 21610 ? ['queued'] : [];
  switch (outcome.last) {
    case 'failed':
    case 'expired':
      return [...queued, 'failed'];
    case 'sent':
      return [...queued, 'sent'];
    case 'delivered':
    case 'undelivered':
      return [...queued, 'sent', outcome.last];
    case 'refused':
      return [];
  }
}

function moveTo(
  tenant: TwilioTenant,
  message: StoredMessage,
  status: MessageStatus,
  errorCode: number | null,
): void {
  const now = tenant.practiceNow();
  message.status = status;
  message.errorCode = errorCode;
  message.updatedAt = now;
  message.from ??= tenant.settings.from;
  if (status === 'sent') message.sentAt = now;
  tenant.record('status', { sid: message.sid, status, errorCode });
}

async function callBack(tenant: TwilioTenant, message: StoredMessage, callback: Callback): Promise<void> {
  const url = message.statusCallback ?? tenant.settings.statusCallbackUrl;
  if (!url) return;
  const { duplicate, drop, wrongSignature, late, lateMs } = tenant.settings.callbacks;
  const about = { sid: message.sid, status: callback.status };
  if (tenant.draws(drop)) {
    tenant.record('callback', { ...about, httpStatus: null, dropped: true });
    return;
  }
  if (tenant.draws(late) && !(await passed(tenant, lateMs))) return;
  const isForged = tenant.draws(wrongSignature);
  const webhook = { url, params: callback.params, token: randomUUID(), wrongSignature: isForged };
  const times = tenant.draws(duplicate) ? 2 : 1;
  for (let time = 1; time <= times; time++)
    await sendWebhook(tenant, webhook, ({ attempt, httpStatus, failure }) =>
      tenant.record('callback', {
        ...about,
        httpStatus,
        failure,
        attempt,
        duplicate: time > 1,
        wrongSignature: isForged,
      }),
    );
}

function callbackParams(message: StoredMessage, status: MessageStatus): Record<string, string> {
  const params: Record<string, string> = {
    AccountSid: message.accountSid,
    ApiVersion: '2010-04-01',
    From: message.from ?? '',
    MessageSid: message.sid,
    MessageStatus: status,
    SmsSid: message.sid,
    SmsStatus: status,
    To: message.to,
  };
  if (message.messagingServiceSid) params['MessagingServiceSid'] = message.messagingServiceSid;
  if (message.errorCode !== null) params['ErrorCode'] = String(message.errorCode);
  if (status === 'delivered' || status === 'undelivered')
    params['RawDlrDoneDate'] = DateTime.fromMillis(message.updatedAt, { zone: 'utc' }).toFormat('yyMMddHHmm');
  return params;
}

/** Waits in real time; false when the sandbox closed meanwhile. */
async function passed(tenant: TwilioTenant, ms: number): Promise<boolean> {
  await pause(ms, undefined, { signal: tenant.closing }).catch(() => undefined);
  return !tenant.closing.aborted;
}
