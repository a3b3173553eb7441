import { AlarmOnce } from './alarm-once.js';
import {
  buildAnswer,
  hearsErrors,
  readHeader,
  type AnswerCode,
  type MessageHeader,
} from '../../intake/mllp/index.js';
import type { SourceConfig } from '../../domain/practice/source.js';
import { newId } from '../../security/tokens.js';
import type { Practice } from '../../store/practices.js';
import { keepTransmission, messageHash, type NewTransmission } from '../../store/transmissions.js';
import type { IntakePort } from './port.js';
import type { Quarantine } from './quarantine.js';

/** So often the same message is answered with "again, please"; then it is kept aside (reference §1). */
const errorsAtMost = 5;
/** Messages in trouble that are remembered; the rest begins counting anew. */
const rememberedAtMost = 1_000;

/** Result messages; the rest of the standard has no place at this door. */
const resultTypes = /^(ORU|OUL)(_|$)/;

export interface Hl7Answer {
  readonly code: AnswerCode;
  /** `null`: the sender can be told nothing, or wants to be told nothing. */
  readonly bytes: Buffer | null;
  /** Nothing could be copied from the message: whoever sent it is no HL7 sender. */
  readonly isHl7: boolean;
}

export interface Door {
  readonly practice: Practice;
  readonly source: SourceConfig;
}

/**
 * Takes HL7 v2 messages from any transport: stores, then answers. Accepted means stored durably; what is in the message
 * is looked at afterwards, so that an odd result never blocks an interface.
 */
export class Hl7Receiver {
  private readonly errors = new Map<string, number>();
  private readonly alarms: AlarmOnce;

  constructor(
    private readonly port: Pick<IntakePort, 'store' | 'metrics' | 'log'>,
    private readonly quarantine: Quarantine,
    private readonly onStored: () => void,
  ) {
    this.alarms = new AlarmOnce(port);
  }

  async receive({ practice, source }: Door, body: Buffer): Promise<Hl7Answer> {
    const header = readHeader(body);
    const refusal = refusalOf(header, source);
    const envelope = header && {
      application: header.sendingApplication,
      facility: header.sendingFacility,
      controlId: header.controlId,
    };
    const input: NewTransmission = {
      practice,
      source,
      body,
      envelope,
      ...(refusal && { refused: refusal }),
    };
    const code = await this.keep(input, practice, refusal !== null, hearsErrors(header));
    if (refusal && code !== 'error') await this.alarms.raise(practice, source.id, refusal.reason);
    this.port.metrics.inbound(`hl7v2-${code}`);
    return this.answer(header, code, refusal?.words);
  }

  /** A message beyond the size limit: there is nothing to keep. */
  async refuseTooLarge({ practice, source }: Door, head: Buffer): Promise<Hl7Answer> {
    await this.alarms.raise(practice, source.id, 'message-too-large');
    this.port.metrics.inbound('hl7v2-too-large');
    return this.answer(readHeader(head), 'reject', 'The message is larger than 32 MiB.');
  }

  private async keep(
    input: NewTransmission,
    practice: Practice,
    isRefused: boolean,
    mayComeAgain: boolean,
  ): Promise<AnswerCode> {
    const hash = `${practice.id}/${input.source.id}/${messageHash(input.body)}`;
    try {
      const { isRepeat } = await keepTransmission(this.port.store, input);
      this.errors.delete(hash);
      if (!isRepeat && !isRefused) this.onStored();
      return isRefused ? 'reject' : 'accept';
    } catch (err) {
      this.port.log.error({ err, source: input.source.id }, 'a message could not be stored');
      return this.afterError(input, practice, hash, mayComeAgain);
    }
  }

  private async afterError(
    input: NewTransmission,
    practice: Practice,
    hash: string,
    mayComeAgain: boolean,
  ): Promise<AnswerCode> {
    const count = (this.errors.get(hash) ?? 0) + 1;
    this.errors.delete(hash);
    this.errors.set(hash, count);
    const [oldest] = this.errors.keys();
    if (this.errors.size > rememberedAtMost && oldest !== undefined) this.errors.delete(oldest);
    // Who wants no answer (MSH-15 NE) does not send again either.
    if (mayComeAgain && count < errorsAtMost) return 'error';
    const message = { practiceId: practice.id, sourceId: input.source.id, body: input.body };
    try {
      await this.quarantine.put(message);
    } catch (err) {
      this.port.log.error({ err, source: input.source.id }, 'a message could not be kept aside either');
      return 'error';
    }
    this.errors.delete(hash);
    this.port.metrics.alarm('message-quarantined');
    this.port.log.error(
      { source: input.source.id },
      'a message was kept aside on this machine, because the record would not take it',
    );
    return 'accept';
  }

  private answer(header: MessageHeader | null, code: AnswerCode, why?: string): Hl7Answer {
    if (!header) return { code, bytes: null, isHl7: false };
    const at = new Date(this.port.store.realNow());
    const words = code === 'error' ? 'It could not be stored now. Send it again.' : why;
    const bytes = buildAnswer(header, code, { id: newId(), at, ...(words !== undefined && { why: words }) });
    return { code, bytes, isHl7: true };
  }
}

/** What the header alone forbids. Unknown patients, providers, codes and units are no reason. */
function refusalOf(
  header: MessageHeader | null,
  source: SourceConfig,
): { reason: string; words: string } | null {
  if (!header)
    return {
      reason: 'not-hl7',
      words: 'This has no MSH segment whose fields can be told apart. Check what the sender sends here.',
    };
  const { type, version, sendingFacility } = header;
  if (type !== '' && !resultTypes.test(type))
    return {
      reason: 'wrong-type',
      words: 'This door takes results (ORU). Have the sender send only those here.',
    };
  if (version !== '' && !/^2(\.|$)/.test(version))
    return { reason: 'wrong-version', words: 'This is not HL7 version 2. Have the sender send 2.1 to 2.8.' };
  const known = source.sendingFacilities.map((f) => f.trim().toLowerCase());
  if (known.length > 0 && !known.includes(sendingFacility.toLowerCase()))
    return {
      reason: 'unknown-sender',
      words: `MSH-4 is not among the sending facilities of source ${source.id}. Add it there if it may send, then retry.`,
    };
  return null;
}
