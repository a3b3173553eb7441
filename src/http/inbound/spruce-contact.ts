import type { SpruceEvent } from '../../clients/spruce/index.js';
import { rememberSpruceContact } from '../../store/patients.js';
import type { Practice } from '../../store/practices.js';
import { patientsOfContacts } from '../../store/spruce-talk.js';
import type { InboundPort } from './port.js';

/**
 * What happened to a contact: an invitation accepted, two merged into one, one deleted. Only of our patients; before a
 * message leaves, the contact is read again all the same (L23).
 */
export async function onContact(
  { store, tell }: InboundPort,
  practice: Practice,
  { type, contact }: Extract<SpruceEvent, { kind: 'contact' }>,
): Promise<string> {
  const patients = await patientsOfContacts(store, practice.id, [contact.id, ...contact.mergedContactIds]);
  for (const { id, hadAccount } of patients) {
    const isGone = type === 'contact.deleted';
    await rememberSpruceContact(store, id, isGone ? null : contact);
    // L28: whoever waits for a channel may have one now, or one less.
    if (hadAccount !== (!isGone && contact.hasAccount)) await tell.noticeChanged(practice, id);
  }
  return patients.length > 0 ? 'contact-known' : 'ignored-contact';
}
