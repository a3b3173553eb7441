/** What is around a result: the order, the specimen, the laboratory. */
import type { ReportIdentifier } from '../../domain/result/report.js';
import { isAskedAtOrderEntry } from '../../domain/rules/ask-at-order-entry.js';
import type { ProviderAsSent, ReceivedResult } from '../received.js';
import { codesOf, testOf, wordsOf } from './concepts.js';
import { readProvider } from './people.js';
import type { References, Resource } from './resources.js';
import {
  observationShape,
  orderShape,
  organizationShape,
  specimenShape,
  type Identifier,
  type Reference,
} from './shapes.js';

export interface OrderReading {
  readonly provider: ProviderAsSent | null;
  readonly hasSeveralProviders: boolean;
  readonly placers: readonly string[];
  readonly fillers: readonly string[];
  readonly accessions: readonly string[];
  /** Name of the order resource, wherever it lies. */
  readonly orderNames: readonly string[];
  readonly authoredOn: string | null;
  readonly isFound: boolean;
}

/** Orders, by the names of R4 and before. */
export const orderTypes = [
  'ServiceRequest',
  'ProcedureRequest',
  'DiagnosticOrder',
  'DiagnosticRequest',
  'ReferralRequest',
];

/** The orders that a result is based on (hl7-fhir §8: the requester; never who performed or interpreted). */
export function readOrders(pointers: readonly Pointer[], references: References): OrderReading {
  const found = pointers.flatMap((one) => references.resolve(one.reference, one.from, ...orderTypes) ?? []);
  const orders = found.map((resource) => ({ resource, read: orderShape.parse(resource.raw) }));
  const identifiers = [
    ...orders.flatMap(({ read }) => read.identifier),
    ...pointers.flatMap(({ reference }) => reference.identifier ?? []),
  ];
  const providers = orders.flatMap(
    ({ resource, read }) => readProvider(read.requester ?? read.orderer, resource, references) ?? [],
  );
  return {
    provider: providers.find((one) => one.npi !== null) ?? providers[0] ?? null,
    hasSeveralProviders: new Set(providers.map((one) => one.npi ?? one.id ?? one.family)).size > 1,
    placers: [...typed(identifiers, 'PLAC'), ...onlyUntyped(identifiers)],
    fillers: typed(identifiers, 'FILL'),
    accessions: typed(identifiers, 'ACSN'),
    orderNames: pointers.flatMap((one) => references.nameOf(one.reference, one.from) ?? []),
    authoredOn: orders.find(({ read }) => read.authoredOn !== null)?.read.authoredOn ?? null,
    isFound: found.length > 0,
  };
}

/** What was asked when a result was ordered, where the order names the answers. */
export function answersToOrder(basedOn: readonly Pointer[], references: References): Resource[] {
  return basedOn.flatMap(({ reference, from }) => {
    const order = references.resolve(reference, from, ...orderTypes);
    if (!order) return [];
    return orderShape.parse(order.raw).supportingInfo.flatMap((one) => {
      const found = references.resolve(one, order, 'Observation');
      return found && isAnswer(found) ? found : [];
    });
  });
}

/** An Observation that answers a question asked when ordering. */
export function isAnswer({ raw }: Resource): boolean {
  return isAskedAtOrderEntry(testOf(observationShape.parse(raw).code));
}

/** The test that was ordered, when the one order of a group of Observations says it. */
export function orderedTest(basedOn: Reference, from: Resource, references: References) {
  const found = references.resolve(basedOn, from, ...orderTypes);
  const { code } = found ? orderShape.parse(found.raw) : { code: null };
  return code ? testOf(code) : null;
}

/** Values of the identifiers of one type of table 0203. */
export function typed(identifiers: readonly Identifier[], type: 'PLAC' | 'FILL' | 'ACSN'): string[] {
  return identifiers.flatMap((one) => (codesOf([one.type]).includes(type) ? (one.value ?? []) : []));
}

/** The one identifier without a type: an order's own number, a report's own number. Of several none is known to be it. */
export function onlyUntyped(identifiers: readonly Identifier[]): string[] {
  const untyped = identifiers.filter((one) => one.type === null && one.value !== null);
  return untyped.length === 1 ? untyped.flatMap((one) => one.value ?? []) : [];
}

export interface SpecimenReading {
  readonly specimen: string | null;
  readonly accessions: readonly string[];
  readonly collected: string | null;
  readonly received: string | null;
  /** What the laboratory says about the specimen's quality. */
  readonly remarks: readonly string[];
}

/** A reference and the resource that it stands in. */
export interface Pointer {
  readonly reference: Reference;
  readonly from: Resource;
}

export function readSpecimens(specimens: readonly Pointer[], references: References): SpecimenReading {
  const byName = new Map(
    specimens.map((one) => [references.nameOf(one.reference, one.from) ?? one.reference.display, one]),
  );
  const read = [...byName.values()].map(({ reference, from }) => {
    const found = references.resolve(reference, from, 'Specimen');
    return { reference, found: found ? specimenShape.parse(found.raw) : null };
  });
  const all = read.flatMap(({ found }) => found ?? []);
  const names = read.map(({ found, reference }) => wordsOf(found?.type ?? null) ?? reference.display);
  const status = all.flatMap((one) =>
    one.status === 'unsatisfactory' || one.status === 'entered-in-error' ? [`Specimen ${one.status}`] : [],
  );
  const condition = all.flatMap((one) => one.condition.flatMap((each) => wordsOf(each) ?? []));
  return {
    specimen: [...new Set(names.filter((one) => one !== null))].join(', ') || null,
    accessions: unique(
      all.flatMap((one) => [one.accessionIdentifier?.value ?? [], typed(one.identifier, 'ACSN')].flat()),
    ),
    collected: first(
      all.map((one) => one.collection?.collectedDateTime ?? one.collection?.collectedPeriod?.start),
    ),
    received: first(all.map((one) => one.receivedTime)),
    remarks: unique([
      ...status,
      ...condition.map((one) => `Specimen condition: ${one}`),
      ...all.flatMap((one) => one.note.flatMap((each) => each.text ?? [])),
    ]),
  };
}

/** The organisation that performed; people who did are no laboratory. */
export function readLab(
  performers: readonly Reference[],
  from: Resource,
  references: References,
): ReceivedResult['performingLab'] {
  for (const one of performers) {
    const found = references.resolve(one, from);
    if (found?.type === 'Organization') {
      const { name, address } = organizationShape.parse(found.raw);
      const [lab] = address;
      const parts = lab ? [...lab.line, lab.city, [lab.state, lab.postalCode].filter(Boolean).join(' ')] : [];
      return { name: name ?? one.display, address: lab?.text ?? (parts.filter(Boolean).join(', ') || null) };
    }
    const isNamed = /(^|\/)Organization\/[^/]+$/.test(one.reference ?? '') || one.type === 'Organization';
    if (!found && isNamed && one.display) return { name: one.display, address: null };
  }
  return null;
}

export function identifiersOf(
  pairs: readonly (readonly [ReportIdentifier['namespace'], readonly string[]])[],
) {
  const seen = new Set<string>();
  return pairs
    .flatMap(([namespace, values]) => values.map((value) => ({ namespace, value })))
    .filter(({ namespace, value }) => {
      const name = `${namespace}|${value}`;
      return !seen.has(name) && seen.add(name);
    });
}

function first(values: readonly (string | null | undefined)[]): string | null {
  return values.find((one) => one !== null && one !== undefined) ?? null;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
