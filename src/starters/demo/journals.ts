import type { CommonControl, JournalEntry } from '../../sandbox/shared/control.js';

const waitMs = 5_000;

/** Follows a sandbox's journal: hands over every entry once, in order, as it appears, until told to stop. */
export async function followJournal(
  control: CommonControl,
  tenantId: string,
  signal: AbortSignal,
  onEntry: (entry: JournalEntry) => void,
): Promise<void> {
  let after = 0;
  while (!signal.aborted) {
    const entries = await control.journal(tenantId, after, waitMs);
    for (const entry of entries) {
      after = entry.seq;
      if (!signal.aborted) onEntry(entry);
    }
  }
}

/** A text of a journal entry; empty when it has none of that name. */
export function textOf(entry: JournalEntry, key: string): string {
  const value = entry[key];
  return typeof value === 'string' ? value : '';
}

/** The token of the patient page's link in a message, if there is one. */
export function linkTokenIn(message: string): string | null {
  return /\/p\/([0-9A-Za-z]{16})\b/.exec(message)?.[1] ?? null;
}
