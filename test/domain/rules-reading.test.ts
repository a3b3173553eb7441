import { describe, expect, test } from '@jest/globals';
import { starterQualitativeLists } from '../../src/domain/library/qualitative-lists.js';
import { readQualitative } from '../../src/domain/rules/qualitative.js';
import { parseRange } from '../../src/domain/rules/range.js';
import { parseValue } from '../../src/domain/rules/value.js';

const shown = (text: string | null, unit: string | null = null) => {
  const range = parseRange(text, unit);
  if (range.kind !== 'interval') return range.kind;
  const { low, high } = range.interval;
  const bound = (one: typeof low) => (one ? `${one.inclusive ? '[' : '('}${one.value.toFixed()}` : '-');
  return `${bound(low)} ${bound(high)}`;
};

describe('ranges as laboratories write them', () => {
  test.each([
    ['70-105', '[70 [105'],
    ['70 - 105', '[70 [105'],
    ['70_105', '[70 [105'],
    ['4.5 to 6.0', '[4.5 [6'],
    ['3.5–5.3', '[3.5 [5.3'],
    ['[ 3.5 - 5.3 ]', '[3.5 [5.3'],
    ['<85', '- (85'],
    ['[ < 5.0 ]', '- (5'],
    ['<=200', '- [200'],
    ['≤200', '- [200'],
    ['>59', '(59 -'],
    ['    >59', '(59 -'],
    ['> OR = 60', '[60 -'],
    ['>=60', '[60 -'],
    ['-5--2', '[-5 [-2'],
    ['-3-3', '[-3 [3'],
    ['^^10.000000', '- [10'],
    ['1,000-2,500', '[1000 [2500'],
    ['Normal 3.5 to 5.2', '[3.5 [5.2'],
    ['Reference range: 3.5-5.2', '[3.5 [5.2'],
    ['<200 (desirable)', '- (200'],
    ['Optimal <100', '- (100'],
    ['Abnormal 3.5-5.2', 'text'],
    ['5.3-3.5', 'inverted'],
    ['[ ]', 'none'],
    ['', 'none'],
    ['2323', 'text'],
    ['NEGATIVE', 'text'],
    ['Not Estab.', 'text'],
    ['0-15 (M); 0-20 (F)', 'text'],
  ])('“%s” → %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  test('a unit repeated behind the range is dropped, any other tail is not', () => {
    expect(shown('3.5-5.3 mmol/L', 'mmol/L')).toBe('[3.5 [5.3');
    expect(shown('3.5-5.3 mg/dL', 'mmol/L')).toBe('text');
  });
});

describe('values', () => {
  test.each([
    ['6.3', null, '6.3', null],
    ['0065.88', null, '65.88', null],
    ['1,250', null, '1250', null],
    ['>500', '>', '500', null],
    ['>= 500', '>=', '500', null],
    ['< 2.0', '<', '2', null],
    ['>^11.0', '>', '11', null],
    ['=^0.5', null, '0.5', null],
    ['^182', null, '182', null],
    ['6.3 mmol/L', null, '6.3', 'mmol/L'],
    ['6.3H', null, '6.3', 'H'],
  ])('“%s” is a number', (text, comparator, number, suffix) => {
    const parsed = parseValue(text);
    expect(parsed).toMatchObject({ kind: 'number', suffix });
    expect(
      parsed.kind === 'number' && [parsed.quantity.comparator, parsed.quantity.number.toFixed()],
    ).toEqual([comparator, number]);
  });

  test.each([
    '4,2',
    '0-5',
    '^1^-^2',
    '^1^:^80',
    '1:80',
    '2+',
    '1e3',
    'NaN',
    'Infinity',
    '1.2.3',
    'Comment',
    '>',
    '9'.repeat(40),
  ])('“%s” is not a number', (text) => {
    expect(parseValue(text).kind).toBe('text');
  });

  test('nothing sent is missing', () => {
    expect([parseValue(null).kind, parseValue('  ').kind]).toEqual(['missing', 'missing']);
  });
});

test.each([
  ['Not Detected', 'negative'],
  ['Detected', 'positive'],
  ['NONREACTIVE', 'negative'],
  ['Reactive', 'positive'],
  ['POSITIVE:', 'positive'],
  ['Not  Isolated', 'negative'],
  ['Isolated', 'positive'],
  ['260373001^Detected^SCT', 'positive'],
  ['260415000^Not detected^SCT', 'negative'],
  ['260415000^Detected^SCT', 'positive'],
  ['260415000^Something else^SCT', 'unmatched'],
  ['Presumptive positive', 'unclear'],
  ['No growth to date', 'unclear'],
  ['NR', 'unclear'],
  ['QNS', 'not-performed'],
  ['DNR', 'unmatched'],
  ['Not Detected, but see note', 'unmatched'],
  ['Escherichia coli', 'unmatched'],
])('clinical rules §4: “%s” reads as %s', (text, reading) => {
  expect(readQualitative(text, starterQualitativeLists, null)).toBe(reading);
});
