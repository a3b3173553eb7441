/** The most events in any sliding window of a length; half open, so that a spacing of exactly the length is one each. */
export function peakWithin(times: readonly number[], windowMs: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let first = 0;
  return sorted.reduce((peak, at, last) => {
    while (at - (sorted[first] ?? at) >= windowMs) first += 1;
    return Math.max(peak, last - first + 1);
  }, 0);
}
