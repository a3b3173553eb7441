import { randomUUID } from 'node:crypto';
import { createAthenaControl } from '../../src/sandbox/athenahealth/control.js';
import type { AthenaControl, AthenaTenantSeed } from '../../src/sandbox/athenahealth/control.js';
import { startAthenaSandbox } from '../../src/sandbox/athenahealth/server.js';

/** A raw HTTP answer, so that tests see what is on the wire. */
export interface Wire {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: () => any; // eslint-disable-line @typescript-eslint/no-explicit-any
}

export type Form = Readonly<Record<string, string>>;

/** One seeded practice and an application that holds a token for it. */
export interface Practice {
  readonly id: string;
  readonly clientId: string;
  readonly url: string;
  readonly control: AthenaControl;
  /** Calls `/v1/<practice><path>`; a form makes it urlencoded. */
  call(method: string, path: string, form?: Form): Promise<Wire>;
  /** Gets and uses a new token, as the given credential. */
  login(clientId?: string): Promise<void>;
}

export const secret = 'not-a-real-secret';

/** `http` by hand: one request, whatever it answers. */
export async function http(url: string, init: RequestInit = {}): Promise<Wire> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
}

/** Starts a sandbox and hands out fresh practices in it. */
export async function openSandbox() {
  const { url, close } = await startAthenaSandbox();
  const control = createAthenaControl(url);
  let practices = 0;
  const practice = async (seed: Partial<AthenaTenantSeed> = {}): Promise<Practice> => {
    const id = String(195900 + ++practices);
    const clientId = randomUUID();
    await control.seed(id, {
      clientId,
      clientSecret: secret,
      departments: [{ departmentid: '150', name: 'Main St', timezonename: 'US/Eastern' }],
      providers: [
        { providerid: 71, displayname: 'Maya Okafor, MD', providerusername: 'mokafor2', npi: 1999999984 },
      ],
      patients: [
        {
          patientid: '4102',
          firstname: 'Dana',
          lastname: 'Okonkwo',
          departmentid: '150',
          consenttotext: true,
        },
      ],
      ...seed,
    });
    let token = '';
    const call = (method: string, path: string, form?: Form) =>
      http(`${url}/v1/${id}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(form && { body: new URLSearchParams(form) }),
      });
    const login = async (as = clientId) => {
      token = (await requestToken(url, as)).json().access_token;
    };
    await login();
    return { id, clientId, url, control, call, login };
  };
  return { url, control, practice, close };
}

/** A two-legged token call with Basic credentials. */
export function requestToken(url: string, clientId: string, clientSecret = secret): Promise<Wire> {
  return http(`${url}/oauth2/v1/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'athena/service/Athenanet.MDP.*',
    }),
  });
}

export const potassium = {
  patientid: '4102',
  departmentid: '150',
  providerid: 71,
  tietoorderid: 1090300,
  externalaccessionid: 'A26-063-1187',
  description: 'BMP, serum or plasma',
  labresultloinc: '24321-2',
  resultstatus: 'Final',
  observations: [
    {
      analytename: 'potassium',
      value: '6.4',
      units: 'mmol/L',
      abnormalflag: 'critical high',
      loinc: '2823-3',
    },
    { analytename: 'glucose', value: '98', referencerange: '65-99' },
  ],
};
