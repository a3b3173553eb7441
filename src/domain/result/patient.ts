/** What the product needs to know of a patient, as last read from the chart. All strings here are PHI. */
export interface PatientCard {
  /** The chart's own id (not our opaque id). */
  readonly chartId: string;
  readonly departmentId: string | null;
  readonly givenName: string;
  readonly familyName: string;
  /** `YYYY-MM-DD`, or `null` when the chart has none. */
  readonly birthDate: string | null;
  readonly sex: 'F' | 'M' | null;
  /** Known pregnancy; `null` = not known, never a proof of the contrary. */
  readonly pregnant: boolean | null;
  /** ISO 639-2/T, e.g. `eng`, `spa`; `null` = not recorded or declined (L30). */
  readonly language: string | null;
  /** E.164 from the chart's mobile slot only (S000-71). */
  readonly mobilePhone: string | null;
  readonly homePhone: string | null;
  readonly workPhone: string | null;
  readonly consentToText: boolean;
  /** Preference for lab results by text; `null` = never set. */
  readonly labTextPreference: boolean | null;
  readonly doNotCall: boolean;
  readonly portal: boolean;
  readonly status: 'active' | 'inactive' | 'deceased' | 'merged' | 'unknown';
  readonly confidentialCommunication: boolean;
  readonly primaryProviderId: string | null;
}
