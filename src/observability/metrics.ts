import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

type Tier = 'critical' | 'abnormal' | 'normal' | 'review' | 'void';
type Vendor = 'athenahealth' | 'twilio' | 'spruce';
type EffectState = 'intended' | 'called' | 'confirmed' | 'failed' | 'unknown';
type CallOutcome = 'answered' | 'timeout' | 'network';

/**
 * What the product counts. Labels are codes from short fixed lists: no ids, no practice, no person. A label
 * that does not look like a code is counted as `other`. All names begin with `resultloop_`; durations are
 * given in milliseconds of the clock they belong to and served in seconds.
 */
export interface Metrics {
  readonly registry: Registry;
  /** A version of a result was classified. */
  resultDetected(tier: Tier): void;
  /** From the moment a result was detected to its task; limit 10 s (architecture §5). */
  taskCreated(sinceDetectionMs: number): void;
  /** From detection of a critical result to its page being accepted by the channel; limit 60 s. */
  pageSent(sinceDetectionMs: number): void;
  /** A text message reached an end: `delivered`, `failed`, `undelivered`, `unknown`, `blocked` … */
  textSent(outcome: string): void;
  /** An effect (text, secure-message, page, chart-note, close …) moved to a state. */
  effect(kind: string, state: EffectState): void;
  /** One HTTP call to a vendor; `operation` is the name of the call, never its URL. */
  vendorCall(vendor: Vendor, operation: string, outcome: CallOutcome, durationMs: number): void;
  /** Something came in from outside: `report`, `status-callback`, `message`, `reply`, `page-accepted` … */
  inbound(kind: string): void;
  /** A step of an escalation ladder fired. */
  escalation(tier: Tier): void;
  /** A result ended; `kind` is one of the closures of L45. */
  closure(kind: string): void;
  /** An alarm was raised (L49); `kind` says which. */
  alarm(kind: string): void;
  /** Results that are open now. Tiers left out become 0. */
  setOpenResults(count: Partial<Record<Tier, number>>): void;
  /** Tasks past their due time now. */
  setOverdueTasks(count: number): void;
  /** Results on the unrouted list now. */
  setUnroutedResults(count: number): void;
  /** Age of the last drained poll, in milliseconds: grows when the source is silent or unreachable. */
  setPollAge(ageMs: number): void;
}

const TIERS: readonly Tier[] = ['critical', 'abnormal', 'normal', 'review', 'void'];
// No digits: ids, phone numbers and dates can then never become a label.
const LABEL = /^[a-z][a-z_.-]{0,39}$/i;

/** A registry of its own with all counters at hand; one per process. */
export function createMetrics(options: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });

  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `resultloop_${name}`, help, labelNames, registers: [registry] });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `resultloop_${name}`, help, labelNames, registers: [registry] });
  const histogram = (name: string, help: string, buckets: number[], labelNames: string[] = []) =>
    new Histogram({ name: `resultloop_${name}`, help, buckets, labelNames, registers: [registry] });

  const results = counter('results_detected_total', 'Classified versions by tier', ['tier']);
  const toTask = histogram(
    'detection_to_task_seconds',
    'Detection of a result to its task',
    [0.5, 1, 2, 5, 10, 30, 60, 300],
  );
  const page = histogram(
    'page_latency_seconds',
    'Detection of a critical result to its page',
    [1, 2, 5, 10, 20, 30, 60, 120, 600],
  );
  const texts = counter('texts_sent_total', 'Text messages by outcome', ['outcome']);
  const effects = counter('effects_total', 'Effects on the outside by kind and state reached', [
    'kind',
    'state',
  ]);
  const vendorCalls = counter('vendor_calls_total', 'Calls to vendors', ['vendor', 'operation', 'outcome']);
  const vendorTime = histogram(
    'vendor_call_seconds',
    'Duration of calls to vendors',
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    ['vendor', 'operation'],
  );
  const inbound = counter('inbound_total', 'What came in from outside, by kind', ['kind']);
  const escalations = counter('escalations_total', 'Escalation steps that fired, by tier', ['tier']);
  const closures = counter('closures_total', 'Closed results by kind of closure', ['kind']);
  const alarms = counter('alarms_total', 'Alarms by kind', ['kind']);
  const open = gauge('open_results', 'Open results by tier', ['tier']);
  const overdue = gauge('overdue_tasks', 'Tasks past their due time');
  const unrouted = gauge('unrouted_results', 'Results without a person to own them yet');
  const pollAge = gauge('poll_age_seconds', 'Age of the last drained poll');

  return {
    registry,
    resultDetected: (tier) => results.inc({ tier: label(tier) }),
    taskCreated: (ms) => toTask.observe(seconds(ms)),
    pageSent: (ms) => page.observe(seconds(ms)),
    textSent: (outcome) => texts.inc({ outcome: label(outcome) }),
    effect: (kind, state) => effects.inc({ kind: label(kind), state: label(state) }),
    vendorCall: (vendor, operation, outcome, durationMs) => {
      const call = { vendor: label(vendor), operation: label(operation) };
      vendorCalls.inc({ ...call, outcome: label(outcome) });
      vendorTime.observe(call, seconds(durationMs));
    },
    inbound: (kind) => inbound.inc({ kind: label(kind) }),
    escalation: (tier) => escalations.inc({ tier: label(tier) }),
    closure: (kind) => closures.inc({ kind: label(kind) }),
    alarm: (kind) => alarms.inc({ kind: label(kind) }),
    setOpenResults: (count) => TIERS.forEach((tier) => open.set({ tier }, count[tier] ?? 0)),
    setOverdueTasks: (count) => overdue.set(count),
    setUnroutedResults: (count) => unrouted.set(count),
    setPollAge: (ageMs) => pollAge.set(seconds(ageMs)),
  };
}

function label(value: string): string {
  return LABEL.test(value) ? value : 'other';
}

function seconds(ms: number): number {
  return Math.max(0, ms) / 1000;
}
