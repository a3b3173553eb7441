import type { IntakeWarning } from '../received.js';

const texts = {
  conclusion: 'The report has a conclusion of its own: read it',
  'document-unread': 'A document comes with the report (PDF, picture) and was not read',
  'patient-missing': 'It is not said whose result this is',
  'patient-by-reference':
    'The patient is only named by an id; name, birth date and sex are not in the message',
  'patient-replaced': 'The patient record was replaced by another: look for a merge',
  'patients-differ':
    'Rows under this report belong to another patient: look at the message before anything else',
  'result-unresolved': 'Results that the report names are not in the message: read them from the server',
  'interpretation-sentence': 'The laboratory interprets a value in a sentence: read it',
  'modified-meaning': 'An extension changes what the content means: a person must read it',
  'status-unknown': 'It is not said whether this is final',
  'range-unit-differs': 'A reference range has another unit than its value and was not used',
  'range-not-chosen': 'No reference range surely fits this patient; none was used',
  'range-contradicts-text': 'A reference range and its text contradict each other; neither was used',
  'order-unresolved': 'The order is not in the message, so the ordering provider is not known',
  'provider-missing': 'No ordering provider is named',
  'providers-several': 'Its orders name several providers; the first with an NPI was taken',
  'collection-from-rows': 'The report does not say when the specimen was taken; its observations do',
  'collection-date-missing': 'It is not said when the specimen was taken',
  'collection-date-imprecise': 'When the specimen was taken is not said to the day',
  'date-unreadable': 'A date cannot be read and was left out',
} as const;

export type WarningCode = keyof typeof texts;

export function warn(code: WarningCode, count = 1): IntakeWarning {
  return { code, text: count === 1 ? texts[code] : `${texts[code]} (${count})` };
}
