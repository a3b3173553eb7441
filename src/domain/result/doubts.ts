import type { Classification } from '../rules/classification.js';
import type { Reason } from '../rules/reason.js';
import type { Mark } from './placement.js';

/** Marks that stand in the way of `normal`, in words that a clinician reads beside the other reasons. */
const words: Partial<Record<Mark, string>> = {
  'equal-times': 'Two documents of the same time differ: which one holds is for a person to say',
  'rows-carried':
    'A correction leaves rows out that the version before had; they are kept until a person has looked',
  'patient-changed': 'The document was filed under another patient before',
  'filler-of-another-patient': 'Another patient has a result with the same filler number',
};

export type Doubted = Omit<Classification, 'reasons' | 'decidedBy'> & {
  readonly reasons: readonly Reason[];
  /** The doubt itself, where it is what keeps the version from being normal. */
  readonly decidedBy: Reason | null;
};

/** L40, L42: what is in doubt is never normal; a person looks. Nothing is lowered by it. */
export function withDoubts(classification: Classification, marks: readonly string[]): Doubted {
  const texts = Object.entries(words).filter(([mark]) => marks.includes(mark));
  const { tier, urgency } = classification;
  const { signedBy } = classification.ruleSet;
  if (texts.length === 0 || tier === null || tier === 'void') return classification;
  const reasons = texts.map(([mark, text]): Reason => ({
    step: 10,
    rule: mark,
    ruleVersion: classification.ruleSet.version,
    observationKey: null,
    text,
    inputs: {},
    signedBy: `${signedBy.name}, ${signedBy.date}`,
    tier: 'review',
    urgency: 'standard',
    converted: null,
    causes: [],
  }));
  return {
    ...classification,
    tier: tier === 'normal' ? 'review' : tier,
    urgency: tier === 'normal' && urgency === 'minor' ? 'standard' : urgency,
    decidedBy: tier === 'normal' ? (reasons[0] ?? null) : classification.decidedBy,
    reasons: [...classification.reasons, ...reasons],
  };
}
