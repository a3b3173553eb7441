import { describe, expect, test } from '@jest/globals';
import { readDelivery } from '../../src/intake/read-delivery.js';
import type { Received, ReceivedResult } from '../../src/intake/received.js';
import { judge } from './judge.js';

const header = 'MSH|^~\\&|LAB|NORTH|RL|HFP|20260302090000-0500||ORU^R01^ORU_R01|77|P|2.5.1';
const patient = 'PID|1||4711^^^NORTH^MR||Quillfeather^Dana||19680719|F';
const potassium = 'OBX|1|NM|2823-3^Potassium^LN||4.1|mmol/L|3.5-5.2|N|||F';
const highPotassium = 'OBX|2|NM|2823-3^Potassium^LN||6.9|mmol/L|3.5-5.2|HH|||F';
const heartRate = 'OBX|1|NM|8867-4^Heart rate^LN||72|/min|||||F';

function order(test = '2823-3^Potassium^LN', provider = '1234567893^Okafor^Chidi^^^^^^NPI'): string {
  return `OBR|1|P1^HFP|F1^NORTH|${test}|||20260302073000|||||||||${provider}||||||20260302085500|||F`;
}

function read(...lines: string[]): Received {
  return readDelivery(Buffer.from(lines.join('\r')), { zone: 'America/New_York' });
}

function results(received: Received): readonly ReceivedResult[] {
  return received.verdict === 'results' ? received.results : [];
}

function only(received: Received): ReceivedResult {
  const [one, ...more] = results(received);
  if (!one || more.length > 0) throw new Error(`not one result: ${received.verdict}`);
  return one;
}

const codes = ({ warnings }: { readonly warnings: readonly { readonly code: string }[] }) =>
  warnings.map((one) => one.code);
const values = ({ report }: ReceivedResult) => report.observations.map((row) => row.value);

describe('no observation is lost', () => {
  test('a laboratory row behind vital signs in an order without a code', () => {
    const one = only(read(header, patient, order(''), heartRate, highPotassium));
    expect(values(one)).toEqual(['72', '6.9']);
    expect(judge(one)).toBe('critical');
  });

  test('a laboratory row under an order for vital signs', () => {
    const one = only(read(header, patient, order('85353-1^Vital signs^LN'), heartRate, highPotassium));
    expect(judge(one)).toBe('critical');
  });

  test('vital signs alone are no result; beside results they are left aside with a word', () => {
    expect(read(header, patient, order('85353-1^Vital signs^LN'), heartRate).verdict).toBe('none');
    const both = read(header, patient, order('85353-1^Vital signs^LN'), heartRate, order(), potassium);
    expect(values(only(both))).toEqual(['4.1']);
    expect(codes(both)).toContain('bedside-left-aside');
  });

  test('an observation above its order is read with it', () => {
    const read_ = read(header, patient, highPotassium, order('2951-2^Sodium^LN'), potassium);
    expect(values(only(read_))).toEqual(['6.9', '4.1']);
    expect(only(read_).placer).toBe('P1');
    expect(codes(read_)).toContain('before-order');
  });

  test('orders without OBR stay apart', () => {
    const both = read(header, patient, 'ORC|RE|P1|F1', potassium, 'ORC|RE|P2|F2', highPotassium);
    expect(results(both).map((one) => [one.placer, ...values(one)])).toEqual([
      ['P1', '4.1'],
      ['P2', '6.9'],
    ]);
  });

  test('by specimen (OUL), ORC stands behind its OBR', () => {
    const oul = header.replace('ORU^R01^ORU_R01', 'OUL^R22^OUL_R22');
    const one = only(read(oul, patient, 'SPM|1|S1', order(), 'ORC|RE|P1', potassium, highPotassium));
    expect(values(one)).toEqual(['4.1', '6.9']);
    expect(one.filler).toBe('F1');
  });

  test.each([
    ['glued to the line before', (lines: string[]) => lines.join('\r').replace('\rOBX|2', 'OBX|2')],
    ['indented', (lines: string[]) => lines.map((line) => `  ${line}`).join('\n')],
    [
      'named in small letters',
      (lines: string[]) => lines.join('\r').replace(/\r(\w{3})/g, (s) => s.toLowerCase()),
    ],
    ['with line ends written out', (lines: string[]) => lines.join('\\r')],
    ['with blanks for line ends', (lines: string[]) => lines.join(' ')],
    ['behind words of whoever saved them', (lines: string[]) => ['Result of Monday', ...lines].join('\n')],
    ['with `<CR>` as letters', (lines: string[]) => lines.map((line) => `${line}<CR>`).join('\n')],
    ['in one line without anything between', (lines: string[]) => lines.map((line) => `${line}|`).join('')],
  ])('segments %s', (_name, write) => {
    const text = write([header, patient, order(), potassium, highPotassium]);
    expect(values(only(read(text)))).toEqual(['4.1', '6.9']);
  });

  test.each(['utf16le', 'utf16be'] as const)('%s without a mark', (encoding) => {
    const text = [header, patient, order(), potassium].join('\r');
    const bytes = Buffer.from(text, 'utf16le');
    if (encoding === 'utf16be') bytes.swap16();
    expect(values(only(readDelivery(bytes, { zone: 'America/New_York' })))).toEqual(['4.1']);
  });

  test('observations before the first message keep its results from being normal', () => {
    expect(judge(only(read(highPotassium, header, patient, order(), potassium)))).toBe('review');
  });

  test('remarks before the order and on the patient are kept', () => {
    const remark = (text: string) => `NTE|1|L|${text}`;
    const one = only(
      read(header, patient, remark('Fasting'), 'ORC|RE', remark('CORRECTED REPORT'), order(), potassium),
    );
    expect(one.report.note).toBe('Fasting\nCORRECTED REPORT');
    expect(judge(one)).toBe('review');
  });

  test('where a pointed-to document lies', () => {
    const row = 'OBX|1|RP|PDF^Report^L||https://lab.example/doc/1^LAB^application^pdf||||||F';
    const one = only(read(header, patient, order('PDF^Report^L'), row));
    expect(one.report.observations[0]?.note).toContain('https://lab.example/doc/1');
    expect(one.report.readable).toBe(false);
  });
});

