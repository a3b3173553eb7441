import { isError, safeError } from '../../observability/safe-error.js';
import { usualLimitMs, type Check, type CheckResult, type Finding } from './check.js';

/**
 * Carries out all checks side by side, each with its own time limit (real time), so that a vendor that hangs holds up
 * only its own lines. A check waits for those it needs; what cannot be carried out has failed, or is skipped where
 * another line says why. Never throws. Results come in the order of the checks.
 */
export async function examine<Ctx>(
  checks: readonly Check<Ctx>[],
  context: Ctx,
  options: { readonly limitMs?: number } = {},
): Promise<readonly CheckResult[]> {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const started = new Map<string, Promise<CheckResult>>();
  const resultOf = (check: Check<Ctx>): Promise<CheckResult> => {
    const known = started.get(check.id);
    if (known) return known;
    const result = carryOut(check);
    started.set(check.id, result);
    return result;
  };

  const carryOut = async (check: Check<Ctx>): Promise<CheckResult> => {
    // Callers may start before the check that they need: leave the map complete first.
    await Promise.resolve();
    for (const need of check.needs ?? []) {
      const needed = byId.get(need);
      const held = needed ? (await resultOf(needed)).state : 'fail';
      if (held === 'fail' || held === 'skipped')
        return lineOf(check, { state: 'skipped', says: `Not carried out: ${need} must pass first.` });
    }
    return lineOf(check, await asked(check, context, options.limitMs ?? check.limitMs ?? usualLimitMs));
  };

  return Promise.all(checks.map(resultOf));
}

async function asked<Ctx>(check: Check<Ctx>, context: Ctx, limitMs: number): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Finding>((resolve) => {
    const says = `No answer within ${Math.round(limitMs / 1000)} s.`;
    timer = setTimeout(() => resolve({ state: 'fail', says }), limitMs);
  });
  try {
    return await Promise.race([check.ask(context), tooLate]);
  } catch (err) {
    return { state: 'fail', says: wordsOf(err) };
  } finally {
    clearTimeout(timer);
  }
}

function lineOf<Ctx>(check: Check<Ctx>, { state, says, todo }: Finding): CheckResult {
  const advice = state === 'fail' || state === 'warn' ? (todo ?? check.todo) : null;
  return { id: check.id, area: check.area, state, says, todo: advice };
}

/** Our own errors say what happened; of foreign ones only the kind is told, because they quote what they were given. */
function wordsOf(err: unknown): string {
  if (!isError(err)) return 'It could not be carried out, for an unknown reason.';
  const { type, code, message } = safeError(err);
  if (message !== undefined) return message;
  return `It could not be carried out (${[type, code].filter((part) => part !== undefined).join(', ')}).`;
}
