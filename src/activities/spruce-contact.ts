import type { SpruceClient, SpruceContact } from '../clients/spruce/index.js';
import { keyFor } from '../clients/spruce/index.js';
import type { PatientCard } from '../domain/result/patient.js';

/** How a patient can be reached in Spruce (L28): only `account` counts. */
export type SpruceStanding = 'account' | 'invited' | 'neither';

export interface MatchedContact {
  readonly id: string;
  readonly standing: SpruceStanding;
  /** By our own link, or by what is in both records; the latter is linked at once. */
  readonly by: 'link' | 'identity' | 'created';
}

export function standingOf(contact: Pick<SpruceContact, 'hasAccount' | 'hasPendingInvite'>): SpruceStanding {
  return contact.hasAccount ? 'account' : contact.hasPendingInvite ? 'invited' : 'neither';
}

/**
 * The patient's contact in Spruce: by our own link, else by number, birth date and name together and only when nobody
 * else fits, which is linked then. Families share numbers and names repeat: anything less is nobody.
 * @param externalId Our id of the patient there.
 * @param create Whether a patient without contact gets one. It is linked; the invitation is the staff's.
 * @throws VendorError; `conflict` when two contacts carry our link.
 */
export async function matchContact(
  spruce: SpruceClient,
  card: PatientCard,
  externalId: string,
  { create, nowReal }: { readonly create: boolean; readonly nowReal: number },
): Promise<MatchedContact | null> {
  const linked = await spruce.findContactByExternalId(externalId);
  if (linked) return { id: linked.id, standing: standingOf(linked), by: 'link' };
  const number = card.mobilePhone ?? card.homePhone;
  const sameNumber = number === null ? [] : await spruce.findContactsByPhone(number);
  const same = sameNumber.filter((contact) => isSamePerson(contact, card));
  const [only, ...others] = same;
  if (only && others.length === 0) {
    await spruce.linkContact(only.id, externalId);
    return { id: only.id, standing: standingOf(only), by: 'identity' };
  }
  // Somebody of this name or birth date is there already: a second contact would split the conversation.
  const isDoubtful = sameNumber.some(
    (contact) => isSameName(contact, card) || contact.dateOfBirth === card.birthDate,
  );
  if (!create || isDoubtful || card.birthDate === null) return null;
  const created = await spruce.createContact({
    givenName: card.givenName,
    familyName: card.familyName,
    dateOfBirth: card.birthDate,
    ...(number !== null && { phone: number }),
    idempotencyKey: keyFor(`contact-${externalId}`, startOfDay(nowReal), nowReal),
  });
  await spruce.linkContact(created.id, externalId);
  return { id: created.id, standing: standingOf(created), by: 'created' };
}

function isSamePerson(contact: SpruceContact, card: PatientCard): boolean {
  return (
    card.birthDate !== null &&
    contact.dateOfBirth === card.birthDate &&
    isSameName(contact, card) &&
    // Linked to another chart: it is somebody else's, whatever the fields say.
    !contact.links.some((link) => link.type === 'custom')
  );
}

function isSameName(contact: SpruceContact, card: PatientCard): boolean {
  return (
    plain(contact.givenName) === plain(card.givenName) && plain(contact.familyName) === plain(card.familyName)
  );
}

function plain(name: string | null): string {
  return (name ?? '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function startOfDay(at: number): number {
  return at - (at % 86_400_000);
}
