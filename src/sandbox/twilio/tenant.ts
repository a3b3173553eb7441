import { SandboxTenant } from '../shared/tenant.js';
import type { Behaviour, Behaviours } from './behaviour.js';
import type { StoredCall } from './stored-call.js';
import type { StoredMessage } from './message.js';
import { seededRandom } from './seeded-random.js';
import type { PatientAnswer, TwilioSettings } from './seed.js';

/** One Twilio account with its messages, its opt-out list and the phones of patients and staff around it. */
export class TwilioTenant extends SandboxTenant {
  /** By SID, oldest first. */
  readonly messages = new Map<string, StoredMessage>();
  readonly calls = new Map<string, StoredCall>();
  readonly optedOut = new Set<string>();
  readonly #behaviours = new Map<string, Behaviour[]>();
  readonly #answers = new Map<string, PatientAnswer[]>();
  /** Requests being answered now. */
  openRequests = 0;
  settings: TwilioSettings;
  /** Hears of every text that reached a phone. */
  onArrived: (message: StoredMessage) => void = () => undefined;
  random: () => number;

  constructor(
    id: string,
    settings: TwilioSettings,
    /** Aborted when the sandbox closes: ends every timer and webhook. */
    readonly closing: AbortSignal,
  ) {
    super(id, settings.clock);
    this.settings = settings;
    this.random = seededRandom(settings.seed);
    this.setNumbers(settings.numbers);
    this.#setAnswers(settings.answers);
  }

  /** Takes new settings; messages, journal, and what the change does not name stay. */
  update(settings: TwilioSettings, change: Readonly<Record<string, unknown>>): void {
    this.settings = settings;
    if ('seed' in change) this.random = seededRandom(settings.seed);
    if ('clock' in change && settings.clock) this.setClock(settings.clock);
    if ('numbers' in change) this.setNumbers(settings.numbers);
    if ('answers' in change) this.#setAnswers(settings.answers);
  }

  setNumbers(numbers: Readonly<Record<string, Behaviours>>): void {
    for (const [number, given] of Object.entries(numbers)) {
      const behaviours = typeof given === 'string' ? [given] : [...given];
      this.#behaviours.set(number, behaviours);
      if (behaviours[0] === 'opted-out') this.optedOut.add(number);
      else this.optedOut.delete(number);
    }
  }

  /** What would happen to the next text to a number. */
  behaviour(number: string): Behaviour | undefined {
    return this.#behaviours.get(number)?.[0];
  }

  /** The same, and the one after it counts from now on. */
  takeBehaviour(number: string): Behaviour | undefined {
    const behaviours = this.#behaviours.get(number);
    return behaviours && behaviours.length > 1 ? behaviours.shift() : behaviours?.[0];
  }

  /** What the patient says to a text that arrived; each answer is given once. */
  takeAnswer(number: string): PatientAnswer | undefined {
    return this.#answers.get(number)?.shift();
  }

  /** True for one call in `1 / share`, drawn from the seed. */
  draws(share: number): boolean {
    return share > 0 && this.random() < share;
  }

  /** Real milliseconds between two statuses. */
  drawDelayMs(): number {
    const [least, most] = this.settings.statusDelayMs;
    return least + this.random() * Math.max(0, most - least);
  }

  #setAnswers(answers: TwilioSettings['answers']): void {
    for (const [number, all] of Object.entries(answers)) this.#answers.set(number, [...all]);
  }
}
