/** Where the numbers come from, as a medical director reads it beside each of them. */

/** Intervals of a current report of a US reference laboratory; sex-specific ones as printed for a woman. */
export const labcorp = 'intervals printed on a 2024 reference laboratory report';
/** Known to every clinician, read nowhere for this library. */
export const general = 'well-known adult interval; confirm before signing';
/** Not published anywhere: a default to decide about. */
export const proposed = 'proposed; confirm before signing';
/** Delta rules of clinical-rules §5. */
export const deltaRule = 'clinical rules §5; confirm before signing';
/** The same where no source says how old the earlier value may be. */
export const windowProposed = 'clinical rules §5; how far back is proposed; confirm before signing';
