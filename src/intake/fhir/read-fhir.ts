import type { Report } from '../../domain/result/report.js';
import { readExactJson, type JsonText } from '../exact-json.js';
import { withJsonDoubts } from '../json-doubts.js';
import type { IntakeWarning, Received, ReceivedResult } from '../received.js';
import { isOfLaboratory, kindOf } from './kind.js';
import { isAnswer, orderedTest, orderTypes } from './order.js';
import { collectResources, References, type Delivery, type Resource } from './resources.js';
import { resultOfObservations, resultOfReport } from './result.js';
import type { Source } from './result-builder.js';
import { membersOf } from './rows.js';
import { asText, isJson, observationShape, reportShape } from './shapes.js';
import { effectiveOf } from './times.js';

const unreadable: Readonly<Record<Extract<JsonText, { ok: false }>['why'], string>> = {
  empty: 'The message is empty. Ask the sender to send it again.',
  xml: 'This is XML. Ask the sender for FHIR as JSON (application/fhir+json).',
  'not-json':
    'This is no valid JSON; it may be cut off. Ask the sender to send it again; the bytes are kept for a person to look at.',
};

/**
 * Reads FHIR R4 as laboratories and EHRs send it (hl7-fhir §9): a DiagnosticReport, an Observation, Bundles of any kind,
 * one resource a line. Each report is a result; an Observation that no report names is its own, with those of the same
 * order and collection together. Vital signs, surveys and the like are none. Never throws; what keeps a result from being
 * proved normal (a reference that leads nowhere, a conclusion to be read, rows of another patient) makes its report not
 * `readable`.
 */
export function readFhir(bytes: Uint8Array, source: Source): Received {
  try {
    const json = readExactJson(bytes);
    if (!json.ok) return { verdict: 'reject', why: unreadable[json.why], warnings: [] };
    return withJsonDoubts(readFhirJson(json.values, source), json);
  } catch {
    return {
      verdict: 'reject',
      why: 'This FHIR message cannot be read as it is built. It is kept for a person to look at; ask the sender about it.',
      warnings: [],
    };
  }
}

/** {@link readFhir} of JSON that is parsed already, numbers as text (`readExactJson`). May throw on hostile nesting. */
export function readFhirJson(values: readonly unknown[], source: Source): Received {
  const delivery = collectResources(values);
  const { warnings } = delivery;
  const types = new Set(delivery.resources.map((one) => one.type));
  const hasBundle = values.flat().some((one) => isJson(one) && asText(one['resourceType']) === 'Bundle');
  if (delivery.resources.length === 0 && !hasBundle)
    return {
      verdict: 'reject',
      why: 'This JSON is no FHIR resource: resourceType is missing. Check what the sender sends to this address.',
      warnings,
    };
  if (types.size === 1 && types.has('OperationOutcome'))
    return {
      verdict: 'reject',
      why: "This is a server's error answer (OperationOutcome), not a result. Look up its cause and read again.",
      warnings,
    };

  const { results, skipped } = new Reading(delivery, source).read();
  const all = [...warnings, ...skipped.values()];
  if (results.length > 0) return { verdict: 'results', results, warnings: all };
  if (skipped.size > 0)
    return { verdict: 'none', why: [...skipped.values()].map((one) => one.text).join('; '), warnings: all };
  if (types.size === 0) return { verdict: 'none', why: 'The Bundle holds no resources', warnings: all };
  if ([...types].some((one) => orderTypes.includes(one)))
    return { verdict: 'none', why: 'It holds orders without results: no result has come yet', warnings: all };
  const named = [...types].filter((one) => /^[A-Z][A-Za-z]{2,40}$/.test(one)).slice(0, 5);
  return {
    verdict: 'reject',
    why: `This is no result (it holds ${named.join(', ') || 'something else'}). Have the sender send DiagnosticReport or Observation here.`,
    warnings: all,
  };
}

class Reading {
  private readonly references: References;
  private readonly used = new Set<Resource>();
  private readonly results: ReceivedResult[] = [];
  private readonly skipped = new Map<string, IntakeWarning>();

  constructor(
    private readonly delivery: Delivery,
    private readonly source: Source,
  ) {
    this.references = new References(delivery.resources);
  }

