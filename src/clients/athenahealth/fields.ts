import { z } from 'zod';

/**
 * Readers for athenahealth's loosely typed fields: the same field arrives as `"306"`, `306`, `"true"`, `true` or
 * `"1"`, and an absent one as missing, `null` or `""`, depending on an application setting, the year and the
 * endpoint (API reference, typing). None of these readers ever fails.
 */

/** Text as the vendor wrote it, or `null` when absent or blank. Numbers, booleans and objects become text. */
export const text = z
  .unknown()
  .optional()
  .transform((value): string | null => {
    if (value === null || value === undefined) return null;
    if (typeof value === 'string') return value.trim() === '' ? null : value;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });

/** An id: trimmed text; `"0"` is how some endpoints write "none". */
export const id = text.transform((value) => {
  const trimmed = value?.trim() ?? null;
  return trimmed === '0' ? null : trimmed;
});

/** A yes/no field, or `null` when absent or not understood. */
export const flag = text.transform((value): boolean | null => {
  switch (value?.trim().toLowerCase()) {
    case 'true':
    case '1':
    case 'y':
    case 'yes':
      return true;
    case 'false':
    case '0':
    case 'n':
    case 'no':
      return false;
    default:
      return null;
  }
});

/** A list. A single value counts as a list of one, an absent one as empty. */
export const list = z
  .unknown()
  .optional()
  .transform((value): readonly unknown[] => {
    if (value === null || value === undefined || value === '') return [];
    return Array.isArray(value) ? value : [value];
  });

/** A count, or `null`. */
export const count = text.transform((value) =>
  value !== null && /^\d+$/.test(value.trim()) ? Number(value) : null,
);

/** Any JSON object. */
export const record = z.record(z.string(), z.unknown());
export type JsonRecord = z.infer<typeof record>;

/** The object itself, or the one inside an array of one (detail reads answer that way); otherwise `null`. */
export function onlyRecord(body: unknown): JsonRecord | null {
  const value: unknown = Array.isArray(body) ? (body.length === 1 ? body[0] : null) : body;
  const parsed = record.safeParse(value);
  return parsed.success ? parsed.data : null;
}
