/** What the comparison asks of every reader, taken from segments in the one plain way for all of them. */

export interface Facts {
  /** Messages in the file. */
  readonly messages: number;
  readonly orders: number;
  readonly observations: number;
  /** Of each order: "id family given". */
  readonly patients: readonly string[];
  readonly providers: readonly string[];
  /** Of each order: "placer filler". */
  readonly numbers: readonly string[];
  readonly values: readonly (string | null)[];
}

/** One line of a message, as a reader gives it out. Fields, repetitions and components count from 1. */
export interface SegmentView {
  readonly name: string;
  repetitions(field: number): number;
  component(field: number, repetition: number, component: number): string;
  /** The whole repetition as text, for values that have no components. */
  whole(field: number, repetition: number): string;
}

interface Order {
  readonly patient: string;
  readonly provider: string;
  readonly numbers: string;
  observations: number;
}

/**
 * Patient of the PID above, provider and numbers of each OBR with what its ORC and PV1 add, OBX-5 by OBX-2. An OBR that
 * stands without observations above others that have some is a heading and counts for nobody.
 */
export function factsOf(messages: readonly (readonly SegmentView[])[]): Facts {
  const read = messages.map(readMessage);
  const orders = read.flatMap((one) => one.orders);
  const values = read.flatMap((one) => one.values);
  return {
    messages: messages.length,
    orders: orders.length,
    observations: read.reduce((sum, one) => sum + one.observations, 0),
    patients: orders.map((one) => one.patient),
    providers: orders.map((one) => one.provider),
    numbers: orders.map((one) => one.numbers),
    values,
  };
}

function readMessage(segments: readonly SegmentView[]) {
  const orders: Order[] = [];
  const values: (string | null)[] = [];
  let observations = 0;
  let pid: SegmentView | null = null;
  let visit: SegmentView | null = null;
  let orc: SegmentView | null = null;
  for (const segment of segments) {
    if (segment.name === 'PID') [pid, visit, orc] = [segment, null, null];
    else if (segment.name === 'PV1') visit = segment;
    else if (segment.name === 'ORC') orc = segment;
    else if (segment.name === 'OBR')
      orders.push({
        patient: words(first(pid, 3, 1) ?? first(pid, 2, 1), first(pid, 5, 1), first(pid, 5, 2)),
        provider: providerOf([segment, 16], [orc, 12], [visit, 7]),
        numbers: words(first(segment, 2, 1) ?? first(orc, 2, 1), first(segment, 3, 1) ?? first(orc, 3, 1)),
        observations: 0,
      });
    else if (segment.name === 'OBX') {
      const order = orders.at(-1);
      if (order) order.observations += 1;
      observations += 1;
      values.push(...valuesOf(segment));
    }
  }
  const filled = orders.filter((one) => one.observations > 0);
  return { orders: filled.length > 0 ? filled : orders, values, observations };
}

export function words(...parts: readonly (string | null)[]): string {
  return parts.map((part) => part ?? '-').join(' ');
}

/** Empty, or two quotes of any kind: nothing. */
export function said(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return /^["\u201c\u201d]*$/.test(trimmed) ? null : trimmed;
}

function first(segment: SegmentView | null, field: number, component: number): string | null {
  return segment === null ? null : said(segment.component(field, 1, component));
}

function providerOf(...fields: readonly (readonly [SegmentView | null, number])[]): string {
  for (const [segment, field] of fields) {
    const parts = [1, 2, 3].map((n) => first(segment, field, n));
    if (parts.some((part) => part !== null)) return words(...parts);
  }
  return 'nobody';
}

function valuesOf(obx: SegmentView): (string | null)[] {
  const type = first(obx, 2, 1) ?? '';
  const count = Math.max(1, obx.repetitions(5));
  const each = Array.from({ length: count }, (_, at) => valueOf(obx, type, at + 1));
  const isText = !/^(NM|SN|CE|CWE|CNE|IS|ID)$/.test(type);
  return isText && count > 1 ? [each.map((one) => one ?? '').join('\n')] : each;
}

function valueOf(obx: SegmentView, type: string, repetition: number): string | null {
  const part = (n: number) => said(obx.component(5, repetition, n));
  switch (type) {
    case 'SN':
      return said([1, 2, 3, 4].map((n) => part(n)?.replace(/^=$/, '') ?? '').join(''));
    case 'CE':
    case 'CWE':
    case 'CNE':
      return part(2) ?? part(5) ?? part(9) ?? part(1) ?? part(4);
    default:
      return said(obx.whole(5, repetition));
  }
}
