import { z } from 'zod';
import { agreementsSchema } from './agreements.js';

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
  /**
   * An invented patient of the practice's chart: `doctor` writes its notes there, reads them back, and looks at what
   * closing one of its results triggers.
   */
  testPatient: z.object({ chartId: z.string(), departmentId: z.string() }).nullable().default(null),
  /** L31: athenahealth's ResultsCall tells this practice's patients. */
  resultsCall: z.boolean().default(false),
  /** L22: results are closed in athenaOne by us. Holds only once `doctor` has recorded what that triggers there. */
  closesInAthena: z.boolean().default(false),
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
  /**
   * Texts that may leave in one day, midnight to midnight in Los Angeles, where carriers' daily caps reset. A text is
   * one segment. The default is the cap of a low-volume brand at the strictest carrier.
   */
  textsPerDay: z.int().positive().default(2_000),
  /** Asks Twilio about a number before its first text. Both are billed per number. */
  lookUpNumbers: z
    .object({
      /** A landline gets no text. */
      lineType: z.boolean().default(false),
      /** `YYYY-MM-DD` on which patients last confirmed their numbers: one that changed hands since gets no text. */
      reassignedSince: z.iso.date().nullable().default(null),
    })
    .prefault({}),
  /** L36: texts from patients outside staffed hours are answered once in 12 hours. */
  answersOutsideHours: z.boolean().default(true),
  /** L36: the number for urgent matters in that answer; the practice's own when left out. */
  urgentPhone: z.string().optional(),
  /** S000-79: chart writes per minute of practice time. */
  chartWritesPerMinute: z.number().positive().default(30),
  /** L19: a notice leaves this long after its members' latest fact (practice ms). */
  noticeSettleMs: z.number().default(30 * 60_000),
  /** An unknown outcome of a text waits this long for a callback with our id (real ms). */
  textUnknownWaitMs: z.number().default(120_000),
  /** While chart writes are paused for want of a permission, it is looked for again this often (real ms). */
  chartRecheckMs: z.number().positive().default(60_000),
  /** An unknown outcome of a secure message waits this long: Spruce's lists lag (real ms). */
  secureUnknownWaitMs: z.number().default(120_000),
  /** The back-stop of Spruce reads no more often than this (real ms). */
  spruceRoundEveryMs: z.number().nonnegative().default(60_000),
  /** L44: a chart note that the chart took, or may have taken, is looked for this long: its lists lag (real ms). */
  noteReadBackMs: z
    .number()
    .positive()
    .default(10 * 60_000),
  /** Calls that may have happened are not looked at again before this has passed (real ms); above every timeout. */
  leaseMs: z.number().default(30_000),
});

export type Settings = z.infer<typeof settingsSchema>;

/** S000-85, as words for whoever imports the configuration. */
const sharedWithMarketing =
  'this messaging service belongs to the marketing stream: results need one of their own (S000-85)';

const twilioSchema = z
  .object({
    /** Only set for a sandbox; production uses Twilio's own hosts. */
    baseUrl: z.string().optional(),
    accountSid: z.string(),
    /** The first is used for calls; all are accepted in signatures (rotation). */
    authTokens: z.array(z.string()).min(1),
    /** For calls instead of the auth token; webhooks are signed with the auth token all the same. */
    apiKey: z.object({ sid: z.string().startsWith('SK'), secret: z.string().min(1) }).optional(),
    /** S000-66: since when the first auth token is in use, `YYYY-MM-DD`; reminded of after a quarter. */
    authTokenSince: z.iso.date().optional(),
    messagingServiceSid: z.string(),
    /** S000-85: messaging services of the marketing stream, which must never carry results. */
    marketingServiceSids: z.array(z.string()).optional(),
    /** In the address of Link Shortening's click callback, where Twilio does not sign it. */
    linkSecret: z.string().min(16).optional(),
    /** L10: pages by voice call. Without it pages go by Spruce alone. */
    voice: z
      .object({
        /** A voice number of the account, E.164. */
        from: z.string().regex(/^\+[1-9]\d{6,14}$/),
        /** Person of the roster → the phone that rings, and the PIN that proves who answers. */
        people: z.record(
          z.string(),
          z.object({
            phone: z.string().regex(/^\+[1-9]\d{6,14}$/),
            pin: z.string().regex(/^\d{4,8}$/, 'use 4 to 8 digits'),
          }),
        ),
      })
      .optional(),
  })
  .refine((c) => !c.marketingServiceSids?.includes(c.messagingServiceSid), {
    path: ['messagingServiceSid'],
    error: sharedWithMarketing,
  });

/** Credentials of a practice at its vendors. Stored sealed. */
export const connectionsSchema = z.object({
  athenahealth: z.object({
    baseUrl: z.string(),
    clientId: z.string(),
    clientSecret: z.string(),
    /** What a token is asked for, separated by blanks; default: the whole v1 API. */
    scope: z.string().optional(),
    /**
     * Secrets of event subscriptions, the newest first, made by `practice webhooks --events`. None in a file: those
     * that are known stay.
     */
    webhookSecrets: z.array(z.string()).optional(),
  }),
  twilio: twilioSchema,
  spruce: z.object({
    baseUrl: z.string(),
    token: z.string(),
    internalEndpointId: z.string(),
    /** Of the endpoints that lead to us, the newest first. [] in a file: those that are known stay. */
    webhookSecrets: z.array(z.string()),
    /** The endpoint that was registered last, by `practice webhooks --add`. */
    webhookEndpointId: z.string().optional(),
    /** YYYY-MM-DD on which the token was made: a reminder comes after 30 days (requirements 6-2). */
    issuedOn: z.iso.date().optional(),
    /** A patient whom Spruce does not know gets a contact there. Default false: staff make and invite them. */
    createContacts: z.boolean().optional(),
    /** The tag of our conversations in the shared inbox. Default "lab follow-up"; "" for none. */
    inboxTag: z.string().optional(),
    /** A team that they are assigned to besides; what is assigned leaves the shared inbox. */
    assignToMemberId: z.string().optional(),
  }),
  /** Without the agreement of its vendor nothing is sent to a patient (S000-22). */
  agreements: agreementsSchema,
});

export type Connections = z.infer<typeof connectionsSchema>;
