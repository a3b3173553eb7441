import { z } from 'zod';
import { clockSchema } from '../shared/control-routes.js';

const rate = z.number().min(0).max(1).default(0);
const id = z.string().min(1);
const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'expected E.164, as in +16175550142');

/** A person or a team of the organization; both can be paged. */
export const memberSeedSchema = z.object({
  id,
  displayName: z.string().min(1),
  type: z.enum(['teammate', 'team']).default('teammate'),
  email: z.string().optional(),
  isAdmin: z.boolean().default(false),
  isSuspended: z.boolean().default(false),
  /** Of a team. */
  memberIds: z.array(id).default([]),
});

export const contactSeedSchema = z.object({
  /** Absent: the contact with the same `externalId`, else a new one. */
  id: id.optional(),
  givenName: z.string(),
  familyName: z.string(),
  dateOfBirth: z.iso.date().optional(),
  phone: e164.optional(),
  /** Id of an integration link of type `custom`. */
  externalId: z.string().optional(),
  hasAccount: z.boolean().default(false),
  hasPendingInvite: z.boolean().default(false),
});

/** A secure internal endpoint (Spruce Link). */
export const endpointSeedSchema = z.object({
  id,
  label: z.string().optional(),
  /** Last part of `https://spruce.care/<code>`, which is the endpoint's raw value. */
  code: z.string().min(1),
  ownerMemberId: id.optional(),
});

/** One Spruce organization: what `PUT /__sandbox/tenants/:id` takes. A second PUT changes what it names. */
export const spruceSeedSchema = z.object({
  /** What follows `Authorization: Bearer`. */
  token: z.string().min(1),
  name: z.string().default('Sandbox organization'),
  clock: clockSchema.optional(),
  /** Added, or replaced by id. */
  members: z.array(memberSeedSchema).default([]),
  /** Added, or replaced by id. */
  contacts: z.array(contactSeedSchema).default([]),
  /** Added, or replaced by id. An organization always has one called `organizationCode_<tenant id>`. */
  endpoints: z.array(endpointSeedSchema).default([]),
  /** A webhook endpoint known from the start; others come through the API. */
  webhook: z.object({ url: z.url(), secret: z.string().min(1) }).optional(),
  /** Real ms between the 200 of a post and its item. */
  postDelayMs: z.number().nonnegative().default(30),
  /** Real ms that lists of conversations and items lag behind. */
  listLagMs: z.number().nonnegative().default(0),
  webhooks: z
    .object({
      /** Real ms (Spruce: 2 min). */
      retryAfterMs: z.number().nonnegative().default(200),
      attemptLimit: z.number().int().positive().default(10),
      /** Real ms (Spruce: 5 s). */
      timeoutMs: z.number().positive().default(5000),
      /** Shares (0 to 1) of events that arrive twice, after the next one, never, late. */
      duplicate: rate,
      reorder: rate,
      drop: rate,
      late: rate,
      /** How late, real ms. */
      lateMs: z.number().nonnegative().default(1_000),
      /** Shares of attempts that are badly signed, or signed but cut off. */
      wrongSignature: rate,
      malformed: rate,
    })
    .prefault({}),
  /** Per real minute; beyond it 429. */
  requestsPerMinute: z.number().int().positive().default(6000),
  /** Adds the daily counters to the headers. */
  requestsPerDay: z.number().int().positive().optional(),
  /** Whether an idempotency key is used up by a request that failed. */
  keyBurntByFailure: z.boolean().default(false),
  /** Spruce's times show seconds; two things of one second cannot be told apart by them. */
  timestamps: z.enum(['second', 'millisecond']).default('second'),
  /** Decides which events are hit by the switches of `webhooks`. */
  seed: z.number().int().default(1),
});

export type SpruceSeed = z.input<typeof spruceSeedSchema>;
export type SpruceSettings = z.output<typeof spruceSeedSchema>;
export type MemberSeed = z.input<typeof memberSeedSchema>;
export type ContactSeed = z.input<typeof contactSeedSchema>;
export type EndpointSeed = z.input<typeof endpointSeedSchema>;
export type Member = z.output<typeof memberSeedSchema>;
export type InternalEndpoint = z.output<typeof endpointSeedSchema>;

/** A PUT for an organization that is known; the merged result is checked by {@link spruceSeedSchema}. */
export const changeSchema = z.record(z.string(), z.unknown());

/** A patient writes in a secure conversation; with `contactId` in the contact's latest one. */
export const replySchema = z
  .object({
    conversationId: id.optional(),
    contactId: id.optional(),
    text: z.string(),
    /** Who writes, when not the contact; `null` = nobody Spruce knows, so the item has no author id. */
    authorContactId: id.nullable().optional(),
  })
  .refine((reply) => reply.conversationId ?? reply.contactId, 'Name conversationId or contactId.');

/** A member resolves one page, or all open pages of an item. */
export const resolveSchema = z.object({ itemId: id, pageId: id.optional(), byMemberId: id });

/** A member writes in the app. */
export const staffSchema = z.object({
  conversationId: id,
  memberId: id,
  text: z.string(),
  internal: z.boolean().default(false),
});

/** `mergedContactId` disappears into `contactId`. */
export const mergeSchema = z.object({ contactId: id, mergedContactId: id });

export type StaffSeed = z.input<typeof staffSchema>;
export type MergeSeed = z.input<typeof mergeSchema>;
export type ReplySeed = z.input<typeof replySchema>;
export type ResolveSeed = z.input<typeof resolveSchema>;
