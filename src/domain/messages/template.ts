/** Message templates: schema and types of a practice's signed, versioned set. */
import { z } from 'zod';

export const languages = ['eng', 'spa'] as const;
export type Language = (typeof languages)[number];

export const templateIds = [
  'normal-ready',
  'normal-ready-named',
  'neutral',
  'neutral-update',
  'tried-to-reach',
  'after-hours-reply',
  'wrong-person-reply',
  'neutral-message',
  'neutral-update-message',
  'tried-to-reach-message',
  'portal-note-normal',
  'portal-note-abnormal',
  'portal-note-neutral',
  'voicemail-script',
  'call-script',
] as const;
export type TemplateId = (typeof templateIds)[number];

export const placeholders = [
  'firstName',
  'practiceName',
  'providerName',
  'callerName',
  'link',
  'phone',
  'urgentPhone',
  'tests',
  'summary',
  'nextStep',
] as const;
export type Placeholder = (typeof placeholders)[number];

/** Links, names and phone numbers of one message. Phones as E.164 or as they shall be shown. */
export type MessageParams = Partial<Readonly<Record<Placeholder, string>>>;

/**
 * Where the words are shown. `text`: SMS we start, with STOP. `reply`: SMS that answers one. `message`: secure
 * or portal message without clinical detail. `note`: portal note behind a login. `spoken`: read by a person.
 */
export const templateKinds = ['text', 'reply', 'message', 'note', 'spoken'] as const;
export type TemplateKind = (typeof templateKinds)[number];

const wording = z
  .string()
  .min(1)
  .refine(
    (text) => placeholdersIn(text).every((name) => (placeholders as readonly string[]).includes(name)),
    {
      error: `uses a placeholder that does not exist; known are ${placeholders.join(', ')}`,
    },
  );
/** From the fullest wording to the shortest; the first that fits is used. */
const wordings = z.array(wording).min(1);

const templateSetSchema = z.strictObject({
  id: z.string().min(1),
  version: z.int().positive(),
  /** Approved by the medical director, `YYYY-MM-DD`. */
  signedBy: z.strictObject({ name: z.string().min(1), date: z.iso.date() }).nullable(),
  /** Qualified human translator of the Spanish wording (45 CFR 92.201). */
  translatedBy: z.strictObject({ name: z.string().min(1), date: z.iso.date() }).nullable(),
  templates: z
    .array(
      z.strictObject({
        id: z.enum(templateIds),
        kind: z.enum(templateKinds),
        wordings: z.strictObject({ eng: wordings, spa: wordings }),
      }),
    )
    .refine((list) => templateIds.every((id) => list.filter((one) => one.id === id).length === 1), {
      error: 'every template must be present exactly once',
    }),
});

export type TemplateSet = z.output<typeof templateSetSchema>;
export type Template = TemplateSet['templates'][number];

export type MessageErrorCode =
  'TEMPLATES_INVALID' | 'TEMPLATES_UNSIGNED' | 'MESSAGE_PARAM_MISSING' | 'MESSAGE_REFUSED';

/** A message that must not be sent as it is. Its text says what to change and holds no name, number or value. */
export class MessageError extends Error {
  override readonly name = 'MessageError';
  constructor(
    readonly code: MessageErrorCode,
    message: string,
    /** Codes of the lint findings, for {@link MessageErrorCode} `MESSAGE_REFUSED`. */
    readonly findings: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Names of the `{placeholders}` in a wording. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
}

/** Parses a template set from a file or the database. Throws {@link MessageError} `TEMPLATES_INVALID`. */
export function parseTemplates(input: unknown): TemplateSet {
  const parsed = templateSetSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new MessageError(
    'TEMPLATES_INVALID',
    `The message templates cannot be used. ${z.prettifyError(parsed.error)}`,
    [],
    {
      cause: parsed.error,
    },
  );
}

interface Signed {
  readonly id: string;
  readonly version: number;
  readonly signedBy: { readonly name: string } | null;
  readonly translatedBy: { readonly name: string } | null;
}

/** Templates reach patients only when a director and a translator signed them. Throws `TEMPLATES_UNSIGNED`. */
export function requireSignedTemplates<T extends Signed>(set: T): T {
  const missing = [
    set.signedBy ? null : 'the medical director',
    set.translatedBy ? null : 'a qualified translator',
  ].filter(Boolean);
  if (missing.length === 0) return set;
  throw new MessageError(
    'TEMPLATES_UNSIGNED',
    `Message templates ${set.id} version ${set.version} are not signed by ${missing.join(' and ')}. Have them reviewed and signed before use.`,
  );
}
