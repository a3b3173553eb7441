/** One row through steps 1 to 8 and 10 of clinical-rules §1. Each step may raise, none lowers. */
import type { Observation, Report } from '../result/report.js';
import { acceptNumber, showConverted, showQuantity, type AcceptedNumber } from './acceptance.js';
import type { ClassifiablePatient, ClassifiedObservation } from './classification.js';
import { readComment } from './comments.js';
import { show } from './decimal.js';
import { readFlag, type FlagReading } from './flags.js';
import { judgeByLibrary } from './intervals.js';
import { appliesTo, crossedLimits } from './limits.js';
import { matchAnalyte, type AnalyteMatch } from './matching.js';
import { readQualitative } from './qualitative.js';
import { parseRange, place } from './range.js';
import { Verdict, type Reason, type Step } from './reason.js';
import type { AnalyteRule, PanelRule, RuleSet, Urgency } from './rule-set.js';
import { readRowStatus } from './status.js';
import { acceptUnit } from './unit.js';
import { parseValue, type Quantity } from './value.js';

export interface RowContext {
  readonly ruleSet: RuleSet;
  readonly patient: ClassifiablePatient | null;
  readonly panel: PanelRule | null;
  readonly reportStatus: Report['status'];
}

export interface RowResult {
  readonly observation: ClassifiedObservation;
  readonly verdict: Verdict;
  readonly outcome: 'classified' | 'not-performed' | 'withdrawn';
  /** In the rule's unit; `null` when value or unit was not accepted. */
  readonly canonical: Quantity | null;
}

/** Classifies one row. */
export function classifyObservation(row: Observation, context: RowContext): RowResult {
  return new RowReading(row, context).classify();
}

class RowReading {
  private readonly verdict = new Verdict();
  private readonly match: AnalyteMatch | null;
  private readonly flag: FlagReading | null;
  /** Why the row cannot be proved normal, whatever its value. */
  private readonly doubts: string[] = [];
  private proof: string | null = null;
  private canonical: Quantity | null = null;

  constructor(
    private readonly row: Observation,
    private readonly context: RowContext,
  ) {
    this.match = matchAnalyte(row, context.ruleSet, context.panel);
    this.flag = readFlag(row.flag);
  }

  private get analyte(): AnalyteRule | null {
    return this.match?.isCertain ? this.match.analyte : null;
  }

  private get label(): string {
    return this.analyte?.short ?? this.row.name;
  }

  classify(): RowResult {
    const status = readRowStatus(this.row.status) ?? this.context.reportStatus;
    if (status === 'cancelled')
      return this.withoutTier('not-performed', 1, `${this.label} was cancelled or not performed`);
    if (status === 'withdrawn')
      return this.withoutTier('withdrawn', 1, `${this.label} was withdrawn by the laboratory`);
    if (status === 'unknown') this.doubts.push('its status is not known to be final');
    if (status === 'preliminary') this.doubts.push('it is not final yet');

    this.heedLaboratory();
    const value = parseValue(this.row.value);
    if (value.kind === 'number') this.readNumber(value.quantity, value.suffix);
    else if (value.kind === 'missing') this.doubts.push('it has no value');
    else if (this.readText(value.text) === 'not-performed' && this.verdict.tier !== 'critical') {
      return this.withoutTier('not-performed', 3, `${this.label} was not performed: ${value.text}`);
    }
    this.heedFlag();
    this.conclude();
    return this.result('classified');
  }

  /** Step 2: the laboratory says critical, by flag or by comment. */
  private heedLaboratory(): void {
    const { ruleSet } = this.context;
    if (this.flag?.meaning === 'critical') {
      const flagText = (this.row.flag ?? '').trim();
      const exempt = ruleSet.exemptions.find(
        (one) =>
          one.loinc === this.row.code &&
          one.flags.some((text) => text.toUpperCase() === flagText.toUpperCase()),
      );
      if (exempt)
        this.raise(
          'abnormal',
          'standard',
          2,
          exempt.id,
          `${this.label} flagged ${flagText}, exempt from critical`,
        );
      else
        this.raise(
          'critical',
          'critical',
          2,
          'laboratory-flag',
          `${this.label} ${this.shown()} flagged ${flagText} by the laboratory`,
        );
    }
    for (const comment of readComment(this.row.note, ruleSet.comments)) {
      const urgency: Urgency = comment.tier === 'critical' ? 'critical' : 'standard';
      this.raise(
        comment.tier,
        urgency,
        comment.tier === 'critical' ? 2 : 5,
        comment.rule,
        `${this.label}: ${comment.why}`,
      );
    }
  }

