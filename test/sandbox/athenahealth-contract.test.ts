import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { endpointOf, recorded } from '../clients/athenahealth-lists.js';
import { fullPractice, tour, type Wire } from '../clients/athenahealth-tour.js';
import { openSandbox } from './athenahealth-practice.js';

let sandbox: Awaited<ReturnType<typeof openSandbox>>;
beforeAll(async () => void (sandbox = await openSandbox()));
afterAll(() => sandbox.close());

/** Answers whose rows are those of another operation: `prefix` in place of the recorded one. */
const sameRows: Readonly<Record<string, { of: string; prefix: readonly [string, string] }>> = {
  'GET /patients/{patientid}/documents/labresult': {
    of: 'GET /patients/{patientid}/documents/labresult/{labresultid}',
    prefix: ['labresults[]', '[]'],
  },
  'GET /appointments/{appointmentid}': { of: 'GET /appointments/booked', prefix: ['[]', 'appointments[]'] },
};

/** Fields of no recording, which athenahealth documents all the same (API reference §5.3, §5.6, §6, §9). */
const documented: Readonly<Record<string, readonly string[]>> = {
  'GET /patients/{patientid}/documents/labresult/{labresultid}': [
    ...[
      'tietoorderid',
      'ordertype',
      'resultcategory',
      'actionnote',
      'portalpublisheddatetime',
      'isreviewedbyprovider',
    ],
    ...['observations[].loinc'],
  ]
    .map((name) => `[].${name}`)
    .concat('totalcount'),
  'GET /patients/{patientid}': ['[].previouspatientids[]'],
  'GET /patients/changed': [
    'patients[].previouspatientids[]',
    'patients[].hasmobile',
    'patients[].consenttocall',
    'patients[].language6392code',
  ],
  'GET /patients/{patientid}/documents': [
    ...[
      'labresultid',
      'tietoorderid',
      'externalnote',
      'encounterdate',
      'observationdatetime',
      'portalpublisheddatetime',
    ],
    // As in the detail of the same document.
    ...[
      'observationdate',
      'lastmodifieddate',
      'lastmodifieduser',
      'createduser',
      'providerusername',
      'actionnote',
    ],
    ...[
      'labresultloinc',
      'resultstatus',
      'resultcategory',
      'ordertype',
      'externalaccessionid',
      'isreviewedbyprovider',
    ],
  ].map((name) => `documents[].${name}`),
  'GET /fhir/r4/DiagnosticReport': [
    'entry[].resource.meta.security[].system',
    'entry[].resource.meta.security[].code',
    'id',
  ],
  'GET /fhir/r4/Observation': ['id'],
  'POST /oauth2/v1/token': ['token_type', 'scope'],
};

/** Their rows are as complete as a test's seed. */
const seeded =
  /^GET \/(patients\/(changed|\{patientid\}(\/appointments)?)|providers|departments|appointments)(\/|$)/;

const times = ['us-date', 'us-time', 'iso-offset', 'iso-z', 'iso-date'];
/** Of the same kind: which of them depends on the value, not on the field. */
const texts = ['text', 'int-text', 'bool-text', 'empty'];
/** With the switch for proper JSON off, numbers and booleans are text. */
const asText: Readonly<Record<string, string>> = { int: 'int-text', number: 'int-text', bool: 'bool-text' };

