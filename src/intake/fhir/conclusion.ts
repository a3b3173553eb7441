/** What a report says in words: its conclusion and the documents that come with it. */
import { starterQualitativeLists } from '../../domain/library/qualitative-lists.js';
import { normaliseText } from '../../domain/rules/qualitative.js';
import { decodeText } from '../exact-json.js';
import type { ReportResource } from './shapes.js';

const normalConclusions = new Set(
  ['normal', 'within normal limits', 'wnl', 'no abnormality detected', 'no abnormalities detected'].concat(
    starterQualitativeLists.negative,
  ),
);

/** A conclusion is the result in short: whatever is not a plain "normal" is for a person to read. */
export function saysNormal(conclusion: string): boolean {
  return normalConclusions.has(normaliseText(conclusion));
}

/** Text forms are read; a PDF or a picture is a document that only a person can read. */
export function readForms(forms: ReportResource['presentedForm']): { texts: string[]; unread: number } {
  const texts: string[] = [];
  let unread = 0;
  for (const { contentType, data } of forms) {
    const isText = /^text\/(plain|markdown)\b/i.test(contentType ?? '');
    const text = isText && data !== null ? decodeText(Buffer.from(data, 'base64')).text.trim() : '';
    if (text === '') unread += 1;
    else texts.push(text);
  }
  return { texts, unread };
}
