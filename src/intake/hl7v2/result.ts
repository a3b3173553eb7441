import { createHash } from 'node:crypto';
import type { Observation, Report, ReportIdentifier } from '../../domain/result/report.js';
import { reportStatus } from '../athena/status.js';
import { isBedsideName, kindOf, type ObservedKind } from '../fhir/kind.js';
import type { ReceivedResult, SentTime } from '../received.js';
import { testOf, wordsOf } from './codes.js';
import type { Group } from './groups.js';
import { readPatient, readProvider } from './people.js';
import { readRows, type Rows } from './rows.js';
import type { Repetition, Segment } from './segment.js';
import { readTime } from './times.js';
import { Warnings } from './warnings.js';

export interface Source {
  /** IANA zone of times without an offset. */
  readonly zone: string;
  /** Sets numbers of different senders apart where the message does not name its sender. */
  readonly name?: string;
}

export type Kinded = { readonly kind: ObservedKind; readonly result: ReceivedResult };

/** One order of a message as a result. */
export function readResult(group: Group, source: Source): Kinded {
  const warnings = new Warnings();
  const { obr, orc, header } = group;
  const time = (raw: string | null): SentTime | null => {
    const read = readTime(raw, source.zone);
    if (read && read.iso === null) warnings.add('date-unreadable');
    return read;
  };
  const test = readTest(group);
  const rows = readRows(group.observations, warnings);
  const patient = readPatient(group.pid, warnings);
  if (patient.id === null) warnings.add('patient-missing');
  const provider = readProvider(group, warnings);
  const kind = kindOfGroup(group);
  const placer = obr?.text(2) ?? orc?.text(2) ?? null;
  const filler = obr?.text(3) ?? orc?.text(3) ?? null;
  const collectedAt = time(collectionOf(group, warnings));
  const reportedAt = time(obr?.text(22) ?? null);
  const notes = [...group.notes, ...rejections(group, warnings)];
  const status = statusOf(group, rows);
  if (isCancelled(group) && rows.observations.length > 0) warnings.add('order-cancelled');
  const processing = processingOf(header);
  if (processing !== 'production') warnings.add('not-production');
  const authority = patient.authority ?? header.text(4) ?? source.name ?? '';
  const providerId = provider?.id ?? provider?.npi ?? null;
  const performingLab = labOf(group);
  const report: Report = {
    source: 'hl7v2',
    documentId: documentId(group),
    kind: kind === 'no-result' ? 'lab' : kind,
    patient: patient.id === null ? null : { id: patient.id, authority },
    departmentId: null,
    orderingProvider: providerId === null ? null : { id: providerId, npi: provider?.npi ?? null },
    identifiers: identifiersOf(group),
    test,
    status,
    laboratory: hasOneLab(group) ? (performingLab?.name ?? null) : null,
    collectedAt: collectedAt?.at ?? null,
    reportedAt: reportedAt?.at ?? null,
    postedAt: readTime(header.text(7), source.zone)?.at ?? null,
    observations: rowsOf(rows, status),
    note: notes.join('\n') || null,
    readable: !rows.hasDocument,
    documentSource: null,
    documentRoute: null,
    documentState: null,
    reviewedByProvider: false,
    publishedAt: null,
    confidential: false,
  };
  const result: ReceivedResult = {
    report,
    patient,
    orderingProvider: provider,
    placer,
    filler,
    orderedAt: time(obr?.text(6) ?? orc?.text(15) ?? orc?.text(9) ?? null),
    collectedAt,
    reportedAt,
    receivedAt: time(obr?.text(14) ?? firstOf(group.specimens, 18)),
    specimen: specimenOf(group),
    performingLab,
    processing,
    warnings: warnings.list(),
  };
  return { kind, result };
}

/** True when an order says by itself that nothing will come: cancelled by OBR-25 or ORC-1. */
export function isCancelled({ obr, orc }: Group): boolean {
  return obr?.text(25)?.toUpperCase() === 'X' || /^(CA|OC|CR|DC|OD)$/i.test(orc?.text(1) ?? '');
}