test.each(['native', 'string'] as const)(
  '%s typing: every answer has the recorded fields in the recorded forms',
  async (typing) => {
    const practice = await sandbox.practice({
      ...fullPractice,
      settings: { ...fullPractice.settings, typing },
    });
    const wires = await tour(practice);
    const problems = new Set<string>();
    const compared = new Set<string>();
    let fields = 0;
    for (const wire of wires.filter(({ status }) => status === 200 || status === 201)) {
      const operation = operationOf(wire);
      const rows = sameRows[operation];
      const source = rows?.of ?? generalised(operation);
      const shapes = recorded[source];
      if (!shapes) continue;
      compared.add(operation);
      const shape = shapes.native ?? shapes.text ?? {};
      const known = { ...shapes.text, ...shape };
      const answer = JSON.parse(wire.text) as unknown;
      for (const { path: at, form } of leaves(answer)) {
        fields += 1;
        const path = rows ? at.replace(rows.prefix[0], rows.prefix[1]) : at;
        const forms = known[path]?.replace('!', '').split('|');
        if (!forms) {
          if (!documented[source]?.includes(path)) problems.add(`${operation}: ${path} was never recorded`);
          continue;
        }
        // Recorded with the switch off only: as a number it would have been this text.
        const isText = shapes.native?.[path] === undefined && forms.includes(asText[form] ?? '');
        if (!isText && !isForm(form, forms, wire.path.startsWith('/v1/') ? typing : 'native'))
          problems.add(`${operation}: ${path} is ${form}, recorded ${forms.join(' or ')}`);
      }
      if (!seeded.test(operation))
        for (const missing of missingOf(answer, shape, rows?.prefix))
          problems.add(`${operation}: ${missing} is missing`);
    }
    process.stdout.write(
      `${typing}: ${fields} fields of ${compared.size} operations compared with recorded answers\n`,
    );
    expect([...problems]).toEqual([]);
    expect(compared.size).toBeGreaterThan(28);
  },
);

function operationOf({ method, path }: Wire): string {
  if (path.startsWith('/fhir/')) {
    const [, , , type, id] = path.split('/');
    return `${method} /fhir/r4/${type}${id === undefined ? '' : '/{id}'}`;
  }
  return `${method} ${(endpointOf(method, path)?.path ?? path).replace('/v1/{practiceid}', '')}`;
}

/** Subscriptions look alike for all feeds. */
function generalised(operation: string): string {
  if (operation in recorded) return operation;
  return operation.replace(/ \/.+\/changed\/subscription/, ' /{feed}/changed/subscription');
}

function isForm(form: string, forms: readonly string[], typing: 'native' | 'string'): boolean {
  if (form === 'list') return true;
  // Switched to text, a number or a boolean is the text of it.
  const wanted = typing === 'string' ? forms.map((one) => asText[one] ?? one) : forms;
  if (times.includes(form)) return wanted.includes(form);
  if (texts.includes(form)) return wanted.some((one) => texts.includes(one));
  return wanted.includes(form) || form === 'null';
}

interface Leaf {
  readonly path: string;
  readonly form: string;
}

function* leaves(value: unknown, path = ''): Generator<Leaf> {
  if (Array.isArray(value)) {
    for (const one of value) yield* leaves(one, `${path}[]`);
    return;
  }
  if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value))
      yield* leaves(one, path === '' ? name : `${path}.${name}`);
    return;
  }
  yield { path, form: formOf(value) };
}

function formOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'number';
  const text = String(value);
  if (text === '') return 'empty';
  if (/^\d{2}\/\d{2}\/\d{4}$/.test(text)) return 'us-date';
  if (/^\d{2}\/\d{2}\/\d{4} \d{2}:\d{2}:\d{2}$/.test(text)) return 'us-time';
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?[+-]\d{2}:\d{2}$/.test(text)) return 'iso-offset';
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(text)) return 'iso-z';
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return 'iso-date';
  if (/^-?\d+$/.test(text)) return 'int-text';
  return text === 'true' || text === 'false' ? 'bool-text' : 'text';
}

/** Fields that every recorded row has and a row of the answer lacks. */
function missingOf(
  answer: unknown,
  shape: Readonly<Record<string, string>>,
  prefix?: readonly [string, string],
): string[] {
  const missing = new Set<string>();
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) return value.forEach((one) => visit(one, `${path}[]`));
    if (typeof value !== 'object' || value === null) return;
    const here = prefix ? path.replace(prefix[0], prefix[1]) : path;
    const base = here === '' ? '' : `${here}.`;
    for (const [name, forms] of Object.entries(shape)) {
      if (!forms.endsWith('!') || !name.startsWith(base)) continue;
      const field = name.slice(base.length);
      if (/[.[]/.test(field) || field in value) continue;
      missing.add(name);
    }
    for (const [name, one] of Object.entries(value)) visit(one, path === '' ? name : `${path}.${name}`);
  };
  visit(answer, '');
  return [...missing];
}
