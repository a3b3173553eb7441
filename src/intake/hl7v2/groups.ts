import type { Hl7Message } from './parse.js';
import type { Segment } from './segment.js';
import type { Warnings } from './warnings.js';

/** One order with what stands under it, and the patient above it. */
export interface Group {
  readonly header: Segment;
  /** `null` in a message without PID. */
  readonly pid: Segment | null;
  readonly visit: Segment | null;
  readonly orc: Segment | null;
  /** `null` where observations come without an order. */
  readonly obr: Segment | null;
  readonly notes: readonly string[];
  readonly observations: readonly GroupedObservation[];
  readonly specimens: readonly Segment[];
  /** PRT of the order (2.7 and later): who takes part in it. */
  readonly participants: readonly Segment[];
  /** ZPS: the performing laboratory in Labcorp's manner. */
  readonly site: Segment | null;
  /** Place in the message, from 1. */
  readonly place: number;
}

export interface GroupedObservation {
  readonly obx: Segment;
  readonly notes: readonly string[];
  /** It stands above the order that it was read with: of the patient, of the specimen. */
  readonly isBeforeOrder: boolean;
}

interface Patient {
  readonly pid: Segment | null;
  visit: Segment | null;
  readonly notes: string[];
}

interface Building {
  readonly patient: Patient;
  orc: Segment | null;
  readonly obr: Segment | null;
  readonly notes: string[];
  readonly observations: GroupedObservation[];
  readonly specimens: Segment[];
  readonly participants: Segment[];
  site: Segment | null;
}

/**
 * Groups a message by order: PID begins a patient, OBR an order; ORC belongs to the order after it, also where the order
 * after that has none of its own. Specimen segments may stand before, between or behind observations. Observations and
 * remarks that stand before an order (of the patient, of the specimen) go with the order after them; remarks on the patient
 * with all of them.
 */
export function groupByOrder(message: Hl7Message, warnings: Warnings): Group[] {
  const [header, ...segments] = message.segments;
  if (!header) return [];
  // By specimen (OUL), ORC stands behind its OBR.
  const grouping = new Grouping(warnings, /^OUL/i.test(header.text(9) ?? ''));
  for (const segment of segments) grouping.take(segment);
  return grouping.done().map(({ patient, ...group }, at) => ({
    ...group,
    notes: [...patient.notes, ...group.notes],
    header,
    pid: patient.pid,
    visit: patient.visit,
    place: at + 1,
  }));
}

class Grouping {
  private readonly groups: Building[] = [];
  private patient: Patient = { pid: null, visit: null, notes: [] };
  private orc: Segment | null = null;
  private current: Building | null = null;
  /** What stands before its order. */
  private early = nothingYet();
  /** The last ORC or OBR is nearer than any observation. */
  private isOfOrder = false;
  /** Where the next remark goes. */
  private notes: string[] = this.patient.notes;

  constructor(
    private readonly warnings: Warnings,
    private readonly isOrcBehindObr: boolean,
  ) {}

  take(segment: Segment): void {
    if (/^(ORC|OBR)$/.test(segment.id)) this.isOfOrder = true;
    else if (/^(PID|PV1|OBX|SPM)$/.test(segment.id)) this.isOfOrder = false;
    switch (segment.id) {
      case 'PID':
        this.flush();
        this.patient = { pid: segment, visit: null, notes: [] };
        this.orc = null;
        this.notes = this.patient.notes;
        break;
      case 'PV1':
        this.patient.visit ??= segment;
        break;
      case 'ORC':
        if (this.isOrcBehindObr && this.current && this.current.orc === null) {
          this.current.orc = segment;
          break;
        }
        // Senders without OBR: what stands since the last ORC is its own order.
        if (this.orc && this.early.observations.length > 0) this.beginWithoutOrder();
        this.current = null;
        this.orc = segment;
        this.notes = this.early.notes;
        break;
      case 'OBR':
        for (let i = 0; i < this.early.observations.length; i += 1) this.warnings.add('before-order');
        this.current = this.begin(segment);
        this.notes = this.current.notes;
        break;
      case 'OBX': {
        const notes: string[] = [];
        const isBeforeOrder = this.current === null;
        (this.current ?? this.early).observations.push({ obx: segment, notes, isBeforeOrder });
        this.notes = notes;
        break;
      }
      case 'SPM': {
        const place = this.current ?? this.early;
        place.specimens.push(segment);
        // Remarks behind a specimen speak of the order.
        this.notes = place.notes;
        break;
      }
      case 'PRT':
        // Behind an observation or a specimen it names who made or took that.
        if (this.isOfOrder) (this.current ?? this.early).participants.push(segment);
        break;
      case 'ZPS':
        if (this.current) this.current.site = segment;
        break;
      case 'NTE':
        this.notes.push(...commentOf(segment));
        break;
      default:
    }
  }

  done(): readonly Building[] {
    this.flush();
    return this.groups;
  }

  private begin(obr: Segment | null): Building {
    const { patient, orc } = this;
    const group = { patient, orc, obr, ...this.early, site: null };
    this.early = nothingYet();
    this.groups.push(group);
    return group;
  }

  private beginWithoutOrder(): void {
    this.warnings.add('no-order');
    this.begin(null);
  }

  /** Observations that no order followed stand by themselves. */
  private flush(): void {
    if (this.early.observations.length > 0) this.beginWithoutOrder();
    this.early = nothingYet();
    this.current = null;
  }
}

function nothingYet() {
  return {
    notes: [] as string[],
    observations: [] as GroupedObservation[],
    specimens: [] as Segment[],
    participants: [] as Segment[],
  };
}

/** NTE-3, every repetition; senders that put the text into NTE-2 or NTE-4 exist. */
function commentOf(nte: Segment): string[] {
  const field = [3, 4].find((n) => nte.first(n) !== null);
  const text =
    field === undefined
      ? null
      : nte
          .repetitions(field)
          .map((one) => one.whole() ?? '')
          .join('\n');
  if (text !== null) return field === 4 ? [] : [text];
  const second = nte.text(2);
  return second !== null && second.length > 3 ? [second] : [];
}
