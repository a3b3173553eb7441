import type { IntakeWarning, Received, ReceivedResult } from '../received.js';
import { groupByOrder, type Group } from './groups.js';
import { parseHl7, type Hl7Message } from './parse.js';
import { isCancelled, readResult, type Source } from './result.js';
import { warn, Warnings } from './warnings.js';

/** Message types that carry results: unsolicited (R01, R03), point of care (R30 to R32), and by specimen (OUL). */
const resultTypes = /^(ORU|OUL)$/i;

/**
 * Reads an HL7 v2 file, frame or body: one result for each order with observations, of any number of patients, messages
 * and batches. Never throws; nothing that is readable is left out without a warning.
 */
export function readHl7v2(bytes: Uint8Array, source: Source): Received {
  const { messages, loose, warnings } = parseHl7(bytes);
  const said: IntakeWarning[] = [...warnings];
  if (messages.length === 0)
    return {
      verdict: 'reject',
      why: 'There is no MSH segment, so nothing says what this is or from whom. Ask the sender for the whole message.',
      warnings: said,
    };
  if (loose.length > 0) said.push(warn('loose-segments', loose.length));
  const withResults = messages.filter(isResultMessage);
  if (withResults.length === 0)
    return {
      verdict: 'reject',
      why: `This is no result message (MSH-9 says ${typeOf(messages[0])}). Have the sender send results (ORU) here.`,
      warnings: said,
    };
  if (withResults.length < messages.length)
    said.push(warn('not-a-result-message', messages.length - withResults.length));
  const messageWarnings = new Warnings();
  const read = withResults.flatMap((message) => readMessage(message, source, messageWarnings));
  said.push(...messageWarnings.list());
  const results = read.filter((one) => one.kind !== 'no-result').map((one) => one.result);
  const leftAside = read.length - results.length;
  if (results.length > 0 && leftAside > 0) said.push(warn('bedside-left-aside', leftAside));
  if (results.length > 0) {
    // Observations before the first message may belong to any of these results.
    const isWhole = !loose.some(({ id }) => id === 'OBX');
    const kept = isWhole ? results : results.map(unread);
    return { verdict: 'results', results: apart(kept), warnings: said };
  }
  if (withResults.every(holdsNothing))
    return {
      verdict: 'none',
      why: 'It holds neither orders nor observations. If some were meant, ask the sender to send it again.',
      warnings: said,
    };
  const why =
    read.length > 0
      ? 'It holds vital signs or notes, no results.'
      : 'It holds orders without observations: no result has come yet.';
  return { verdict: 'none', why, warnings: said };
}

function readMessage(message: Hl7Message, source: Source, warnings: Warnings) {
  const groups = groupByOrder(message, warnings);
  return groups
    .filter((group) => isResult(group, groups, warnings))
    .map((group) => readResult(group, source));
}

/**
 * An order is a result with its first observation or remark, and when it says that none will come. An order that stands
 * above others as a heading is none; nor is one that only says that it was received.
 */
function isResult(group: Group, all: readonly Group[], warnings: Warnings): boolean {
  if (group.observations.length > 0 || group.notes.length > 0 || isCancelled(group)) return true;
  const isHeading = all.some((other) => other.observations.length > 0 && other.pid === group.pid);
  if (isHeading) {
    warnings.add('order-without-results');
    return false;
  }
  const status = group.obr?.text(25)?.toUpperCase() ?? null;
  // Final, corrected or partial without content: a person must ask what became of it.
  return status !== null && /^[FCPAMRNYZ]$/.test(status);
}

function unread(result: ReceivedResult): ReceivedResult {
  return { ...result, report: { ...result.report, readable: false } };
}

function holdsNothing({ segments }: Hl7Message): boolean {
  return !segments.some(({ id }) => id === 'OBR' || id === 'ORC' || id === 'OBX');
}

/** A missing type counts where there are observations: some engines leave it out. */
function isResultMessage(message: Hl7Message): boolean {
  const type = message.segments[0]?.text(9) ?? null;
  if (type !== null) return resultTypes.test(type.split('_')[0] ?? '');
  return message.segments.some(({ id }) => id === 'OBX');
}

/** PHI-free: the sender's code, cut short. */
function typeOf(message: Hl7Message | undefined): string {
  const header = message?.segments[0];
  const words = [header?.text(9, 1), header?.text(9, 2)]
    .filter((one) => one !== null && one !== undefined)
    .join('^');
  return /^[A-Z0-9_^]{1,12}$/i.test(words) ? words : 'something else';
}

/**
 * Two results of one delivery are two documents, also where a batch repeats its control id for one patient after the
 * other.
 */
function apart(results: readonly ReceivedResult[]): ReceivedResult[] {
  const seen = new Map<string, number>();
  return results.map((result) => {
    const { documentId } = result.report;
    const count = (seen.get(documentId) ?? 0) + 1;
    seen.set(documentId, count);
    if (count === 1) return result;
    return { ...result, report: { ...result.report, documentId: `${documentId}.${count}` } };
  });
}
