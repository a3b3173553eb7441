import type { CheckResult } from './check.js';
import { openContext, type DoctorOptions } from './context.js';
import { examine } from './examine.js';
import { checks } from './registry.js';

/** What doctor found out about one practice and what it stands on. */
export interface DoctorReport {
  /** `null` where it could not be found out which practice is meant. */
  readonly practice: string | null;
  /** The machine's clock, ISO 8601 in UTC. */
  readonly at: string;
  /** False when anything failed. */
  readonly passed: boolean;
  readonly checks: readonly CheckResult[];
}

/**
 * Checks a practice's connections (before go-live and daily): reads, calls without effect, and one note in the chart of
 * its test patient. Never throws; what cannot be found out has failed, with its reason.
 */
export async function examinePractice(options: DoctorOptions): Promise<DoctorReport> {
  const context = openContext(options);
  try {
    const results = await examine(checks, context);
    const isKnown = results.some(({ id, state }) => id === 'practice.known' && state === 'pass');
    return {
      practice: isKnown ? (await context.practice()).id : (options.practice ?? null),
      at: new Date(context.realNow()).toISOString(),
      passed: results.every(({ state }) => state !== 'fail'),
      checks: results,
    };
  } finally {
    await context.close();
  }
}
