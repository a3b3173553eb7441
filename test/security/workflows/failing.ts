import { ApplicationFailure } from '@temporalio/common';

/** The smallest workflow whose failure could leak what it was given. */
export async function failing(name: string): Promise<void> {
  throw ApplicationFailure.nonRetryable(`could not reach ${name}`, 'PlannedFailure');
}
