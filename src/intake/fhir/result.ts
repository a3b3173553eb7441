/** One result out of a report, or out of Observations that no report names. */
import type { Report, ReportKind } from '../../domain/result/report.js';
import type { ReceivedResult } from '../received.js';
import { readForms, saysNormal } from './conclusion.js';
import { testOf, wordsOf } from './concepts.js';
import { answersToOrder } from './order.js';
import type { References, Resource } from './resources.js';
import { ResultBuilder, type Carrier, type Source } from './result-builder.js';
import { readRows, readRowsOf, type Rows } from './rows.js';
import { observationShape, reportShape, type Reference } from './shapes.js';
import { effectiveOf } from './times.js';

/** A DiagnosticReport and everything that its results lead to. */
export function resultOfReport(
  resource: Resource,
  kind: ReportKind,
  references: References,
  source: Source,
): { readonly result: ReceivedResult; readonly rows: Rows } {
  const read = reportShape.parse(resource.raw);
  const subject =
    read.subject ?? sharedSubject(readRows(read.result, resource, references, null), references);
  const basedOn = [...read.basedOn, ...read.request];
  const carrier: Carrier = { ...read, basedOn, subject, effective: effectiveOf(read) };
  const build = new ResultBuilder(resource, carrier, references, source);
  const answers = answersToOrder(
    basedOn.map((reference) => ({ reference, from: resource })),
    references,
  );
  const rows = readRows(read.result, resource, references, build.rangePatient, answers);
  const conclusion = [read.conclusion, ...[...read.conclusionCode, ...read.codedDiagnosis].map(wordsOf)];
  const said = conclusion.filter((one) => one !== null);
  const forms = readForms(read.presentedForm);
  const notes = [...said, ...read.note.flatMap((one) => one.text ?? []), ...forms.texts];
  if (said.length > 0) build.remark('conclusion');
  if (forms.unread > 0) build.remark('document-unread');
  const isModified = read.modifierExtension.length > 0 || read.implicitRules !== null;
  const isAllRead =
    !isModified && said.every(saysNormal) && !(forms.unread > 0 && rows.observations.length === 0);
  const result = build.finish({ kind, test: testOf(read.code), rows, notes, isAllRead, isModified });
  return { result, rows };
}

/** Observations without a report: one, or those of one order and collection. The first stands for all. */
export function resultOfObservations(
  observations: readonly Resource[],
  test: Report['test'] | null,
  kind: ReportKind,
  references: References,
  source: Source,
): ReceivedResult {
  const [resource] = observations;
  if (!resource) throw new Error('no Observation');
  const read = observationShape.parse(resource.raw);
  const subject = read.subject ?? sharedSubject(readRowsOf(observations, references, null), references);
  const carrier: Carrier = {
    ...read,
    subject,
    specimen: read.specimen ? [read.specimen] : [],
    effective: effectiveOf(read),
  };
  const build = new ResultBuilder(resource, carrier, references, source);
  const rows = readRowsOf(observations, references, build.rangePatient);
  const own = test ?? testOf(read.code);
  return build.finish({ kind, test: own, rows, notes: [], isAllRead: true, isModified: false });
}

/** A report without a subject is of whom all its rows are, if they say one and the same. */
function sharedSubject(rows: Rows, references: References): Reference | null {
  const said = rows.resources.filter(({ read }) => read.subject !== null);
  const names = new Set(said.map(({ read, resource }) => references.nameOf(read.subject, resource)));
  return names.size === 1 ? (said[0]?.read.subject ?? null) : null;
}
