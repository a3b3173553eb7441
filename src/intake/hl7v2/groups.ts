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
  readonly observations: readonly { readonly obx: Segment; readonly notes: readonly string[] }[];
  readonly specimens: readonly Segment[];
  /** ZPS: the performing laboratory in Labcorp's manner. */
  readonly site: Segment | null;
  /** Place in the message, from 1. */
  readonly place: number;
}

interface Patient {
  readonly pid: Segment | null;
  visit: Segment | null;
}

interface Building {
  patient: Patient;
  orc: Segment | null;
  obr: Segment | null;
  notes: string[];
  observations: { obx: Segment; notes: string[] }[];
  specimens: Segment[];
  site: Segment | null;
}

/**
 * Groups a message by order: PID begins a patient, OBR an order; ORC belongs to the order after it, also where the order
 * after that has none of its own. Specimen segments may stand before, between or behind observations.
 */
export function groupByOrder(message: Hl7Message, warnings: Warnings): Group[] {
  const [header, ...segments] = message.segments;
  if (!header) return [];
  const groups: Building[] = [];
  let patient: Patient = { pid: null, visit: null };
  let orc: Segment | null = null;
  let current: Building | null = null;
  let notes: string[] = [];
  const early: Segment[] = [];
  const begin = (obr: Segment | null): Building => {
    const group = { patient, orc, obr, notes: [], observations: [], specimens: early.splice(0), site: null };
    groups.push(group);
    return group;
  };
  for (const segment of segments) {
    switch (segment.id) {
      case 'PID':
        patient = { pid: segment, visit: null };
        current = null;
        orc = null;
        notes = [];
        break;
      case 'PV1':
        patient.visit ??= segment;
        break;
      case 'ORC':
        orc = segment;
        current = null;
        notes = [];
        break;
      case 'OBR':
        current = begin(segment);
        notes = current.notes;
        break;
      case 'OBX': {
        if (!current) {
          current = begin(null);
          warnings.add('no-order');
        }
        const observation = { obx: segment, notes: [] };
        current.observations.push(observation);
        notes = observation.notes;
        break;
      }
      case 'SPM':
        if (current) current.specimens.push(segment);
        else early.push(segment);
        // Remarks behind a specimen speak of the order.
        notes = current?.notes ?? [];
        break;
      case 'ZPS':
        if (current) current.site = segment;
        break;
      case 'NTE':
        notes.push(...commentOf(segment));
        break;
      default:
    }
  }
  return groups.map(({ patient: { pid, visit }, ...group }, at) => ({
    ...group,
    header,
    pid,
    visit,
    place: at + 1,
  }));
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
