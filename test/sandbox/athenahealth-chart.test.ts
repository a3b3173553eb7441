import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSandbox, potassium } from './athenahealth-practice.js';
import type { Practice } from './athenahealth-practice.js';

let sandbox: Awaited<ReturnType<typeof openSandbox>>;
beforeAll(async () => void (sandbox = await openSandbox()));
afterAll(() => sandbox.close());

const documents = '/patients/4102/documents';

async function posted(settings = {}): Promise<Practice & { labResultId: number; path: string }> {
  const practice = await sandbox.practice({ settings: { typing: 'native', ...settings } });
  const [labResultId = 0] = await practice.control.postLabResults(practice.id, [potassium]);
  return { ...practice, labResultId, path: `${documents}/labresult/${labResultId}` };
}

describe('lab result documents (reference §5)', () => {
  test('the document has values but does not say whose it is', async () => {
    const { call, path } = await posted();
    const [document] = (await call('GET', path)).json();
    expect(document).not.toHaveProperty('patientid');
    expect(document).toMatchObject({ documentclass: 'LABRESULT', status: 'REVIEW', assignedto: 'mokafor2' });
    expect(document.observations).toEqual([
      { ...potassium.observations[0], analyteid: expect.any(Number) },
      { ...potassium.observations[1], analyteid: expect.any(Number) },
    ]);
    expect((await call('GET', `${documents}/labresult?departmentid=150`)).json().labresults).toHaveLength(1);
    expect((await call('GET', `${documents}/labresult`)).json().missingfields).toEqual(['departmentid']);
  });

  test('published to the portal on arrival, on close or never, and never when confidential', async () => {
    const isPublished = async (practice: Practice, path: string) =>
      (await practice.call('GET', path)).json()[0].portalpublisheddatetime !== undefined;
    const onArrival = await posted();
    expect(await isPublished(onArrival, onArrival.path)).toBe(true);
    const onClose = await posted({ publish: 'close' });
    expect(await isPublished(onClose, onClose.path)).toBe(false);
    await onClose.call('PUT', `/documents/labresult/${onClose.labResultId}/close`, {});
    expect(await isPublished(onClose, onClose.path)).toBe(true);
    const [secretId] = await onArrival.control.postLabResults(onArrival.id, [
      { ...potassium, isconfidential: true },
    ]);
    expect(await isPublished(onArrival, `${documents}/labresult/${secretId}`)).toBe(false);
  });

  test('notes append, replace only on request; actionnote shows the latest; the chart keeps every text', async () => {
    const { id, call, control, path, labResultId } = await posted();
    const read = async () => (await call('GET', path)).json()[0];
    await call('PUT', path, { internalnote: 'one [ref A]' });
    expect(
      (await call('PUT', path, { internalnote: 'two [ref B]', notetopatient: 'Please call us' })).json(),
    ).toEqual({
      success: true,
      labresultid: labResultId,
    });
    expect(await read()).toMatchObject({
      internalnote: 'one [ref A]\ntwo [ref B]',
      patientnote: 'Please call us',
    });
    await call('PUT', path, { internalnote: 'three', replaceinternalnote: 'true' });
    const actions = `/documents/labresult/${labResultId}/actions`;
    await call('POST', actions, { actionnote: 'first' });
    await call('POST', actions, { actionnote: 'second' });
    expect(await read()).toMatchObject({ internalnote: 'three', actionnote: 'second' });
    const [entry] = await control.chart(id, '4102');
    expect(entry?.notes.map((note) => note.text)).toEqual([
      ...['one [ref A]', 'two [ref B]', 'Please call us', 'three'],
      ...['first', 'second'],
    ]);
    const written = (await control.journal(id)).filter((line) => line.kind === 'note-written');
    expect(written[0]).toMatchObject({
      documentid: labResultId,
      patientid: '4102',
      internalnote: 'one [ref A]',
    });
  });

  test('closing by API leaves isreviewedbyprovider alone, staff closing sets it', async () => {
    const { id, call, control, path, labResultId } = await posted();
    await call('PUT', `/documents/labresult/${labResultId}/close`, { actionnote: 'done' });
    const [closed] = (await call('GET', path)).json();
    expect(closed).toMatchObject({ status: 'CLOSED', actionnote: 'done' });
    expect(closed).not.toHaveProperty('isreviewedbyprovider');
    expect(closed).not.toHaveProperty('assignedto');
    await control.changeLabResult(id, labResultId, { status: 'CLOSED', isreviewedbyprovider: true });
    expect((await call('GET', path)).json()[0].isreviewedbyprovider).toBe(true);
  });

  test('corrected in place keeps ids; an amendment is a new document without a link; API analytes append', async () => {
    const { id, call, control, path, labResultId } = await posted();
    const [before] = (await call('GET', path)).json();
    const observations = [{ analytename: 'potassium', value: '4.6', resultstatus: 'corrected' }];
    await control.changeLabResult(id, labResultId, { observations, resultstatus: 'Corrected' });
    const [after] = (await call('GET', path)).json();
    expect(after.observations).toEqual([{ ...observations[0], analyteid: before.observations[0].analyteid }]);

    const [amendedId] = await control.postLabResults(id, [{ amends: labResultId, observations }]);
    const [amended] = (await call('GET', `${documents}/labresult/${amendedId}`)).json();
    expect(amended).toMatchObject({ tietoorderid: 1090300, externalaccessionid: 'A26-063-1187' });
    expect(JSON.stringify(amended)).not.toContain(String(labResultId));

    await call('PUT', path, { analytes: JSON.stringify([{ analytename: 'potassium', value: '4.7' }]) });
    const [appendedTo] = (await call('GET', path)).json();
    expect(appendedTo.observations.map((row: { value: string }) => row.value)).toEqual(['4.6', '4.7']);
  });

  test('a result under the wrong patient is not found', async () => {
    const { id, call, control, labResultId } = await posted();
    await control.addPatients(id, [{ patientid: '4103' }]);
    expect((await call('GET', `/patients/4103/documents/labresult/${labResultId}`)).status).toBe(404);
  });
});

