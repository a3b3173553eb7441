import { expect, test } from '@jest/globals';
import { mergePieces } from '../../../src/domain/result/pieces.js';
import type { Observation, Report } from '../../../src/domain/result/report.js';

const row = (key: string): Observation => ({
  ...{ key, code: key, system: 'local', name: key, value: '1', unit: null },
  ...{ range: null, flag: null, status: 'final', note: null },
});
const piece = (key: string, laboratory: string | null): Report => ({
  ...{ source: 'hl7v2', documentId: key, kind: 'lab', patient: null, departmentId: null },
  ...{ orderingProvider: null, identifiers: [], test: { code: null, system: null, name: 'Panel' } },
  ...{ status: 'final', laboratory, collectedAt: 0, reportedAt: 0, postedAt: 0, observations: [row(key)] },
  ...{ note: null, readable: true, documentSource: null, documentRoute: null, documentState: null },
  ...{ reviewedByProvider: false, publishedAt: null, confidential: false },
});

test.each([
  ['Labcorp', 'Labcorp', 'Labcorp'],
  ['Labcorp', 'Quest Diagnostics', null],
  ['Labcorp', null, null],
])('§2.12: a panel in pieces from %s and %s has the codes of %s', (first, second, whose) => {
  expect(mergePieces(piece('A', first), piece('B', second), true)?.content.laboratory).toBe(whose);
});
