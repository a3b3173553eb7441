import { readFileSync } from 'node:fs';
import { hl7Samples } from '../../test/intake/hl7v2-samples.js';
import { hl7Values } from '../../test/intake/hl7v2-values.js';
import type { Facts } from './facts.js';

export interface ComparedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What a person reads in it; `null` = it is no message, and must be refused. */
  readonly truth: Facts | null;
  /** A good message of a kind that holds no results. */
  readonly isOtherType: boolean;
}

const folder = new URL('../../test/data/samples/hl7/', import.meta.url);

/** Every genuine sample, with the expectations that the tests hold resultloop to. */
export function genuineFiles(): ComparedFile[] {
  return Object.entries(hl7Samples).map(([name, { tier, results }]) => {
    const bytes = readFileSync(new URL(name, folder));
    const lines = bytes.toString('latin1').split(/[\r\n]+/);
    const values = hl7Values[name] ?? [];
    const count = (start: RegExp) => lines.filter((line) => start.test(line)).length;
    const truth: Facts = {
      messages: count(/^(ï»¿)?MSH/),
      orders: results.length,
      observations: count(/^OBX/),
      patients: results.map(([patient]) => patient.split(' ').slice(0, -2).join(' ')),
      // "id npi family given": only one of those compared looks for NPIs.
      providers: results.map(([, provider]) => provider.replace(/ (-|\d{10}) /, ' ')),
      numbers: results.map(([, , order]) => order),
      values,
    };
    const isMessage = truth.messages > 0;
    return { name, bytes, truth: isMessage ? truth : null, isOtherType: isMessage && tier === 'reject' };
  });
}

const header = 'MSH|^~\\&|LAB|NORTH|RL|HFP|20260302090000||ORU^R01|77|P|2.5.1';
const pid = 'PID|1||4711^^^NORTH^MR||Quillfeather^Dana||19680719|F';
const obr = 'OBR|1|P1|F1|PANEL^Panel^L|||202603020730|||||||||1234567893^Okafor^Chidi';

/** Invented messages, one for each trap that the genuine ones do not hold. */
export function trapFiles(): ComparedFile[] {
  const one = (name: string, values: readonly (string | null)[], lines: readonly string[], times = 1) => ({
    name,
    bytes: Buffer.from(lines.join('\r')),
    truth: {
      messages: times,
      orders: times,
      observations: lines.filter((line) => /^OBX/.test(line)).length,
      patients: Array<string>(times).fill('4711 Quillfeather Dana'),
      providers: Array<string>(times).fill('1234567893 Okafor Chidi'),
      numbers: Array<string>(times).fill('P1 F1'),
      values,
    },
    isOtherType: false,
  });
  const message = (...obx: string[]) => [header, pid, obr, ...obx];
  const otherDelimiters = (line: string) =>
    line.replaceAll('|', '!').replaceAll('^', '$').replaceAll('~', '*').replaceAll('&', '@');
  const twoRows = one('one value in two repetitions', ['5', '6'], message('OBX|1|NM|X^X^L||5~6|mg/dL|||||F'));
  return [
    one(
      'delimiters of its own',
      ['Positive', '6.1'],
      message('OBX|1|CE|X^X^L||1^Positive^L||||||F', 'OBX|2|NM|Y^Y^L||6.1|mmol/L|||||F').map(otherDelimiters),
    ),
    one(
      'a text broken by a line feed',
      ['Growth of two organisms', '4.1'],
      message('OBX|1|TX|X^X^L||Growth of\ntwo organisms||||||F', 'OBX|2|NM|Y^Y^L||4.1|mmol/L|||||F'),
    ),
    one('a text broken before a separator', ['4.1'], message('OBX|1|NM|Y^Y^L||4.1\n|mmol/L|3.5-5.2|N|||F')),
    one(
      'line breaks as escapes',
      ['Line one\nLine two'],
      message('OBX|1|FT|X^X^L||Line one\\.br\\Line two||||||F'),
    ),
    one('bytes as escapes', ['5 µg\nmore'], message('OBX|1|ST|X^X^L||5 \\XB5\\g\\X0D0A\\more||||||F')),
    one('a lone backslash', ['A\\B 50/50'], message('OBX|1|ST|X^X^L||A\\B 50/50||||||F')),
    one('carets inside a text', ['10^3/uL seen'], message('OBX|1|TX|X^X^L||10^3/uL seen||||||F')),
    twoRows,
    one('nothing, said by two quotes', [null], message('OBX|1|NM|X^X^L||""|mg/dL|||||F')),
    one(
      'two messages without an envelope',
      ['4.1', '4.2'],
      [...message('OBX|1|NM|X^X^L||4.1||||||F'), ...message('OBX|1|NM|X^X^L||4.2||||||F')],
      2,
    ),
    one('a blank line first', ['4.1'], ['', ...message('OBX|1|NM|X^X^L||4.1||||||F')]),
  ];
}
