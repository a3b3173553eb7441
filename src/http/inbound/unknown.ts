import { DateTime } from 'luxon';
import type { Practice } from '../../store/practices.js';
import type { Inbound } from './port.js';

/**
 * The alarm for messages about something nobody knows: one a day and kind, however many there are. A service that is
 * shared with other senders would otherwise bury every other alarm.
 */
export function unknownOf(practice: Practice, inbound: Inbound<unknown>, code: string) {
  const day = DateTime.fromMillis(inbound.receivedAt, { zone: practice.settings.zone }).toISODate();
  return { key: `${code}/${practice.id}/${day}`, code };
}
