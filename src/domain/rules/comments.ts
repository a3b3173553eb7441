/** Laboratory comments: they may raise a tier, never lower one. */
import type { CommentRule } from './rule-set.js';

export interface CommentReading {
  readonly tier: 'critical' | 'abnormal' | 'review';
  /** Rule id, or the built-in name. */
  readonly rule: string;
  readonly why: string;
}

const told =
  'called|phoned|telephoned|notified|reported|relayed|communicated|given|verified|read[\\s-]*back|unable to (?:reach|contact)|attempt(?:ed|s)?';
const criticalWords = '(?:critical|panic|life[\\s-]threatening)(?:ly)?';
const criticalTold = new RegExp(
  `\\b${criticalWords}\\b[^.]{0,80}\\b(?:${told})\\b|\\b(?:${told})\\b[^.]{0,80}\\b${criticalWords}\\b|\\bread[\\s-]*back\\b|\\brbv\\b`,
  'i',
);
const criticalNamed = new RegExp(`\\b${criticalWords}\\b`, 'i');
const negated = /\b(no|not|non)[\s-]+(a\s+)?(critical|panic)(\s+(values?|results?))?/gi;
/** hl7-fhir §6: a correction may be told by nothing but these words; "upon retest" tells of an earlier answer. */
const amended = /\b(corrected|amended|previously\s+reported|revised|upon\s+re-?test(ing)?)\b/i;

/** Lower case, one space between words, no punctuation that could hide a phrase. */
export function plainWords(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}%+<>=/'-]+/gu, ' ')
    .trim();
}

/** Phrases of rules only, never texts of a laboratory: each is compared with every text of every result. */
const knownPhrases = new Map<string, string>();

function phraseOf(phrase: string): string {
  let words = knownPhrases.get(phrase);
  if (words === undefined) knownPhrases.set(phrase, (words = wordsOf(phrase)));
  return words;
}

/** A text made ready for {@link hasPhrase}. */
export function wordsOf(text: string): string {
  return ` ${plainWords(text)} `;
}

const denial = /\b(?:no|not|non|without)(?: (?:evidence of|visible|significant|obvious|a|any))? $/;

/** True when the phrase stands in the text as whole words at least once without a denial right before it. */
export function affirmsPhrase(text: string, phrase: string): boolean {
  const words = wordsOf(text);
  const wanted = phraseOf(phrase);
  for (let at = words.indexOf(wanted); at >= 0; at = words.indexOf(wanted, at + 1)) {
    if (!denial.test(words.slice(0, at + 1))) return true;
  }
  return false;
}

/** True when the phrase stands in the text as whole words. */
export function saysPhrase(text: string, phrase: string): boolean {
  return hasPhrase(wordsOf(text), phrase);
}

/** The same for a text of {@link wordsOf}. */
export function hasPhrase(words: string, phrase: string): boolean {
  return words.includes(phraseOf(phrase));
}

/**
 * Reads a comment. "Critical value called and read back" is the laboratory's word for critical (step 2); a
 * bare mention of critical values, or of an earlier report, goes to a person.
 */
export function readComment(text: string | null, rules: readonly CommentRule[]): readonly CommentReading[] {
  if (text === null || text.trim() === '') return [];
  const readings: CommentReading[] = [];
  const affirmed = text.replace(/\s+/g, ' ').replace(negated, ' ');
  if (criticalTold.test(affirmed)) {
    readings.push({
      tier: 'critical',
      rule: 'laboratory-called',
      why: 'the laboratory comments that a critical value was called',
    });
  } else if (criticalNamed.test(affirmed)) {
    readings.push({ tier: 'review', rule: 'comment-critical', why: 'a comment speaks of critical values' });
  }
  if (amended.test(text)) {
    readings.push({
      tier: 'review',
      rule: 'comment-corrected',
      why: 'a comment speaks of a correction or of an earlier report',
    });
  }
  for (const rule of rules) {
    const phrase = rule.phrases.find((candidate) => affirmsPhrase(text, candidate));
    if (phrase !== undefined)
      readings.push({ tier: rule.tier, rule: rule.id, why: `a comment says “${phrase}”` });
  }
  return readings;
}
