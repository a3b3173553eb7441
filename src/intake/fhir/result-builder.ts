/** Puts a result together from what reports and lone Observations have in common. */
import { createHash } from 'node:crypto';
import { DateTime } from 'luxon';
import type { Report, ReportKind } from '../../domain/result/report.js';
import { reportStatus } from '../athena/status.js';
import { nobody, type IntakeWarning, type ReceivedResult } from '../received.js';
import {
  identifiersOf,
  onlyUntyped,
  readLab,
  readOrders,
  readSpecimens,
  typed,
  type OrderReading,
  type SpecimenReading,
} from './order.js';
import { readPatient } from './people.js';
import type { RangePatient } from './ranges.js';
import { versionOf, type References, type Resource } from './resources.js';
import type { Rows } from './rows.js';
import type { Identifier, Reference, ReportResource } from './shapes.js';
import { effectiveOf, readTime } from './times.js';
import { warn, type WarningCode } from './warnings.js';

export interface Source {
  /** IANA zone of times without an offset. */
  readonly zone: string;
  /** Sets ids of different servers apart where the delivery does not name its server. */
  readonly name?: string;
}

/** What reports and lone Observations have in common. */
export interface Carrier {
  readonly status: string | null;
  readonly subject: Reference | null;
  readonly basedOn: readonly Reference[];
  readonly identifier: readonly Identifier[];
  readonly performer: readonly Reference[];
  readonly specimen: readonly Reference[];
  readonly issued: string | null;
  readonly effective: string | null;
  readonly meta: ReportResource['meta'];
}

/** What a result says, once it is read. */
export interface Content {
  readonly kind: ReportKind;
  readonly test: Report['test'];
  readonly rows: Rows;
  readonly notes: readonly string[];
  readonly isAllRead: boolean;
  readonly isModified: boolean;
}

export class ResultBuilder {
  private readonly warnings = new Map<WarningCode, IntakeWarning>();
  private readonly reading;
  private readonly specimens;

  constructor(
    private readonly resource: Resource,
    private readonly carrier: Carrier,
    private readonly references: References,
    private readonly source: Source,
  ) {
    this.reading = readPatient(carrier.subject, resource, references);
    this.specimens = readSpecimens(
      carrier.specimen.map((reference) => ({ reference, from: resource })),
      references,
    );
  }

  /** Whom a reference range must fit. */
  get rangePatient(): RangePatient | null {
    const { patient } = this.reading ?? {};
    if (!patient) return null;
    const { at } = this.time(this.carrier.effective ?? this.specimens.collected) ?? { at: null };
    return { sex: patient.sex, ageYears: yearsBetween(patient.birthDate, at, this.source.zone) };
  }

  remark(code: WarningCode, count = 1): void {
    this.warnings.set(code, warn(code, count));
  }

