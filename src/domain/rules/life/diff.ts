/** What changed between two rule sets, in words a medical director reads before signing (S000-96). */
import { inCanonicalUnit } from '../limits.js';
import type { AnalyteRule, LimitRule, RuleSet } from '../rule-set.js';
import { factsOf } from './facts.js';

export interface RuleChange {
  readonly kind: 'added' | 'removed' | 'changed';
  /** The analyte, panel or chapter. */
  readonly subject: string;
  /** One sentence: "limit potassium-high: critical above 6.0 mmol/L → critical above 6.2 mmol/L". */
  readonly text: string;
  /** Whether a limit now catches more results (`stricter`) or fewer; `null` where that cannot be said. */
  readonly effect: 'stricter' | 'looser' | null;
}

/** Every difference from `before` to `after`, in the order of `after`. Version and signature are no difference. */
export function diffRuleSets(before: RuleSet, after: RuleSet): readonly RuleChange[] {
  const old = factsOf(before);
  const now = factsOf(after);
  const changes: RuleChange[] = [];
  for (const [key, fact] of now) {
    const was = old.get(key);
    const { subject, what, words } = fact;
    if (!was) changes.push({ kind: 'added', subject, text: `${what}: ${words}`, effect: null });
    else if (was.words !== words || was.subject !== subject)
      changes.push({
        kind: 'changed',
        subject,
        text: `${what}: ${was.words} → ${words}`,
        effect: effectOf(key, before, after),
      });
  }
  for (const [key, { subject, what, words }] of old)
    if (!now.has(key)) changes.push({ kind: 'removed', subject, text: `${what}: ${words}`, effect: null });
  return changes;
}

function limitOf(set: RuleSet, key: string): { analyte: AnalyteRule; limit: LimitRule } | null {
  const [kind, analyteId, what] = key.split('/');
  const analyte = kind === 'analyte' ? set.analytes.find((one) => one.id === analyteId) : undefined;
  const limit = analyte?.limits.find((one) => `limit ${one.id}` === what);
  return analyte && limit ? { analyte, limit } : null;
}

function effectOf(key: string, before: RuleSet, after: RuleSet): RuleChange['effect'] {
  const old = limitOf(before, key);
  const now = limitOf(after, key);
  if (!old || !now || old.limit.operator !== now.limit.operator || old.limit.tier !== now.limit.tier)
    return null;
  const was = inCanonicalUnit(old.limit.value, old.limit.unit, old.analyte);
  const is = inCanonicalUnit(now.limit.value, now.limit.unit, now.analyte);
  if (was.eq(is)) return null;
  return is.lt(was) === now.limit.operator.startsWith('>') ? 'stricter' : 'looser';
}

/** The changes as lines of text, one subject after the other. */
export function showChanges(before: RuleSet, after: RuleSet): string {
  const changes = diffRuleSets(before, after);
  const head = `${titleOf(before)} → ${titleOf(after)}: ${changes.length === 1 ? '1 change' : `${changes.length} changes`}`;
  const subjects = [...new Set(changes.map((one) => one.subject))];
  const sign = { added: '+', removed: '−', changed: '~' } as const;
  const lines = subjects.flatMap((subject) => [
    '',
    subject,
    ...changes
      .filter((one) => one.subject === subject)
      .map((one) => `  ${sign[one.kind]} ${one.text}${one.effect ? ` (${effectWords[one.effect]})` : ''}`),
  ]);
  return [head, ...lines].join('\n');
}

const effectWords = { stricter: 'catches more', looser: 'catches fewer' } as const;

/** "Rule set starter version 3, signed by Dr. Ada Winter on 2026-01-05". */
export function titleOf({ id, version, signedBy }: RuleSet): string {
  const signature = signedBy ? `signed by ${signedBy.name} on ${signedBy.date}` : 'draft, not signed';
  return `Rule set ${id} version ${version}, ${signature}`;
}
