import type { ClockMap } from '../../domain/calendar/clock-map.js';
import type { FaultRule, FaultSeed } from './faults.js';
import type { JournalEntry } from './journal.js';

export type { Fault, FaultRule, FaultSeed } from './faults.js';
export type { JournalEntry } from './journal.js';

/** The control calls that every sandbox answers, for one running sandbox. */
export interface CommonControl {
  setClock(tenantId: string, clock: ClockMap): Promise<void>;
  /**
   * Journal entries with `seq` above `after` (default 0).
   * @param waitMs waits up to this long (real, ≤ 30 s) for the first one.
   */
  journal(tenantId: string, after?: number, waitMs?: number): Promise<readonly JournalEntry[]>;
  plantFault(tenantId: string, fault: FaultSeed): Promise<FaultRule>;
  faults(tenantId: string): Promise<readonly (FaultRule & { hits: number })[]>;
  clearFaults(tenantId: string): Promise<void>;
}

/** Client of the common control calls. @throws Error with the sandbox's own words on any answer but 2xx. */
export function createCommonControl(url: string): CommonControl {
  const call = createControlCaller(url);
  return {
    setClock: async (id, clock) => void (await call('PUT', `/tenants/${id}/clock`, clock)),
    journal: async (id, after = 0, waitMs = 0) =>
      (
        await call<{ entries: JournalEntry[] }>(
          'GET',
          `/tenants/${id}/journal?after=${after}&waitMs=${waitMs}`,
        )
      ).entries,
    plantFault: async (id, fault) => {
      const { faults } = await call<{ faults: [FaultRule] }>('POST', `/tenants/${id}/faults`, fault);
      return faults[0];
    },
    faults: async (id) =>
      (await call<{ faults: (FaultRule & { hits: number })[] }>('GET', `/tenants/${id}/faults`)).faults,
    clearFaults: async (id) => void (await call('DELETE', `/tenants/${id}/faults`)),
  };
}

/** One JSON call to a sandbox's control API. */
export type ControlCall = <T>(method: string, path: string, body?: unknown) => Promise<T>;

/** Makes the caller that control clients build on; paths are below `/__sandbox`. */
export function createControlCaller(url: string): ControlCall {
  const base = `${url.replace(/\/$/, '')}/__sandbox`;
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const init: RequestInit = { method };
    if (body !== undefined) {
      init.headers = { 'content-type': 'application/json' };
      init.body = JSON.stringify(body);
    }
    const response = await fetch(base + path, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`Sandbox control ${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };
}
