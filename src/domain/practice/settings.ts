import { z } from 'zod';

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'use HH:MM');

/**
 * An address that vendors and patients call. Signatures of webhooks cover it letter by letter, so it must be the one
 * they were given; a proxy in front may take its path away, never add to it.
 */
const publicUrl = z
  .string()
  .transform((text) => text.replace(/\/+$/, ''))
  .refine(
    isPublicUrl,
    'use the full public address, as vendors call it: https, no query, no underscore in the host (Twilio refuses it)',
  );

function isPublicUrl(text: string): boolean {
  const parts = /^(https?):\/\/([^/?#@\s]+)(\/[^?#\s]*)?$/.exec(text);
  if (!parts) return false;
  const [, scheme, host = ''] = parts;
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
  return !host.includes('_') && (scheme === 'https' || isLoopback);
}

/** A practice's own settings. Every number is practice policy with the product's default. */
export const settingsSchema = z.object({
  /** IANA zone of the location. */
  zone: z.string(),
  /** Staffed hours, Monday to Friday. */
  opens: timeOfDay.default('08:00'),
  closes: timeOfDay.default('17:00'),
  /** `YYYY-MM-DD` days on which the practice is closed. */
  holidays: z.array(z.string()).default([]),
  /** L27: texts leave only then, patient-local. */
  textsFrom: timeOfDay.default('09:00'),
  textsTo: timeOfDay.default('20:00'),
  phone: z.string(),
  schedulingLink: z.string(),
  /** Where patients open their page and vendors send webhooks. */
  publicBaseUrl: publicUrl,
  /** Where the patient's page leads on to. */
  portalUrl: z.string(),
  defaultLanguage: z.enum(['eng', 'spa']).default('eng'),
  /** L20: `--as PERSON` stands for a login. Off by default; on in the demo and in tests. */
  demoPolicy: z.boolean().default(false),
  /** S000-73: a ceiling for outgoing texts, per real second. */
  textsPerSecond: z.number().positive().default(8),
  /** S000-79: chart writes per minute of practice time. */
  chartWritesPerMinute: z.number().positive().default(30),
  /** L19: a notice leaves this long after its members' latest fact (practice ms). */
  noticeSettleMs: z.number().default(30 * 60_000),
  /** An unknown outcome of a text waits this long for a callback with our id (real ms). */
  textUnknownWaitMs: z.number().default(120_000),
  /** An unknown outcome of a secure message waits this long: Spruce's lists lag (real ms). */
  secureUnknownWaitMs: z.number().default(120_000),
  /** The back-stop of Spruce reads no more often than this (real ms). */
  spruceRoundEveryMs: z.number().nonnegative().default(60_000),
  /** Calls that may have happened are not looked at again before this has passed (real ms); above every timeout. */
  leaseMs: z.number().default(30_000),
});

export type Settings = z.infer<typeof settingsSchema>;

/** Credentials of a practice at its vendors. Stored sealed. */
export const connectionsSchema = z.object({
  athenahealth: z.object({ baseUrl: z.string(), clientId: z.string(), clientSecret: z.string() }),
  twilio: z.object({
    /** Only set for a sandbox; production uses Twilio's own hosts. */
    baseUrl: z.string().optional(),
    accountSid: z.string(),
    /** The first is used for calls; all are accepted in signatures (rotation). */
    authTokens: z.array(z.string()).min(1),
    messagingServiceSid: z.string(),
  }),
  spruce: z.object({
    baseUrl: z.string(),
    token: z.string(),
    internalEndpointId: z.string(),
    webhookSecrets: z.array(z.string()),
    /** YYYY-MM-DD on which the token was made: a reminder comes after 30 days (requirements 6-2). */
    issuedOn: z.iso.date().optional(),
    /** A patient whom Spruce does not know gets a contact there. Default false: staff make and invite them. */
    createContacts: z.boolean().optional(),
    /** The tag of our conversations in the shared inbox. Default "lab follow-up"; "" for none. */
    inboxTag: z.string().optional(),
    /** A team that they are assigned to besides; what is assigned leaves the shared inbox. */
    assignToMemberId: z.string().optional(),
  }),
});

export type Connections = z.infer<typeof connectionsSchema>;
