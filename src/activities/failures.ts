import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { VendorError } from '../clients/http/index.js';

/**
 * The one place that decides whether an activity is tried again. Failure types are stable codes; messages hold no
 * PHI (they are logged and stored).
 */
export function toFailure(err: unknown): ApplicationFailure {
  if (err instanceof ApplicationFailure) return err;
  if (err instanceof VendorError) {
    return ApplicationFailure.create({
      message: err.message,
      type: `${err.vendor}/${err.code}`,
      nonRetryable: err.outcome === 'refused',
      nextRetryDelay: err.retryAfterMs ?? undefined,
      category: err.code === 'rate-limited' ? ApplicationFailureCategory.BENIGN : undefined,
    });
  }
  const code = (err as { code?: unknown } | null)?.code;
  return ApplicationFailure.create({
    message: 'An internal step failed; see the type.',
    type:
      typeof code === 'string'
        ? `internal/${code}`
        : `internal/${err instanceof Error ? err.name : 'unknown'}`,
    cause: undefined,
  });
}

/** Not a failure: the vendor's limit is used up for the moment. Retried without counting as an error. */
export function paced(comeBackMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    message: "Waits for the vendor's limit.",
    type: 'Paced',
    nextRetryDelay: Math.ceil(comeBackMs),
    category: ApplicationFailureCategory.BENIGN,
  });
}

/** Somebody else's call may still be under way, or the vendor has not answered our question yet. */
export function comeBack(realMs: number, why: string): ApplicationFailure {
  return ApplicationFailure.create({
    message: `Comes back later: ${why}.`,
    type: 'ComeBack',
    nextRetryDelay: Math.max(100, Math.ceil(realMs)),
    category: ApplicationFailureCategory.BENIGN,
  });
}

/** Runs an activity's body and turns whatever it throws into a failure with a code. */
export async function guarded<T>(
  body: () => Promise<T>,
  onError?: (failure: ApplicationFailure) => void,
): Promise<T> {
  try {
    return await body();
  } catch (err) {
    const failure = toFailure(err);
    onError?.(failure);
    throw failure;
  }
}
