import { z } from 'zod';

const faultSchema = z.discriminatedUnion('kind', [
  /** Answered in place of the real answer; the call is not accepted. A body that is not text is sent as JSON. */
  z.object({
    kind: z.literal('status'),
    status: z.number().int(),
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    /** Names of headers that the vendor else sends with everything, and not with this. */
    without: z.array(z.string()).optional(),
  }),
  /** Accepted and answered, `ms` (real) late. */
  z.object({ kind: z.literal('delay'), ms: z.number().nonnegative() }),
  /** Connection reset, nothing accepted. */
  z.object({ kind: z.literal('reset-before') }),
  /** Accepted, then the connection is reset instead of an answer. */
  z.object({ kind: z.literal('reset-after') }),
  /** Accepted, then silence for `ms` (real). */
  z.object({ kind: z.literal('hang-after'), ms: z.number().nonnegative() }),
  /** A gateway's HTML page; the call is not accepted. */
  z.object({ kind: z.literal('html'), status: z.number().int() }),
  /** Accepted; only the first half of the body arrives. */
  z.object({ kind: z.literal('truncated') }),
  /** Accepted and answered; what it made is in no list for `ms` (real). For vendors whose lists lag. */
  z.object({ kind: z.literal('absent-from-lists'), ms: z.number().nonnegative() }),
  /**
   * Not a call but a webhook of ours; `match.path` is tried on the event's type.
   * `late`: after `ms` (real). `reorder`: after the next one. `malformed`: signed, but cut off.
   */
  z.object({
    kind: z.literal('webhook'),
    what: z.enum(['drop', 'duplicate', 'late', 'reorder', 'wrong-signature', 'malformed']),
    ms: z.number().nonnegative().default(0),
  }),
]);

/** What `POST /__sandbox/tenants/:id/faults` takes: one rule, applied in the order of planting. */
export const faultRuleSchema = z.object({
  id: z.string().min(1).optional(),
  /** `path` is a regular expression on the path without query; absent = any. */
  match: z.object({ method: z.string().optional(), path: z.string().optional() }).default({}),
  /** How many matching calls it hits; absent = 1. */
  times: z.number().int().positive().default(1),
  /** How many matching calls pass before the first hit. */
  skip: z.number().int().nonnegative().default(0),
  fault: faultSchema,
});

export type Fault = z.infer<typeof faultSchema>;
/** What befalls a call. */
export type CallFault = Exclude<Fault, { kind: 'webhook' }>;
/** What befalls a webhook. */
export type WebhookFault = Extract<Fault, { kind: 'webhook' }>;
export type FaultSeed = z.input<typeof faultRuleSchema>;
export interface FaultRule extends Omit<z.infer<typeof faultRuleSchema>, 'id'> {
  readonly id: string;
}

/** The faults planted for one tenant. The first rule that matches and has hits left decides. */
export class Faults {
  #rules: (FaultRule & { pattern: RegExp; passed: number; hits: number })[] = [];
  #planted = 0;

  plant(seed: FaultSeed): FaultRule {
    const rule = faultRuleSchema.parse(seed);
    const id = rule.id ?? `fault-${++this.#planted}`;
    this.#rules.push({ ...rule, id, pattern: new RegExp(rule.match.path ?? ''), passed: 0, hits: 0 });
    return { ...rule, id };
  }

  clear(): void {
    this.#rules = [];
  }

  list(): readonly (FaultRule & { hits: number })[] {
    return this.#rules.map(({ id, match, times, skip, fault, hits }) => ({
      id,
      match,
      times,
      skip,
      fault,
      hits,
    }));
  }

  /** The fault for this call, using up one hit (or one `skip`) of its rule. */
  take(method: string, path: string): { id: string; fault: CallFault } | null {
    return this.#take(method, path, (fault) => (fault.kind === 'webhook' ? null : fault));
  }

  /** The fault for a webhook of this type, using up one hit (or one `skip`) of its rule. */
  takeForWebhook(type: string): { id: string; fault: WebhookFault } | null {
    return this.#take('', type, (fault) => (fault.kind === 'webhook' ? fault : null));
  }

  #take<T extends Fault>(
    method: string,
    path: string,
    wanted: (fault: Fault) => T | null,
  ): { id: string; fault: T } | null {
    for (const rule of this.#rules) {
      const fault = wanted(rule.fault);
      if (!fault) continue;
      if (method && rule.match.method && rule.match.method.toUpperCase() !== method.toUpperCase()) continue;
      if (rule.hits >= rule.times || !rule.pattern.test(path)) continue;
      if (rule.passed < rule.skip) {
        rule.passed++;
        continue;
      }
      rule.hits++;
      return { id: rule.id, fault };
    }
    return null;
  }
}
