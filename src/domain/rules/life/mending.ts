/** What to change so that a result no longer needs a person. Words for a director, data for a tool. */
import type { Observation } from '../../result/report.js';
import { findLaboratory } from '../matching.js';
import type { AnalyteRule, SignedRuleSet } from '../rule-set.js';

/** An entry that is missing in the rule set. */
export type Mapping =
  /** `analyteId` is a guess by name, `null` when the name says nothing. */
  | {
      readonly kind: 'laboratory-code';
      readonly laboratory: string | null;
      readonly code: string;
      readonly analyteId: string | null;
    }
  | { readonly kind: 'unit'; readonly analyteId: string; readonly unit: string }
  | { readonly kind: 'answer'; readonly analyteId: string; readonly text: string }
  | { readonly kind: 'interval'; readonly analyteId: string };

export interface About {
  readonly rules: SignedRuleSet;
  readonly laboratory: string | null;
  readonly analyte: AnalyteRule | null;
  /** `null` when it is about the whole report. */
  readonly row: Observation | null;
  readonly test: string;
}

interface Mending {
  readonly words: string;
  readonly mapping: Mapping | null;
}

/** Longer texts are prose, may name people, and belong on no list. */
const longestAnswer = 40;

const bySource = 'have it corrected at the laboratory or its interface';
const byChart = 'complete it in the chart';

/** What would mend a cause of {@link Cause}, or a review of the whole report. */
export function mend(cause: string, about: About): Mending {
  const { analyte, row, test } = about;
  const unit = row?.unit?.trim() ?? '';
  const value = row?.value?.trim() ?? '';
  switch (cause) {
    case 'unknown-test':
    case 'name-only':
      return mendCode(about);
    case 'unit-unknown':
      return analyte
        ? {
            words: `add unit “${unit}” to ${analyte.name}, with its factor to ${analyte.unit ?? ''}`,
            mapping: { kind: 'unit', analyteId: analyte.id, unit },
          }
        : said(bySource);
    case 'unit-missing':
      return said(`no unit is sent with ${test}: ${bySource}`);
    case 'text-unlisted':
      if (!analyte || value.length > longestAnswer)
        return said(`${test} comes as longer text: a person reads it`);
      return {
        words: `decide whether “${value}” is normal for ${analyte.name} and put it on its list`,
        mapping: { kind: 'answer', analyteId: analyte.id, text: value.toLowerCase() },
      };
    case 'answer-never-normal':
      return said(`${test} is never normal by itself: a person reads it, as the rules say`);
    case 'text-unexpected':
      return said(
        `${test} comes as text where a number is expected: ${bySource}, or give it a list of answers`,
      );
    case 'no-interval':
      return analyte
        ? {
            words: `the laboratory sends no interval: add one to ${analyte.name} for these patients, or have it sent`,
            mapping: { kind: 'interval', analyteId: analyte.id },
          }
        : said(`the laboratory sends no interval: ${bySource}`);
    case 'range-unread':
      return said(`the interval of ${test} comes in words: have it sent as two numbers`);
    case 'range-undecided':
    case 'range-inverted':
    case 'number-unclear':
    case 'unit-against-range':
    case 'unit-against-code':
    case 'unit-against-last-value':
    case 'flag-against-range':
    case 'text-against-range':
    case 'implausible':
      return said(`what is sent with ${test} contradicts itself: ${bySource}`);
    case 'patient-unknown':
      return said('the patient was not known: match the result');
    case 'sex-unknown':
    case 'age-unknown':
    case 'pregnancy-unknown':
      return said(`${cause.replace('-unknown', '')} is not known and no interval was sent: ${byChart}`);
    case 'panel-incomplete':
      return said(`${test} comes without a member it needs: have it sent, or make the member optional`);
    case 'not-final':
    case 'status-unknown':
      return said('it was not final: nothing to mend unless the laboratory never says so');
    case 'no-value':
    case 'no-values':
    case 'not-readable':
      return said(`${test} holds no value that can be read: ask for discrete values`);
    default:
      return said('nothing to mend: a person has to look');
  }
}

function mendCode({ rules, laboratory, analyte, row }: About): Mending {
  const code = row?.code?.trim() ?? '';
  const name = row?.name.trim() ?? '';
  const looksLike = analyte ? `, which looks like ${analyte.name}` : '';
  if (code === '')
    return said(
      `no code is sent with “${name}”${looksLike}: add the name to an analyte and that to its panel`,
    );
  const known = findLaboratory(rules, laboratory);
  const where = known?.name ?? laboratory ?? 'the laboratory (not known)';
  return {
    words: `map code ${code} (“${name}”) of ${where}${looksLike}`,
    mapping: {
      kind: 'laboratory-code',
      laboratory: known?.id ?? laboratory,
      code,
      analyteId: analyte?.id ?? null,
    },
  };
}

function said(words: string): Mending {
  return { words, mapping: null };
}
