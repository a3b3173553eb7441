import type { HttpAnswer } from '../http/index.js';
import { VendorError } from '../http/index.js';
import { isRecordMissing, refusal } from './answers.js';
import type { Transport } from './transport.js';

/** An endpoint the product needs, and what for (S000-21). */
export interface NeededEndpoint {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** As athenahealth's documentation writes it. */
  readonly endpoint: string;
  readonly neededFor: string;
  /** True where athenahealth enables it per practice only: it may work in preview and be refused in production. */
  readonly enabledPerPractice: boolean;
}

export type EndpointVerdict =
  | 'answers'
  /** 401 or 403: not granted, or not enabled for this practice. */
  | 'refused'
  /** The gateway does not know it: wrong host, wrong practice id, or not part of the contract. */
  | 'unknown-endpoint'
  /** Its feed has no subscription yet; asked for, it works after some minutes. */
  | 'needs-setup'
  /** No verdict: the vendor could not be reached, or is over its limit. */
  | 'no-answer';

export interface EndpointCheck extends NeededEndpoint {
  readonly verdict: EndpointVerdict;
  readonly status: number | null;
}

type Probe = NeededEndpoint & {
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
};

/** Ids that cannot exist: a probe finds out whether it may ask, and can neither read nor change anybody's record. */
const patient = '/patients/0';

const get = (endpoint: string, path: string, neededFor: string, query?: Probe['query']): Probe => ({
  method: 'GET',
  endpoint,
  path,
  neededFor,
  enabledPerPractice: endpoint === '/patients/{patientid}' || endpoint === '/appointments/booked',
  ...(query && { query }),
});
const put = (
  method: 'POST' | 'PUT',
  endpoint: string,
  path: string,
  neededFor: string,
  enabledPerPractice = false,
): Probe => ({ method, endpoint, path, neededFor, enabledPerPractice });

const department = { departmentid: 0 };

const probes: readonly Probe[] = [
  get('/ping', '/ping', 'the connection as such'),
  // Leaves everything in the feed: nothing is consumed by looking.
  get('/labresults/changed', '/labresults/changed', 'finding lab results', {
    leaveunprocessed: 'true',
    limit: 1,
  }),
  get(
    '/patients/{patientid}/documents/labresult/{labresultid}',
    `${patient}/documents/labresult/0`,
    'reading lab results',
  ),
  get(
    '/patients/{patientid}/documents/labresult',
    `${patient}/documents/labresult`,
    'the nightly comparison',
    department,
  ),
  get('/imagingresults/changed', '/imagingresults/changed', 'finding imaging results', {
    leaveunprocessed: 'true',
    limit: 1,
  }),
  get(
    '/patients/{patientid}/documents/imagingresult/{imagingresultid}',
    `${patient}/documents/imagingresult/0`,
    'reading imaging results',
  ),
  get(
    '/patients/{patientid}/documents/imagingresult',
    `${patient}/documents/imagingresult`,
    'the nightly comparison',
    department,
  ),
  get('/patients/{patientid}', patient, 'phone, consent and language of patients'),
  get('/chart/{patientid}/analytes', '/chart/0/analytes', 'previous values', department),
  get('/providers', '/providers', 'who ordered a result', { limit: 1 }),
  get('/departments', '/departments', 'time zone and phone of locations', { limit: 1 }),
  get(
    '/orders/outstanding',
    '/orders/outstanding',
    'patients to compare, and results that are still missing',
    { patientid: 0 },
  ),
  get('/appointments/booked', '/appointments/booked', 'patients to compare, seen lately', {
    patientid: 0,
    startdate: '01/01/2000',
    enddate: '01/01/2000',
  }),
  get(
    '/patients/{patientid}/documents/clinicaldocument',
    `${patient}/documents/clinicaldocument`,
    'reading chart notes back',
    department,
  ),
  put(
    'POST',
    '/patients/{patientid}/documents/clinicaldocument',
    `${patient}/documents/clinicaldocument`,
    'writing chart notes',
  ),
  put(
    'POST',
    '/patients/{patientid}/documents/phonemessage',
    `${patient}/documents/phonemessage`,
    'call attempts',
  ),
  put(
    'POST',
    '/patients/{patientid}/documents/patientcase',
    `${patient}/documents/patientcase`,
    'tasks in athenaOne',
  ),
  put(
    'PUT',
    '/patients/{patientid}/documents/labresult/{labresultid}',
    `${patient}/documents/labresult/0`,
    'notes to the patient on a result',
    true,
  ),
  put(
    'POST',
    '/documents/labresult/{labresultid}/actions',
    '/documents/labresult/0/actions',
    'naming the clinician who signed',
  ),
];

/** Every endpoint the product needs, in the order of a result's life. */
export const neededEndpoints: readonly NeededEndpoint[] = probes.map(
  ({ method, endpoint, neededFor, enabledPerPractice }) => ({
    method,
    endpoint,
    neededFor,
    enabledPerPractice,
  }),
);

/**
 * Asks each needed endpoint once, without effect: reads for records that cannot exist, writes without their required
 * fields. Whoever may call is told that the record or the fields are missing; whoever may not is refused.
 */
export async function checkEndpoints(
  transport: Transport,
  only: readonly Pick<NeededEndpoint, 'method' | 'endpoint'>[] = neededEndpoints,
): Promise<readonly EndpointCheck[]> {
  const checks: EndpointCheck[] = [];
  const isWanted = ({ method, endpoint }: Probe) =>
    only.some((one) => one.method === method && one.endpoint === endpoint);
  for (const { path, query, ...needed } of probes.filter(isWanted))
    checks.push({ ...needed, ...(await verdictOf(transport, needed.method, path, query)) });
  return checks;
}

async function verdictOf(
  transport: Transport,
  method: Probe['method'],
  path: string,
  query: Probe['query'],
): Promise<{ readonly verdict: EndpointVerdict; readonly status: number | null }> {
  try {
    const answer = await transport.ask('endpoint.probe', method, path, query);
    return { verdict: verdictOn(answer), status: answer.status };
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    // Refused before it was sent: the token itself lacks the scope, or was refused.
    const isRefused = error.code === 'forbidden' || error.code === 'unauthorized';
    return { verdict: isRefused ? 'refused' : 'no-answer', status: error.status };
  }
}

function verdictOn(answer: HttpAnswer): EndpointVerdict {
  switch (answer.status) {
    case 401:
      return 'refused';
    case 403:
      return refusal(answer).code === 'needs-setup' ? 'needs-setup' : 'refused';
    case 404:
      return isRecordMissing(answer) ? 'answers' : 'unknown-endpoint';
    case 429:
      return 'no-answer';
    default:
      return answer.status >= 500 ? 'no-answer' : 'answers';
  }
}
