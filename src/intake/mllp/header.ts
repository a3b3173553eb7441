/** The header of an HL7 v2 message, as far as its answer needs it. Texts as sent, `''` for what is missing. */
export interface MessageHeader {
  /** MSH-1 and MSH-2, to be copied into the answer. */
  readonly separators: string;
  readonly sendingApplication: string;
  readonly sendingFacility: string;
  readonly receivingApplication: string;
  readonly receivingFacility: string;
  /** MSH-9, first two components. */
  readonly type: string;
  readonly trigger: string;
  readonly controlId: string;
  readonly processingId: string;
  readonly version: string;
  /** MSH-15, MSH-16: when they want a commit and an application acknowledgement. */
  readonly commitWanted: string;
  readonly applicationWanted: string;
}

const lookAt = 64 * 1024;

/** The first MSH of a message or batch; `null` when there is none whose fields can be told apart. */
export function readHeader(message: Uint8Array): MessageHeader | null {
  // A header is ASCII in every charset but UTF-16, whose zero bytes fall away here.
  const text = Buffer.from(message.subarray(0, lookAt)).toString('latin1').replaceAll('\u0000', '');
  // Line ends, byte-order marks, or the start of a frame may stand before it.
  const start = /(?:^|[\r\n\u00bf\u00ff\u00fe\u000b ])(MSH([^A-Za-z0-9\s]).*)/.exec(text);
  const [, line = '', separator = ''] = start ?? [];
  if (!start) return null;
  const fields = line.split(/[\r\n]/, 1)[0]?.split(separator) ?? [];
  const encoding = fields[1] ?? '';
  const component = encoding[0] ?? '^';
  // MSH-1 is the separator itself, so MSH-n is field n - 1 of the split.
  const field = (n: number) => (fields[n - 1] ?? '').trim();
  const parts = field(9).split(component);
  return {
    separators: separator + encoding,
    sendingApplication: field(3),
    sendingFacility: field(4),
    receivingApplication: field(5),
    receivingFacility: field(6),
    type: (parts[0] ?? '').trim().toUpperCase(),
    trigger: (parts[1] ?? '').trim().toUpperCase(),
    controlId: field(10),
    processingId: field(11).split(component)[0] ?? '',
    version: field(12).split(component)[0] ?? '',
    commitWanted: field(15).toUpperCase(),
    applicationWanted: field(16).toUpperCase(),
  };
}