  /** Steps 3, 4, 6 and 7 for a number. */
  private readNumber(quantity: Quantity, suffix: string | null): void {
    const analyte = this.match?.analyte ?? null;
    const unitText = this.unitOf(analyte, suffix);
    const range = parseRange(this.row.range, unitText ?? this.row.unit);
    const accepted = acceptNumber({ row: this.row, match: this.match, quantity, unitText, suffix, range });
    this.canonical = accepted.canonical;
    if (accepted.contradiction !== null) this.doubts.push(accepted.contradiction);
    if (accepted.doubt !== null) {
      const sentence = `${this.label} ${this.shown()}: ${accepted.doubt}`;
      this.raise('review', 'standard', 3, 'value-not-accepted', sentence);
    }
    if (analyte) this.applyLimits(accepted, quantity, analyte);
    this.judgeBySentRange(quantity, range);
    if (range.kind === 'inverted') this.doubts.push('the range sent is upside down');
    else if (range.kind !== 'interval') this.judgeByLibrary();
  }

  /** The unit in force; `undefined` when text behind the number is neither a unit nor a flag. */
  private unitOf(analyte: AnalyteRule | null, suffix: string | null): string | null | undefined {
    const sent = this.row.unit?.trim() ? this.row.unit.trim() : null;
    if (suffix === null) return sent;
    const suffixUnit = analyte ? acceptUnit(analyte, suffix) : null;
    if (suffixUnit && analyte) {
      const sentUnit = sent === null ? suffixUnit : acceptUnit(analyte, sent);
      return sentUnit?.factor.eq(suffixUnit.factor) ? suffix : undefined;
    }
    const flag = readFlag(suffix);
    if (!flag?.isKnown || flag.meaning === 'silent') return undefined;
    if (flag.meaning === 'critical')
      this.raise(
        'critical',
        'critical',
        2,
        'laboratory-flag',
        `${this.label} flagged ${suffix} beside its value`,
      );
    if (flag.meaning === 'abnormal')
      this.raise(
        'abnormal',
        'standard',
        5,
        'laboratory-flag',
        `${this.label} flagged ${suffix} beside its value`,
      );
    return sent;
  }

  /** Step 4. In doubt about the number itself, a crossed limit calls a person the same day. */
  private applyLimits({ readings, unit, doubt }: AcceptedNumber, sent: Quantity, analyte: AnalyteRule): void {
    const seen = new Set<string>();
    for (const reading of readings) {
      for (const limit of crossedLimits(reading, analyte)) {
        if (seen.has(limit.id)) continue;
        seen.add(limit.id);
        const shown = unit ? showConverted(this.row, reading, sent, unit, analyte) : showQuantity(sent);
        const sentence = `${analyte.short} ${shown} ${limit.operator} ${limit.value} ${limit.unit}, rule ${limit.id} v${this.context.ruleSet.version}`;
        if (doubt !== null)
          this.raise('review', 'same-day', 4, limit.id, `${sentence}, if the number is right`);
        else if (!appliesTo(limit, this.context.patient))
          this.raise('review', 'same-day', 4, limit.id, `${sentence}, a limit for adults`);
        else this.raise(limit.tier, limit.urgency, 4, limit.id, sentence);
      }
    }
  }

  /** Step 6: the interval sent with the value, in the unit it was sent in. */
  private judgeBySentRange(quantity: Quantity, range: ReturnType<typeof parseRange>): void {
    if (range.kind !== 'interval') return;
    const where = place(quantity, range.interval);
    const sentence = `${this.label} ${this.shown()}, interval sent ${(this.row.range ?? '').trim()}`;
    if (where === 'inside') this.proof = sentence;
    else if (where === 'undecided')
      this.doubts.push(`it cannot be placed in the interval sent (${this.row.range})`);
    else {
      const contradiction = this.flag?.meaning === 'normal' ? `, although flagged ${this.row.flag}` : '';
      this.raise('abnormal', this.mildUrgency(), 6, 'sent-interval', `${sentence}: ${where}${contradiction}`);
    }
    if (
      (where === 'above' && this.flag?.direction === 'low') ||
      (where === 'below' && this.flag?.direction === 'high')
    ) {
      this.doubts.push(`flag ${this.row.flag} and the interval point in opposite directions`);
    }
  }

  /** Step 7: the library's interval, only when none was sent. */
  private judgeByLibrary(): void {
    const { analyte, canonical } = this;
    if (!analyte || !canonical) return;
    const answer = judgeByLibrary(canonical, analyte, this.context.patient, this.context.ruleSet.policy);
    const rule = `${analyte.id}-interval`;
    const sentence =
      `${this.label} ${this.shown()}, rule ${rule} v${this.context.ruleSet.version}: ${answer.interval} ${analyte.unit ?? ''}`.trim();
    if (answer.place === 'below' || answer.place === 'above') {
      this.raise('abnormal', this.mildUrgency(), 7, rule, `${sentence}: ${answer.place}`);
    } else if (answer.place === 'inside' && answer.noProof === null) this.proof = sentence;
    else this.doubts.push(answer.noProof ?? `it cannot be placed in the interval ${answer.interval}`);
  }

