import { z } from 'zod';

/** A form field that may be missing or blank, which Twilio treats alike. */
const text = z
  .string()
  .optional()
  .transform((value) => (value === undefined || value === '' ? null : value));

const whole = z
  .string()
  .regex(/^\d*$/)
  .optional()
  .transform((value) => (value ? Number(value) : null));

const sid = z.string().regex(/^(SM|MM)[0-9a-fA-F]{32}$/);
const accountSid = z.string().regex(/^AC[0-9a-fA-F]{32}$/);

const statusForm = z
  .object({
    AccountSid: accountSid,
    MessageSid: sid.optional(),
    SmsSid: sid.optional(),
    MessageStatus: z.string().min(1).optional(),
    SmsStatus: z.string().min(1).optional(),
    ErrorCode: whole,
    MessagingServiceSid: text,
    To: text,
  })
  .transform((form, ctx) => {
    const messageSid = form.MessageSid ?? form.SmsSid;
    const status = form.MessageStatus ?? form.SmsStatus;
    if (messageSid === undefined || status === undefined) {
      ctx.addIssue({ code: 'custom', message: 'A status callback names a message and its status.' });
      return z.NEVER;
    }
    return {
      accountSid: form.AccountSid,
      sid: messageSid,
      /** As sent; may be a value this version does not know (see `textStatusRank`). */
      status,
      errorCode: form.ErrorCode,
      messagingServiceSid: form.MessagingServiceSid,
      to: form.To,
    };
  });

const inboundForm = z
  .object({
    AccountSid: accountSid,
    MessageSid: sid,
    MessagingServiceSid: text,
    From: z.string().min(1),
    To: z.string().min(1),
    Body: z.string().optional().default(''),
    NumMedia: whole,
    OptOutType: text,
    /** Only where we read the text back from Twilio ourselves. */
    DateCreated: z.iso.datetime().optional(),
  })
  .transform((form) => ({
    accountSid: form.AccountSid,
    sid: form.MessageSid,
    messagingServiceSid: form.MessagingServiceSid,
    from: form.From,
    to: form.To,
    body: form.Body,
    mediaCount: form.NumMedia ?? 0,
    /**
     * `STOP`, `START` or `HELP` when the service's Advanced Opt-Out recognised a keyword and has already
     * answered; null when it did not, or is off (then the body decides).
     */
    optOutType: form.OptOutType?.toUpperCase() ?? null,
    /** Twilio's clock, when the text was found later instead of brought; `null` = it has just come. */
    sentAt: form.DateCreated === undefined ? null : Date.parse(form.DateCreated),
  }));

/** One status callback (Twilio: track outbound message status). */
export type TextStatusCallback = z.output<typeof statusForm>;
/** One inbound message (Twilio: messaging webhooks). */
export type InboundText = z.output<typeof inboundForm>;

/**
 * Reads the form of a status callback. Verify the signature first, over the form as received: this keeps only
 * the fields resultloop acts on.
 * @returns the callback, or null when the form names no message or no status; the caller records that.
 */
export function parseStatusCallback(form: unknown): TextStatusCallback | null {
  return statusForm.safeParse(form).data ?? null;
}

/**
 * Reads the form of an inbound message. A blank body (a picture, say) is a message like any other.
 * @returns the message, or null when the form has no sender or no SID; the caller records that.
 */
export function parseInboundText(form: unknown): InboundText | null {
  return inboundForm.safeParse(form).data ?? null;
}
