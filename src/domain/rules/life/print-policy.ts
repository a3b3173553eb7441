/** The policy page of a practice, made from its configuration and nothing else (S000-26). Markdown. */
import type { LifecyclePolicy } from '../../lifecycle/policy.js';
import type { AnalyteRule, RuleSet } from '../rule-set.js';
import { titleOf } from './diff.js';
import { printClocks, printResponsibilities, type Duty } from './print-clocks.js';
import {
  combinationWords,
  computedWords,
  deltaWords,
  intervalWords,
  limitWords,
  qualitativeWords,
  raiseWords,
  ratioWords,
  whomWords,
} from './words.js';

export interface PolicyPage {
  readonly practiceName: string;
  /** "08:00 to 17:00, Monday to Friday". */
  readonly staffedHours?: string;
  /** "09:00 to 20:00, where the patient is". */
  readonly textHours?: string;
  /** Who holds which duty today. */
  readonly people?: readonly Duty[];
}

/**
 * Definitions, tiers, clocks for receipt and action, channels, responsibilities, and every rule with its source. The
 * minutes are the practice's own: no accreditation body or law fixes them (clinical-rules §7.1), and the page says so.
 */
export function printPolicy(ruleSet: RuleSet, policy: LifecyclePolicy, page: PolicyPage): string {
  return [
    `# Laboratory results: policy of ${page.practiceName}`,
    `${titleOf(ruleSet)}.`,
    ...(ruleSet.signedBy ? [] : ['**A draft. It does not run until the medical director has signed it.**']),
    definitions,
    printClocks(policy, ruleSet.policy.contactByHours, page.staffedHours),
    channels(ruleSet, page),
    printResponsibilities(page.people),
    printRules(ruleSet),
  ].join('\n\n');
}

const definitions = `## Definitions

| Tier | Meaning |
| --- | --- |
| critical | The laboratory says so, or a signed limit below says so. One critical value makes the whole result critical |
| abnormal | Outside the interval sent with it, flagged by the laboratory, or found by a rule below |
| normal | Proved: a known test in an accepted unit, inside an interval that applies to this patient or on a signed list of normal answers, with no flag or comment against it, final and readable |
| review | Not proved normal: a person decides. Never sent to a patient by itself |
| void | Withdrawn by the laboratory |

No step lowers a tier. The interval and the flag that the performing laboratory sends come first; intervals below are used only where none was sent. A flag that is missing never means normal. Imaging and pathology are never normal automatically.

| Urgency | Meaning |
| --- | --- |
| critical | Day and night, until a person has accepted it |
| same day | Acted on and told within the business day |
| standard | Everything else that needs a provider |
| minor | Slight deviations inside a signed band, and normal results |`;

function channels({ policy }: RuleSet, { textHours }: PolicyPage): string {
  const words = { neutral: 'a neutral message may say that a message waits', person: 'only a person tells' };
  const rows = Object.entries(policy.sensitiveChannels).map(
    ([category, { normal, other }]) => `| ${category} | ${words[normal]} | ${words[other]} |`,
  );
  return [
    '## Channels',
    `Texts hold no clinical detail${textHours ? ` and leave only ${textHours}` : ''}. Critical results are told by a person on the phone, with read-back. A text or a voicemail never counts as told for an abnormal or critical result.`,
    'Sensitive is the test, not its value. Under 18, everything sensitive is told by a person.',
    ['| Category | When normal | Otherwise |', '| --- | --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}

function printRules(set: RuleSet): string {
  const analytes = set.analytes.map(printAnalyte).filter((text) => text !== null);
  const combinations = set.combinations.map((rule) => `- ${combinationWords(rule)} [${rule.source}]`);
  const ratios = set.ratios.map((rule) => `- ${ratioWords(rule)} [${rule.source}]`);
  const computed = set.computed.map((rule) => `- ${computedWords(rule)} [${rule.source}]`);
  const comments = set.comments.map((rule) => `- ${rule.tier}: ${rule.phrases.join(', ')}`);
  const exemptions = set.exemptions.map(
    (rule) => `- test ${rule.loinc}, flag ${rule.flags.join(' or ')}: abnormal [${rule.source}]`,
  );
  const contacts = set.panels.map((one) => `| ${one.name} | ${one.contactByHours} h |`);
  const chapter = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? [`### ${title}\n\n${lines.join('\n')}`] : [];
  return [
    '## Rules',
    ...analytes,
    ...chapter('Combinations', combinations),
    ...chapter('Values that must fit each other', ratios),
    ...chapter('Computed values', computed),
    ...chapter('Comments of the laboratory', comments),
    ...chapter('Exempt from the laboratory’s critical flag', exemptions),
    ...chapter('Patient contact by panel', ['| Panel | Contact within |', '| --- | --- |', ...contacts]),
  ].join('\n\n');
}

function printAnalyte(one: AnalyteRule): string | null {
  const lines = [
    ...one.limits.map((rule) => `- ${limitWords(rule)} [${rule.source}]`),
    ...one.raises.map((rule) => `- ${raiseWords(rule)} [${rule.source}]`),
    ...one.deltas.map((rule) => `- ${deltaWords(rule)} [${rule.source}]`),
    ...one.intervals.map(
      (rule) => `- interval for ${whomWords(rule)}: ${intervalWords(rule, one.unit)} [${rule.source}]`,
    ),
    ...(one.qualitative ? [`- ${qualitativeWords(one.qualitative)} [${one.qualitative.source}]`] : []),
    ...(one.minor ? [`- slight deviations: ${one.minor.low ?? 'any'} to ${one.minor.high ?? 'any'}`] : []),
    ...(one.sensitive ? [`- sensitive: ${one.sensitive}`] : []),
  ];
  return lines.length > 0 ? `### ${one.name}\n\n${lines.join('\n')}` : null;
}
