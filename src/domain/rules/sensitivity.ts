/** Sensitive results: found by code and by name, whatever the value says (clinical-rules §6.1, L29). */
import type { Report } from '../result/report.js';
import { saysPhrase } from './comments.js';
import { matchAnalyte, matchPanel } from './matching.js';
import type { RuleSet, SensitiveCategory, Tier } from './rule-set.js';
import { sensitiveCategories } from './rule-set.js';

type Content = Pick<Report, 'test' | 'observations' | 'note' | 'kind'>;

/** Every sensitive category of a report; one sensitive row makes the whole report sensitive. */
export function sensitiveCategoriesOf(report: Content, ruleSet: RuleSet): SensitiveCategory[] {
  const panel = matchPanel(report.test, ruleSet);
  const found = new Set<SensitiveCategory>();
  if (panel?.sensitive) found.add(panel.sensitive);
  if (report.kind === 'pathology') found.add('oncology');
  for (const row of report.observations) {
    const match = matchAnalyte(row, ruleSet, panel);
    if (match?.analyte.sensitive) found.add(match.analyte.sensitive);
    if (/\bCAR\b/i.test(row.flag ?? '')) found.add('genetic');
  }
  const coded = [report.test, ...report.observations];
  const comments = [report.note, ...report.observations.flatMap((row) => [row.note, row.value])];
  for (const entry of ruleSet.sensitivity) {
    const isCoded = coded.some(
      ({ code }) => code !== null && (entry.loinc.includes(code) || entry.localCodes.includes(code)),
    );
    const isNamed = coded.some(({ name }) =>
      entry.names.some((phrase) => saysPhrase(name.replace(/[/-]/g, ' '), phrase)),
    );
    const isInComment = comments.some(
      (text) => text !== null && entry.inComments.some((phrase) => saysPhrase(text, phrase)),
    );
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
