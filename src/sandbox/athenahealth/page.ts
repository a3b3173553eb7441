import type { Params } from './params.js';
import { integerOf } from './params.js';

const recordedPage = 1000;
const largestPage = 5000;

/**
 * One page of a list in athenahealth's wrapper. `next` and `previous` are paths with upper-case parameter
 * names, and the last `limit` is the remainder (reference §2, "Paging").
 */
export function pageOf(
  key: string,
  rows: readonly unknown[],
  path: string,
  query: Params,
): Record<string, unknown> {
  const limit = pageLimit(query, recordedPage);
  const offset = integerOf(query, 'offset') ?? 0;
  const after = offset + limit;
  return {
    [key]: rows.slice(offset, after),
    totalcount: rows.length,
    ...(after < rows.length && { next: link(path, query, Math.min(limit, rows.length - after), after) }),
    ...(offset > 0 && { previous: link(path, query, Math.min(limit, offset), Math.max(0, offset - limit)) }),
  };
}

/** The `limit` parameter, cut to athenahealth's maximum. */
export function pageLimit(query: Params, byDefault: number): number {
  return Math.max(1, Math.min(largestPage, integerOf(query, 'limit') ?? byDefault));
}

function link(path: string, query: Params, limit: number, offset: number): string {
  const others = Object.entries(query)
    .filter(([name]) => name !== 'limit' && name !== 'offset')
    .map(([name, value]) => `${name.toUpperCase()}=${encodeURIComponent(value)}&`);
  return `${path}?${others.join('')}limit=${limit}&offset=${offset}`;
}
