import { DateTime } from 'luxon';
import { chainStart, eventHash } from '../../store/events.js';
import type { Evidence, EventEvidence, MessageEvidence, ResultEvidence } from './evidence.js';
import { peakWithin, spreadOf, type Spread } from './measures.js';

export interface Violation {
  /** Stable code of what is wrong. */
  readonly code: string;
  /** Opaque id of the result or document. */
  readonly id: string;
}

/** What `--json` writes. Page, task and texts in real time; posted → detected and chart writes in practice time. */
export interface Verdict {
  readonly results: {
    readonly total: number;
    readonly byTier: Readonly<Record<'normal' | 'abnormal' | 'critical' | 'review', number>>;
  };
  readonly closed: number;
  readonly open: number;
  readonly patientsNotified: number;
  readonly duplicates: number;
  readonly lost: number;
  readonly notifiedBeforeSignOff: number;
  readonly chartNotes: number;
  readonly chartMismatches: number;
  readonly smsPeakPerSecond: number;
  readonly chartWritesPeakPerMinute: number;
  readonly pageLatencyMs: Spread;
  readonly postedToDetectedMs: Spread;
  readonly detectionToTaskMs: Spread;
  readonly violations: readonly Violation[];
}

export interface CheckOptions {
  /** Workers were killed: lateness counts only beyond a minute. */
  readonly killed: boolean;
}

const second = 1_000;
const minute = 60 * second;
/** Row 5 of the issue. */
const pageAtMostMs = 60 * second;
const taskAtMostMs = 10 * second;
/** L27. */
const textHours = { from: 9, to: 20 };

/**
 * Judges a run by what the vendors saw and what the record says, never by what the product claims of itself:
 * nothing lost, nobody told twice, nobody told before the provider decided, every chart says so, every page in time.
 * Pure: the same evidence gives the same verdict.
 */
export function check(evidence: Evidence, options: CheckOptions): Verdict {
  const { results } = evidence;
  const lost = findLost(evidence);
  const duplicates = findDuplicates(evidence);
  const early = findEarly(evidence);
  const chart = findChartMismatches(evidence);
  const late = findLate(evidence, options);
  const byTier = { normal: 0, abnormal: 0, critical: 0, review: 0 };
  for (const r of results)
    if (r.tier !== null && r.tier in byTier) byTier[r.tier as keyof typeof byTier] += 1;
  const closed = results.filter((r) => r.closure !== null).length;
  return {
    results: { total: results.length, byTier },
    closed,
    open: results.length - closed,
    patientsNotified: notifiedPatients(evidence).size,
    duplicates: duplicates.length,
    lost: lost.length,
    notifiedBeforeSignOff: early.length,
    chartNotes: evidence.chartDocuments.length,
    chartMismatches: chart.length,
    smsPeakPerSecond: peakWithin(
      textsOf(evidence).map((m) => m.at),
      second,
    ),
    chartWritesPeakPerMinute: peakWithin(evidence.chartWrites, minute),
    ...late.spreads,
    violations: [
      ...lost,
      ...duplicates,
      ...early,
      ...chart,
      ...late.violations,
      ...findUnexplained(evidence),
      ...findUnwantedTexts(evidence),
      ...findBrokenChains(evidence),
      ...findOrphans(evidence),
    ],
  };
}

/** Every posted document is in the record, and all feeds of one report are exactly one result (L4). */
function findLost({ posted, reports, results }: Evidence): Violation[] {
  const known = new Set(results.map((r) => r.id));
  const found = new Map<string, Set<string>>();
  for (const { documentId, resultId } of reports)
    if (resultId !== null && known.has(resultId))
      found.set(documentId, (found.get(documentId) ?? new Set()).add(resultId));
  const ofReport = new Map<string, Set<string>>();
  for (const { documentId, report } of posted)
    for (const id of found.get(documentId) ?? [])
      ofReport.set(report, (ofReport.get(report) ?? new Set()).add(id));
  return posted.flatMap(({ documentId, report }) => {
    if (!found.has(documentId)) return [{ code: 'lost', id: documentId }];
    if (ofReport.get(report)?.size === 1) return [];
    return [{ code: 'split-into-several-results', id: documentId }];
  });
}

/** S003-91: an open result has a named owner and a due time. */
function findOrphans({ results }: Evidence): Violation[] {
  return results
    .filter((r) => r.closure === null)
    .flatMap((r) => [
      ...(r.ownerId === null ? [{ code: 'open-without-owner', id: r.id }] : []),
      ...(r.dueAt === null ? [{ code: 'open-without-due-time', id: r.id }] : []),
    ]);
}

