import type { Rest } from './texts.js';

export interface NumberQuestion {
  /** E.164. */
  readonly number: string;
  /** Asks what kind of line it is (billed). */
  readonly lineType?: boolean;
  /** `YYYY-MM-DD` on which the patient last confirmed the number: asks whether it changed hands since (billed, US). */
  readonly verifiedOn?: string;
}

export interface NumberFacts {
  /** False: no number that can exist, e.g. too short. */
  readonly valid: boolean;
  /** `mobile`, `landline`, `fixedVoip` …; `null` when not asked or not known. Twilio adds values. */
  readonly lineType: string | null;
  /** `null` when not asked; `unknown` when Twilio has no data. */
  readonly reassigned: 'yes' | 'no' | 'unknown' | null;
}

export interface Lookups {
  /** What Twilio knows about a number (Lookup v2). An impossible number is no error. */
  lookUp(question: NumberQuestion): Promise<NumberFacts>;
}

export function lookups(rest: Rest): Lookups {
  return {
    async lookUp({ number, lineType, verifiedOn }) {
      const fields = [lineType && 'line_type_intelligence', verifiedOn && 'reassigned_number'].filter(
        Boolean,
      );
      const found = await rest.lookups.v2.phoneNumbers(number).fetch({
        ...(fields.length > 0 && { fields: fields.join(',') }),
        ...(verifiedOn && { lastVerifiedDate: verifiedOn.replaceAll('-', '') }),
      });
      return {
        valid: found.valid,
        lineType: found.lineTypeIntelligence?.type ?? null,
        reassigned: reassignedFrom(found.reassignedNumber?.isNumberReassigned, verifiedOn !== undefined),
      };
    },
  };
}

/** What a line type means for a text. A type this version does not know is tried (Twilio: unknown = try SMS). */
export function takesTexts({ valid, lineType }: NumberFacts): boolean {
  return (
    valid &&
    !['landline', 'fixedVoip', 'premium', 'sharedCost', 'uan', 'voicemail', 'pager'].includes(lineType ?? '')
  );
}

function reassignedFrom(answer: string | null | undefined, asked: boolean): NumberFacts['reassigned'] {
  if (!asked) return null;
  return answer === 'yes' || answer === 'no' ? answer : 'unknown';
}