describe('nothing reads better than it is', () => {
  const covid = (value: string) =>
    only(read(header, patient, order('94500-6^SARS^LN'), `OBX|1|CWE|94500-6^SARS^LN||${value}|||N|||F`));

  test.each([
    '260373001^Not detected^SCT',
    '260415000^Not detected^SCT^POS^Positive^L',
    '260415000^Not detected^SCT^^^^^^Detected',
    '260385009^Negative^SCT^ECOLI^Escherichia coli^L',
  ])('parts of a coded value that contradict each other: %s', (value) => {
    expect(judge(covid(value))).not.toBe('normal');
  });

  test.each([
    '260415000^Not detected^SCT^NEG^Negative^L',
    '260415000^Not detected^SCT^^^^^^SARS-CoV-2 RNA not detected',
  ])('parts that say the same are no contradiction: %s', (value) => {
    expect(judge(covid(value))).toBe('normal');
    expect(values(covid(value))).toEqual(['Not detected']);
  });

  test('a cancelled order with final observations contradicts itself', () => {
    const one = only(read(header, patient, 'ORC|CA|P1|F1', order(), potassium));
    expect(one.report.status).toBe('unknown');
    expect(judge(one)).toBe('review');
  });

  test('a negative answer "upon retest" tells of another one before', () => {
    const row = 'OBX|1|CE|94500-6^SARS^LN||^^^N^NEGATIVE:^L|||N|||F';
    const lines = [header, patient, order('94500-6^SARS^LN'), row];
    expect(judge(only(read(...lines)))).toBe('normal');
    expect(judge(only(read(...lines, 'NTE|1|L|NEGATIVE UPON RETEST:')))).toBe('review');
  });

  test('a test that was not performed, with a document that nobody read', () => {
    const rows = [
      'OBX|1|ST|2823-3^Potassium^LN||TNP|mmol/L|||||F',
      'OBX|2|ED|PDF^Report^L||^^PDF^Base64^JVBERi0=||||||X',
    ];
    expect(judge(only(read(header, patient, order(), ...rows)))).toBe('review');
  });

  test.each(['4.5-4.9 (fasting)', 'M 4.5-4.9', '0-15 (M); 0-20 (F)'])(
    'an interval in words is not the library’s: “%s” proves nothing',
    (range) => {
      const row = potassium.replace('3.5-5.2|N', `${range}|`);
      expect(judge(only(read(header, patient, order(), row)))).toBe('review');
      const plain = row.replace(range, 'Not Estab.');
      expect(judge(only(read(header, patient, order(), plain)))).toBe('normal');
    },
  );

  test('L5b: cytology and imaging are known by their rows too', () => {
    const of = (row: string) => only(read(header, patient, order('193000^IGP^L'), row)).report.kind;
    expect(of('OBX|1|ST|19762-4^Gen categ cervix^LN||NILM||||||F')).toBe('pathology');
    expect(of('OBX|1|TX|X^CT scan of chest^L||No acute disease||||||F')).toBe('imaging');
    expect(of(potassium)).toBe('lab');
  });

  test('MSH-2 with one character for everything: the usual delimiters', () => {
    const one = read(header.replace('^~\\&', '&&&&'), patient, order(), potassium);
    expect(only(one).patient).toMatchObject({ id: '4711', family: 'Quillfeather' });
    expect(codes(one)).toContain('delimiters-doubtful');
  });
});

