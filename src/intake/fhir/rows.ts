/** Observations as rows: components and members are rows of their own, each taken once. */
import type { Observation } from '../../domain/result/report.js';
import { testOf, wordsOf } from './concepts.js';
import { readInterpretation } from './flags.js';
import { readRange, type RangePatient, type RangeReading } from './ranges.js';
import type { References, Resource } from './resources.js';
import {
  asList,
  componentShape,
  isJson,
  observationShape,
  quantityShape,
  type Json,
  type Observed,
  type ObservationResource,
  type Reference,
} from './shapes.js';
import { readValue } from './values.js';

export interface Rows {
  readonly observations: readonly Observation[];
  /** The Observations that were read, in order. */
  readonly resources: readonly { readonly resource: Resource; readonly read: ObservationResource }[];
  /** References to results that the delivery does not hold. */
  readonly unresolved: number;
  /** An extension says that the meaning is another than it seems. */
  readonly isModified: boolean;
  readonly rangeProblems: ReadonlySet<NonNullable<RangeReading['problem']>>;
  /** A laboratory wrote sentences where a flag is due; they are in the notes. */
  readonly hasSentences: boolean;
  /** Of Observations that only hold others together. */
  readonly notes: readonly string[];
}

/**
 * Every row that hangs on some result references: components, `hasMember` at any depth, one row per Observation however
 * often it is named, and those that come `besides`. A grouping Observation that says nothing itself is no row. Keys are code and occurrence, so that the
 * rows of a later version meet their predecessors.
 */
export function readRows(
  results: readonly Reference[],
  from: Resource,
  references: References,
  patient: RangePatient | null,
  besides: readonly Resource[] = [],
): Rows {
  const reading = new RowReading(references, patient);
  results.forEach((one) => reading.follow(one, from));
  // Contained and not named: still part of the report.
  references.containedIn(from, 'Observation').forEach((one) => reading.take(one));
  besides.forEach((one) => reading.take(one));
  return reading.done();
}

/** {@link readRows} of Observations that no report names, and of their members. */
export function readRowsOf(
  observations: readonly Resource[],
  references: References,
  patient: RangePatient | null,
): Rows {
  const reading = new RowReading(references, patient);
  observations.forEach((one) => reading.take(one));
  return reading.done();
}

/** Members of a panel: `hasMember`, before R4 `related`. What it was derived from is no member. */
export function membersOf(read: ObservationResource): readonly Reference[] {
  const related = read.related.flatMap(({ type, target }) =>
    type === 'has-member' && target ? [target] : [],
  );
  return [...read.hasMember, ...related];
}

class RowReading {
  private readonly seen = new Set<Resource>();
  private readonly resources: { resource: Resource; read: ObservationResource }[] = [];
  private readonly rows: Omit<Observation, 'key'>[] = [];
  private readonly keys: string[] = [];
  private readonly rangeProblems = new Set<NonNullable<RangeReading['problem']>>();
  private unresolved = 0;
  private isModified = false;
  private hasSentences = false;
  private readonly notes: string[] = [];

  constructor(
    private readonly references: References,
    private readonly patient: RangePatient | null,
  ) {}

  follow(reference: Reference, from: Resource): void {
    const found = this.references.resolve(reference, from, 'Observation');
    if (found) this.take(found);
    else this.unresolved += 1;
  }

  take(resource: Resource): void {
    if (this.seen.has(resource)) return;
    this.seen.add(resource);
    const read = observationShape.parse(resource.raw);
    this.resources.push({ resource, read });
    if (read.modifierExtension.length > 0 || read.implicitRules !== null) this.isModified = true;

    const components = asList(resource.raw['component']).filter(isJson);
    const members = membersOf(read);
    const row = this.rowOf(read, resource.raw, read.status, notesOf(read));
    const isFinished = /^(final|amended|corrected|appended)$/i.test(read.status ?? '');
    const isGroup = components.length > 0 || members.length > 0;
    const saysSomething = row.value !== null || row.flag !== null || read.dataAbsentReason !== null;
    if (saysSomething || !isFinished || !isGroup) this.add(row, null);
    else if (row.note !== null) this.notes.push(row.note);
    for (const raw of components)
      this.add(this.rowOf(componentShape.parse(raw), raw, read.status, []), testOf(read.code));
    members.forEach((one) => this.follow(one, resource));
    this.references.containedIn(resource, 'Observation').forEach((one) => this.take(one));
  }

  done(): Rows {
    const seen = new Map<string, number>();
    const observations = this.rows.map((row, at) => {
      const base = this.keys[at] ?? '';
      const occurrence = (seen.get(base) ?? 0) + 1;
      seen.set(base, occurrence);
      return { key: occurrence === 1 ? base : `${base}#${occurrence}`, ...row };
    });
    const { resources, unresolved, isModified, rangeProblems, hasSentences, notes } = this;
    return { observations, resources, unresolved, isModified, rangeProblems, hasSentences, notes };
  }

  private add(row: Omit<Observation, 'key'>, parent: { code: string | null; name: string } | null): void {
    const own = keyOf(row);
    this.rows.push(row);
    this.keys.push(parent && keyOf(parent) !== own ? `${keyOf(parent)}/${own}` : own);
  }

  private rowOf(
    read: Observed,
    raw: Json,
    status: string | null,
    notes: readonly string[],
  ): Omit<Observation, 'key'> {
    const test = testOf(read.code);
    const value = readValue(raw, test.system === 'LOINC' ? test.code : null);
    const quantity = isJson(raw['valueQuantity']) ? quantityShape.parse(raw['valueQuantity']) : null;
    const { range, problem } = readRange(read.referenceRange, quantity, this.patient);
    if (problem) this.rangeProblems.add(problem);
    const { flag, sentences } = readInterpretation(read.interpretation);
    if (sentences.length > 0) this.hasSentences = true;
    const absent = wordsOf(read.dataAbsentReason);
    const isNotPerformed = value === null && /^not[- ]performed$/i.test(absent ?? '');
    const reason = value === null && absent !== null ? [`No value: ${absent}`] : [];
    const note = [...notes, ...sentences, ...reason].join('\n') || null;
    // A value that is said to be absent contradicts itself: as text it proves nothing.
    const stated = value && absent !== null ? `${value.value} | ${absent}` : (value?.value ?? null);
    return {
      ...test,
      value: stated ?? (isNotPerformed ? 'Not performed' : null),
      unit: value?.unit ?? null,
      range,
      flag,
      status,
      note,
    };
  }
}

function notesOf(read: ObservationResource): string[] {
  return [...read.note.map((one) => one.text), read.comment, read.comments].filter((one) => one !== null);
}

function keyOf({ code, name }: { readonly code: string | null; readonly name: string }): string {
  return code ?? name.trim().toLowerCase();
}
