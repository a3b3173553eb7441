import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { WebhookFault } from '../shared/faults.js';
import { newId } from './ids.js';
import type { WebhookEndpoint, WebhookEvent } from './records.js';
import type { SpruceTenant } from './tenant.js';

export type EventType =
  | 'contact.created'
  | 'contact.updated'
  | 'contact.deleted'
  | 'contact.merged'
  | 'conversation.created'
  | 'conversation.updated'
  | 'conversationItem.created'
  | 'conversationItem.updated'
  | 'conversationItem.deleted'
  | 'scheduledMessage.created'
  | 'scheduledMessage.deleted'
  | 'scheduledMessage.sent';

/** What may be wrong with one attempt. */
interface Damage {
  readonly isForged: (attempt: number) => boolean;
  readonly isCut: (attempt: number) => boolean;
}

/** How long an event waits to be overtaken before it goes all the same (real ms). */
const heldAtMostMs = 300;

/** Base64 HMAC-SHA256 of the raw body; the secret is used as the bytes of its text. */
export function signatureOf(secret: string, body: string): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

/** Tells every webhook endpoint of the organization; there is no filter by type. */
export function emit(tenant: SpruceTenant, type: EventType, object: Record<string, unknown>): void {
  const eventTime = tenant.practiceNow();
  const body = JSON.stringify({
    eventTime: tenant.timestamp(eventTime),
    object: 'event',
    type,
    data: { object },
  });
  for (const endpoint of tenant.webhookEndpoints.values()) {
    const event: WebhookEvent = {
      id: newId('wev'),
      type,
      objectId: String(object['id']),
      eventTime,
      body,
      status: 'waiting',
      attempts: 0,
      deliveredAt: null,
    };
    endpoint.events.push(event);
    if (!endpoint.isPaused) void start(tenant, endpoint, event);
  }
}

/** Pauses an endpoint, or resumes it and sends what waited. */
export function setPaused(tenant: SpruceTenant, endpoint: WebhookEndpoint, isPaused: boolean): void {
  endpoint.isPaused = isPaused;
  if (isPaused) return;
  for (const event of endpoint.events) if (event.status === 'waiting') void start(tenant, endpoint, event);
}

async function start(tenant: SpruceTenant, endpoint: WebhookEndpoint, event: WebhookEvent): Promise<void> {
  const { duplicate, reorder, drop, late, lateMs, wrongSignature, malformed } = tenant.settings.webhooks;
  const planted = tenant.faults.takeForWebhook(event.type);
  if (planted) tenant.record('fault', { faultId: planted.id, fault: planted.fault.what, type: event.type });
  const befalls = (what: WebhookFault['what'], share: number): boolean =>
    planted?.fault.what === what || tenant.draws(share);
  event.status = 'pending';
  if (befalls('drop', drop)) {
    event.status = 'failed';
    tenant.record('webhook', { ...about(endpoint, event), httpStatus: null, dropped: true });
    return;
  }
  const times = befalls('duplicate', duplicate) ? 2 : 1;
  if (befalls('late', late)) await passed(tenant, planted?.fault.what === 'late' ? planted.fault.ms : lateMs);
  if (!endpoint.release && befalls('reorder', reorder)) {
    const overtaken = new Promise<void>((resolve) => (endpoint.release = resolve));
    await Promise.race([overtaken, passed(tenant, heldAtMostMs)]);
    endpoint.release = null;
  }
  const damage = {
    // A planted one hits the first attempt; Spruce's next is sound again.
    isForged: (attempt: number) =>
      (attempt === 1 && planted?.fault.what === 'wrong-signature') || tenant.draws(wrongSignature),
    isCut: (attempt: number) =>
      (attempt === 1 && planted?.fault.what === 'malformed') || tenant.draws(malformed),
  };
  for (let time = 1; time <= times; time++) await deliver(tenant, endpoint, event, time > 1, damage);
}

/** Attempts until one is answered 2xx, the limit is reached, or the endpoint is gone. */
async function deliver(
  tenant: SpruceTenant,
  endpoint: WebhookEndpoint,
  event: WebhookEvent,
  isDuplicate: boolean,
  damage: Damage,
): Promise<void> {
  const { attemptLimit, retryAfterMs } = tenant.settings.webhooks;
  for (let attempt = 1; attempt <= attemptLimit; attempt++) {
    if (attempt > 1) await passed(tenant, retryAfterMs);
    if (tenant.closing.aborted || !tenant.webhookEndpoints.has(endpoint.id)) return;
    const isForged = damage.isForged(attempt);
    const isCut = damage.isCut(attempt);
    const body = isCut ? event.body.slice(0, Math.floor(event.body.length / 2)) : event.body;
    const secret = isForged ? 'not-the-secret' : endpoint.secret;
    const httpStatus = await post(tenant, endpoint.url, body, secret);
    if (tenant.closing.aborted) return;
    event.attempts++;
    tenant.record('webhook', {
      ...about(endpoint, event),
      httpStatus,
      attempt,
      duplicate: isDuplicate,
      wrongSignature: isForged,
      ...(isCut && { malformed: true }),
    });
    endpoint.release?.();
    if (httpStatus !== null && httpStatus >= 200 && httpStatus < 300) {
      event.status = 'delivered';
      event.deliveredAt ??= tenant.practiceNow();
      return;
    }
  }
  if (event.status !== 'delivered') event.status = 'failed';
}

/** The HTTP status, null without an answer in time. */
async function post(tenant: SpruceTenant, url: string, body: string, secret: string): Promise<number | null> {
  const timeout = AbortSignal.timeout(tenant.settings.webhooks.timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-spruce-signature': signatureOf(secret, body),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([timeout, tenant.closing]),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}

function about(endpoint: WebhookEndpoint, event: WebhookEvent): Record<string, unknown> {
  return { type: event.type, objectId: event.objectId, eventId: event.id, endpointId: endpoint.id };
}

async function passed(tenant: SpruceTenant, ms: number): Promise<void> {
  await pause(ms, undefined, { signal: tenant.closing }).catch(() => undefined);
}