/** Told once per result version and purpose over all channels (L47), and one note per marker. */
function findDuplicates({ messages, notices, chartDocuments }: Evidence): Violation[] {
  const told = new Map<string, number>();
  for (const m of messages.filter((one) => one.arrived)) {
    const notice = m.noticeId === null ? undefined : notices.get(m.noticeId);
    if (!notice) continue;
    const members = notice.members.filter((one) => m.resultId === null || one.resultId === m.resultId);
    // L25: a text that follows a note goes with it; a second one would be one too many.
    const isNoteText =
      m.channel === 'text' &&
      messages.some((n) => n.noticeId === m.noticeId && n.channel === 'portal-note' && n.at <= m.at);
    const purpose = isNoteText ? `${notice.purpose}/note-text` : notice.purpose;
    for (const { resultId, version } of members) count(told, `${resultId}/v${version}/${purpose}`);
  }
  const markers = new Map<string, number>();
  for (const { text } of chartDocuments) for (const marker of markersIn(text)) count(markers, marker);
  return [
    ...above(told, 1).map((id) => ({ code: 'told-twice', id })),
    ...above(markers, 1).map((id) => ({ code: 'charted-twice', id })),
  ];
}

/** A message that the record cannot explain may be a second one. */
function findUnexplained({ messages, notices }: Evidence): Violation[] {
  return messages
    .filter((m) => m.noticeId === null || !notices.has(m.noticeId))
    .map((m) => ({ code: 'unexplained-message', id: `${m.channel}@${m.at}` }));
}

/** S000-T6, L20: whatever is not normal leaves only after a sign-off of that very version. */
function findEarly({ messages, notices, results, events }: Evidence): Violation[] {
  const released = new Map<string, number>();
  for (const e of events) {
    if (e.kind !== 'signed-off') continue;
    const key = `${e.result_id}/v${String(e.data['version'])}`;
    released.set(key, Math.min(released.get(key) ?? Infinity, e.real_at));
  }
  const tiers = new Map<string, string | null>();
  for (const r of results) for (const v of r.versions) tiers.set(`${r.id}/v${v.number}`, v.tier);
  return messages.flatMap((m) => {
    const notice = m.noticeId === null ? undefined : notices.get(m.noticeId);
    return (notice?.members ?? [])
      .map(({ resultId, version }) => `${resultId}/v${version}`)
      .filter((key) => tiers.get(key) !== 'normal' && !((released.get(key) ?? Infinity) <= m.at))
      .map((id) => ({ code: 'told-before-sign-off', id }));
  });
}

/** One closing note per closure, in the right chart, markers unique, confirmed notes there, nothing left unwritten. */
function findChartMismatches({ noteRows, chartDocuments, events, results }: Evidence): Violation[] {
  const where = new Map<string, (string | null)[]>();
  for (const { chartId, text } of chartDocuments)
    for (const marker of markersIn(text)) where.set(marker, [...(where.get(marker) ?? []), chartId]);
  const violations: Violation[] = [];
  for (const row of noteRows) {
    const there = where.get(row.marker) ?? [];
    if (row.state !== 'confirmed') violations.push({ code: 'note-not-confirmed', id: row.marker });
    else if (there.length !== 1) violations.push({ code: 'note-not-there-once', id: row.marker });
    if (there.some((chartId) => chartId !== row.chartId))
      violations.push({ code: 'note-in-wrong-chart', id: row.marker });
  }
  const known = new Set(noteRows.map((r) => r.marker));
  for (const marker of where.keys())
    if (!known.has(marker)) violations.push({ code: 'unknown-note-in-chart', id: marker });
  for (const r of results) {
    const settled = events.filter((e) => e.result_id === r.id && e.kind === 'settled').length;
    const closing = noteRows.filter((n) => n.resultId === r.id && n.kind === 'closing');
    const written = closing.filter((n) => where.get(n.marker)?.length === 1).length;
    if (written !== settled || (r.closure !== null && written === 0))
      violations.push({ code: 'closing-notes-differ-from-closures', id: r.id });
  }
  return violations;
}

