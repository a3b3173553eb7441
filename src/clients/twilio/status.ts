/** Message statuses of Twilio's Messages resource, outbound and inbound (Twilio API 2010-04-01). */
export type TextStatus =
  | 'accepted'
  | 'scheduled'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'undelivered'
  | 'failed'
  | 'canceled'
  | 'read'
  | 'receiving'
  | 'received'
  | 'partially_delivered';

/**
 * How far a text has come. Callbacks arrive late, twice and out of order, so a stored status is only ever
 * replaced by one of higher rank.
 */
const rankOf: Readonly<Record<TextStatus, number>> = {
  receiving: 0,
  accepted: 1,
  scheduled: 2,
  queued: 3,
  sending: 4,
  sent: 5,
  // A legacy value that says neither yes nor no: it must not block the true end from arriving.
  partially_delivered: 5,
  delivered: 6,
  undelivered: 6,
  failed: 6,
  canceled: 6,
  received: 6,
  // RCS and WhatsApp only: comes after delivery, never before.
  read: 7,
};

/**
 * Rank of a status, 0 to 7. A status this version does not know ranks -1: it never replaces a known one
 * (Twilio adds values without notice), and the caller asks the API instead.
 */
export function textStatusRank(status: string): number {
  return isTextStatus(status) ? rankOf[status] : -1;
}

/** True when `next` says more than `current`; equal ranks (a second, different end) are not progress. */
export function isProgress(current: string | null, next: string): boolean {
  return textStatusRank(next) > (current === null ? -1 : textStatusRank(current));
}

/** The statuses that `next` replaces by {@link isProgress}; none for one this version does not know. */
export function statusesBefore(next: string): readonly string[] {
  return Object.keys(rankOf).filter((status) => isProgress(status, next));
}

/** True when Twilio sends nothing further about the text. `sent` is no end: a receipt may still come. */
export function isTerminal(status: string): boolean {
  return textStatusRank(status) >= rankOf.delivered;
}

/** True when two statuses are different ends of one text: an anomaly to record, not a change to apply. */
export function isContradiction(current: string | null, next: string): boolean {
  if (current === null || current === next) return false;
  return isTerminal(current) && isTerminal(next) && textStatusRank(current) === textStatusRank(next);
}

export function isTextStatus(status: string): status is TextStatus {
  return Object.hasOwn(rankOf, status);
}
