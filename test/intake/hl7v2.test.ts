import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseHl7, readHl7v2, writeHl7 } from '../../src/intake/hl7v2/index.js';
import type { Received, ReceivedResult } from '../../src/intake/received.js';
import { judge } from './judge.js';

const source = { zone: 'America/New_York', name: 'test' };
const folder = new URL('../data/samples/hl7/', import.meta.url);
const samples = readdirSync(folder)
  .filter((name) => name.endsWith('.hl7'))
  .map((name) => readFileSync(new URL(name, folder)));

const read = (text: string): Received => readHl7v2(Buffer.from(text), source);

/** One potassium of one patient; parts can be replaced. */
function oru(parts: { msh?: string; pid?: string; obr?: string; more?: string[] } = {}): string {
  return [
    parts.msh ?? 'MSH|^~\\&|LAB|NORTH|RL|HFP|20260302090000-0500||ORU^R01^ORU_R01|77|P|2.5.1',
    parts.pid ?? 'PID|1||4711^^^NORTH^MR||Quillfeather^Dana||19680719|F',
    parts.obr ??
      'OBR|1|P1^HFP|F1^NORTH|2823-3^Potassium^LN|||20260302073000|||||||||1234567893^Okafor^Chidi^^^^^^NPI||||||20260302085500|||F',
    ...(parts.more ?? ['OBX|1|NM|2823-3^Potassium^LN||4.1|mmol/L|3.5-5.2|N|||F']),
  ].join('\r');
}

function only(received: Received): ReceivedResult {
  if (received.verdict !== 'results' || received.results.length !== 1 || !received.results[0])
    throw new Error(`not one result: ${received.verdict}`);
  return received.results[0];
}

describe('reading', () => {
  test('S003-22: a plain message: patient, provider, numbers with their authority, times in the zone of the source', () => {
    const one = only(read(oru()));
    expect(one.patient).toMatchObject({ id: '4711', authority: 'NORTH', family: 'Quillfeather' });
    expect(one.orderingProvider).toEqual({
      id: '1234567893',
      npi: '1234567893',
      family: 'Okafor',
      given: 'Chidi',
    });
    expect(one.report.identifiers).toEqual([
      { namespace: 'placer', value: 'P1^HFP' },
      { namespace: 'filler', value: 'F1^NORTH' },
    ]);
    expect(one.collectedAt).toMatchObject({ iso: '2026-03-02T07:30:00', precision: 'second' });
    expect(one.collectedAt?.at).toBe(Date.parse('2026-03-02T07:30:00-05:00'));
    expect(one.report).toMatchObject({ status: 'final', kind: 'lab', readable: true });
    expect(judge(one)).toBe('normal');
  });

  test.each([
    ['line feeds', (s: string) => s.replaceAll('\r', '\n')],
    ['both', (s: string) => s.replaceAll('\r', '\r\n')],
    ['a byte-order mark', (s: string) => `\ufeff${s}`],
    ['the bytes of a frame', (s: string) => `\u000b${s}\u001c\r`],
    ['other delimiters', (s: string) => s.replaceAll('|', '!').replaceAll('^', '$').replace('$~', '$*')],
  ])('%s change nothing', (_name, change) => {
    const plain = only(read(oru()));
    const changed = only(read(change(oru())));
    expect({ ...changed, warnings: [] }).toEqual({ ...plain, warnings: [] });
  });

  test('UTF-16 and windows-1252 are read; the second is remarked unless it was announced', () => {
    const text = oru({ pid: 'PID|1||4711^^^NORTH^MR||Peña^José||19680719|M' });
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
    expect(only(readHl7v2(utf16, source)).patient.family).toBe('Peña');
    const latin = readHl7v2(Buffer.from(text, 'latin1'), source);
    expect(only(latin).patient.given).toBe('José');
    expect(latin.warnings.map((w) => w.code)).toContain('charset-guessed');
  });

  test('escapes are decoded once, after splitting; an odd one is left as it is', () => {
    const note = (text: string) =>
      only(read(oru({ more: [`OBX|1|TX|X^Note^L||${text}||||||F`] }))).report.observations[0]?.value;
    expect(note('a \\F\\ b \\S\\ c \\T\\ d \\R\\ e \\E\\ f')).toBe('a | b ^ c & d ~ e \\ f');
    expect(note('one\\.br\\two')).toBe('one\ntwo');
    expect(note('\\X4869\\ &#181;g')).toBe('Hi µg');
    expect(note('50\\ of')).toBe('50\\ of');
  });

  test('a line break inside a text is no new segment', () => {
    const received = read(oru({ more: ['OBX|1|TX|X^Note^L||first', 'second line||||||F'] }));
    expect(only(received).report.observations[0]).toMatchObject({ value: 'first second line', status: 'F' });
    expect(received.warnings.map((w) => w.code)).toEqual(['line-rejoined']);
  });

  test.each([
    ['SN', '>^11.0', '>11.0'],
    ['SN', '^182', '182'],
    ['SN', '^1^:^80', '1:80'],
    ['SN', '^2^+', '2+'],
    ['SN', '=^0.5', '0.5'],
    ['CE', '^^^REA^Reactive^L', 'Reactive'],
    ['CWE', '260385009^Negative^SCT', 'Negative'],
    ['NM', '0065.88', '0065.88'],
    ['', '7', '7'],
  ])('%s %s is read as %s', (type, sent, value) => {
    const received = read(oru({ more: [`OBX|1|${type}|X^Test^L||${sent}||||||F`] }));
    expect(only(received).report.observations[0]?.value).toBe(value);
  });

  test('a repeated number is several values, and the worst counts', () => {
    const one = only(read(oru({ more: ['OBX|1|NM|2823-3^Potassium^LN||4.1~6.9|mmol/L|3.5-5.2||||F'] })));
    expect(one.report.observations.map((row) => row.value)).toEqual(['4.1', '6.9']);
    expect(judge(one)).toBe('critical');
  });
});

