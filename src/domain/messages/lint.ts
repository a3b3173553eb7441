/** The lint every text must pass: nothing clinical, one GSM-7 segment, sender named, STOP offered. */
import { bareWords, clinicalTermIn, specialtyIn } from './clinical-words.js';
import { measureText } from './gsm7.js';
import type { TemplateKind } from './template.js';

export type LintCode =
  | 'too-long'
  | 'not-gsm7'
  | 'clinical-word'
  | 'clinical-value'
  | 'no-sender'
  | 'sender-tells-specialty'
  | 'no-stop'
  | 'unknown-link'
  | 'link-not-https'
  | 'odd-name'
  | 'unfilled-placeholder';

export interface LintFinding {
  readonly code: LintCode;
  /** What to change; holds no name, number or value. */
  readonly message: string;
}

export interface LintContext {
  readonly practiceName: string;
  readonly firstName?: string;
  readonly link?: string;
  /** Phone numbers as shown in the body. */
  readonly phones?: readonly string[];
  readonly kind?: TemplateKind;
  /** The text of S000-50: it may say "lab results". */
  readonly isNormalReady?: boolean;
  /** S000-50 verbatim names no sender; every other text does. */
  readonly needsSender?: boolean;
}

const longestText = 160;
const stopWording = /\bReply STOP to opt out\b|\bResponda STOP para cancelar\b/;
const allowedPhrases = /\b(?:recent )?lab results\b|\bresultados de laboratorio\b/gi;
/** One https address; http only to this machine, which no patient's phone can reach (demo, tests). */
const oneLink = /^(?:https:\/\/\S+|http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?\/\S*)$/;
const shorteners = /^https:\/\/(?:bit\.ly|tinyurl\.com|t\.co|goo\.gl|ow\.ly|is\.gd|rebrand\.ly)\//i;

/** Checks a body that is about to leave as a text. An empty list means it may. */
export function lintText(body: string, context: LintContext): LintFinding[] {
  const kind = context.kind ?? 'text';
  const { needsSender = !context.isNormalReady } = context;
  const found: LintFinding[] = [...lintNeutral(body, context)];
  const add = (code: LintCode, message: string) => found.push({ code, message });

  const { encoding, length } = measureText(body);
  if (encoding !== 'gsm-7') {
    add(
      'not-gsm7',
      'A character outside GSM-7 would split the text at 70: use the neutral template or write the name without it.',
    );
  } else if (length > longestText) {
    add(
      'too-long',
      `The text is ${length - longestText} characters over ${longestText}: shorten the practice name, the link or the wording.`,
    );
  }
  if (needsSender && !` ${bareWords(body)} `.includes(` ${bareWords(context.practiceName)} `)) {
    add('no-sender', 'The text does not name the practice: add {practiceName}.');
  }
  if (context.practiceName && specialtyIn(context.practiceName)) {
    add('sender-tells-specialty', 'The sender name tells a specialty: set a neutral sender name for texts.');
  }
  if (kind === 'text' && !stopWording.test(body)) {
    add(
      'no-stop',
      'The text offers no opt-out: end it with “Reply STOP to opt out.” or “Responda STOP para cancelar.”',
    );
  }
  return found;
}

/** The part that also holds for secure messages meant to be neutral: nothing clinical, no foreign link. */
export function lintNeutral(body: string, context: LintContext): LintFinding[] {
  const found: LintFinding[] = [];
  const add = (code: LintCode, message: string) => found.push({ code, message });
  if (/\{\w+\}/.test(body)) add('unfilled-placeholder', 'A placeholder was not filled in: give it a value.');

  const { link, firstName, practiceName } = context;
  if (link !== undefined && !oneLink.test(link))
    add('link-not-https', 'The link must be one https address without spaces.');
  if (link !== undefined && shorteners.test(link))
    add('unknown-link', 'Public link shorteners are filtered by carriers: use the practice’s own link.');
  if (firstName !== undefined && !/^[\p{L}\p{M}][\p{L}\p{M} .'’-]*$/u.test(firstName)) {
    add('odd-name', 'The first name holds more than letters: check it in the chart.');
  }

  // What is left when names, link and phones are taken out is the wording itself.
  let wording = body;
  for (const given of [link, ...(context.phones ?? []), practiceName, firstName]) {
    if (given) wording = wording.replaceAll(given, ' ');
  }
  if (context.isNormalReady) wording = wording.replace(allowedPhrases, ' ');
  if (/https?:|www\./i.test(wording))
    add('unknown-link', 'The text holds a link that was not given as {link}.');
  const term = clinicalTermIn(wording);
  if (term !== null) add('clinical-word', `The word “${term}” tells something clinical: take it out.`);
  if (/\d/.test(wording.replace(/\b911\b/g, '')))
    add('clinical-value', 'The text holds a number that is neither phone nor link: take it out.');
  return found;
}
