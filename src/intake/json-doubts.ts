import type { JsonText } from './exact-json.js';
import type { IntakeWarning, Received } from './received.js';

/**
 * What the JSON itself leaves in doubt, added to what was read of it. Where a name stands twice in an object one of two
 * values was not seen: a person must read it.
 */
export function withJsonDoubts(received: Received, json: Extract<JsonText, { ok: true }>): Received {
  const doubts: IntakeWarning[] = [];
  if (json.isGuess)
    doubts.push({
      code: 'charset-guessed',
      text: 'The bytes are no valid UTF-8 and were read as windows-1252',
    });
  if (json.isAmbiguous)
    doubts.push({
      code: 'names-repeated',
      text: 'A name stands twice in one object; only the last of the two values was read',
    });
  const warnings = [...doubts, ...received.warnings];
  if (received.verdict !== 'results' || !json.isAmbiguous) return { ...received, warnings };
  const results = received.results.map((one) => ({ ...one, report: { ...one.report, readable: false } }));
  return { ...received, results, warnings };
}
