import { checkClock, identityClock, toPractice } from '../../domain/calendar/clock-map.js';
import type { ClockMap } from '../../domain/calendar/clock-map.js';
import type { EpochMs } from '../../domain/result/report.js';
import { Faults } from './faults.js';
import { Journal } from './journal.js';

/**
 * One practice (athenahealth), account (Twilio) or organization (Spruce) inside a sandbox, with its own
 * clock, journal and faults. Sandboxes extend it with what their vendor stores.
 */
export class SandboxTenant {
  readonly id: string;
  readonly journal = new Journal();
  readonly faults = new Faults();
  #clock: ClockMap;

  constructor(id: string, clock: ClockMap = identityClock) {
    this.id = id;
    this.#clock = checkClock(clock);
  }

  get clock(): ClockMap {
    return this.#clock;
  }

  /** @throws Error when the map does not fit together. */
  setClock(clock: ClockMap): void {
    this.#clock = checkClock(clock);
  }

  /** The time on the practice's wall, in epoch ms. */
  practiceNow(): EpochMs {
    return toPractice(this.#clock, Date.now());
  }

  /** Writes one journal line, stamped with real and practice time. */
  record(kind: string, data: Record<string, unknown> = {}): void {
    const at = Date.now();
    this.journal.append(at, toPractice(this.#clock, at), kind, data);
  }
}

/** All tenants of one sandbox. */
export class Tenants<T extends SandboxTenant> {
  readonly #byId = new Map<string, T>();

  get(id: string): T | undefined {
    return this.#byId.get(id);
  }

  all(): readonly T[] {
    return [...this.#byId.values()];
  }

  add(tenant: T): T {
    this.#byId.set(tenant.id, tenant);
    return tenant;
  }
}