/** OBR-4; without one, the only observation names the test. */
function readTest({ obr, observations }: Group): Report['test'] {
  const [only] = observations;
  const own = obr ? testOf(obr, 4) : null;
  const read = own?.name || !only || observations.length > 1 ? own : testOf(only.obx, 3);
  return { code: read?.code ?? null, system: read?.system ?? null, name: read?.name ?? 'Unnamed test' };
}

/**
 * The order says the kind, else its rows; vital signs are no result only where every row is one too, so that a laboratory's row under
 * such an order is never left aside.
 */
function kindOfGroup(group: Group): ObservedKind {
  const category = [categoryOf(group.obr)];
  const said = kindOf(category, conceptOf(group));
  if (group.observations.length === 0 || (said !== 'lab' && said !== 'no-result')) return said;
  const rows = group.observations.map(({ obx }) => testOf(obx, 3));
  const kinds = rows.map(({ all }) => {
    const coding = all.map(({ code, text, system }) => ({ code, display: text, system }));
    return kindOf(category, { coding, text: null });
  });
  if (kinds.includes('pathology')) return 'pathology';
  if (kinds.every((kind) => kind === 'imaging')) return 'imaging';
  const areBedside = rows.every(({ system, name }, at) => {
    if (kinds[at] === 'no-result') return true;
    return said === 'no-result' && system !== 'LOINC' && isBedsideName(name ?? '');
  });
  return areBedside ? 'no-result' : 'lab';
}

/** OBR-24, the section of the laboratory (table 0074). */
function categoryOf(obr: Segment | null) {
  const section = obr?.text(24) ?? null;
  return { coding: section === null ? [] : [{ system: null, code: section, display: null }], text: null };
}

function conceptOf(group: Group) {
  const [first] = group.observations;
  const all = group.obr ? testOf(group.obr, 4).all : [];
  const codings = all.length > 0 ? all : first ? testOf(first.obx, 3).all : [];
  const coding = codings.map(({ code, text, system }) => ({ code, display: text, system }));
  return { coding, text: null };
}

/**
 * The worse of order and observations closes the loop (reference §6). An order status that is in no mapping is unknown;
 * a missing one leaves it to the observations.
 */
function statusOf(group: Group, rows: Rows): Report['status'] {
  if (isCancelled(group) && rows.observations.length === 0) return 'cancelled';
  const own = group.obr?.text(25) ?? null;
  const said = own === null ? null : (orderStatus[own.toUpperCase()] ?? 'unknown');
  // Beside rows that stand, a cancelled order contradicts itself.
  const cancelled = isCancelled(group) ? 'cancelled' : null;
  return reportStatus({ report: [said, cancelled], rows: rows.statuses, isDeleted: false });
}

/** Table 0123. `A` = some results, `M` = corrected and not final. */
const orderStatus: Readonly<Record<string, string>> = {
  F: 'final',
  C: 'corrected',
  P: 'preliminary',
  R: 'preliminary',
  A: 'preliminary',
  M: 'preliminary',
  O: 'preliminary',
  I: 'preliminary',
  S: 'preliminary',
  X: 'cancelled',
};

/** Beside rows that were corrected, a row without a status of its own is not final by them. */
function rowsOf({ observations }: Rows, status: Report['status']): Observation[] {
  return observations.map((row) =>
    row.status === null && status === 'corrected' ? { ...row, status: 'not said' } : row,
  );
}

/** OBR-7, else the specimen's, else what all observations say (reference §3). */
function collectionOf(group: Group, warnings: Warnings): string | null {
  const own = group.obr?.text(7) ?? null;
  if (own !== null) return own;
  const times = new Set(group.observations.flatMap(({ obx }) => obx.text(14) ?? []));
  const other = firstOf(group.specimens, 17) ?? (times.size === 1 ? [...times][0] : null) ?? null;
  warnings.add(other === null ? 'collection-date-missing' : 'collection-from-elsewhere');
  return other;
}

