import { z } from 'zod';
import { clockSchema } from '../shared/control-routes.js';
import { behaviourSchema } from './behaviour.js';

const rate = z.number().min(0).max(1).default(0);
const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'expected E.164, as in +16175550142');
const hexSid = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), `expected ${prefix} and 32 hex digits`);

/** A text from a patient's phone in answer to one that arrived. */
const answerSchema = z.object({
  body: z.string(),
  /** Practice milliseconds after the text arrived; default at once. */
  afterMs: z.number().nonnegative().default(0),
  /** Waits for this local time of day instead (`02:00`), in the zone. */
  atLocal: z.object({ time: z.string().regex(/^\d\d:\d\d$/), zone: z.string() }).optional(),
});
export type PatientAnswer = z.output<typeof answerSchema>;

/** What happens when a number is called: who or what answers, and the keys pressed at each request for digits. */
const phoneSchema = z.object({
  answers: z.enum(['person', 'voicemail', 'no-answer', 'busy', 'failed']),
  /** One entry per `<Gather>`, e.g. `['4711#', '1']`; where none is left, nothing is pressed. */
  keys: z.array(z.string().regex(/^[0-9*#]*$/)).default([]),
});
export type PhoneBehaviour = z.output<typeof phoneSchema>;

/** One Twilio account: what `PUT /__sandbox/tenants/:id` takes. A second PUT changes what it names. */
export const twilioSeedSchema = z.object({
  accountSid: hexSid('AC'),
  authToken: z.string().min(1),
  /** Further logins for the same account; webhooks are signed with `authToken` all the same. */
  apiKeys: z.array(z.object({ sid: hexSid('SK'), secret: z.string().min(1) })).default([]),
  messagingServiceSid: hexSid('MG'),
  /** The one number of the service, E.164. */
  from: e164,
  /** Our webhook for texts from patients; absent = they are stored and nobody is told. */
  inboundUrl: z.url().optional(),
  /** Status callback of the service, for messages that name none. */
  statusCallbackUrl: z.url().optional(),
  clock: clockSchema.optional(),
  /** Advanced Opt-Out: `OptOutType` on webhooks, and 21610 comes later instead of at once. */
  advancedOptOut: z.boolean().default(true),
  /** Real milliseconds between two statuses, drawn evenly from this range. */
  statusDelayMs: z.tuple([z.number().nonnegative(), z.number().nonnegative()]).default([30, 150]),
  /** Decides delays and which callbacks are hit by the switches below. */
  seed: z.number().int().default(1),
  /** How many requests may be open at once before 429 (code 20429). */
  maxConcurrent: z.number().int().positive().default(100),
  /**
   * Shares (0 to 1) of status callbacks that arrive twice, never, or badly signed, and of messages whose
   * callbacks arrive last status first (`reorder`). `late` ones come `lateMs` (real) after their status.
   */
  callbacks: z
    .object({
      duplicate: rate,
      reorder: rate,
      drop: rate,
      wrongSignature: rate,
      late: rate,
      lateMs: z.number().nonnegative().default(1_000),
    })
    .prefault({}),
  /** A new text is missing from lists for this long (real ms); reading it by its SID works at once. */
  listLagMs: z.number().nonnegative().default(0),
  /** Read timeout of webhooks in real ms (Twilio: 15 s). */
  webhookTimeoutMs: z.number().positive().default(15_000),
  numbers: z.record(e164, behaviourSchema).default({}),
  /** What patients answer, in order, one answer per text that arrived. */
  answers: z.record(e164, z.array(answerSchema)).default({}),
  /** Phones of staff; a number that is not here is never answered. */
  phones: z.record(e164, phoneSchema).default({}),
  /** What Lookup says of a number, where it differs from its behaviour. */
  lines: z
    .record(
      e164,
      z.object({
        valid: z.boolean().optional(),
        type: z.string().optional(),
        reassigned: z.enum(['yes', 'no', 'no_data_available']).optional(),
      }),
    )
    .default({}),
  accountStatus: z.enum(['active', 'suspended', 'closed']).default('active'),
  accountType: z.enum(['Trial', 'Full']).default('Full'),
  serviceUsecase: z.string().default('notifications'),
  usesNumberWebhooks: z.boolean().default(false),
  /** False = the sender pool is empty. */
  hasSender: z.boolean().default(true),
  /** The A2P 10DLC campaign; while it is not `VERIFIED`, texts from a long code fail with 30034. */
  campaign: z
    .object({ status: z.string().default('VERIFIED'), usecase: z.string().default('CUSTOMER_CARE') })
    .nullable()
    .prefault({}),
  /** Verification of a toll-free `from`; while it is not approved, its texts fail with 30032. */
  tollFreeStatus: z
    .enum(['PENDING_REVIEW', 'IN_REVIEW', 'TWILIO_APPROVED', 'TWILIO_REJECTED'])
    .nullable()
    .default(null),
});

export type TwilioSeed = z.input<typeof twilioSeedSchema>;
export type TwilioSettings = z.output<typeof twilioSeedSchema>;

/** A PUT for an account that is known; the merged result is checked by {@link twilioSeedSchema}. */
export const changeSchema = z.record(z.string(), z.unknown());

export const numbersSchema = z.record(e164, behaviourSchema);

/** A text from a patient's phone: what `POST …/inbound` takes. `to` defaults to the service's number. */
export const inboundSchema = z.object({
  from: e164,
  body: z.string(),
  to: e164.optional(),
  /** Sends the webhook this many times with one idempotency token. */
  times: z.number().int().min(1).max(5).default(1),
  wrongSignature: z.boolean().default(false),
  /** The webhook never leaves: only the list of messages has the text. */
  dropped: z.boolean().default(false),
  /** The webhook leaves this much later (real ms). */
  lateMs: z.number().nonnegative().default(0),
});

/** A link of a text was fetched (Link Shortening): what `POST …/clicks` takes. */
export const clickSchema = z.object({
  messageSid: z.string(),
  link: z.url(),
  /** Our callback for link events. */
  callbackUrl: z.url(),
  type: z.enum(['click', 'preview']).default('click'),
  userAgent: z.string().default('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1'),
  times: z.number().int().min(1).max(5).default(1),
  wrongSignature: z.boolean().default(false),
  /** Half a JSON document, correctly signed. */
  malformed: z.boolean().default(false),
});

export type ClickSeed = z.input<typeof clickSchema>;

export type InboundSeed = z.input<typeof inboundSchema>;
