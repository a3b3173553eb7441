import { personById } from '../domain/routing/roster.js';
import { openDeps } from '../process/deps.js';
import { intakePort } from '../process/intake/create-intake.js';
import { matchByPerson, MatchRefused } from '../process/intake/match-again.js';
import { recordAccess } from '../store/access.js';
import { unmatchedItems, type UnmatchedItem } from '../store/transmission-items.js';
import { requireDemoPolicy } from './act.js';
import { choosePractice } from './choose-practice.js';
import { findResult, shortId } from './find-result.js';
import { CommandFailed, say } from './outcome.js';
import { readerOnThisMachine } from './reader.js';
import { table } from './table.js';

const reasons: Record<string, string> = {
  'no-chart-id': "none of its patient numbers is the chart's",
  'not-in-chart': 'the chart has no such patient',
  'name-or-birth-date-differs': 'name or birth date in the chart differ',
  'several-charts': 'its numbers lead to several charts',
  'chart-unreachable': 'the chart did not answer',
};

/** `resultloop unmatched`: results whose patient nobody has found, as the laboratory printed them. PHI. */
export async function unmatchedCommand(options: { practice?: string }): Promise<void> {
  const deps = await openDeps(process.env, 'unmatched');
  try {
    const practice = await choosePractice(deps.store, options.practice);
    await recordAccess(deps.store, practice, {
      actor: readerOnThisMachine(),
      what: 'unmatched',
      resultId: null,
    });
    const items = newestOfEach(
      await unmatchedItems(deps.store, { practiceId: practice.id, all: true, limit: 500 }),
    );
    if (items.length === 0) return say(`${practice.id}: every result has its patient.`);
    say(
      table(
        [
          { title: 'RESULT', text: (i) => shortId(i.resultId) },
          {
            title: 'PRINTED AS',
            text: ({ patient: p }) =>
              `${p.family ?? '?'}, ${p.given ?? '?'}, born ${p.birthDate ?? 'not known'}, ${p.id ?? 'no number'}${p.authority ? ` (${p.authority})` : ''}`,
          },
          { title: 'WHY', text: (i) => reasons[i.why] ?? i.why },
        ],
        items,
      ),
    );
    say('Whose it is: resultloop unmatched match RESULT --chart NUMBER --as PERSON');
  } finally {
    await deps.close();
  }
}

/** `resultloop unmatched match RESULT --chart NUMBER --as PERSON`. */
export async function matchCommand(
  wanted: string,
  options: { practice?: string; chart: string; as: string; despiteName?: boolean },
): Promise<void> {
  const deps = await openDeps(process.env, 'match');
  try {
    const practice = await choosePractice(deps.store, options.practice);
    requireDemoPolicy(practice);
    if (!personById(practice.roster, options.as)?.active)
      throw new CommandFailed('not-on-roster', `"${options.as}" is not on the roster of ${practice.id}.`);
    const resultId = await findResult(deps.store, practice.id, wanted);
    const became = await matchByPerson(intakePort(deps), practice, {
      resultId,
      chartId: options.chart.trim(),
      by: options.as,
      despiteName: options.despiteName ?? false,
    });
    say(
      became === resultId
        ? `${shortId(resultId)} goes on under that patient.`
        : `The chart had it already: it goes on as ${shortId(became)}.`,
    );
  } catch (err) {
    if (err instanceof MatchRefused) throw new CommandFailed(err.code, err.message);
    throw err;
  } finally {
    await deps.close();
  }
}

/** One line per result: its versions came in several messages. */
function newestOfEach(items: readonly UnmatchedItem[]): UnmatchedItem[] {
  const seen = new Set<string>();
  return items.filter((i) => !seen.has(i.resultId) && seen.add(i.resultId));
}
