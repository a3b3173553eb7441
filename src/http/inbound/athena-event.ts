import { wakesPoll, type AthenaEvent } from '../../clients/athenahealth/index.js';
import type { Practice } from '../../store/practices.js';
import type { Inbound, InboundPort } from './port.js';

/**
 * An event of athenahealth only wakes the poll (S000-36): what is true stands in the feed and the documents, and an
 * event that is lost, doubled or late changes nothing but the moment. @returns the outcome for the inbound row.
 */
export async function onAthenaEvent(
  port: InboundPort,
  practice: Practice,
  inbound: Inbound<unknown>,
): Promise<string> {
  const event = (inbound.body as { event?: AthenaEvent }).event;
  // Kept for whoever compares deliveries later; nothing in it can be acted on.
  if (!event) return 'unreadable';
  if (event.practiceId !== null && event.practiceId !== practice.athenaPracticeId) return 'other-practice';
  if (!wakesPoll(event)) return 'ignored-topic';
  return (await port.wakePoll?.(practice.id)) ?? 'no-schedule';
}
