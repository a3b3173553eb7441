import { z } from 'zod';
import { latestSecure, openSecure } from './conversations.js';
import { badParameter } from './errors.js';
import type { Contact, Conversation } from './records.js';
import { contactJson } from './render.js';
import type { SpruceTenant } from './tenant.js';
import { emit } from './webhooks.js';

/** Body of SendInvite; `destinationId` is the id of one of the contact's numbers or addresses. */
export const inviteSchema = z.object({
  internalEndpointId: z.string(),
  destinationId: z.string(),
  customMessage: z.string().optional(),
});

/**
 * Invites a patient: a new secure conversation the first time, the same one again later.
 * @throws SpruceError 400 for somebody who is on Spruce already, or an unknown destination.
 */
export function invite(
  tenant: SpruceTenant,
  contact: Contact,
  { internalEndpointId, destinationId }: z.output<typeof inviteSchema>,
): Conversation {
  if (contact.hasAccount) throw badParameter('The contact is already on Spruce');
  const points = [...contact.phoneNumbers, ...contact.emailAddresses];
  if (!points.some((point) => point.id === destinationId)) throw badParameter('Invalid destination');
  const wasInvited = contact.hasPendingInvite;
  contact.hasPendingInvite = true;
  const known = wasInvited ? latestSecure(tenant, contact.id, internalEndpointId) : undefined;
  const conversation = known ?? openSecure(tenant, [contact.id], internalEndpointId);
  tenant.record('invited', { contactId: contact.id, again: wasInvited });
  if (!wasInvited) emit(tenant, 'contact.updated', contactJson(tenant, contact));
  return conversation;
}
