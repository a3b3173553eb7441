import type { AthenaClient } from '../../src/clients/athenahealth/index.js';
import { createAthenaClient } from '../../src/clients/athenahealth/index.js';
import { potassium, secret, type Practice } from '../sandbox/athenahealth-practice.js';

/** One call of the client as it went over the wire, and what came back. */
export interface Wire {
  /** The function of the client that made it. */
  readonly by: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
  readonly headers: Headers;
  readonly status: number;
  readonly answer: Headers;
  readonly text: string;
}

/** A stop for every function of the client: one that is missing here does not compile. */
type Stops<T> = {
  readonly [K in keyof T]: T[K] extends (...args: never[]) => unknown ? () => unknown : Stops<T[K]>;
};

export const tourScopes = [
  'athena/service/Athenanet.MDP.*',
  'system/DiagnosticReport.read',
  'system/Observation.read',
  'system/Patient.read',
  'system/Practitioner.read',
  'system/SubscriptionTopic.read',
  'system/Subscription.read',
  'system/Subscription.write',
];

/** Everything a practice has, with all that recorded rows always have. */
export const fullPractice = {
  settings: { typing: 'native' as const, publish: 'close' as const },
  departments: [
    {
      departmentid: '150',
      name: 'Main St',
      patientdepartmentname: 'Harbor Family Practice',
      phone: '(617) 555-0111',
      timezonename: 'US/Eastern',
      timezone: -5,
      timezoneoffset: -5,
      doesnotobservedst: false,
      clinicals: 'ON',
      providergroupid: '1',
      providergroupname: 'Harbor',
      chartsharinggroupid: '42',
      communicatorbrandid: '1',
      city: 'BOSTON',
      state: 'MA',
      ishospitaldepartment: false,
      servicedepartment: true,
      medicationhistoryconsent: false,
      placeofservicefacility: false,
      portalurl: 'portal.example',
    },
  ],
  providers: [
    {
      providerid: 71,
      firstname: 'Maya',
      lastname: 'Okafor',
      displayname: 'Maya Okafor, MD',
      schedulingname: 'Okafor_Maya',
      providerusername: 'mokafor2',
      npi: 1999999984,
      entitytype: 'Person',
      billable: true,
      hideinportal: false,
      supervisingproviderid: 71,
      providertype: 'MD',
    },
  ],
  patients: [
    {
      patientid: '4102',
      firstname: 'Dana',
      lastname: 'Okonkwo',
      dob: '07/19/1968',
      sex: 'F',
      status: 'active',
      departmentid: '150',
      primarydepartmentid: '150',
      primaryproviderid: '71',
      mobilephone: '6175550142',
      hasmobile: true,
      consenttotext: true,
      consenttocall: true,
      contactpreference: 'MOBILEPHONE',
      contactpreference_lab_sms: true,
      language6392code: 'eng',
      portalaccessgiven: true,
      portalstatus: { registered: true, noportal: false, status: 'REGISTERED', termsaccepted: true },
      registrationdate: '02/11/2019',
    },
    { patientid: '4103', firstname: 'Dana', lastname: 'Okonkwo', departmentid: '150' },
  ],
  orders: [{ orderid: '9001', patientid: '4102', departmentid: '150', description: 'lipid panel' }],
  appointments: [
    {
      appointmentid: '60',
      patientid: '4102',
      departmentid: '150',
      providerid: '71',
      date: '03/05/2026',
      starttime: '08:30',
      duration: 30,
      appointmentstatus: '3',
      appointmenttype: 'Office Visit',
      appointmenttypeid: '2',
      patientappointmenttypename: 'Office Visit',
    },
  ],
};

