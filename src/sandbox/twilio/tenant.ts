import { SandboxTenant } from '../shared/tenant.js';
import type { Behaviour } from './behaviour.js';
import type { StoredMessage } from './message.js';
import { seededRandom } from './seeded-random.js';
import type { TwilioSettings } from './seed.js';

/** One Twilio account with its messages, its opt-out list and the patients' phones around it. */
export class TwilioTenant extends SandboxTenant {
  /** By SID, oldest first. */
  readonly messages = new Map<string, StoredMessage>();
  readonly behaviours = new Map<string, Behaviour>();
  readonly optedOut = new Set<string>();
  /** Requests being answered now. */
  openRequests = 0;
  settings: TwilioSettings;
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
  }

  /** Takes new settings; messages, journal, and what the change does not name stay. */
  update(settings: TwilioSettings, change: Readonly<Record<string, unknown>>): void {
    this.settings = settings;
    if ('seed' in change) this.random = seededRandom(settings.seed);
    if ('clock' in change && settings.clock) this.setClock(settings.clock);
    if ('numbers' in change) this.setNumbers(settings.numbers);
  }

  setNumbers(numbers: Readonly<Record<string, Behaviour>>): void {
    for (const [number, behaviour] of Object.entries(numbers)) {
      this.behaviours.set(number, behaviour);
      if (behaviour === 'opted-out') this.optedOut.add(number);
      else this.optedOut.delete(number);
    }
  }

  /** True for one call in `1 / share`, drawn from the seed. */
  draws(share: number): boolean {
    return share > 0 && this.random() < share;
  }
}
