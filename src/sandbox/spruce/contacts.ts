import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { z } from 'zod';
import { badParameter } from './errors.js';
import { newId } from './ids.js';
import type { Contact, ContactPoint } from './records.js';
import { contactJson } from './render.js';
import type { contactSeedSchema } from './seed.js';
import type { SpruceTenant } from './tenant.js';
import { emit } from './webhooks.js';

const point = z.object({ value: z.string().min(1), label: z.string().optional() });

/** Body of CreateContact and UpdateContact; null or absent = unchanged, empty = cleared. */
export const contactBodySchema = z.strictObject({
  givenName: z.string().nullish(),
  middleName: z.string().nullish(),
  familyName: z.string().nullish(),
  companyName: z.string().nullish(),
  category: z.enum(['patient', 'professional']).nullish(),
  dateOfBirth: z.union([z.iso.date(), z.literal('')]).nullish(),
  gender: z.enum(['unknown', 'male', 'female', 'other']).nullish(),
  phoneNumbers: z.array(point).nullish(),
  emailAddresses: z.array(point).nullish(),
});

type ContactBody = z.infer<typeof contactBodySchema>;

/** @throws SpruceError 400 when nothing identifies the contact, or a phone number is none. */
export function createContact(tenant: SpruceTenant, body: ContactBody): Contact {
  const { givenName, familyName, phoneNumbers, emailAddresses } = body;
  if (!givenName && !familyName && !phoneNumbers?.length && !emailAddresses?.length)
    throw badParameter('One of givenName, familyName, phoneNumbers, emailAddresses is required');
  const contact = emptyContact(tenant, newId('entity'));
  apply(contact, body);
  tenant.contacts.set(contact.id, contact);
  emit(tenant, 'contact.created', contactJson(tenant, contact));
  return contact;
}

export function updateContact(tenant: SpruceTenant, contact: Contact, body: ContactBody): Contact {
  apply(contact, body);
  emit(tenant, 'contact.updated', contactJson(tenant, contact));
  return contact;
}

/** Adds a seeded contact in silence; a known one that changes fires `contact.updated`. */
export function seedContact(tenant: SpruceTenant, seed: z.output<typeof contactSeedSchema>): Contact {
  const known = [...tenant.contacts.values()].find((contact) =>
    seed.id === undefined
      ? contact.integrationLinks.some((link) => link.externalId === seed.externalId)
      : contact.id === seed.id,
  );
  const contact = known ?? emptyContact(tenant, seed.id ?? newId('entity'));
  const before = JSON.stringify(contactJson(tenant, contact));
  contact.givenName = seed.givenName;
  contact.familyName = seed.familyName;
  contact.dateOfBirth = seed.dateOfBirth ?? null;
  contact.hasAccount = seed.hasAccount;
  contact.hasPendingInvite = seed.hasPendingInvite;
  if (contact.phoneNumbers[0]?.value !== seed.phone)
    contact.phoneNumbers = seed.phone
      ? [{ id: newId('entityContact'), value: seed.phone, label: 'Cell' }]
      : [];
  if (seed.externalId && !contact.integrationLinks.some((link) => link.externalId === seed.externalId))
    contact.integrationLinks = [{ type: 'custom', externalId: seed.externalId }];
  tenant.contacts.set(contact.id, contact);
  const after = contactJson(tenant, contact);
  if (known && JSON.stringify(after) !== before) emit(tenant, 'contact.updated', after);
  return contact;
}

/** E.164 of what Spruce accepts as a US phone number; null when it is none. */
export function normalizePhone(value: string): string | null {
  const number = parsePhoneNumberFromString(value, 'US');
  return number?.isPossible() ? number.number : null;
}

function emptyContact(tenant: SpruceTenant, id: string): Contact {
  return {
    id,
    createdAt: tenant.practiceNow(),
    givenName: '',
    middleName: '',
    familyName: '',
    companyName: '',
    category: 'patient',
    dateOfBirth: null,
    gender: 'unknown',
    phoneNumbers: [],
    emailAddresses: [],
    integrationLinks: [],
    hasAccount: false,
    hasPendingInvite: false,
  };
}

function apply(contact: Contact, body: ContactBody): void {
  const { dateOfBirth, phoneNumbers, emailAddresses, ...rest } = body;
  const phones = phoneNumbers?.map(({ value, label }): ContactPoint => {
    const e164 = normalizePhone(value);
    if (!e164) throw badParameter('Invalid phone number');
    return { id: newId('entityContact'), value: e164, ...(label && { label }) };
  });
  for (const [name, value] of Object.entries(rest))
    if (value !== null && value !== undefined) Object.assign(contact, { [name]: value });
  if (dateOfBirth !== null && dateOfBirth !== undefined) contact.dateOfBirth = dateOfBirth || null;
  if (phones) contact.phoneNumbers = phones;
  if (emailAddresses)
    contact.emailAddresses = emailAddresses.map(({ value, label }) => ({
      id: newId('entityContact'),
      value,
      ...(label && { label }),
    }));
}