  read(): { results: readonly ReceivedResult[]; skipped: ReadonlyMap<string, IntakeWarning> } {
    const resources = this.delivery.resources.filter((one) => {
      const isOld = this.references.isReplaced(one);
      if (isOld) this.skip('older-version', 'Older versions of results come along and were left aside');
      return !isOld;
    });
    for (const one of resources) if (one.type === 'DiagnosticReport') this.takeReport(one);
    const lone = resources.filter((one) => one.type === 'Observation' && !this.used.has(one));
    const members = new Set(lone.flatMap((one) => this.membersOf(one)));
    const all = new Set(lone);
    const heads = lone.filter((one) => !members.has(one) && !(one.container && all.has(one.container)));
    for (const group of this.grouped(heads)) this.takeGroup(group);
    // Members that name each other in a circle have no head.
    for (const one of lone) if (!this.used.has(one)) this.takeGroup([one]);
    return { results: this.results, skipped: this.skipped };
  }

  private takeReport(resource: Resource): void {
    const read = reportShape.parse(resource.raw);
    const kind = kindOf(read.category, read.code);
    const { result, rows } = resultOfReport(
      resource,
      kind === 'no-result' ? 'lab' : kind,
      this.references,
      this.source,
    );
    rows.resources.forEach((one) => this.used.add(one.resource));
    const areBedside = rows.resources.every(
      (one) => kindOf(one.read.category, one.read.code) === 'no-result',
    );
    const hasOnlyBedside = kind === 'lab' && rows.resources.length > 0 && rows.unresolved === 0 && areBedside;
    // A laboratory's row under a note is a result all the same.
    if ((kind === 'no-result' && areBedside) || hasOnlyBedside)
      return this.skip(
        'not-a-result',
        'It holds a report that no laboratory made (note, vital signs, survey)',
      );
    const isEmpty = rows.observations.length === 0 && rows.unresolved === 0 && result.report.note === null;
    if (isEmpty && read.status === 'registered' && read.presentedForm.length === 0)
      return this.skip('registered', 'It announces a report that has no results yet');
    this.results.push(result);
  }

  private takeGroup(group: readonly Resource[]): void {
    const [head] = group;
    if (!head) return;
    if (group.every(isAnswer)) {
      group.forEach((one) => this.markUsed(one));
      return this.skip(
        'asked-at-order-entry',
        'Answers given when the test was ordered stand beside the results and were left aside',
      );
    }
    const read = observationShape.parse(head.raw);
    const own = kindOf(read.category, read.code);
    const kind = own === 'no-result' && this.membersOf(head).some(isLaboratory) ? 'lab' : own;
    const test =
      group.length > 1 && read.basedOn[0] ? orderedTest(read.basedOn[0], head, this.references) : null;
    const result = resultOfObservations(
      group,
      test,
      kind === 'no-result' ? 'lab' : kind,
      this.references,
      this.source,
    );
    group.forEach((one) => this.markUsed(one));
    if (kind === 'no-result')
      this.skip(
        'not-a-result',
        'It holds observations that no laboratory made (vital signs, survey, social history)',
      );
    else this.results.push(result);
  }

  private markUsed(resource: Resource): void {
    if (this.used.has(resource)) return;
    this.used.add(resource);
    this.membersOf(resource).forEach((one) => this.markUsed(one));
    this.references.containedIn(resource, 'Observation').forEach((one) => this.markUsed(one));
  }

  private membersOf(resource: Resource): Resource[] {
    const read = observationShape.parse(resource.raw);
    return membersOf(read).flatMap((one) => {
      const found = this.references.resolve(one, resource, 'Observation');
      return found && found !== resource ? found : [];
    });
  }

  /**
   * Observations of one patient, one order, one collection and one specimen were ordered and drawn as one test; without
   * an order that says which, nothing tells a panel from tests that happen to lie together: each is its own.
   */
  private grouped(heads: readonly Resource[]): readonly (readonly Resource[])[] {
    const groups = new Map<unknown, Resource[]>();
    for (const one of heads) {
      const key = this.groupOf(one) ?? one;
      const group = groups.get(key);
      if (group) group.push(one);
      else groups.set(key, [one]);
    }
    return [...groups.values()];
  }

  private groupOf(resource: Resource): string | null {
    const read = observationShape.parse(resource.raw);
    const [order, ...more] = read.basedOn;
    if (!order || more.length > 0) return null;
    const test: Report['test'] | null = orderedTest(order, resource, this.references);
    if (test === null) return null;
    const { references } = this;
    return JSON.stringify([
      references.nameOf(read.subject, resource),
      references.nameOf(order, resource),
      effectiveOf(read),
      references.nameOf(read.specimen, resource),
      kindOf(read.category, read.code),
    ]);
  }

  private skip(code: string, text: string): void {
    this.skipped.set(code, { code, text });
  }
}

function isLaboratory({ raw }: Resource): boolean {
  return isOfLaboratory(observationShape.parse(raw).category);
}
