/** What the laboratory itself says of a row: flags and comments (steps 2 and 5). They only raise. */
import { readComment } from './comments.js';
import { readFlag, saysFlag } from './flags.js';
import { mildUrgency } from './mild.js';
import { compareTiers } from './reason.js';
import type { RowReading } from './row-reading.js';

const flagRule = 'laboratory-flag';

/** Step 2: the laboratory says critical, by flag or by comment. Comments that say less are read here as well. */
export function heedLaboratory(reading: RowReading): void {
  const { flag, label, row, context } = reading;
  if (flag?.meaning === 'critical') {
    const said = (row.flag ?? '').trim();
    const exempt = context.ruleSet.exemptions.find(
      (one) => one.loinc === row.code && isExempt(flag.all, one.flags),
    );
    if (exempt)
      reading.raise('abnormal', 'standard', 2, exempt.id, `${label} flagged ${said}, exempt from critical`);
    else
      reading.raise(
        'critical',
        'critical',
        2,
        flagRule,
        `${label} ${reading.shown} flagged ${said} by the laboratory`,
      );
  }
  heedComment(reading, row.note);
}

/** All that makes the field critical is exempt: `AA` in `A~AA`, but not the `HH` in `AA~HH`. */
function isExempt(flags: readonly string[], exempt: readonly string[]): boolean {
  return flags.every((flag) => {
    const reading = readFlag(flag);
    return reading?.meaning !== 'critical' || saysFlag(reading, exempt);
  });
}

/** Reads a comment, or a text value that is one. */
export function heedComment(reading: RowReading, text: string | null): void {
  for (const comment of readComment(text, reading.context.ruleSet.comments)) {
    const isCritical = comment.tier === 'critical';
    reading.raise(
      comment.tier,
      isCritical ? 'critical' : 'standard',
      isCritical ? 2 : 5,
      comment.rule,
      `${reading.label}: ${comment.why}`,
    );
  }
}

/** Step 5: flags that mean abnormal or that need a person. Runs once the value is known, for the minor band. */
export function heedFlag(reading: RowReading): void {
  const { flag, row, match } = reading;
  if (!flag) return;
  const said = `${reading.label} ${reading.shown} flagged ${(row.flag ?? '').trim()}`;
  if (flag.meaning === 'abnormal') {
    const text = flag.isKnown ? said : `${said}, a flag that no table knows`;
    reading.raise('abnormal', flag.isKnown ? mildUrgency(reading) : 'standard', 5, flagRule, text);
  } else if (flag.meaning === 'review') reading.raise('review', 'standard', 5, flagRule, said);
  for (const rule of match?.analyte.raises ?? []) {
    if (saysFlag(flag, rule.flags))
      reading.raise(rule.tier, rule.urgency, 5, rule.id, `${said}, ${reading.ruleWords(rule.id)}`);
  }
  markContradictions(reading, said);
}

/** Flag and value that disagree are marked whichever of them decides (hl7-fhir §0). */
function markContradictions(reading: RowReading, said: string): void {
  const meaning = reading.flag?.meaning;
  if ((meaning === 'abnormal' || meaning === 'critical') && reading.proof !== null)
    reading.mark(5, 'contradiction', `${said} although inside its interval or list`);
  const byValue = reading.verdict.reasons.filter(
    ({ step, tier }) => step >= 4 && step !== 5 && compareTiers(tier, 'abnormal') >= 0,
  );
  if (meaning === 'normal' && byValue.length > 0)
    reading.mark(5, 'contradiction', `${said} although the value is not normal`);
}