describe('who ordered', () => {
  const provider = (sent: string, ...more: string[]) =>
    only(read(header, patient, order(undefined, sent), ...more, potassium)).orderingProvider;

  test('the ordering provider of PRT (2.7 and later), not who admitted', () => {
    const prt = (role: string, person: string) => `PRT||AD||${role}|${person}`;
    const admitting = prt('AD^Admitting Provider', '77^Else^Someone');
    expect(provider('', admitting, prt('OP^Ordering Provider', '1234567893^Okafor^Chidi'))).toMatchObject({
      npi: '1234567893',
      family: 'Okafor',
    });
    expect(provider('', admitting)).toBeNull();
  });

  test.each([
    '0000000000^SUNRISE MEDICAL^LABORATORIES',
    '9999999999^UNKNOWN^PROVIDER',
    '^Staff^Unspecified',
    '114^BELOW^SEE^COMMENTS',
    'S-148^Veterans Affairs Healthcare System',
  ])('nobody: %s', (sent) => {
    expect(provider(sent)).toBeNull();
  });

  test('a person with a telling name and an NPI stays one', () => {
    expect(provider('1234567893^UNKNOWN^PROVIDER^^^^^^NPI')).toMatchObject({ npi: '1234567893' });
    expect(provider('12^Hospital^Ana')).toMatchObject({ family: 'Hospital', given: 'Ana' });
  });
});

test('of several names the legal one, else a whole one of today', () => {
  const named = (names: string) =>
    only(read(header, patient.replace('Quillfeather^Dana', names), order(), potassium)).patient.family;
  expect(named('^Dana~Quillfeather^Dana')).toBe('Quillfeather');
  expect(named('Oldname^Dana^^^^^M~Quillfeather^Dana')).toBe('Quillfeather');
  expect(named('Quillfeather^Dana^^^^^D~Legalname^Dana^^^^^L')).toBe('Legalname');
});

test('sex written out, and a character that no database takes', () => {
  const pid = patient.replace('|F', '|FEMALE').replace('Dana', 'Da\0na');
  expect(only(read(header, pid, order(), potassium)).patient).toMatchObject({ sex: 'F', given: 'Dana' });
});

test('a batch says once how many of its messages are no results', () => {
  const other = header.replace('ORU^R01^ORU_R01', 'ADT^A08');
  const batch = read(other, patient, header, patient, order(), potassium, other, patient);
  expect(batch.warnings).toEqual([{ code: 'not-a-result-message', text: expect.stringMatching(/\(2\)$/) }]);
});
