/**
 * How an application's JSON is typed (reference §2, "Typing"). `string`: numbers and booleans are text.
 * `native` (after `properjsonencoding`): as the renderers made them, still mixed.
 */
export type Typing = 'string' | 'native';

/** Applies the typing switch to a whole answer. `null` stays `null`, absent keys stay absent. */
export function typeAnswer(value: unknown, typing: Typing): unknown {
  if (typing === 'native' || value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => typeAnswer(item, typing));
  if (typeof value !== 'object') return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typeAnswer(item, typing)]));
}
