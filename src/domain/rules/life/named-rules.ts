/** Every rule of a rule set that can fire, with the name under which its reasons appear. */
import type { RuleSet } from '../rule-set.js';
import {
  combinationWords,
  deltaWords,
  intervalWords,
  limitWords,
  qualitativeWords,
  raiseWords,
  ratioWords,
  whomWords,
} from './words.js';

export interface NamedRule {
  /** As in a reason. */
  readonly rule: string;
  readonly subject: string;
  readonly words: string;
}

export function rulesOf(set: RuleSet): readonly NamedRule[] {
  const ofAnalytes = set.analytes.flatMap((one) => {
    const named = (rule: string, words: string): NamedRule => ({ rule, subject: one.name, words });
    const intervals = one.intervals.map(
      (interval) => `${intervalWords(interval, one.unit)} (${whomWords(interval)})`,
    );
    return [
      ...one.limits.map((rule) => named(rule.id, limitWords(rule))),
      ...one.raises.map((rule) => named(rule.id, raiseWords(rule))),
      ...one.deltas.map((rule) => named(rule.id, deltaWords(rule))),
      ...(intervals.length > 0 ? [named(`${one.id}-interval`, `outside ${intervals.join('; ')}`)] : []),
      ...(one.qualitative ? [named(`${one.id}-qualitative`, qualitativeWords(one.qualitative))] : []),
    ];
  });
  return [
    ...ofAnalytes,
    ...set.combinations.map((rule) => ({
      rule: rule.id,
      subject: 'Combinations',
      words: combinationWords(rule),
    })),
    ...set.ratios.map((rule) => ({ rule: rule.id, subject: 'Combinations', words: ratioWords(rule) })),
    ...set.comments.map((rule) => ({
      rule: rule.id,
      subject: 'Comments',
      words: `${rule.tier}: ${rule.phrases.join(', ')}`,
    })),
    ...set.exemptions.map((rule) => ({
      rule: rule.id,
      subject: 'Exemptions',
      words: `test ${rule.loinc}, flag ${rule.flags.join(' or ')}: abnormal, not critical`,
    })),
  ];
}
