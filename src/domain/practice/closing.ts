import { z } from 'zod';

/** What closing a result of the test patient triggered in this practice's athenaOne (L22). */
export const closingRecordSchema = z.object({
  /** The machine's day of the look, `YYYY-MM-DD`. */
  observedOn: z.iso.date(),
  /** Who had it looked at: a person id of the roster. */
  recordedBy: z.string(),
  /** Whether athenahealth took our close for a provider's review. */
  countsAsReviewed: z.boolean(),
  /** The patient sees the result in the portal since. */
  publishes: z.boolean(),
  /** ResultsCall tells the patient since (L31). */
  startsResultsCall: z.boolean(),
});

export type ClosingRecord = z.infer<typeof closingRecordSchema>;
