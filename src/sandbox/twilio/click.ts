import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { ControlError } from '../shared/control-routes.js';
import type { clickSchema } from './seed.js';
import type { TwilioTenant } from './tenant.js';
import { sendJsonWebhook } from './webhook.js';

/**
 * A link of a text is fetched: Link Shortening tells the configured callback in JSON, signed over the URL with the
 * hash of the body.
 */
export async function clickLink(
  tenant: TwilioTenant,
  click: z.output<typeof clickSchema>,
): Promise<{ httpStatus: number | null }> {
  const message = tenant.messages.get(click.messageSid);
  if (!message) throw new ControlError(404, 'There is no such message.');
  const event = {
    event_type: click.type,
    sms_sid: message.sid,
    to: message.to,
    from: message.from ?? tenant.settings.from,
    link: click.link,
    click_time: new Date(tenant.practiceNow()).toISOString(),
    messaging_service_sid: message.messagingServiceSid,
    account_sid: message.accountSid,
    user_agent: click.userAgent,
  };
  const whole = JSON.stringify(event);
  const body = click.malformed ? whole.slice(0, whole.length / 2) : whole;
  const separator = click.callbackUrl.includes('?') ? '&' : '?';
  const hash = createHash('sha256').update(body).digest('hex');
  const url = `${click.callbackUrl}${separator}bodySHA256=${hash}`;
  let httpStatus: number | null = null;
  for (let time = 1; time <= click.times; time += 1) {
    httpStatus = await sendJsonWebhook(tenant, { url, body, wrongSignature: click.wrongSignature });
    tenant.record('click', { sid: message.sid, type: click.type, httpStatus, duplicate: time > 1 });
  }
  return { httpStatus };
}
