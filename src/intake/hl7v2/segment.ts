import type { Delimiters } from './delimiters.js';
import { unescapeHl7 } from './escapes.js';

/** A line of a message. Fields, components and subcomponents count from 1, as in the standard. */
export class Segment {
  /** What was read of a field: the same few are asked for again and again. */
  private readonly read: (readonly Repetition[])[] = [];

  constructor(
    readonly id: string,
    private readonly fields: readonly string[],
    readonly delimiters: Delimiters,
  ) {}

  /** As written. */
  raw(field: number): string {
    return this.fields[field] ?? '';
  }

  /** Every repetition that says something. */
  repetitions(field: number): readonly Repetition[] {
    return (this.read[field] ??= this.readRepetitions(field));
  }

  private readRepetitions(field: number): readonly Repetition[] {
    const raw = this.raw(field);
    if (isNothing(raw)) return [];
    return raw
      .split(this.delimiters.repetition)
      .map((one) => new Repetition(one, this.delimiters))
      .filter((one) => !isNothing(one.raw));
  }

  first(field: number): Repetition | null {
    return this.repetitions(field)[0] ?? null;
  }

  /** A component of the first repetition; `null` when empty or `""` (known to be nothing). */
  text(field: number, component = 1): string | null {
    return this.first(field)?.component(component) ?? null;
  }

  toString(): string {
    const { field } = this.delimiters;
    const isHeader = this.id === 'MSH' && this.fields[1] === field;
    return isHeader ? `${this.id}${field}${this.fields.slice(2).join(field)}` : this.fields.join(field);
  }
}

export class Repetition {
  private readonly components: readonly string[];
  /** First subcomponents that were read. */
  private readonly read: (string | null)[] = [];

  constructor(
    readonly raw: string,
    private readonly delimiters: Delimiters,
  ) {
    this.components = raw.split(delimiters.component);
  }

  /** Its first subcomponent, decoded and trimmed. */
  component(n: number): string | null {
    const known = this.read[n];
    return known === undefined ? (this.read[n] = this.subcomponent(n, 1)) : known;
  }

  subcomponent(n: number, m: number): string | null {
    return this.clean(this.components[n - 1]?.split(this.delimiters.subcomponent)[m - 1] ?? '');
  }

  /** The whole of it as text: delimiters inside are part of what was written (TX, FT, ST). */
  whole(): string | null {
    return this.clean(this.raw);
  }

  /** All components that say something, parted by `between`. */
  joined(between: string): string | null {
    const parts = this.components.flatMap((one) =>
      one.split(this.delimiters.subcomponent).flatMap((part) => this.clean(part) ?? []),
    );
    return parts.join(between) || null;
  }

  private clean(raw: string): string | null {
    // No database takes the character 0, and no laboratory means it.
    return isNothing(raw) ? null : unescapeHl7(raw, this.delimiters).replaceAll('\0', '').trim() || null;
  }
}

/** Empty, or two quotes: deleted or masked, typographic ones included. */
function isNothing(raw: string): boolean {
  return /^\s*(?:["\u201c\u201d]{2})?\s*$/.test(raw);
}
