import { createHash } from 'node:crypto';
import { canonicalContent } from '../domain/result/content.js';
import type { Report } from '../domain/result/report.js';

export const contentAad = 'version.content';
export const rawAad = 'report.raw';

/** SHA-256 of the clinical content (L40). */
export function contentHash(report: Report): string {
  return createHash('sha256').update(canonicalContent(report)).digest('hex');
}