describe('what must never be guessed', () => {
  test.each(['Aug 15, 1942', '196712', '19681301', '0', '219680719'])('birth date %s is none', (sent) => {
    const one = only(read(oru({ pid: `PID|1||4711^^^NORTH^MR||Quillfeather^Dana||${sent}|F` })));
    expect(one.patient.birthDate).toBeNull();
    expect(one.warnings.map((w) => w.code)).toContain('birth-date-unreadable');
  });

  test('a social security number is dropped, whatever stands beside it', () => {
    const pid = 'PID|1||123-45-6789^^^SSA^SS~4711^^^NORTH^MR||Quillfeather^Dana||19680719|F';
    const { patient } = only(read(oru({ pid })));
    expect(patient.id).toBe('4711');
    expect(JSON.stringify(patient)).not.toContain('123-45');
  });

  test.each([
    ['an organisation', 'SUB-1^St. Clair Hospital'],
    ['a placeholder', '0000000000'],
  ])('%s is no ordering provider', (_name, sent) => {
    const obr = `OBR|1|P1|F1|2823-3^Potassium^LN|||20260302073000|||||||||${sent}|||||||||F`;
    expect(only(read(oru({ obr }))).orderingProvider).toBeNull();
  });

  test('the identifier of another person is never given to a name without one', () => {
    const more = ['OBX|1|NM|2823-3^Potassium^LN||4.1|mmol/L|3.5-5.2|N|||F'];
    const obr = 'OBR|1|P1|F1|2823-3^Potassium^LN|||20260302073000|||||||||^Johnson^Kathryn|||||||||F';
    const message = oru({ obr, more }).replace(
      'OBR|1',
      'ORC|RE|P1|F1|||||||||1234567893^Rosen^Rebecca^^^^^^NPI\rOBR|1',
    );
    expect(only(read(message)).orderingProvider).toEqual({
      id: null,
      npi: null,
      family: 'Johnson',
      given: 'Kathryn',
    });
  });

  test('two patients in one message stay two', () => {
    const message = [
      oru(),
      'PID|2||4712^^^NORTH^MR||Ambleside^Robin||19700101|M',
      'OBR|1|P2|F2|2823-3^Potassium^LN|||20260302073000||||||||||||||||||F',
      'OBX|1|NM|2823-3^Potassium^LN||6.9|mmol/L|3.5-5.2|HH|||F',
    ].join('\r');
    const received = read(message);
    const results = received.verdict === 'results' ? received.results : [];
    expect(results.map((r) => [r.patient.id, r.report.observations[0]?.value])).toEqual([
      ['4711', '4.1'],
      ['4712', '6.9'],
    ]);
    expect(results[1]?.orderingProvider).toBeNull();
  });

  test.each([
    ['no status', 'OBX|1|NM|2823-3^Potassium^LN||4.1|mmol/L|3.5-5.2|N'],
    ['preliminary', 'OBX|1|NM|2823-3^Potassium^LN||4.1|mmol/L|3.5-5.2|N|||P'],
    ['a document', 'OBX|1|ED|PDF^Report^L||^application^pdf^Base64^JVBERi0=||||||F'],
    ['shifted fields', 'OBX|1|SN|2823-3^Potassium^LN|1|||>^4.0|mmol/L||N|||F'],
  ])('%s is never normal', (_name, obx) => {
    expect(judge(only(read(oru({ more: [obx] }))))).not.toBe('normal');
  });
});

