import type { EpochMs } from '../domain/result/report.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A span as people say it, two parts at most: `40 min`, `2 h 10 min`, `3 d 4 h`. Under a minute: `0 min`. */
export function spanWords(ms: number): string {
  const span = Math.max(0, ms);
  if (span >= day) return parts(Math.floor(span / day), 'd', Math.floor((span % day) / hour), 'h');
  if (span >= hour) return parts(Math.floor(span / hour), 'h', Math.floor((span % hour) / minute), 'min');
  return `${Math.floor(span / minute)} min`;
}

/** `in 3 h 5 min` or `overdue by 20 min`. */
export function dueWords(dueAt: EpochMs, now: EpochMs): string {
  return dueAt < now ? `overdue by ${spanWords(now - dueAt)}` : `in ${spanWords(dueAt - now)}`;
}

function parts(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}
