import { readFile } from 'node:fs/promises';
import { DateTime } from 'luxon';
import { createVendors } from '../activities/vendors.js';
import { announcement, type AthenaClient } from '../clients/athenahealth/index.js';
import { toPatientCard } from '../intake/athena/index.js';
import { openDeps, type ProcessDeps } from '../process/deps.js';
import { persistFeedRows } from '../store/feed.js';
import type { Practice } from '../store/practices.js';
import { choosePractice } from './choose-practice.js';
import { CommandFailed, say, tell, WrongUsage } from './outcome.js';
import { pollNow } from './schedules.js';

const rowsPerRead = 1000;
/** Below this a window is not halved any more. */
const shortestWindowMs = 60_000;

interface Row {
  readonly labResultId: string | null;
  readonly raw: unknown;
}

/**
 * `resultloop backfill`: takes in documents that were missed. Without patients it reads again what the feed handed out
 * between two times (athenahealth keeps that for a short while only); with patients it lists their documents. Either
 * way they become feed rows, and one poll takes them in by the usual rules: known deliveries are no-ops (L40), old ones
 * are recorded only (L2).
 */
export async function backfillCommand(options: {
  practice?: string;
  from?: string;
  to?: string;
  patients?: string;
}): Promise<void> {
  const patientIds = options.patients === undefined ? null : await idsIn(options.patients);
  const deps = await openDeps(process.env, 'backfill');
  try {
    const practice = await choosePractice(deps.store, options.practice);
    const athena = createVendors(deps.store, deps.metrics, (err) =>
      deps.log.warn({ err }, 'a vendor call could not be recorded'),
    ).athena(practice);
    const rows = patientIds
      ? await documentsOf(athena, patientIds)
      : await handedOutBetween(athena, windowOf(practice, options));
    const fresh = await persistFeedRows(
      deps.store,
      practice,
      rows.map(({ labResultId, raw }) => ({ documentId: labResultId, raw })),
    );
    say(`${rows.length} documents found, ${fresh.length} to be read.`);
    await takeIn(deps, practice, fresh.length);
  } finally {
    await deps.close();
  }
}

async function takeIn(deps: ProcessDeps, practice: Practice, fresh: number): Promise<void> {
  if (fresh === 0) return;
  const { started, held } = await pollNow(deps.temporal, practice.id, { deadlineMs: 10 * 60_000 });
  say(`${started} versions taken in, ${held} held for the unrouted list.`);
}

interface Window {
  readonly from: number;
  readonly to: number;
}

/** @throws WrongUsage when the times cannot be read or do not follow each other. */
export function windowOf(
  practice: Pick<Practice, 'settings'>,
  options: { from?: string; to?: string },
): Window {
  const read = (name: string, text: string | undefined) => {
    const time = DateTime.fromISO(text ?? '', { zone: practice.settings.zone });
    if (!time.isValid)
      throw new WrongUsage(`--${name} needs a time such as 2026-03-02T08:00, in the practice's zone.`);
    return time.toMillis();
  };
  const window = { from: read('from', options.from), to: read('to', options.to) };
  if (window.from >= window.to) throw new WrongUsage('--from must be before --to.');
  return window;
}

/** A window with more rows than one answer holds is read in halves: a replay has no offset. */
async function handedOutBetween(athena: AthenaClient, window: Window): Promise<Row[]> {
  const { rows, totalCount } = await athena.changedLabResults({ limit: rowsPerRead, replay: window });
  if (totalCount <= rows.length) return [...rows];
  if (window.to - window.from <= shortestWindowMs) {
    tell(`More than ${rows.length} documents within a minute: use --patients for the rest.`);
    return [...rows];
  }
  const middle = Math.floor((window.from + window.to) / 2);
  return [
    ...(await handedOutBetween(athena, { from: window.from, to: middle })),
    ...(await handedOutBetween(athena, { from: middle, to: window.to })),
  ];
}

/** One chart id a line: in a file, because a command line is seen by others on the machine. */
async function idsIn(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CommandFailed('file-unreadable', `${file} cannot be read. It holds one patient id a line.`);
  });
  const ids = text.split(/\s+/).filter((id) => id !== '');
  if (ids.length === 0) throw new WrongUsage(`${file} names no patient. It holds one patient id a line.`);
  return [...new Set(ids)];
}

async function documentsOf(athena: AthenaClient, patientIds: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [i, patientId] of patientIds.entries()) {
    const patient = await athena.patient(patientId);
    const departmentId = patient && toPatientCard(patient.raw).departmentId;
    if (!patient || !departmentId)
      throw new CommandFailed(
        'patient-unreadable',
        `Patient ${i + 1} of the list cannot be read, or has no department. Correct the list; nothing was taken in.`,
      );
    const { results, unread } = await athena.labResultsOfPatient(patient.patientId, departmentId);
    if (unread.length > 0) tell(`${unread.length} documents of patient ${i + 1} cannot be read.`);
    rows.push(...results.map((one) => announcement(one, patient.patientId, departmentId)));
  }
  return rows;
}