  finish({ kind, test, rows, notes, isAllRead, isModified }: Content): ReceivedResult {
    const { carrier, resource } = this;
    const { labels } = resource;
    const orders = this.ordersOf(rows);
    const specimens = this.specimensOf(rows);
    const status = this.statusOf(rows);
    const isSamePatient = this.isOnePatient(rows);
    const { provider } = orders;
    if (!provider)
      this.remark(orders.orderNames.length > 0 && !orders.isFound ? 'order-unresolved' : 'provider-missing');
    if (orders.hasSeveralProviders) this.remark('providers-several');
    const providerId = provider?.id ?? provider?.npi ?? null;
    const collectedAt = this.collectedAt(rows);
    const reportedAt = this.time(carrier.issued ?? sharedBy(rows, ({ issued }) => issued));
    const patient = this.reading?.patient ?? null;
    if (patient === null) this.remark('patient-missing');
    if (this.reading?.isReferenceOnly) this.remark('patient-by-reference');
    if (this.reading?.isReplaced) this.remark('patient-replaced');
    if (rows.unresolved > 0) this.remark('result-unresolved', rows.unresolved);
    if (rows.isModified || isModified) this.remark('modified-meaning');
    if (rows.hasSentences) this.remark('interpretation-sentence');
    if (status === 'unknown') this.remark('status-unknown');
    for (const problem of rows.rangeProblems) this.remark(problem);

    const fillers = this.fillersOf(orders);
    const accessions = [...typed(carrier.identifier, 'ACSN'), ...specimens.accessions, ...orders.accessions];
    const placers = [...typed(carrier.identifier, 'PLAC'), ...orders.placers];
    const authority = patient?.authority ?? this.source.name ?? '';
    const performingLab = this.lab(rows);
    const report: Report = {
      source: 'fhir',
      documentId: this.documentId(),
      kind,
      patient:
        patient !== null && patient.id !== null && isSamePatient ? { id: patient.id, authority } : null,
      departmentId: null,
      orderingProvider: providerId === null ? null : { id: providerId, npi: provider?.npi ?? null },
      identifiers: identifiersOf([
        ['lab-result', this.outsideName()],
        ['order', orders.orderNames],
        ['placer', placers],
        ['filler', fillers],
        ['accession', accessions],
      ]),
      test,
      status,
      laboratory: this.hasOneLab(rows) ? (performingLab?.name ?? null) : null,
      collectedAt: collectedAt?.at ?? null,
      reportedAt: reportedAt?.at ?? null,
      postedAt: this.time(carrier.meta?.lastUpdated ?? null)?.at ?? null,
      observations: rows.observations,
      note: [...notes, ...rows.notes, ...specimens.remarks].join('\n') || null,
      readable: isAllRead && rows.unresolved === 0 && !rows.isModified && !rows.hasSentences && isSamePatient,
      documentSource: null,
      documentRoute: null,
      documentState: null,
      reviewedByProvider: false,
      publishedAt: null,
      confidential: labels.some((one) => /\|NOPAT$|Confidentiality\|[RV]$/i.test(one)),
    };
    return {
      report,
      patient: patient ?? nobody,
      orderingProvider: provider,
      placer: placers[0] ?? null,
      filler: fillers[0] ?? null,
      orderedAt: this.time(orders.authoredOn),
      collectedAt,
      reportedAt,
      receivedAt: this.time(specimens.received),
      specimen: specimens.specimen,
      performingLab,
      processing: processingOf(labels),
      warnings: [...this.warnings.values()],
    };
  }

  /** Withdrawn is withdrawn whatever the rows say; else the worse of report and rows closes the loop (§6). */
  private statusOf(rows: Rows): Report['status'] {
    const own = statusWord(this.carrier.status);
    return reportStatus({
      // A report must say its status (FHIR R4); where it does not, rows alone close nothing.
      report: [own ?? 'unknown'],
      rows: rows.resources.map(({ read }) => statusWord(read.status)),
      isDeleted: own === 'entered-in-error',
    });
  }

  /** A row of somebody else under this patient's report is a mix-up: nobody's until a person looks. */
  private isOnePatient(rows: Rows): boolean {
    const mine = this.references.nameOf(this.carrier.subject, this.resource);
    const isOther = ({ resource, read }: Rows['resources'][number]) => {
      const name = this.references.nameOf(read.subject, resource);
      if (name === null || mine === null || name === mine) return false;
      if (name.endsWith(`/${mine}`) || mine.endsWith(`/${name}`)) return false;
      const [a, b] = [this.reading?.patient, readPatient(read.subject, resource, this.references)?.patient];
      return !(a?.id && a.id === b?.id && a.authority === b.authority);
    };
    const isOne = !rows.resources.some(isOther);
    if (!isOne) this.remark('patients-differ');
    return isOne;
  }

  /** The report's own order, else the one that all its rows were ordered by. */
  private ordersOf(rows: Rows): OrderReading {
    const own = this.carrier.basedOn.map((reference) => ({ reference, from: this.resource }));
    if (own.length > 0) return readOrders(own, this.references);
    const pointers = rows.resources.flatMap(({ read, resource }) =>
      read.basedOn.map((reference) => ({ reference, from: resource })),
    );
    const names = new Set(pointers.map((one) => this.references.nameOf(one.reference, one.from)));
    return readOrders(names.size === 1 ? pointers.slice(0, 1) : [], this.references);
  }

