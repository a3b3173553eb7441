import type { MessageHeader } from './header.js';

/** `A…`: original mode; the commit codes `C…` answer in enhanced mode. */
export type AnswerCode = 'accept' | 'error' | 'reject';

const codes = {
  original: { accept: 'AA', error: 'AE', reject: 'AR' },
  enhanced: { accept: 'CA', error: 'CE', reject: 'CR' },
} as const;

/** Whether a sender that is told of an error hears it, and can send again. */
export function hearsErrors(header: MessageHeader | null): boolean {
  return header !== null && (header.commitWanted === '' || isWanted(header.commitWanted, 'error'));
}

/** MSH-15 (table 0155): whether a commit acknowledgement of this kind is wanted. */
function isWanted(condition: string, code: AnswerCode): boolean {
  switch (condition) {
    case 'NE':
      return false;
    case 'ER':
      return code !== 'accept';
    case 'SU':
      return code === 'accept';
    default:
      return true;
  }
}

/**
 * The acknowledgement of a message (HL7 v2 chapter 2.9): in the sender's separators, ASCII only, and with a commit code
 * when MSH-15 asks for enhanced mode. The application acknowledgement of enhanced mode is never sent on this connection.
 * @param why For AE and AR: what to do, without PHI.
 * @returns `null` when the sender wants none.
 */
export function buildAnswer(
  header: MessageHeader,
  code: AnswerCode,
  context: { readonly id: string; readonly at: Date; readonly why?: string },
): Buffer | null {
  const isEnhanced = header.commitWanted !== '';
  if (isEnhanced && !isWanted(header.commitWanted, code)) return null;
  const { separators } = header;
  const field = separators[0] ?? '|';
  const component = separators[1] ?? '^';
  const version = /^2\.\d(\.\d)?$/.test(header.version) ? header.version : '2.5.1';
  const type = ['ACK', header.trigger || 'R01', 'ACK'].join(component);
  const head = [
    `MSH${separators}`,
    header.receivingApplication || 'RESULTLOOP',
    header.receivingFacility,
    header.sendingApplication,
    header.sendingFacility,
    stamp(context.at),
    '',
    type,
    context.id,
    header.processingId || 'P',
    version,
  ];
  const code2 = codes[isEnhanced ? 'enhanced' : 'original'][code];
  const words = (context.why ?? '').replace(/[^\x20-\x7e]/g, ' ');
  const plain = [...separators].reduce((text, separator) => text.replaceAll(separator, ' '), words);
  const body = ['MSA', code2, header.controlId, ...(plain ? [plain] : [])];
  const ascii = [head, body].map((segment) => segment.join(field).replace(/[^\x20-\x7e]/g, '?'));
  return Buffer.from(`${ascii.join('\r')}\r`, 'latin1');
}

function stamp(at: Date): string {
  return `${at.toISOString().replace(/\D/g, '').slice(0, 14)}+0000`;
}