describe('other documents (reference §8)', () => {
  test('a clinical document can be made, filed as closed, and read back by its marker', async () => {
    const { call } = await sandbox.practice({ settings: { typing: 'native' } });
    const path = `${documents}/clinicaldocument`;
    const form = {
      departmentid: '150',
      documentsubclass: 'CLINICALDOCUMENT',
      internalnote: 'told [ref 7K3Q]',
    };
    const { success, clinicaldocumentid } = (await call('POST', path, { ...form, autoclose: 'true' })).json();
    expect(success).toBe(true);
    const [detail] = (await call('GET', `${path}/${clinicaldocumentid}`)).json();
    expect(detail).toMatchObject({ clinicaldocumentid, status: 'CLOSED', internalnote: 'told [ref 7K3Q]' });
    const list = (await call('GET', `${path}?departmentid=150`)).json();
    expect(list).toMatchObject({ totalcount: 1, clinicaldocuments: [{ internalnote: 'told [ref 7K3Q]' }] });
    // No idempotency: the same call again is a second document.
    await call('POST', path, form);
    expect((await call('GET', `${path}?departmentid=150`)).json().totalcount).toBe(2);
  });

  test('the list over all classes has its own names and pages with upper-case links', async () => {
    const { call } = await posted();
    const patientCase = { departmentid: '150', documentsource: 'PATIENT', documentsubclass: 'PATIENTCASE' };
    await call('POST', `${documents}/patientcase`, patientCase);
    await call('POST', `${documents}/phonemessage`, { departmentid: '150', internalnote: 'left a message' });
    const labs = (await call('GET', `${documents}?departmentid=150&documentclass=LABRESULT`)).json();
    expect(labs.documents[0].documentdescription).toBe('BMP, serum or plasma');
    const first = (await call('GET', `${documents}?departmentid=150&limit=2`)).json();
    expect(first.documents).toHaveLength(2);
    expect(first.next).toMatch(/^\/v1\/\d+\/patients\/4102\/documents\?DEPARTMENTID=150&limit=1&offset=2$/);
  });

  test('an enterprise practice refuses the wrong department', async () => {
    const { call } = await posted({ enterprise: true });
    expect((await call('GET', `${documents}?departmentid=150`)).status).toBe(200);
    const wrong = await call('GET', `${documents}?departmentid=151`);
    expect([wrong.status, wrong.json().error]).toEqual([
      400,
      'The specified patient does not exist in that department.',
    ]);
  });
});
