import type { EpochMs } from '../../domain/result/report.js';
import { SandboxTenant } from '../shared/tenant.js';
import { newId } from './ids.js';
import type { Contact, Conversation, Item, ScheduledMessage, Tag, WebhookEndpoint } from './records.js';
import type { InternalEndpoint, Member, SpruceSettings } from './seed.js';
import { seededRandom } from './seeded-random.js';
import { UsedKeys } from './used-keys.js';

const day = 86_400_000;

/** One Spruce organization and everything in it, each kind by id and oldest first. */
export class SpruceTenant extends SandboxTenant {
  readonly organizationId = newId('entity');
  readonly members = new Map<string, Member>();
  readonly endpoints = new Map<string, InternalEndpoint>();
  readonly contacts = new Map<string, Contact>();
  readonly conversations = new Map<string, Conversation>();
  readonly conversationTags = new Map<string, Tag>();
  readonly items = new Map<string, Item>();
  readonly scheduled = new Map<string, ScheduledMessage>();
  readonly webhookEndpoints = new Map<string, WebhookEndpoint>();
  readonly usedKeys = new UsedKeys();
  readonly minute = { start: 0, count: 0 };
  readonly today = { start: 0, count: 0 };
  #random: () => number;

  constructor(
    id: string,
    public settings: SpruceSettings,
    /** Aborted when the sandbox closes: ends every timer and webhook. */
    readonly closing: AbortSignal,
  ) {
    super(id, settings.clock);
    this.#random = seededRandom(settings.seed);
    const standard = { id: `organizationCode_${id}`, label: 'Lab follow-up', code: id };
    this.endpoints.set(standard.id, standard);
  }

  reseed(): void {
    this.#random = seededRandom(this.settings.seed);
  }

  /** True for one call in `1 / share`, drawn from the seed. */
  draws(share: number): boolean {
    return share > 0 && this.#random() < share;
  }

  /** Practice time as the API can show it: whole seconds, unless the tenant asks for more. */
  shown(at: EpochMs): EpochMs {
    return this.settings.timestamps === 'second' ? Math.floor(at / 1000) * 1000 : at;
  }

  /** RFC 3339, UTC. */
  timestamp(at: EpochMs): string {
    return new Date(this.shown(at)).toISOString().replace('.000Z', 'Z');
  }

  /** Counts one request (real time); the calls left in this minute and, where limited, this day. */
  countRequest(): { minuteLeft: number; dayLeft: number | null } {
    const { requestsPerMinute, requestsPerDay } = this.settings;
    const left = (window: { start: number; count: number }, length: number, limit: number): number => {
      const now = Date.now();
      if (now - window.start >= length) Object.assign(window, { start: now, count: 0 });
      return limit - ++window.count;
    };
    return {
      minuteLeft: left(this.minute, 60_000, requestsPerMinute),
      dayLeft: requestsPerDay === undefined ? null : left(this.today, day, requestsPerDay),
    };
  }
}
