/** A rule set taken apart into single facts, each with a stable key and the words a clinician reads. */
import type { AnalyteRule, PanelRule, RuleSet } from '../rule-set.js';
import {
  combinationWords,
  computedWords,
  deltaWords,
  intervalWords,
  limitWords,
  raiseWords,
  ratioWords,
  tierWords,
  whomWords,
} from './words.js';

export interface Fact {
  /** The analyte, panel or chapter it belongs to. */
  readonly subject: string;
  /** What kind of fact: "limit potassium-high", "unit mEq/L". */
  readonly what: string;
  readonly words: string;
}

/** Every fact by a key that stays the same from version to version. Nothing of the rule set is left out. */
export function factsOf(set: RuleSet): ReadonlyMap<string, Fact> {
  const facts = new Map<string, Fact>();
  const collect =
    (path: string, subject: string) =>
    (what: string, words: string, key: string = what) => {
      facts.set(`${path}/${key}`, { subject, what, words });
    };
  for (const one of set.analytes) ofAnalyte(one, collect(`analyte/${one.id}`, one.name));
  for (const one of set.panels) ofPanel(one, collect(`panel/${one.id}`, one.name));
  const lists = collect('lists', 'Text answers');
  for (const [list, entries] of Object.entries(set.qualitative))
    for (const entry of entries) lists(`“${entry}”`, list, `${list}/${entry}`);
  const comments = collect('comments', 'Comments');
  for (const one of set.comments)
    comments(`comment rule ${one.id}`, `${one.tier}: ${one.phrases.join(', ')}`);
  const combinations = collect('combinations', 'Combinations');
  for (const one of set.combinations)
    combinations(`combination ${one.id}`, `${combinationWords(one)} [${one.source}]`);
  const ratios = collect('ratios', 'Values that must fit each other');
  for (const one of set.ratios) ratios(`ratio ${one.id}`, `${ratioWords(one)} [${one.source}]`);
  const computed = collect('computed', 'Computed values');
  for (const one of set.computed)
    computed(`computed value ${one.id}`, `${computedWords(one)} [${one.source}]`);
  const exemptions = collect('exemptions', 'Exemptions from the laboratory’s critical flag');
  for (const one of set.exemptions)
    exemptions(`exemption ${one.id}`, `test ${one.loinc}, flag ${one.flags.join(' or ')} [${one.source}]`);
  ofSensitivity(set, collect('sensitivity', 'Sensitive tests'));
  for (const one of set.laboratories) {
    const laboratory = collect(`laboratory/${one.id}`, one.name);
    laboratory('name', one.name);
    for (const other of one.names) laboratory(`name “${other}”`, 'belongs to it');
    for (const { code, analyteId } of one.codes) laboratory(`code ${code}`, analyteId);
    for (const { code, panelId } of one.panels) laboratory(`panel code ${code}`, panelId);
  }
  ofPolicy(set, collect('policy', 'Policy'));
  return facts;
}

type Collect = (what: string, words: string, key?: string) => void;

function ofAnalyte(one: AnalyteRule, fact: Collect): void {
  fact('name', `${one.name} (${one.short})`);
  for (const code of one.loinc) fact(`LOINC ${code}`, 'belongs to it');
  for (const code of one.molarLoinc) fact(`LOINC ${code}`, 'belongs to it, amount of substance');
  for (const code of one.localCodes) fact(`local code ${code}`, 'belongs to it');
  for (const name of one.names) fact(`name “${name}”`, 'belongs to it');
  fact('unit', `${one.unit ?? 'none, text'}${one.unitOptional ? ', may be missing' : ''}`);
  for (const { text, factor, offset } of one.otherUnits)
    fact(`unit ${text}`, `× ${factor}${offset === '0' ? '' : ` + ${offset}`} = ${one.unit ?? ''}`);
  fact('plausible', one.gate ? `${one.gate.low} to ${one.gate.high}` : 'any number');
  one.intervals.forEach((interval, at) => {
    const before = one.intervals.slice(0, at).filter((other) => whomWords(other) === whomWords(interval));
    const what = `interval for ${whomWords(interval)}${before.length > 0 ? `, ${before.length + 1}` : ''}`;
    fact(what, `${intervalWords(interval, one.unit)} [${interval.source}]`);
  });
  for (const limit of one.limits) fact(`limit ${limit.id}`, `${limitWords(limit)} [${limit.source}]`);
  for (const raise of one.raises) fact(`flag rule ${raise.id}`, `${raiseWords(raise)} [${raise.source}]`);
  for (const delta of one.deltas) fact(`change rule ${delta.id}`, `${deltaWords(delta)} [${delta.source}]`);
  if (one.minor) fact('slight deviations', `${one.minor.low ?? 'any'} to ${one.minor.high ?? 'any'}`);
  if (one.qualitative) ofAnswers(one.qualitative, fact);
  fact('sensitive', one.sensitive ?? 'no');
}

function ofAnswers(rule: NonNullable<AnalyteRule['qualitative']>, fact: Collect): void {
  const found = tierWords(rule.positiveTier, rule.positiveUrgency);
  const other = rule.negativeIsNormal ? 'normal' : 'neither normal nor abnormal by itself';
  fact('answers', `found: ${found}; else: ${other} [${rule.source}]`);
  for (const text of rule.negative) fact(`answer “${text}”`, 'not found', `not found/${text}`);
  for (const text of rule.positive) fact(`answer “${text}”`, 'found', `found/${text}`);
}

function ofPanel(one: PanelRule, fact: Collect): void {
  fact('name', one.name);
  for (const code of one.loinc) fact(`LOINC ${code}`, 'belongs to it');
  for (const code of one.localCodes) fact(`local code ${code}`, 'belongs to it');
  for (const name of one.names) fact(`name “${name}”`, 'belongs to it');
  for (const id of one.analyteIds) fact(`member ${id}`, 'may be in it');
  for (const id of one.requiredAnalyteIds) fact(`needs ${id}`, 'not complete without it');
  fact('contact', `within ${one.contactByHours} hours`);
  fact('sensitive', one.sensitive ?? 'no');
}

function ofSensitivity(set: RuleSet, fact: Collect): void {
  set.sensitivity.forEach((one, at) => {
    const add = (what: string) => fact(what, one.category, `${at}/${what}`);
    add(`list ${at + 1}`);
    for (const code of one.loinc) add(`LOINC ${code}`);
    for (const code of one.localCodes) add(`local code ${code}`);
    for (const name of one.names) add(`name with “${name}”`);
    for (const phrase of one.inComments) add(`comment with “${phrase}”`);
  });
}

function ofPolicy({ policy }: RuleSet, fact: Collect): void {
  const { minAgeYears, maxAgeYears } = policy.pregnancyPossible;
  fact('contact where no panel says otherwise', `within ${policy.contactByHours} hours`);
  fact('pregnancy is possible', `from ${minAgeYears} to ${maxAgeYears} years`);
  for (const [category, { normal, other }] of Object.entries(policy.sensitiveChannels))
    fact(
      `sensitive, ${category}`,
      `normal: ${normal}; ${tierWords('abnormal', 'standard')} or review: ${other}`,
    );
}
