import { sql } from 'kysely';
import { createHttp, type Vendor } from '../../clients/http/index.js';
import { fail, pass, type Check, type Finding } from './check.js';
import type { DoctorContext } from './context.js';

const second = 1_000;
/** Leases and the pacer compare the clocks of several machines. */
const databaseSkewMs = 5 * second;
/** Signed webhooks, tokens and "sent at" times; an HTTP date knows whole seconds only. */
const vendorSkewMs = 30 * second;
const timeoutMs = 10 * second;

const setClock = 'Let this machine and the other keep time by the same service (NTP), and run doctor again.';

export const clockChecks: readonly Check<DoctorContext>[] = [
  {
    id: 'clock.database',
    area: 'clock',
    needs: ['database.reachable'],
    todo: setClock,
    ask: async ({ db, realNow }) => {
      const asked = realNow();
      const { rows } = await sql<{ now: number }>`
        select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(db());
      const skew = (rows[0]?.now ?? Number.NaN) - (asked + realNow()) / 2;
      return judged(Math.abs(skew) <= databaseSkewMs, [`the database ${offBy(skew)}`]);
    },
  },
  {
    id: 'clock.vendors',
    area: 'clock',
    needs: ['practice.connections'],
    todo: setClock,
    ask: async (context) => {
      const { connections, athenaPracticeId } = await context.connected();
      const { athenahealth, twilio, spruce } = connections;
      // Public or without credentials: whatever the answer, its Date header is what is asked for.
      const skews = await Promise.all([
        skewOf('athenahealth', athenahealth.baseUrl, `/v1/${athenaPracticeId}`, context.realNow),
        skewOf(
          'twilio',
          twilio.baseUrl ? `${twilio.baseUrl}/api` : 'https://api.twilio.com',
          '/2010-04-01',
          context.realNow,
        ),
        skewOf('spruce', spruce.baseUrl, '/organization', context.realNow),
      ]);
      return judged(
        skews.every(({ ms }) => Math.abs(ms) <= vendorSkewMs),
        skews.map(({ vendor, ms }) => `${vendor} ${offBy(ms)}`),
      );
    },
  },
];

async function skewOf(vendor: Vendor, baseUrl: string, path: string, realNow: () => number) {
  const asked = realNow();
  const http = createHttp({ vendor, baseUrl, timeoutMs });
  const { headers } = await http.request({ operation: 'clock.read', method: 'GET', path });
  const date = Date.parse(headers.get('date') ?? '');
  return { vendor, ms: date + second / 2 - (asked + realNow()) / 2 };
}

function judged(isWell: boolean, clocks: readonly string[]): Finding {
  const says = `Beside this machine's clock: ${clocks.join(', ')}.`;
  return isWell ? pass(says) : fail(says);
}

function offBy(ms: number): string {
  if (Number.isNaN(ms)) return 'does not say its time';
  const seconds = Math.round(ms / second);
  if (seconds === 0) return 'agrees';
  return `is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'behind'}`;
}
