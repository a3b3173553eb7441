/** Rules in the words of a clinician: what the policy page prints and a comparison of two rule sets says. */
import type {
  AnalyteRule,
  DeltaRule,
  IntervalRule,
  LimitRule,
  RaiseRule,
  RuleSet,
  Tier,
  Urgency,
} from '../rule-set.js';

/** "critical", "abnormal, same day", "review". */
export function tierWords(tier: Tier, urgency: Urgency): string {
  if (tier === 'critical' && urgency === 'critical') return 'critical';
  return urgency === 'standard' ? tier : `${tier}, ${urgency === 'same-day' ? 'same day' : urgency}`;
}

/** "above 6.0 mmol/L", "120 mmol/L or below". */
export function conditionWords(operator: LimitRule['operator'], value: string, unit: string): string {
  const amount = unit === '' ? value : `${value} ${unit}`;
  switch (operator) {
    case '>':
      return `above ${amount}`;
    case '>=':
      return `${amount} or above`;
    case '<':
      return `below ${amount}`;
    case '<=':
      return `${amount} or below`;
  }
}

/** "critical above 6.0 mmol/L, from 18 years". */
export function limitWords(limit: LimitRule): string {
  const condition = conditionWords(limit.operator, limit.value, limit.unit);
  const from = limit.minAgeYears === 0 ? 'at any age' : `from ${limit.minAgeYears} years`;
  return `${tierWords(limit.tier, limit.urgency)} ${condition}, ${from}`;
}

/** "women, 18 and over", "pregnant women", "2 to 11 years". */
export function whomWords({ sex, ages, pregnant }: IntervalRule): string {
  const people = sex === 'F' ? 'women' : sex === 'M' ? 'men' : 'all';
  const age =
    ages === null
      ? 'adults'
      : ages.maxYears === null
        ? `${ages.minYears} years and over`
        : `${ages.minYears} to ${ages.maxYears} years`;
  const state = pregnant === true ? ', pregnant' : pregnant === false ? ', not pregnant' : '';
  return `${people}, ${age}${state}`;
}

/** "3.5 to 5.2 mmol/L". */
export function intervalWords(
  { low, high }: Pick<IntervalRule, 'low' | 'high'>,
  unit: string | null,
): string {
  const behind = unit === null ? '' : ` ${unit}`;
  const strict = (one: NonNullable<IntervalRule['low']>) => (one.inclusive ? '' : ' (itself excluded)');
  if (low && high) return `${low.value}${strict(low)} to ${high.value}${strict(high)}${behind}`;
  if (high) return `${high.inclusive ? 'up to' : 'below'} ${high.value}${behind}`;
  return low ? `${low.inclusive ? 'from' : 'above'} ${low.value}${behind}` : 'no interval';
}

/** "abnormal, same day: rise of 0.3 mg/dL or more within 2 days (creatinine rising)". */
export function deltaWords({
  direction,
  amount,
  withinDays,
  andValue,
  tier,
  urgency,
  text,
}: DeltaRule): string {
  const change = direction === 'up' ? 'rise' : direction === 'down' ? 'drop' : 'change';
  const unit = amount.kind === 'percent' ? '%' : (amount.unit ?? '');
  const size = amount.inclusive
    ? `of ${amount.value} ${unit} or more`
    : `of more than ${amount.value} ${unit}`;
  const and = andValue
    ? ` and the new value ${conditionWords(andValue.operator, andValue.value, andValue.unit)}`
    : '';
  return `${tierWords(tier, urgency)}: ${change} ${size} within ${withinDays} days${and} (${text})`;
}

/** "critical: flag A or POS". */
export function raiseWords({ flags, tier, urgency }: RaiseRule): string {
  return `${tierWords(tier, urgency)}: flag ${flags.join(' or ')}`;
}

/** "abnormal: positive or detected; normal: negative". */
export function qualitativeWords(rule: NonNullable<AnalyteRule['qualitative']>): string {
  const found = rule.positive.length > 0 ? rule.positive.join(', ') : 'nothing listed';
  const answer = rule.negativeIsNormal ? 'normal' : 'neither normal nor abnormal by itself';
  return `${tierWords(rule.positiveTier, rule.positiveUrgency)}: ${found}; ${answer}: ${rule.negative.join(', ') || 'nothing listed'}`;
}

/** "critical when glucose above 250 and co2 below 18, with a comment of …". */
export function combinationWords(rule: RuleSet['combinations'][number]): string {
  const parts = rule.all.map((one) => `${one.analyteId} ${conditionWords(one.operator, one.value, '')}`);
  const said = rule.phrases.length > 0 ? `, with “${rule.phrases.join('” or “')}” in a comment` : '';
  return `${tierWords(rule.tier, rule.urgency)} when ${parts.join(' and ')}${said}: ${rule.text}`;
}

/** "review when hematocrit is not 2.55 to 3.45 times hemoglobin: …". */
export function ratioWords(rule: RuleSet['ratios'][number]): string {
  const span = `${rule.low} to ${rule.high} times ${rule.toAnalyteId}`;
  return `${tierWords(rule.tier, rule.urgency)} when ${rule.analyteId} is not ${span}: ${rule.text}`;
}

/** "neutrophils, where not sent: wbc × (neutrophils-percent + bands-percent) %, by the limits of neutrophils". */
export function computedWords(rule: RuleSet['computed'][number]): string {
  return `${rule.analyteId}, where not sent: ${rule.of} × (${rule.percents.join(' + ')}) %, by the limits of ${rule.analyteId}`;
}
