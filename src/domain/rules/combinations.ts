/** Rules over several rows of one report (clinical-rules §5, step 9). They only raise. */
import type { ClassifiableVersion } from './classification.js';
import { affirmsPhrase } from './comments.js';
import { exactOf } from './decimal.js';
import { beyond } from './limits.js';
import type { RowResult } from './observation.js';
import { mayLieIn } from './range.js';
import type { Verdict } from './reason.js';
import { signatureOf } from './row-reading.js';
import type { SignedRuleSet } from './rule-set.js';
import { showQuantity } from './value.js';

/** Raises the verdict by every combination whose conditions all hold. */
export function applyCombinations(
  verdict: Verdict,
  version: ClassifiableVersion,
  ruleSet: SignedRuleSet,
  rows: readonly RowResult[],
): void {
  const texts = [
    version.note,
    ...version.observations.flatMap((row) => [row.note, `${row.name} ${row.value ?? ''}`]),
  ];
  for (const rule of ruleSet.combinations) {
    const met = rule.all.every((condition) =>
      rows.some(
        ({ observation, canonical }) =>
          observation.analyteId === condition.analyteId &&
          canonical !== null &&
          mayLieIn(canonical, beyond(condition.operator, exactOf(condition.value))),
      ),
    );
    const isSaid =
      rule.phrases.length === 0 ||
      rule.phrases.some((phrase) => texts.some((text) => text !== null && affirmsPhrase(text, phrase)));
    if (!met || !isSaid) continue;
    const involved = rows.filter((row) =>
      rule.all.some((one) => one.analyteId === row.observation.analyteId),
    );
    verdict.add({
      step: 9,
      rule: rule.id,
      ruleVersion: ruleSet.version,
      signedBy: signatureOf(ruleSet),
      tier: rule.tier,
      urgency: rule.urgency,
      observationKey: null,
      text: `${rule.text}, rule ${rule.id} v${ruleSet.version}`,
      inputs: Object.fromEntries(
        involved.map(({ observation }) => [
          observation.key,
          version.observations.find((row) => row.key === observation.key)?.value ?? null,
        ]),
      ),
      causes: [],
      converted: involved
        .flatMap(({ observation, canonical }) =>
          canonical
            ? [
                `${observation.analyteId ?? ''} ${showQuantity(canonical)} ${observation.canonicalUnit ?? ''}`.trim(),
              ]
            : [],
        )
        .join(', '),
    });
  }
}
