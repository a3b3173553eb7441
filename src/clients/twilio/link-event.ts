import { z } from 'zod';

const event = z
  .object({
    event_type: z.string(),
    sms_sid: z.string().regex(/^(SM|MM)[0-9a-fA-F]{32}$/),
    click_time: z.string().optional(),
    user_agent: z.string().nullish(),
  })
  .transform((e) => ({
    sid: e.sms_sid,
    /** A device or scanner that fetched the link to show a preview is `preview`; a `click` may still be a program's. */
    type: e.event_type,
    userAgent: e.user_agent ?? '',
  }));

/** A link of a text was fetched (Twilio: Link Shortening, click tracking). */
export type LinkEvent = z.output<typeof event>;

/** Reads a click event. The link itself is dropped: it leads to a patient's page. @returns null for anything else. */
export function parseLinkEvent(body: string): LinkEvent | null {
  try {
    return event.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}
