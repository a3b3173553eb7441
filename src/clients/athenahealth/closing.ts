import { isResultsCall } from '../../domain/result/results-call.js';
import type { Transport } from './transport.js';
import { closeLabResult, labResult } from './lab-results.js';

/** Closing by us is switched off for this practice (L22). */
export class ClosingIsOff extends Error {
  readonly code = 'closing-is-off';
  constructor() {
    super(
      'Closing results in athenaOne is off for this practice. Find out with resultloop doctor what closing triggers ' +
        'there (publishing to the portal, ResultsCall), have that recorded, and switch it on.',
    );
  }
}

/** What changed on a result when it was closed by this application. */
export interface ClosingEffects {
  readonly isClosed: boolean;
  /** Whether athenahealth took our close for a provider's review. */
  readonly countsAsReviewed: boolean;
  /** The patient sees it since: closing publishes here. */
  readonly publishes: boolean;
  /** It was routed to ResultsCall since: the practice's own service tells the patient (L31). */
  readonly startsResultsCall: boolean;
}

/** Our own close is an effect with consequences for the patient (L22): off unless a practice switched it on. */
export interface Closing {
  /** @throws ClosingIsOff */
  close(input: { readonly labResultId: string; readonly note?: string }): Promise<void>;
  /**
   * Closes one result of a **test patient** and tells what that triggered: how `doctor` finds out. Works while closing
   * is off. @throws Error `no-test-result` when it does not exist or is closed or published already.
   */
  observe(input: {
    readonly patientId: string;
    readonly labResultId: string;
    /** Looked at again after this long (real ms), for what athenahealth does a little later. */
    readonly waitMs?: number;
  }): Promise<ClosingEffects>;
}

export function createClosing(transport: Transport, isOn: boolean): Closing {
  return {
    async close(input) {
      if (!isOn) throw new ClosingIsOff();
      await closeLabResult(transport, input);
    },
    async observe({ patientId, labResultId, waitMs = 0 }) {
      const before = await labResult(transport, patientId, labResultId);
      if (!before || before.state === 'CLOSED' || before.portalPublishedAt !== null)
        throw Object.assign(
          new Error(
            'Name a result of a test patient that is open and not on the portal: only that one can show it.',
          ),
          { code: 'no-test-result' },
        );
      await closeLabResult(transport, { labResultId });
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const after = await labResult(transport, patientId, labResultId);
      return {
        isClosed: after?.state === 'CLOSED',
        countsAsReviewed: after?.reviewedByProvider === true && !before.reviewedByProvider,
        publishes: after !== null && after.portalPublishedAt !== null,
        startsResultsCall:
          isResultsCall(after?.raw['documentroute']) && !isResultsCall(before.raw['documentroute']),
      };
    },
  };
}
