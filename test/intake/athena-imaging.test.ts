import { readDelivery } from '../../src/intake/read-delivery.js';
import { describe, expect, test } from '@jest/globals';
import { readFeedRow } from '../../src/clients/athenahealth/index.js';
import { mapImagingResult, vendorDocument } from '../../src/intake/athena/index.js';

const context = { practiceId: '195900', patientId: '4102' };
const document = {
  imagingresultid: '1090324',
  documentclass: 'IMAGINGRESULT',
  status: 'REVIEW',
  departmentid: '150',
  providerid: 71,
  tietoorderid: 1090301,
  description: 'XR, chest, 2 views',
  resultstatus: 'Final',
  resultnotes: 'No acute disease.',
  observationdatetime: '2026-03-03T09:40:00-05:00',
  createddatetime: '2026-03-04T08:12:44-05:00',
  pages: [],
};
const map = (changes: Record<string, unknown> = {}) =>
  mapImagingResult([{ ...document, ...changes }], context);

describe('imaging results of athenahealth (L5b)', () => {
  test('kind, order and words; its id can be no lab result’s', () => {
    const { report } = map();
    expect(report).toMatchObject({
      kind: 'imaging',
      documentId: 'imaging/1090324',
      patient: { id: '4102' },
      status: 'final',
      note: 'No acute disease.',
      readable: true,
      observations: [],
    });
    expect(report.identifiers).toEqual([
      { namespace: 'lab-result', value: 'imaging/1090324' },
      { namespace: 'order', value: '1090301' },
    ]);
    expect(vendorDocument(report.documentId)).toEqual({ kind: 'imaging', id: '1090324' });
    expect(vendorDocument('1090321')).toEqual({ kind: 'lab', id: '1090321' });
  });

  test('a status that says how it turned out is the sender’s flag, not how final it is', () => {
    const { report } = map({ reportstatus: 'abnormal', interpretation: 'Nodule.' });
    expect(report.status).toBe('final');
    expect(report.observations).toMatchObject([
      { name: 'Impression', flag: 'abnormal', value: 'Nodule.\nNo acute disease.' },
    ]);
  });

  test('without a word of text a person must look; corrected and deleted ones are known as such', () => {
    expect(map({ resultnotes: '' }).report.readable).toBe(false);
    expect(map({ resultstatus: 'Corrected' }).report.status).toBe('corrected');
    expect(map({ status: 'DELETED' }).report.status).toBe('withdrawn');
  });

  test('lab results and other patients’ documents are refused', () => {
    const codes = [
      () => map({ documentclass: 'LABRESULT' }),
      () => map({ imagingresultid: undefined }),
      () => map({ patientid: '4103' }),
    ].map((call) => {
      try {
        call();
        return 'mapped';
      } catch (error) {
        return (error as { code?: string }).code;
      }
    });
    expect(codes).toEqual(['not-an-imaging-result', 'not-an-imaging-result', 'wrong-patient']);
  });

  test('a file with an imaging result is read as one, alone or in a list', () => {
    for (const json of [document, [document], { imagingresults: [document], totalcount: 1 }]) {
      const read = readDelivery(Buffer.from(JSON.stringify(json)), { zone: 'America/New_York' });
      expect(read).toMatchObject({
        format: 'athenahealth',
        verdict: 'results',
        results: [{ report: { kind: 'imaging', documentId: 'imaging/1090324', note: 'No acute disease.' } }],
      });
    }
  });

  test('rows of either feed say which they are; one without an id is what its feed is', () => {
    expect(readFeedRow({ imagingresultid: 7, patientid: 1 })).toMatchObject({
      kind: 'imaging',
      labResultId: '7',
    });
    expect(readFeedRow({ labresultid: 7 }, 'imaging')).toMatchObject({ kind: 'lab', labResultId: '7' });
    expect(readFeedRow({}, 'imaging')).toMatchObject({ kind: 'imaging', labResultId: null });
  });
});
