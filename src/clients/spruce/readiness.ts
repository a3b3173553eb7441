import type { VendorErrorCode } from '../http/index.js';
import { VendorError } from '../http/index.js';
import type { SpruceClient } from './contract.js';
import type { SpruceEndpoint, SpruceWebhook } from './shapes.js';

/** What a practice's connection can do, asked by reading only. Each part stands alone: one refusal hides no other. */

const dayMs = 86_400_000;
/** Spruce's credential never expires; a reminder after this long stands for the renewal (requirements 6-2). */
export const credentialReminderDays = 30;

export interface SpruceReach {
  readonly contacts: Readable;
  readonly conversations: Readable;
  readonly members: Readable;
}
export type Readable = 'readable' | VendorErrorCode;

/** Whether contacts, conversations and members can be read. Throws only what is not a vendor's answer. */
export async function spruceReach(spruce: SpruceClient, nowReal: number): Promise<SpruceReach> {
  const [contacts, conversations, members] = await Promise.all([
    readable(spruce.findContactByExternalId('resultloop-reach')),
    readable(spruce.conversationsSince(nowReal)),
    readable(spruce.members()),
  ]);
  return { contacts, conversations, members };
}

async function readable(read: Promise<unknown>): Promise<Readable> {
  try {
    await read;
    return 'readable';
  } catch (err) {
    if (err instanceof VendorError) return err.code;
    throw err;
  }
}

export type InboxState =
  /** Secure, and owned by a team: patients' answers land with all of it (S000-32). */
  | 'ready'
  | 'missing'
  /** An e-mail, phone or fax endpoint sends no secure message. */
  | 'not-secure'
  /** One person's: answers would wait for that person alone. */
  | 'owned-by-one-person';

/** The "lab follow-up" inbox: the secure endpoint that messages go out from. @throws VendorError */
export async function labInbox(
  spruce: Pick<SpruceClient, 'internalEndpoints'>,
  internalEndpointId: string,
): Promise<{ readonly state: InboxState; readonly endpoint: SpruceEndpoint | null }> {
  const endpoint = (await spruce.internalEndpoints()).find((one) => one.id === internalEndpointId) ?? null;
  if (endpoint === null) return { state: 'missing', endpoint };
  if (endpoint.channel !== 'secure') return { state: 'not-secure', endpoint };
  return { state: endpoint.ownerType === 'teammate' ? 'owned-by-one-person' : 'ready', endpoint };
}

export interface WebhookState {
  /** Endpoints that lead to us. */
  readonly ours: readonly (SpruceWebhook & { readonly isEnabled: boolean })[];
  readonly state: 'ready' | 'missing' | 'paused';
}

/** Whether Spruce tells us what happens. Two endpoints at once are a change under way, and fine. @throws VendorError */
export async function ourWebhooks(
  spruce: Pick<SpruceClient, 'webhookEndpoints'>,
  url: string,
): Promise<WebhookState> {
  const ours = (await spruce.webhookEndpoints())
    .filter((endpoint) => endpoint.url === url)
    // Spruce does not publish the values: only the known bad ones count against it.
    .map((endpoint) => ({
      ...endpoint,
      isEnabled: !/paused|disabled|inactive|suspended/i.test(endpoint.status ?? ''),
    }));
  if (ours.length === 0) return { ours, state: 'missing' };
  return { ours, state: ours.some((one) => one.isEnabled) ? 'ready' : 'paused' };
}

export interface Unpageable {
  readonly memberId: string;
  readonly why: 'unknown' | 'suspended';
}

/** Which of these members cannot be paged: unknown to Spruce, or suspended, who receive nothing. @throws VendorError */
export async function unpageable(
  spruce: Pick<SpruceClient, 'members'>,
  memberIds: readonly string[],
): Promise<readonly Unpageable[]> {
  const members = new Map((await spruce.members()).map((member) => [member.id, member]));
  return memberIds.flatMap((memberId): readonly Unpageable[] => {
    const member = members.get(memberId);
    if (!member) return [{ memberId, why: 'unknown' }];
    return member.isSuspended === true ? [{ memberId, why: 'suspended' }] : [];
  });
}

/**
 * How old the credential is, and whether it is time to renew it (requirements 6-2).
 * @param issuedOn YYYY-MM-DD, as the practice recorded it; `null` when it did not.
 */
export function credentialAge(
  issuedOn: string | null,
  now: number,
): { readonly days: number | null; readonly isDue: boolean } {
  const issuedAt = issuedOn === null ? NaN : Date.parse(issuedOn);
  if (Number.isNaN(issuedAt)) return { days: null, isDue: false };
  const days = Math.floor((now - issuedAt) / dayMs);
  return { days, isDue: days >= credentialReminderDays };
}
