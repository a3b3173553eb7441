import { badParameter } from './errors.js';

/** One page of a list and what leads to the next. */
export interface ListPage<T> {
  readonly rows: readonly T[];
  readonly rest: { hasMore: boolean; paginationToken?: string; totalCount: number };
}

/** Cuts a page by `pageSize` and `paginationToken` (`""` = first). @throws SpruceError 400 beyond the limits. */
export function pageOf<T>(
  all: readonly T[],
  query: { pageSize?: string; paginationToken?: string },
  most: number,
  least = 1,
): ListPage<T> {
  const size = Number(query.pageSize ?? Math.min(100, most));
  if (!Number.isInteger(size) || size < least || size > most)
    throw badParameter(`pageSize must be between ${least} and ${most}`);
  const start = query.paginationToken
    ? Number(Buffer.from(query.paginationToken, 'base64url').toString())
    : 0;
  if (!Number.isInteger(start) || start < 0) throw badParameter('Invalid paginationToken');
  const end = start + size;
  const hasMore = end < all.length;
  return {
    rows: all.slice(start, end),
    rest: {
      hasMore,
      ...(hasMore && { paginationToken: Buffer.from(String(end)).toString('base64url') }),
      totalCount: all.length,
    },
  };
}
