import { DateTime } from 'luxon';
import type { EpochMs } from '../../domain/result/report.js';
import { flagCodes, type LaboratoryReport, type Letterhead } from './report.js';

/** One report as an HL7 v2.5.1 ORU^R01 message (HL7 v2.5.1 chapter 7), segments ended by carriage returns. */
export function writeOru(report: LaboratoryReport, from: Letterhead): string {
  const { patient, orderer, test } = report;
  const at = (time: EpochMs) => DateTime.fromMillis(time, { zone: from.zone }).toFormat('yyyyMMddHHmmssZZZ');
  const order = `${text(report.order)}^EHR`;
  const number = `${text(report.number)}^${from.facility}`;
  const provider = `${text(orderer.account)}^${text(orderer.family)}^${text(orderer.given)}`;
  const name = `${text(patient.family)}^${text(patient.given)}^^^^^L`;
  const record = `${text(patient.record)}^^^${text(from.recordsOf)}^MR`;
  const loinc = (code: string, words: string) => `${code}^${text(words)}^LN`;
  const birth = patient.birthDate.replaceAll('-', '');
  const segments = [
    // MSH-1 is the separator itself, so its fields count one higher than here.
    fields('MSH', {
      1: '^~\\&',
      2: from.application,
      3: from.facility,
      4: 'EHR',
      5: 'PRACTICE',
      6: at(report.reportedAt),
      8: 'ORU^R01^ORU_R01',
      9: report.number,
      10: 'P',
      11: '2.5.1',
    }),
    ['PID', '1', '', record, '', name, '', birth, patient.sex].join('|'),
    ['ORC', 'RE', order, number, '', 'CM', '', '', '', '', '', '', provider].join('|'),
    fields('OBR', {
      1: '1',
      2: order,
      3: number,
      4: loinc(test.loinc, test.name),
      7: at(report.collectedAt),
      16: provider,
      22: at(report.reportedAt),
      24: 'LAB',
      25: 'F',
    }),
    ...report.rows.map((row, i) =>
      fields('OBX', {
        1: String(i + 1),
        2: 'NM',
        3: loinc(row.loinc, row.name),
        5: text(row.value),
        6: `${text(row.unit)}^^UCUM`,
        7: text(row.range),
        8: flagCodes[row.flag] ?? '',
        11: 'F',
        14: at(report.collectedAt),
      }),
    ),
    fields('SPM', {
      1: '1',
      4: '119297000^Blood^SCT',
      17: at(report.collectedAt),
      30: `${text(report.accession)}^${from.facility}`,
    }),
  ];
  return segments.map((segment) => `${segment}\r`).join('');
}

/** A segment by its field numbers; those not named are empty. */
function fields(name: string, values: Readonly<Record<number, string>>): string {
  const last = Math.max(...Object.keys(values).map(Number));
  return [name, ...Array.from({ length: last }, (_, i) => values[i + 1] ?? '')].join('|');
}

/** Delimiters inside a text become escape sequences (chapter 2, §2.7). */
function text(value: string): string {
  const escapes: Readonly<Record<string, string>> = {
    '\\': '\\E\\',
    '|': '\\F\\',
    '^': '\\S\\',
    '&': '\\T\\',
    '~': '\\R\\',
  };
  return value.replace(/[\\|^&~]/g, (one) => escapes[one] ?? one);
}