function firstOf(segments: readonly Segment[], field: number): string | null {
  return segments.map((one) => one.text(field)).find((text) => text !== null) ?? null;
}

function specimenOf({ specimens, obr }: Group): string | null {
  const words = specimens.map((spm) => wordsOf(spm.first(4))).find((text) => text !== null);
  return words ?? obr?.first(15)?.joined(' ') ?? null;
}

/** SPM-21: why a specimen was refused. */
function rejections({ specimens }: Group, warnings: Warnings): string[] {
  const reasons = specimens.flatMap((spm) => spm.repetitions(21).flatMap((one) => wordsOf(one) ?? []));
  if (reasons.length > 0) warnings.add('specimen-rejected');
  return reasons.map((reason) => `Specimen rejected: ${reason}`);
}

function labOf({ observations, site, header }: Group): ReceivedResult['performingLab'] {
  for (const { obx } of observations) {
    const name = obx.text(23);
    if (name !== null) return { name, address: addressOf(obx, 24) };
  }
  if (site) return { name: site.text(3), address: addressOf(site, 4) };
  for (const { obx } of observations) {
    const name = producerOf(obx.first(15));
    if (name !== null) return { name, address: null };
  }
  const sender = header.text(4);
  return sender === null ? null : { name: sender, address: null };
}

/** False when rows name different laboratories: then nobody can say by whose table their codes are to be read. */
function hasOneLab({ observations }: Group): boolean {
  return (
    new Set(observations.flatMap(({ obx }) => obx.text(23) ?? producerOf(obx.first(15)) ?? [])).size <= 1
  );
}

/** OBX-15. Senders put name and CLIA number in either place; a number is no name. */
function producerOf(producer: Repetition | null): string | null {
  const isNumber = (text: string | null | undefined) => /^\d{2}D\d{7}$/.test(text ?? '');
  const words = wordsOf(producer);
  return isNumber(words) ? (producer?.component(1) ?? words) : words;
}

function addressOf(segment: Segment, field: number): string | null {
  const address = segment.first(field);
  const parts = [1, 2, 3, 4, 5, 6].map((n) => address?.component(n) ?? null);
  return parts.filter((part) => part !== null).join(', ') || null;
}

/**
 * Numbers with their authority, the sender where none is named: bare numbers of two laboratories must not meet (L39).
 */
function identifiersOf({ obr, orc, header, specimens }: Group): ReportIdentifier[] {
  const sender = header.text(4) ?? header.text(3) ?? '';
  const named = (segment: Segment | null | undefined, field: number) => {
    const one = segment?.first(field);
    const id = one?.component(1);
    return one && id ? `${id}^${one.component(2) ?? one.component(3) ?? sender}` : null;
  };
  const found: [ReportIdentifier['namespace'], string | null][] = [
    ['placer', named(obr, 2) ?? named(orc, 2)],
    ['filler', named(obr, 3) ?? named(orc, 3)],
    ...specimens.map(
      (spm) => ['accession', named(spm, 30)] as [ReportIdentifier['namespace'], string | null],
    ),
  ];
  return found.flatMap(([namespace, value]) => (value === null ? [] : [{ namespace, value }]));
}

/** The envelope (MSH-3, 4, 10) and the place in it. A control id may repeat: content hash and patient set them apart. */
function documentId({ header, place }: Group): string {
  const control =
    header.text(10) ?? createHash('sha256').update(header.toString()).digest('hex').slice(0, 24);
  return [header.text(3) ?? '', header.text(4) ?? '', control, place].join('|');
}

function processingOf(header: Segment): ReceivedResult['processing'] {
  switch (header.text(11)?.toUpperCase()) {
    case 'P':
      return 'production';
    case 'T':
      return 'training';
    case 'D':
      return 'debugging';
    default:
      return 'unknown';
  }
}
