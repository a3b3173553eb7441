/** Sensitive results: found by code and by name, whatever the value says (clinical-rules §6.1, L29). */
import type { Report } from '../result/report.js';
import { isAskedAtOrderEntry } from './ask-at-order-entry.js';
import { hasPhrase, wordsOf } from './comments.js';
import { matchAnalyte, matchPanel } from './matching.js';
import type { LaboratoryRule, RuleSet, SensitiveCategory, Tier } from './rule-set.js';
import { sensitiveCategories } from './rule-set.js';

type Content = Pick<Report, 'test' | 'observations' | 'note' | 'kind'>;

/**
 * Every sensitive category of a report; one sensitive row makes the whole report sensitive. What was asked when
 * ordering ("pregnant?") is no test.
 */
export function sensitiveCategoriesOf(
  report: Content,
  ruleSet: RuleSet,
  laboratory: LaboratoryRule | null = null,
): SensitiveCategory[] {
  const panel = matchPanel(report.test, ruleSet, laboratory);
  const observations = report.observations.filter((row) => !isAskedAtOrderEntry(row));
  const found = new Set<SensitiveCategory>();
  if (panel?.sensitive) found.add(panel.sensitive);
  if (report.kind === 'pathology') found.add('oncology');
  for (const row of observations) {
    const match = matchAnalyte(row, ruleSet, panel, laboratory);
    if (match?.analyte.sensitive) found.add(match.analyte.sensitive);
    if (/\bCAR\b/i.test(row.flag ?? '')) found.add('genetic');
  }
  const coded = [report.test, ...observations];
  const names = coded.map(({ name }) => wordsOf(name.replace(/[/+-]/g, ' ')));
  const comments = [report.note, ...observations.flatMap((row) => [row.note, row.value])]
    .filter((text) => text !== null)
    .map(wordsOf);
  for (const entry of ruleSet.sensitivity) {
    const isCoded = coded.some(
      ({ code }) => code !== null && (entry.loinc.includes(code) || entry.localCodes.includes(code)),
    );
    const isNamed = names.some((words) => entry.names.some((phrase) => hasPhrase(words, phrase)));
    const isInComment = comments.some((words) => entry.inComments.some((phrase) => hasPhrase(words, phrase)));
    if (isCoded || isNamed || isInComment) found.add(entry.category);
  }
  return sensitiveCategories.filter((category) => found.has(category));
}

/**
 * What may reach the patient automatically (L29). `open`: not sensitive. `neutral`: a message may say that a
 * message waits. `person`: only a person may tell. Under 18, or of unknown age, everything sensitive is `person`.
 */
export function sensitiveChannel(
  ruleSet: RuleSet,
  result: { readonly tier: Tier | null; readonly sensitive: readonly SensitiveCategory[] },
  ageYears: number | null,
): 'open' | 'neutral' | 'person' {
  if (result.sensitive.length === 0) return 'open';
  if (ageYears === null || ageYears < 18) return 'person';
  const which = result.tier === 'normal' ? 'normal' : 'other';
  return result.sensitive.some((category) => ruleSet.policy.sensitiveChannels[category][which] === 'person')
    ? 'person'
    : 'neutral';
}