  private specimensOf(rows: Rows): SpecimenReading {
    const own = this.carrier.specimen.map((reference) => ({ reference, from: this.resource }));
    const ofRows = rows.resources.flatMap(({ read, resource }) =>
      read.specimen ? [{ reference: read.specimen, from: resource }] : [],
    );
    return readSpecimens([...own, ...ofRows], this.references);
  }

  private collectedAt(rows: Rows) {
    const own = this.carrier.effective ?? this.specimens.collected;
    const shared = own ?? sharedBy(rows, effectiveOf) ?? this.collectedOfRows(rows);
    if (own === null && shared !== null) this.remark('collection-from-rows');
    const time = this.time(shared);
    if (time === null) this.remark('collection-date-missing');
    else if (time.at === null) this.remark('collection-date-imprecise');
    return time;
  }

  private collectedOfRows(rows: Rows): string | null {
    const times = rows.resources.map(({ read, resource }) =>
      read.specimen
        ? readSpecimens([{ reference: read.specimen, from: resource }], this.references).collected
        : null,
    );
    return onlyOne(times);
  }

  private lab(rows: Rows): ReceivedResult['performingLab'] {
    const { performer } = this.carrier;
    const own = readLab(performer, this.resource, this.references);
    if (own) return own;
    for (const { read, resource } of rows.resources) {
      const lab = readLab(read.performer, resource, this.references);
      if (lab) return lab;
    }
    return null;
  }

  /** False when rows name different laboratories: then nobody can say by whose table their codes are to be read. */
  private hasOneLab(rows: Rows): boolean {
    const names = rows.resources.flatMap(
      ({ read, resource }) => readLab(read.performer, resource, this.references)?.name ?? [],
    );
    return new Set(names).size <= 1;
  }

  /** Typed as filler; else the report's own number, where it has one. */
  private fillersOf(orders: OrderReading): readonly string[] {
    const named = [...typed(this.carrier.identifier, 'FILL'), ...orders.fillers];
    return named.length > 0 ? named : onlyUntyped(this.carrier.identifier);
  }

  private outsideName(): string[] {
    const { container, id, type, base } = this.resource;
    if (container || id === null) return [];
    const server = base ?? this.source.name ?? null;
    return [[server, type, id].filter((part) => part !== null).join('/')];
  }

  /** Id and version on the server, else the report's own number, else its content. */
  private documentId(): string {
    const { container, id, type, raw, fullUrl } = this.resource;
    const version = versionOf(this.resource);
    if (!container && id !== null) return `${type}/${id}${version === null ? '' : `/_history/${version}`}`;
    const number = this.carrier.identifier.find((one) => one.value !== null);
    if (number) return `${type}?identifier=${number.system ?? ''}|${number.value}`;
    if (fullUrl !== null) return fullUrl;
    return `sha256:${createHash('sha256').update(JSON.stringify(raw)).digest('hex')}`;
  }

  private time(raw: string | null) {
    const time = readTime(raw, this.source.zone);
    if (time && time.iso === null) this.remark('date-unreadable');
    return time;
  }
}

/** Words that {@link reportStatus} reads. */
function statusWord(status: string | null): string | null {
  const word = status?.toLowerCase() ?? null;
  // R5: changed and not verified again.
  return word === 'modified' ? 'preliminary' : word === 'appended' ? 'corrected' : word;
}

function sharedBy(
  rows: Rows,
  pick: (read: Rows['resources'][number]['read']) => string | null,
): string | null {
  return onlyOne(rows.resources.map(({ read }) => pick(read)));
}

function onlyOne(values: readonly (string | null)[]): string | null {
  const said = new Set(values.filter((one) => one !== null));
  return said.size === 1 ? ([...said][0] ?? null) : null;
}

function processingOf(labels: readonly string[]): ReceivedResult['processing'] {
  if (labels.some((one) => /\|HTEST$|0103\|T$/i.test(one))) return 'training';
  return labels.some((one) => /0103\|D$/i.test(one)) ? 'debugging' : 'production';
}

function yearsBetween(birthDate: string | null, at: number | null, zone: string): number | null {
  if (birthDate === null || at === null) return null;
  const years = DateTime.fromMillis(at, { zone }).diff(DateTime.fromISO(birthDate, { zone }), 'years').years;
  return years >= 0 && years < 130 ? years : null;
}
