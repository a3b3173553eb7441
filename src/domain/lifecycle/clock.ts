import type { EpochMs } from '../result/report.js';

/** One clock of a result. */
export interface Deadline {
  /** What happens then; unique within the result. */
  readonly step: string;
  /** Practice time. */
  readonly at: EpochMs;
  /** Steps of one ladder collapse to the highest when several are overdue at once (spikes §1). */
  readonly ladder: string;
  /** In plain words for operators, without PHI. */
  readonly words: string;
}

/** Adds a clock to the list, unless it has fired. */
export type Add = (step: string, at: EpochMs, ladder: string, words: string) => void;
