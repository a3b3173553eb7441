import { DateTime } from 'luxon';
import { titleOf } from '../domain/rules/life/diff.js';
import { Trial, type Simulation } from '../domain/rules/life/simulate.js';
import type { RuleSet } from '../domain/rules/rule-set.js';
import { recordAccess } from '../store/access.js';
import type { Practice } from '../store/practices.js';
import { storedVersions } from '../store/stored-versions.js';
import type { Store } from '../store/store.js';
import { shortId } from './find-result.js';
import { say, WrongUsage } from './outcome.js';
import { readerOnThisMachine } from './reader.js';
import { readRules, requireDraft, withPractice } from './rules.js';
import { table } from './table.js';

export interface SimulateOptions {
  readonly practice?: string;
  readonly since?: string;
  readonly json?: boolean;
}

/** `resultloop rules simulate [DRAFT]`: nothing is changed and nobody is told. */
export async function simulateCommand(file: string | undefined, options: SimulateOptions): Promise<void> {
  const read = file === undefined ? null : await readRules(file);
  await withPractice(options, async (store, practice) => {
    const draft = read ?? (await requireDraft(store, practice));
    const since = startOf(options.since, practice.settings.zone);
    const outcome = await simulateStored(store, practice, draft, since);
    say(
      options.json
        ? JSON.stringify(asJson(practice, draft, outcome), null, 2)
        : text(practice, draft, outcome),
    );
  });
}

/** Tries a draft on what a practice has stored. The access is recorded before anything is read. */
export async function simulateStored(
  store: Store,
  practice: Practice,
  draft: RuleSet,
  since?: number,
): Promise<Simulation> {
  await recordAccess(store, practice, { actor: readerOnThisMachine(), what: 'rules-simulate' });
  const trial = new Trial(draft);
  for await (const one of storedVersions(store, practice, trial.rules, since)) trial.add(one);
  return trial.outcome();
}

function startOf(day: string | undefined, zone: string): number | undefined {
  if (day === undefined) return undefined;
  const start = DateTime.fromISO(day, { zone });
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !start.isValid)
    throw new WrongUsage('--since is a day, such as 2026-01-05.');
  return start.toMillis();
}

/** Results by opaque id; no clinical value of anybody. */
function asJson(practice: Practice, draft: RuleSet, outcome: Simulation) {
  const { versions, tiers, fired, reviews } = outcome;
  const changes = outcome.changes.map(({ ref, from, to, rule }) => ({ result: ref, from, to, rule }));
  const { id, version, signedBy } = draft;
  return {
    practice: practice.id,
    ruleSet: { id, version, signedBy },
    results: versions,
    tiers,
    changes,
    fired,
    reviews,
  };
}

function text(practice: Practice, draft: RuleSet, outcome: Simulation): string {
  const { versions, tiers, fired, changes, reviews } = outcome;
  const loud = fired.filter((one) => one.results > 0);
  const counts = Object.entries(tiers).filter(([, n]) => n > 0);
  return [
    `${titleOf(draft)}, tried on ${versions} stored results of ${practice.id}. Nothing was changed, nobody was told.`,
    `They would be: ${counts.map(([tier, n]) => `${tier} ${n}`).join(', ') || 'nothing'}.`,
    block(`${changes.length} CHANGE TIER`, changes, [
      { title: 'RESULT', text: (one) => shortId(one.ref) },
      { title: 'FROM', text: (one) => one.from ?? 'none' },
      { title: 'TO', text: (one) => one.to ?? 'none' },
      { title: 'BY', text: (one) => one.rule ?? '' },
    ]),
    block(`${loud.length} RULES FIRE, ${fired.length - loud.length} NEVER`, loud, [
      { title: 'RULE', text: (one) => one.rule },
      { title: 'OF', text: (one) => one.subject },
      { title: 'RESULTS', text: (one) => String(one.results) },
      { title: 'SAYS', text: (one) => one.words },
    ]),
    block(`${tiers.review} NEED A PERSON`, reviews, [
      { title: 'LABORATORY', text: (one) => one.laboratory ?? 'not known' },
      { title: 'TEST', text: (one) => one.test },
      { title: 'CODE', text: (one) => one.code ?? 'none' },
      { title: 'WHY', text: (one) => one.cause.replaceAll('-', ' ') },
      { title: 'RESULTS', text: (one) => String(one.results) },
      { title: 'WHAT WOULD MEND IT', text: (one) => one.mend },
    ]),
  ].join('\n\n');
}

function block<T>(
  title: string,
  rows: readonly T[],
  columns: readonly { title: string; text: (row: T) => string }[],
): string {
  return rows.length === 0 ? title : `${title}\n${table(columns, rows)}`;
}