  /** Step 8: text results, by whole strings. */
  private readText(text: string): 'performed' | 'not-performed' {
    const own = this.analyte?.qualitative ?? null;
    const reading = readQualitative(text, this.context.ruleSet.qualitative, own);
    if (reading === 'not-performed') return 'not-performed';
    const rule = `${this.analyte?.id ?? 'text'}-qualitative`;
    const version = this.context.ruleSet.version;
    if (reading === 'positive') {
      this.raise(
        own?.positiveTier ?? 'review',
        own?.positiveUrgency ?? 'standard',
        8,
        rule,
        `${this.label} ${text}, rule ${rule} v${version}`,
      );
    } else if (reading === 'negative' && own?.negativeIsNormal) {
      this.proof = `${this.label} ${text}, rule ${rule} v${version}`;
    } else if (own) this.doubts.push(`“${text}” is not on the signed list of normal answers`);
    else this.doubts.push(`“${text}” is text where a number is expected or no rule reads it`);
    return 'performed';
  }

  /** Step 5: flags that mean abnormal, or that need a person. Runs once the value is known, for the minor band. */
  private heedFlag(): void {
    if (!this.flag) return;
    const said = `${this.label} ${this.shown()} flagged ${(this.row.flag ?? '').trim()}`;
    if (this.flag.meaning === 'abnormal') {
      const urgency = this.flag.isKnown ? this.mildUrgency() : 'standard';
      this.raise(
        'abnormal',
        urgency,
        5,
        'laboratory-flag',
        this.flag.isKnown ? said : `${said}, a flag that no table knows`,
      );
      if (this.proof !== null)
        this.reason(5, 'contradiction', `${said} although inside its interval or list`);
    } else if (this.flag.meaning === 'review') this.raise('review', 'standard', 5, 'laboratory-flag', said);
  }

  /** Step 10: normal needs positive proof. */
  private conclude(): void {
    if (!this.analyte) this.doubts.unshift('no rule knows this test');
    if (this.verdict.tier === null && this.proof !== null && this.doubts.length === 0) {
      this.raise('normal', 'minor', 10, 'normal-proof', this.proof);
      return;
    }
    if (this.verdict.tier !== null && this.doubts.length === 0) return;
    const why = this.doubts.length > 0 ? this.doubts.join('; ') : 'nothing proves it normal';
    this.raise('review', 'standard', 10, 'normal-not-proved', `${this.label} ${this.shown()}: ${why}`);
  }

  /** `minor` inside the signed band of slight deviations, else `standard`. */
  private mildUrgency(): Urgency {
    const band = this.analyte?.minor;
    if (!band || !this.canonical || this.canonical.comparator !== null) return 'standard';
    const { number } = this.canonical;
    const isInside =
      (band.low === null || number.gte(band.low)) && (band.high === null || number.lte(band.high));
    return isInside ? 'minor' : 'standard';
  }

  private raise(
    tier: 'critical' | 'abnormal' | 'review' | 'normal',
    urgency: Urgency,
    step: Step,
    rule: string,
    text: string,
  ): void {
    this.verdict.raise(tier, urgency, this.reasonOf(step, rule, text));
  }

  private reason(step: Step, rule: string, text: string): void {
    this.verdict.reasons.push(this.reasonOf(step, rule, text));
  }

  private reasonOf(step: Step, rule: string, text: string): Reason {
    const { key, value, unit, range, flag, status, note } = this.row;
    const inputs = { value, unit, range, flag, status, note };
    return { step, rule, ruleVersion: this.context.ruleSet.version, observationKey: key, text, inputs };
  }

  private withoutTier(outcome: 'not-performed' | 'withdrawn', step: Step, text: string): RowResult {
    this.verdict.tier = null;
    this.verdict.urgency = 'minor';
    this.reason(step, outcome, text);
    return this.result(outcome);
  }

  private result(outcome: RowResult['outcome']): RowResult {
    const { canonical, analyte } = this;
    const observation: ClassifiedObservation = {
      key: this.row.key,
      analyteId: analyte?.id ?? null,
      tier: this.verdict.tier,
      canonicalValue: canonical ? show(canonical.number) : null,
      canonicalUnit: canonical ? (analyte?.unit ?? null) : null,
      comparator: canonical?.comparator ?? null,
    };
    return { observation, verdict: this.verdict, outcome, canonical };
  }

  private shown(): string {
    return [this.row.value?.trim() || '(no value)', this.row.unit?.trim()].filter(Boolean).join(' ');
  }
}