describe('what is no result', () => {
  test.each([
    ['without MSH', 'PID|1||4711\rOBX|1|NM|X||1', 'reject'],
    ['an admission', oru({ msh: 'MSH|^~\\&|A|B|C|D|20260302||ADT^A01|1|P|2.5' }), 'reject'],
    ['an order that was received', oru({ more: [] }).replace(/\|F$/, '|I'), 'none'],
    [
      'vital signs',
      oru({ obr: 'OBR|1|||85353-1^Vital signs^LN', more: ['OBX|1|NM|8867-4^Heart rate^LN||61|/min||||||F'] }),
      'none',
    ],
    ['nothing', '', 'reject'],
  ])('%s', (_name, message, verdict) => {
    expect(read(message).verdict).toBe(verdict);
  });

  test('an order that was cancelled is told: no tier, no observations', () => {
    const obr = 'OBR|1|P1|F1|2823-3^Potassium^LN|||20260302073000||||||||||||||||||X';
    const one = only(read(oru({ obr, more: [] })));
    expect(one.report.status).toBe('cancelled');
    expect(judge(one)).toBeNull();
  });
});

describe('any bytes at all', () => {
  const anySample = fc.constantFrom(...samples);

  test('random bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void readHl7v2(bytes, source)),
      { numRuns: 300 },
    );
  });

  test('genuine messages with flipped, cut or repeated bytes never throw', () => {
    const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) });
    fc.assert(
      fc.property(anySample, fc.array(change, { maxLength: 12 }), fc.boolean(), (sample, changes, cut) => {
        const bytes = Buffer.from(sample);
        for (const { at, byte } of changes) bytes[Math.floor(at * (bytes.length - 1))] = byte;
        const received = readHl7v2(cut ? bytes.subarray(0, bytes.length >> 1) : bytes, source);
        for (const one of received.verdict === 'results' ? received.results : []) judge(one);
      }),
      { numRuns: 400 },
    );
  });

  test('parse, write, parse again: the same segments', () => {
    const lines = (bytes: Uint8Array) =>
      parseHl7(bytes).messages.map((message) => message.segments.map(String));
    for (const sample of samples) {
      const written = Buffer.concat(parseHl7(sample).messages.map((message) => writeHl7(message)));
      expect(lines(written)).toEqual(lines(sample));
    }
  });
});
