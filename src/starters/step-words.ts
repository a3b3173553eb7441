/**
 * A step of a clock with what it means, for people who read a timeline: `on-call decides (v1/same-day/on-call)`. The
 * code stays: logs, effects and the Temporal UI name the step by it.
 */
export function stepWords(step: string): string {
  const words = meanings.find(([pattern]) => pattern.test(step))?.[1];
  return words ? `${words}, ${step}` : step;
}

const meanings: readonly (readonly [RegExp, string])[] = [
  [/^v\d+\/same-day\/page$/, 'same-day result'],
  [/^v\d+\/same-day\/act$/, 'same-day, no provider has acted'],
  [/^v\d+\/same-day\/on-call$/, 'same-day, not done at closing'],
  [/^v\d+\/same-day\/on-call-silent$/, 'same-day, on-call is silent'],
  [/^v\d+\/same-day\/supervisor$/, 'same-day, not done at the next closing'],
  [/^waiting\/still-open\//, 'still without a version'],
];
