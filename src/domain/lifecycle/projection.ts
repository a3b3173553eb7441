import type { EpochMs } from '../result/report.js';
import type { ResultState } from './state.js';

/** What a `record` duty stores beside its lines: the result's row as people and lists see it. */
export interface Projection {
  readonly phase: string;
  readonly waitsFor: string;
  readonly tier: string | null;
  readonly urgency: string | null;
  readonly dueAt: EpochMs | null;
  readonly dueStep: string | null;
  readonly escalation: number;
  readonly state: ResultState;
}
