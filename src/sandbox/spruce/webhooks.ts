import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { newId } from './ids.js';
import type { WebhookEndpoint, WebhookEvent } from './records.js';
import type { SpruceTenant } from './tenant.js';

export type EventType =
  | 'contact.created'
  | 'contact.updated'
  | 'conversation.created'
  | 'conversation.updated'
  | 'conversationItem.created'
  | 'conversationItem.updated';

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
  const { duplicate, reorder, drop } = tenant.settings.webhooks;
  event.status = 'pending';
  if (tenant.draws(drop)) {
    event.status = 'failed';
    tenant.record('webhook', { ...about(endpoint, event), httpStatus: null, dropped: true });
    return;
  }
  const times = tenant.draws(duplicate) ? 2 : 1;
  if (!endpoint.release && tenant.draws(reorder)) {
    const overtaken = new Promise<void>((resolve) => (endpoint.release = resolve));
    await Promise.race([overtaken, passed(tenant, heldAtMostMs)]);
    endpoint.release = null;
  }
  for (let time = 1; time <= times; time++) await deliver(tenant, endpoint, event, time > 1);
}

/** Attempts until one is answered 2xx, the limit is reached, or the endpoint is gone. */
async function deliver(
  tenant: SpruceTenant,
  endpoint: WebhookEndpoint,
  event: WebhookEvent,
  isDuplicate: boolean,
): Promise<void> {
  const { attemptLimit, retryAfterMs, wrongSignature } = tenant.settings.webhooks;
  for (let attempt = 1; attempt <= attemptLimit; attempt++) {
    if (attempt > 1) await passed(tenant, retryAfterMs);
    if (tenant.closing.aborted || !tenant.webhookEndpoints.has(endpoint.id)) return;
    const isForged = tenant.draws(wrongSignature);
    const httpStatus = await post(tenant, endpoint, event, isForged);
    if (tenant.closing.aborted) return;
    event.attempts++;
    tenant.record('webhook', {
      ...about(endpoint, event),
      httpStatus,
      attempt,
      duplicate: isDuplicate,
      wrongSignature: isForged,
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
async function post(
  tenant: SpruceTenant,
  endpoint: WebhookEndpoint,
  event: WebhookEvent,
  isForged: boolean,
): Promise<number | null> {
  const timeout = AbortSignal.timeout(tenant.settings.webhooks.timeoutMs);
  const secret = isForged ? 'not-the-secret' : endpoint.secret;
  try {
    const response = await fetch(endpoint.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-spruce-signature': signatureOf(secret, event.body),
      },
      body: event.body,
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
