import { z } from 'zod';
import { clockSchema } from '../shared/control-routes.js';
import { behaviourSchema } from './behaviour.js';

const rate = z.number().min(0).max(1).default(0);
const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'expected E.164, as in +16175550142');
const hexSid = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), `expected ${prefix} and 32 hex digits`);

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
   * callbacks arrive last status first (`reorder`).
   */
  callbacks: z.object({ duplicate: rate, reorder: rate, drop: rate, wrongSignature: rate }).prefault({}),
  /** Read timeout of webhooks in real ms (Twilio: 15 s). */
  webhookTimeoutMs: z.number().positive().default(15_000),
  numbers: z.record(e164, behaviourSchema).default({}),
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
});

export type InboundSeed = z.input<typeof inboundSchema>;
