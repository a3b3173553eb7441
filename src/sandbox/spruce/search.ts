import { z } from 'zod';
import { normalizePhone } from './contacts.js';
import type { Contact } from './records.js';
import { displayNameOf } from './render.js';

const match = z.enum(['all', 'any', 'none']);
const filters = <T extends z.ZodRawShape>(shape: T) => z.array(z.object({ match, ...shape })).default([]);

/** Body of SearchContacts. Filters that this sandbox does not know are refused, not ignored. */
export const searchSchema = z.strictObject({
  freeText: z.string().optional(),
  structured: z
    .strictObject({
      phoneNumberFilter: filters({ values: z.array(z.string()) }),
      emailAddressFilter: filters({ values: z.array(z.string()) }),
      integrationIDFilter: filters({
        integrationIDs: z.array(
          z.object({ integrationLinkType: z.enum(['elation', 'hint', 'athena', 'custom']), id: z.string() }),
        ),
      }),
      nameFilter: filters({
        names: z.array(z.object({ givenName: z.string().optional(), familyName: z.string().optional() })),
      }),
      inviteFilter: filters({ inviteStates: z.array(z.enum(['has_account', 'invited', 'not_invited'])) }),
      categoryFilter: filters({ categories: z.array(z.string()) }),
    })
    .optional(),
});

export type ContactSearch = z.output<typeof searchSchema>;

/** Contacts that meet every filter; structured results in the order of their ids. */
export function searchContacts(contacts: Iterable<Contact>, search: ContactSearch): readonly Contact[] {
  const { freeText, structured } = search;
  const found = [...contacts].filter(
    (contact) =>
      (!freeText || meetsText(contact, freeText)) && (!structured || meetsAll(contact, structured)),
  );
  return structured ? found.sort((a, b) => (a.id < b.id ? -1 : 1)) : found;
}

function meetsAll(contact: Contact, by: NonNullable<ContactSearch['structured']>): boolean {
  const phones = contact.phoneNumbers.map((phone) => phone.value);
  const emails = contact.emailAddresses.map((email) => email.value.toLowerCase());
  const invite = contact.hasAccount ? 'has_account' : contact.hasPendingInvite ? 'invited' : 'not_invited';
  return [
    ...by.phoneNumberFilter.map((f) =>
      meets(f.match, f.values, (value) => phones.includes(normalizePhone(value) ?? value)),
    ),
    ...by.emailAddressFilter.map((f) =>
      meets(f.match, f.values, (value) => emails.includes(value.toLowerCase())),
    ),
    ...by.integrationIDFilter.map((f) =>
      meets(f.match, f.integrationIDs, ({ id, integrationLinkType }) =>
        contact.integrationLinks.some((l) => l.externalId === id && l.type === integrationLinkType),
      ),
    ),
    ...by.nameFilter.map((f) =>
      meets(
        f.match,
        f.names,
        ({ givenName, familyName }) =>
          (givenName === undefined || isSame(givenName, contact.givenName)) &&
          (familyName === undefined || isSame(familyName, contact.familyName)),
      ),
    ),
    ...by.inviteFilter.map((f) => meets(f.match, f.inviteStates, (state) => state === invite)),
    ...by.categoryFilter.map((f) => meets(f.match, f.categories, (one) => one === contact.category)),
  ].every(Boolean);
}

function meets<T>(kind: z.infer<typeof match>, wanted: readonly T[], has: (one: T) => boolean): boolean {
  if (kind === 'all') return wanted.every(has);
  return wanted.some(has) === (kind === 'any');
}

function meetsText(contact: Contact, text: string): boolean {
  const everything = [
    displayNameOf(contact),
    ...contact.phoneNumbers.map((phone) => phone.value),
    ...contact.emailAddresses.map((email) => email.value),
  ]
    .join(' ')
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => everything.includes(word));
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
