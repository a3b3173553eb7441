import { userInfo } from 'node:os';

/**
 * Who reads at this command line, for the access record: the account of this machine. `--as` says whose list is
 * wanted, never who looks.
 */
export function readerOnThisMachine(): string {
  try {
    return `cli/${userInfo().username}`;
  } catch {
    // Some containers run under a number that no account has.
    return `cli/uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
