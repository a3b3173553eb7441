import { z } from 'zod';
import type { EpochMs } from '../result/report.js';

/** Vendors that see protected health information on the practice's behalf. */
export const agreementVendors = ['athenahealth', 'twilio', 'spruce'] as const;
export type AgreementVendor = (typeof agreementVendors)[number];

const agreementSchema = z.object({
  /** The day it was signed, `YYYY-MM-DD`. */
  signedOn: z.iso.date(),
  /** Who has seen the signed paper and says so. */
  recordedBy: z.string().trim().min(1),
});

/** Business associate agreements (45 CFR 164.504(e)), as a person of the practice recorded them. */
export const agreementsSchema = z
  .object({
    athenahealth: agreementSchema.nullable().default(null),
    twilio: agreementSchema.nullable().default(null),
    spruce: agreementSchema.nullable().default(null),
  })
  .prefault({});

export type Agreements = z.infer<typeof agreementsSchema>;

/**
 * Whether anything may be sent to patients through a vendor (S000-22, 23): only with a recorded agreement whose day has
 * come.
 * @param now Practice time.
 */
export function hasAgreement(agreements: Agreements, vendor: AgreementVendor, now: EpochMs): boolean {
  const agreement = agreements[vendor];
  return agreement !== null && Date.parse(`${agreement.signedOn}T00:00:00Z`) <= now;
}