/** Calls every function of the client once against a practice seeded with {@link fullPractice}. */
export async function tour(practice: Practice): Promise<readonly Wire[]> {
  const { id, control } = practice;
  const wires: Wire[] = [];
  let by = 'set-up';
  const ordinary = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const url = new URL(String(input));
    const response = await ordinary(input, init);
    if (url.pathname.startsWith('/__sandbox')) return response;
    const headers = new Headers(init?.headers);
    const isForm = headers.get('content-type')?.includes('urlencoded');
    wires.push({
      by,
      method: init?.method ?? 'GET',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      form: isForm ? Object.fromEntries(new URLSearchParams(String(init?.body))) : {},
      headers,
      status: response.status,
      answer: response.headers,
      text: await response.clone().text(),
    });
    return response;
  };
  const client = createAthenaClient({
    baseUrl: practice.url,
    practiceId: id,
    clientId: practice.clientId,
    clientSecret: secret,
    scope: tourScopes.join(' '),
    mayClose: true,
  });
  try {
    for (const feed of ['lab-results', 'imaging-results', 'patients'] as const)
      await client.feeds.ensureSubscription(feed);
    const [first = 0, second = 0, third = 0] = await control.postLabResults(id, [
      potassium,
      potassium,
      potassium,
    ]);
    const [image = 0] = await control.postImagingResults(id, [scan]);
    await control.changePatient(id, '4103', { mergedinto: '4102' });
    const lab = { patientId: '4102', labResultId: String(first), note: 'Told by phone. [ref 7K3Q-P2]' };
    const imaging = { patientId: '4102', imagingResultId: String(image), note: lab.note };
    const note = {
      patientId: '4102',
      departmentId: '150',
      providerId: '71',
      internalNote: lab.note,
      autoClose: true,
    };
    const caseOf = async () => {
      const [one] = await client.cases.ofPatient('4102', '150');
      return { patientId: '4102', patientCaseId: one?.patientCaseId ?? '' };
    };
    const [report] = await client.fhir.reports('4102');
    const [observation] = await client.fhir.observations('4102');

    const stops: Stops<AthenaClient> = {
      grants: () => client.grants(),
      probeDocumentWrite: () => client.probeDocumentWrite(),
      ensureLabSubscription: () => client.ensureLabSubscription(),
      changedLabResults: () => client.changedLabResults({ limit: 100 }),
      labResult: () => client.labResult('4102', lab.labResultId),
      labResultsOfPatient: () => client.labResultsOfPatient('4102', '150'),
      patient: () => client.patient('4102', { departmentId: '150' }),
      provider: () => client.provider('71'),
      providers: () => client.providers(),
      department: () => client.department('150'),
      departments: () => client.departments(),
      createClinicalDocument: () => client.createClinicalDocument(note),
      clinicalDocuments: () => client.clinicalDocuments('4102', '150'),
      writeAndReadBack: () =>
        client.writeAndReadBack({ patientId: '4102', departmentId: '150', marker: '[ref probe]' }),
      createPhoneMessage: () => client.createPhoneMessage(note),
      phoneMessages: () => client.phoneMessages('4102', '150'),
      noteToPatient: () => client.noteToPatient(lab),
      addInternalNote: () => client.addInternalNote(lab),
      addActionNote: () => client.addActionNote(lab),
      changedPatients: () => client.changedPatients({ limit: 100 }),
      practices: () => client.practices(),
      budgets: () => client.budgets(),
      checkEndpoints: () => client.checkEndpoints(),
      feeds: {
        ensureSubscription: () => client.feeds.ensureSubscription('providers'),
        events: () => client.feeds.events('lab-results'),
        changes: async () => {
          for (const feed of ['appointments', 'providers', 'orders', 'patient-cases'] as const) {
            await client.feeds.ensureSubscription(feed);
            if (feed === 'orders' || feed === 'appointments')
              await control.seed(id, {
                orders: fullPractice.orders,
                appointments: fullPractice.appointments,
              });
            await client.feeds.changes(feed, { limit: 10 });
            await client.feeds.changes(feed, { replay: { from: Date.now() - 60_000, to: Date.now() } });
          }
        },
        unsubscribe: () => client.feeds.unsubscribe('providers'),
      },
      imaging: {
        ensureSubscription: () => client.imaging.ensureSubscription(),
        changed: () => client.imaging.changed({ limit: 100 }),
        read: () => client.imaging.read('4102', imaging.imagingResultId),
        ofPatient: () => client.imaging.ofPatient('4102', '150'),
        noteToPatient: () => client.imaging.noteToPatient(imaging),
        addInternalNote: () => client.imaging.addInternalNote(imaging),
        addActionNote: () => client.imaging.addActionNote(imaging),
      },
      chart: {
        analytes: () => client.chart.analytes('4102', '150'),
        labResultAnalytes: () => client.chart.labResultAnalytes('4102', '150'),
        documents: () =>
          client.chart.documents('4102', '150', {
            documentClass: 'LABRESULT',
            from: '2020-01-01',
            to: '2030-01-01',
          }),
        groups: () => client.chart.groups('4102'),
      },
      cases: {
        create: () =>
          client.cases.create({
            patientId: '4102',
            departmentId: '150',
            providerId: '71',
            subject: 'Please call the patient',
            internalNote: lab.note,
            isOutbound: true,
          }),
        ofPatient: () => client.cases.ofPatient('4102', '150'),
        addInternalNote: async () => client.cases.addInternalNote({ ...(await caseOf()), note: lab.note }),
        addActionNote: async () => client.cases.addActionNote({ ...(await caseOf()), note: lab.note }),
        assign: async () => client.cases.assign({ ...(await caseOf()), username: 'mokafor2' }),
        closeReasons: async () => client.cases.closeReasons((await caseOf()).patientCaseId),
        close: async () => client.cases.close({ ...(await caseOf()), reasonId: '10' }),
        reopen: async () => client.cases.reopen(await caseOf()),
      },
      inbox: {
        ofProvider: () => client.inbox.ofProvider('71', { category: 'CLINICALRESULT' }),
        ofStaff: () => client.inbox.ofStaff('mokafor2'),
        openItems: () => client.inbox.openItems('71'),
        staff: () => client.inbox.staff('150'),
        assignment: () => client.inbox.assignment(lab.labResultId),
        messageUser: () =>
          client.inbox.messageUser({ username: 'mokafor2', subject: 'Results', message: 'One waits.' }),
      },
      orders: {
        outstanding: () => client.orders.outstanding({ patientId: '4102', departmentId: '150' }),
        read: () => client.orders.read('4102', '9001'),
      },
      appointments: {
        booked: () =>
          client.appointments.booked({
            from: '2026-03-01',
            to: '2026-03-31',
            departmentId: '150',
            withCancelled: true,
          }),
        ofPatient: () => client.appointments.ofPatient('4102', { withPast: true, withCancelled: true }),
        read: () => client.appointments.read('60'),
      },
      closing: {
        close: () => client.closing.close({ labResultId: String(second), note: lab.note }),
        observe: () => client.closing.observe({ patientId: '4102', labResultId: String(third) }),
      },
      fhir: {
        reports: () => client.fhir.reports('4102', { category: 'LAB' }),
        report: () => client.fhir.report(report?.id ?? ''),
        observations: () => client.fhir.observations('4102', { category: 'laboratory' }),
        observation: () => client.fhir.observation(observation?.id ?? ''),
        patient: () => client.fhir.patient('4102'),
        practitioner: () => client.fhir.practitioner('71'),
      },
      events: {
        topics: () => client.events.topics(),
        list: () => client.events.list(),
        subscribe: () =>
          client.events.subscribe({
            topic: 'LabResult.create',
            endpoint: 'http://127.0.0.1:1/nobody',
            secret: 'x',
            endsAt: new Date('2027-01-01T00:00:00Z'),
          }),
        remove: async () => {
          for (const one of await client.events.list()) await client.events.remove(one.id);
        },
      },
    };
    for (const [name, stop] of Object.entries(flat(stops))) {
      by = name;
      await stop();
    }
    return wires;
  } finally {
    globalThis.fetch = ordinary;
  }
}

const scan = {
  patientid: '4102',
  departmentid: '150',
  providerid: 71,
  description: 'XR, chest, 2 views',
  resultstatus: 'Final',
  resultnotes: 'No acute disease.',
  observationdatetime: Date.parse('2026-03-03T14:40:00Z'),
};

function flat(stops: object, prefix = ''): Record<string, () => unknown> {
  return Object.assign(
    {},
    ...Object.entries(stops).map(([name, stop]: [string, unknown]) =>
      typeof stop === 'function' ? { [prefix + name]: stop } : flat(stop as object, `${prefix}${name}.`),
    ),
  ) as Record<string, () => unknown>;
}
