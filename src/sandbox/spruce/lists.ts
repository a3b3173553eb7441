import type { SpruceTenant } from './tenant.js';

/** Lists are eventually consistent: what is younger than the lag is not in them yet. */
export function visible<T extends { listedReal: number }>(tenant: SpruceTenant, all: Iterable<T>): T[] {
  const until = Date.now() - tenant.settings.listLagMs;
  return [...all].filter((one) => one.listedReal <= until);
}
