import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { EpochMs } from '../../domain/result/report.js';
import type { LaboratoryReport, Letterhead } from './report.js';
import { writeBundle } from './write-bundle.js';
import { writeOru } from './write-oru.js';

/** Where the practice takes this laboratory's reports. */
export type LaboratoryLine =
  | { readonly via: 'mllp'; readonly port: number }
  | { readonly via: 'fhir'; readonly url: string; readonly token: string };

/** A report that left, and when it was first tried. Written down by the laboratory, not by the practice. */
export interface LaboratorySent {
  readonly number: string;
  readonly accession: string;
  readonly loinc: string;
  readonly practiceAt: EpochMs;
  readonly tries: number;
}

/** Real time between tries, as an interface engine has it: until the receiver says that it has the message. */
const againMs = 300;
const answerMs = 10_000;

/** An invented laboratory: it sends each report until the practice acknowledges it, and keeps a journal. */
export class Laboratory {
  private readonly sent: LaboratorySent[] = [];

  constructor(
    readonly letterhead: Letterhead,
    private readonly line: LaboratoryLine,
  ) {}

  /**
   * Sends one report. Resolves when the practice has acknowledged it.
   * @param practiceAt practice time, for the journal.
   * @throws the last failure once `signal` is aborted.
   */
  async send(report: LaboratoryReport, practiceAt: EpochMs, signal: AbortSignal): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.once(report);
        const { number, accession, test } = report;
        this.sent.push({ number, accession, loinc: test.loinc, practiceAt, tries });
        return;
      } catch (err) {
        if (signal.aborted) throw err;
        await pause(againMs);
      }
    }
  }

  /** What was acknowledged, in that order. */
  journal(): readonly LaboratorySent[] {
    return this.sent;
  }

  private once(report: LaboratoryReport): Promise<void> {
    return this.line.via === 'mllp'
      ? sendOverMllp(writeOru(report, this.letterhead), this.line.port)
      : sendOverHttp(writeBundle(report, this.letterhead), this.line);
  }
}

/** Resolves on AA or CA; the message's control id is in the answer. */
function sendOverMllp(message: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let answer = '';
    socket.setTimeout(answerMs, () => socket.destroy(new Error('no answer')));
    socket.on('connect', () => socket.write(`\x0b${message}\x1c\r`));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed without an answer')));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('utf8');
      if (!answer.includes('\x1c\r')) return;
      const code = /\rMSA\|(\w\w)\|/.exec(answer)?.[1];
      socket.end();
      if (code === 'AA' || code === 'CA') resolve();
      else reject(new Error(`answered ${code ?? 'something else'}`));
    });
  });
}

async function sendOverHttp(
  bundle: object,
  { url, token }: Extract<LaboratoryLine, { via: 'fhir' }>,
): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
    body: JSON.stringify(bundle),
    signal: AbortSignal.timeout(answerMs),
  });
  if (!response.ok) throw new Error(`answered ${response.status}`);
}