/** Pages, tasks and detection against their limits. */
function findLate(evidence: Evidence, { killed }: CheckOptions) {
  const { results, posted, reports, tasks, firstPages } = evidence;
  const violations: Violation[] = [];
  const pages: number[] = [];
  const opened: number[] = [];
  const detected: number[] = [];
  const firstTask = new Map<string, number>();
  for (const t of tasks)
    for (const id of t.resultIds) firstTask.set(id, Math.min(firstTask.get(id) ?? Infinity, t.openedRealAt));
  const resultOf = new Map(reports.map((r) => [r.documentId, r.resultId]));
  const postedAt = new Map<string, number>();
  for (const { documentId, practiceAt } of posted) {
    const id = resultOf.get(documentId);
    if (id) postedAt.set(id, Math.min(postedAt.get(id) ?? Infinity, practiceAt));
  }
  for (const r of results) {
    const at = postedAt.get(r.id);
    if (at !== undefined) detected.push(r.detectedAt - at);
    if (initialTier(r) === 'critical') {
      const page = firstPages.get(r.id);
      if (page === undefined) violations.push({ code: 'critical-not-paged', id: r.id });
      else {
        pages.push(page - r.detectedRealAt);
        if (page - r.detectedRealAt > pageAtMostMs) violations.push({ code: 'page-late', id: r.id });
      }
    }
    if (initialTier(r) === 'normal' || initialTier(r) === null) continue;
    const task = firstTask.get(r.id);
    if (task === undefined) violations.push({ code: 'no-task', id: r.id });
    // A member of a draw may join a task that was there before it.
    else opened.push(Math.max(0, task - r.detectedRealAt));
  }
  const spreads = {
    pageLatencyMs: spreadOf(pages),
    postedToDetectedMs: spreadOf(detected),
    detectionToTaskMs: spreadOf(opened),
  };
  if (spreads.detectionToTaskMs.p99 > (killed ? pageAtMostMs : taskAtMostMs))
    violations.push({ code: 'tasks-late', id: 'p99' });
  return { spreads, violations };
}

/** L27, L37: no text outside 9:00 to 20:00, none to a number that has opted out. */
function findUnwantedTexts(evidence: Evidence): Violation[] {
  const inWindow = (at: number | null): boolean => {
    if (at === null) return false;
    const { hour } = DateTime.fromMillis(at, { zone: evidence.zone });
    return hour >= textHours.from && hour < textHours.to;
  };
  return textsOf(evidence).flatMap((m) => {
    const last = evidence.optOuts
      .filter((o) => o.number === m.to && o.at < m.at)
      .sort((a, b) => a.at - b.at)
      .at(-1);
    return [
      ...(last?.out ? [{ code: 'text-after-opt-out', id: m.noticeId ?? 'unknown' }] : []),
      ...(inWindow(m.practiceAt) || inWindow(m.practiceJustBefore)
        ? []
        : [{ code: 'text-outside-hours', id: m.noticeId ?? 'unknown' }]),
    ];
  });
}

/** Timelines are hash-chained per result: no line changed, removed or added unseen. */
function findBrokenChains({ events }: Evidence): Violation[] {
  const timelines = new Map<string, EventEvidence[]>();
  for (const e of events) timelines.set(e.result_id, [...(timelines.get(e.result_id) ?? []), e]);
  return [...timelines].flatMap(([id, lines]) => {
    let prev = chainStart;
    for (const [i, line] of [...lines].sort((a, b) => a.seq - b.seq).entries()) {
      if (line.seq !== i + 1 || line.prev_hash !== prev || line.hash !== eventHash(line))
        return [{ code: 'timeline-broken', id }];
      prev = line.hash;
    }
    return [];
  });
}

function notifiedPatients({ messages, notices, reachedPatients }: Evidence): Set<string> {
  const told = messages
    .filter((m) => m.arrived && m.noticeId !== null)
    .map((m) => notices.get(m.noticeId ?? '')?.patientId);
  return new Set([...told.filter((id) => id !== undefined), ...reachedPatients]);
}

function textsOf({ messages }: Evidence): MessageEvidence[] {
  return messages.filter((m) => m.channel === 'text');
}

function initialTier(r: ResultEvidence): string | null {
  return r.versions.find((v) => v.number === 1)?.tier ?? r.tier;
}

function markersIn(text: string): string[] {
  return text.match(/\[ref [^\]]+\]/g) ?? [];
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function above(counts: ReadonlyMap<string, number>, most: number): string[] {
  return [...counts].filter(([, n]) => n > most).map(([key]) => key);
}
