import {
  neededEndpoints,
  type EndpointCheck,
  type NeededEndpoint,
} from '../../clients/athenahealth/index.js';
import { fail, pass, warn, type Check, type Finding } from './check.js';
import type { DoctorContext } from './context.js';

/** At once: athenahealth publishes no limit per second, and preview's is low. */
const atOnce = 3;
const limitMs = 60_000;

/** S000-21: one line per endpoint that the product needs, so that a missing one is named. */
export const endpointChecks: readonly Check<DoctorContext>[] = neededEndpoints.map((needed) => ({
  id: `athenahealth.${needed.method} ${needed.endpoint}`,
  area: 'athenahealth',
  needs: [needed.method === 'GET' ? 'athenahealth.scopes' : 'athenahealth.write-access'],
  limitMs,
  todo: `Ask athenahealth to give the application ${needed.method} ${needed.endpoint} for this practice${
    needed.enabledPerPractice ? ' (it is enabled practice by practice)' : ''
  }: it is needed for ${needed.neededFor}.`,
  ask: async (context) => {
    const [practice, settings] = [await context.connected(), await context.settings()];
    const athena = context.vendors().athena({ ...practice, settings, closing: await context.closing() });
    const [found] = await inTurn(context, () => athena.checkEndpoints([needed]));
    return found ? judged(found, needed) : fail('There is no probe for it.');
  },
}));

function judged({ verdict, status }: EndpointCheck, needed: NeededEndpoint): Finding {
  const what = `${needed.method} ${needed.endpoint}`;
  switch (verdict) {
    case 'answers':
      return pass(`Answers (for ${needed.neededFor}).`);
    case 'refused':
      return fail(`${what} is refused${status === null ? '' : ` (${status})`}.`);
    case 'unknown-endpoint':
      return fail(`${what} is not known at this host for this practice (404).`);
    case 'needs-setup': {
      const setup =
        'The first poll subscribes (resultloop poll); it works some minutes after. Then run doctor again.';
      const says = `${what}: nobody has subscribed to this feed yet.`;
      return needed.endpoint === '/labresults/changed' ? fail(says, setup) : warn(says, setup);
    }
    case 'no-answer':
      return fail(
        `${what} gave no answer to judge by${status === null ? '' : ` (${status})`}.`,
        'Run doctor again; should it stay so, ask athenahealth with the time of this run.',
      );
    default:
      return verdict satisfies never;
  }
}

const waiting = new WeakMap<DoctorContext, { free: number; queue: (() => void)[] }>();

/** Few at a time; one that hangs holds up one seat only. */
async function inTurn<T>(context: DoctorContext, ask: () => Promise<T>): Promise<T> {
  const seats = waiting.get(context) ?? { free: atOnce, queue: [] };
  waiting.set(context, seats);
  if (seats.free > 0) seats.free -= 1;
  else await new Promise<void>((resolve) => seats.queue.push(resolve));
  try {
    return await ask();
  } finally {
    const next = seats.queue.shift();
    if (next) next();
    else seats.free += 1;
  }
}
