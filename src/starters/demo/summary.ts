import { table } from '../table.js';
import type { Verdict } from './checker.js';
import type { EventEvidence, Evidence, ResultEvidence } from './evidence.js';

const hour = 3_600_000;

interface Row {
  readonly label: string;
  readonly cells: readonly (string | number)[];
}

/** What a person wants to know after the run: per tier how many, told how, acknowledged how, escalated, clocks, notes. */
export function summarise(evidence: Evidence, verdict: Verdict): string {
  const timelines = new Map<string, EventEvidence[]>();
  for (const e of evidence.events) timelines.set(e.result_id, [...(timelines.get(e.result_id) ?? []), e]);
  const lines: string[] = [];
  const tiers = ['normal', 'abnormal', 'critical', 'review'] as const;
  const shown = tiers.filter((tier) => verdict.results.byTier[tier] > 0);
  const ofTier = (tier: string) => evidence.results.filter((r) => r.tier === tier);
  const show = (
    title: string,
    about: (r: ResultEvidence, events: readonly EventEvidence[]) => readonly string[],
  ) => {
    const counts = shown.map((tier) =>
      countAll(ofTier(tier).flatMap((r) => about(r, timelines.get(r.id) ?? []))),
    );
    const labels = [...new Set(counts.flatMap((c) => [...c.keys()]))].sort();
    if (labels.length === 0) return;
    const rows: Row[] = labels.map((label) => ({ label, cells: counts.map((c) => c.get(label) ?? '') }));
    lines.push(
      '',
      table<Row>(
        [
          { title, text: (r) => r.label },
          ...shown.map((tier, i) => ({ title: tier, text: (r: Row) => String(r.cells[i] ?? '') })),
        ],
        rows,
      ),
    );
  };
  show('Results', () => ['all']);
  show('Came by', (_r, events) => [cameBy(events)]);
  show('Told by', (_r, events) => toldBy(events));
  show('Ended as', (r) => [r.closure ?? 'still open']);
  show('Acknowledged by', (_r, events) => acknowledgedBy(events));
  show('Escalated', (_r, events) => escalated(events));
  show('Clocks', clocks);
  show('Chart notes', (r) => evidence.noteRows.filter((n) => n.resultId === r.id).map((n) => n.kind));
  const { pageLatencyMs: page, detectionToTaskMs: task, postedToDetectedMs: posted } = verdict;
  lines.push(
    '',
    `Critical page after detection (real): p50 ${ms(page.p50)}, p99 ${ms(page.p99)}, longest ${ms(page.max)}`,
    `Task after detection (real):          p50 ${ms(task.p50)}, p99 ${ms(task.p99)}, longest ${ms(task.max)}`,
    `Posted to detected (practice time):   p50 ${ms(posted.p50)}, p99 ${ms(posted.p99)}, longest ${ms(posted.max)}`,
    `Most texts in any second (real): ${verdict.smsPeakPerSecond}. Most chart writes in any minute (practice time): ${verdict.chartWritesPeakPerMinute}.`,
    `Patients notified: ${verdict.patientsNotified}. Notes in the chart: ${verdict.chartNotes}.`,
  );
  return lines.join('\n').trimStart();
}

/** The checker's word. */
export function verdictLines(verdict: Verdict): string {
  const { closed, open, lost, duplicates, notifiedBeforeSignOff, chartMismatches, violations } = verdict;
  const counts = `closed ${closed}, open ${open}, lost ${lost}, told twice ${duplicates}, told before sign-off ${notifiedBeforeSignOff}, chart mismatches ${chartMismatches}`;
  if (violations.length === 0 && open === 0) return `The checker found nothing wrong: ${counts}.`;
  const shown = violations.slice(0, 20).map((v) => `  ${v.code}  ${v.id}`);
  const more = violations.length > shown.length ? [`  … and ${violations.length - shown.length} more`] : [];
  return [`The checker found ${violations.length} violations: ${counts}.`, ...shown, ...more].join('\n');
}

/** Who spoke first, and whether the chart says the same (L4). */
function cameBy(events: readonly EventEvidence[]): string {
  const first = events.find((e) => e.kind === 'received')?.actor ?? 'unknown';
  const way = { athenahealth: 'chart', hl7v2: 'HL7 over MLLP', fhir: 'FHIR over HTTP' }[first] ?? first;
  if (events.some((e) => e.kind === 'second-feed-agrees')) return `${way}, then chart`;
  const later = events.filter((e) => e.kind === 'received').map((e) => e.actor);
  return first === 'athenahealth' && later.some((actor) => actor !== first) ? 'chart, then laboratory' : way;
}

function toldBy(events: readonly EventEvidence[]): string[] {
  const channel = events.find((e) => e.kind === 'message-left' || e.kind === 'message-confirmed')?.data[
    'channel'
  ];
  const ways = [
    ...(typeof channel === 'string' ? [channel] : []),
    ...(events.some((e) => e.kind === 'told-by-hand') ? ['by hand'] : []),
    ...(reached(events) ? ['call'] : []),
    ...(mailedAt(events) !== undefined ? ['letter'] : []),
  ];
  return ways.length > 0 ? [ways.join(', then ')] : ['nobody'];
}

function acknowledgedBy(events: readonly EventEvidence[]): string[] {
  if (reached(events)) return ['call'];
  const how = events.find((e) => e.kind === 'acknowledged')?.data['how'];
  return [typeof how === 'string' ? how : 'none'];
}

/** Steps that went to a further person; others only open work or close. */
function escalated(events: readonly EventEvidence[]): string[] {
  const steps = events.filter((e) => e.kind === 'step-due').map((e) => stepName(String(e.data['step'])));
  return [
    ...new Set(steps.filter((step) => /^(critical|same-day|sign-off|contact-by|task|still-open)/.test(step))),
  ];
}

/** `v1/sign-off/cover` → `sign-off/cover`; numbers of repeats and openings say nothing here. */
function stepName(step: string): string {
  const parts = step.split('/').filter((part) => !/^(v\d+|\d+)$/.test(part));
  return parts.join('/');
}

/** The clocks of lifecycle §2, met or missed, in practice time. */
function clocks(r: ResultEvidence, events: readonly EventEvidence[]): string[] {
  const first = (...kinds: string[]) => events.find((e) => kinds.includes(e.kind))?.at;
  const verdictOf = (name: string, at: number | undefined, withinMs: number) =>
    `${name} ${at !== undefined && at - r.detectedAt <= withinMs ? 'met' : 'missed'}`;
  if (r.tier === 'critical') return [verdictOf('call tried in 30 min:', first('attempt'), hour / 2)];
  if (r.tier === 'normal')
    return [
      verdictOf(
        'told in 72 h:',
        first('message-confirmed', 'told-by-hand', 'attempt') ?? mailedAt(events),
        72 * hour,
      ),
    ];
  return [
    verdictOf('sign-off in 24 h:', first('signed-off'), 24 * hour),
    verdictOf('contact in 48 h:', first('acknowledged', 'attempt') ?? mailedAt(events), 48 * hour),
  ];
}

function reached(events: readonly EventEvidence[]): boolean {
  return events.some((e) => e.kind === 'attempt' && e.data['outcome'] === 'reached');
}

function mailedAt(events: readonly EventEvidence[]): number | undefined {
  return events.find((e) => e.kind === 'task-done' && e.data['outcome'] === 'mailed')?.at;
}

function countAll(labels: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

function ms(value: number): string {
  if (value < 1_000) return `${Math.round(value)} ms`;
  if (value < 120_000) return `${(value / 1_000).toFixed(1)} s`;
  return `${(value / 60_000).toFixed(1)} min`;
}
