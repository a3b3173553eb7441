import type { Chance } from './random.js';

/** How a result comes: read from the chart, or sent by its laboratory while the chart has it as second feed (L4). */
export type Way = 'chart' | 'mllp' | 'fhir';
export type Sender = Exclude<Way, 'chart'>;

/** Of all results: half over MLLP, a tenth as FHIR. */
const shares: Readonly<Record<Sender, number>> = { mllp: 0.5, fhir: 0.1 };

/** athenahealth's ids of the laboratories, as documents in the chart name them. */
export const facilities: Readonly<Record<Way, number>> = {
  chart: 10_848_070,
  mllp: 10_848_074,
  fhir: 10_848_075,
};

/** Deals draws to laboratories until each has its share of the results: one specimen goes to one laboratory. */
export function dealWays(sizes: readonly number[], chance: Chance): Way[] {
  const total = sizes.reduce((sum, n) => sum + n, 0);
  const left: Record<Sender, number> = {
    mllp: Math.ceil(total * shares.mllp),
    fhir: Math.ceil(total * shares.fhir),
  };
  const ways: Way[] = sizes.map(() => 'chart');
  for (const draw of chance.shuffled([...sizes.keys()])) {
    const size = sizes[draw] ?? 0;
    const sender = (['mllp', 'fhir'] as const).find((one) => left[one] > 0);
    if (sender === undefined) break;
    ways[draw] = sender;
    left[sender] -= size;
  }
  return ways;
}
