import type { CallRecord } from '../http/index.js';
import { createHttp } from '../http/index.js';
import type { Appointments } from './appointments.js';
import { createAppointments } from './appointments.js';
import type { BudgetReading } from './budgets.js';
import { createBudgets } from './budgets.js';
import type { ChangeFeeds, FeedQuery, Subscribed } from './change-feed.js';
import { changes, createChangeFeeds, ensureSubscription } from './change-feed.js';
import type { ChartDocument, NewChartDocument, NewClinicalDocument } from './chart-documents.js';
import { createDocument, documentsOf, writeAndReadBack } from './chart-documents.js';
import type { ChartLists } from './chart-lists.js';
import { createChartLists } from './chart-lists.js';
import type { Closing } from './closing.js';
import { createClosing } from './closing.js';
import type { EndpointCheck, NeededEndpoint } from './connection-checks.js';
import { checkEndpoints } from './connection-checks.js';
import type { AthenaDepartment, AthenaProvider } from './directory.js';
import { department, departments, practices, provider, providers } from './directory.js';
import type { EventSubscriptions } from './event-subscriptions.js';
import { createEventSubscriptions } from './event-subscriptions.js';
import type { FhirReads } from './fhir.js';
import { createFhirReads } from './fhir.js';
import { createFhirTransport } from './fhir-transport.js';
import type { ImagingResults } from './imaging-results.js';
import { createImagingResults } from './imaging-results.js';
import type { Inboxes } from './inbox.js';
import { createInboxes } from './inbox.js';
import type { ChangedResults } from './lab-feed.js';
import { readFeedRow } from './lab-feed.js';
import type { AthenaLabResult } from './lab-results.js';
import {
  addActionNote,
  addInternalNote,
  labResult,
  labResultsOfPatient,
  noteToPatient,
} from './lab-results.js';
import type { Orders } from './orders.js';
import { createOrders } from './orders.js';
import type { PatientCases } from './patient-cases.js';
import { createPatientCases } from './patient-cases.js';
import type { AthenaPatient } from './people.js';
import { changedPatients, patient } from './people.js';
import type { Grants } from './scopes.js';
import { compareScopes, readScopes } from './scopes.js';
import { createTokens } from './token.js';
import { createTransport } from './transport.js';
import { probeDocumentWrite } from './write-probe.js';

export interface AthenaClientOptions {
  /** `https://api.platform.athenahealth.com`, the preview host, or a sandbox. */
  readonly baseUrl: string;
  readonly practiceId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Default: the whole v1 API of the practices granted to the application. */
  readonly scope?: string;
  /** Whether results may be closed by us (L22). Default: no. */
  readonly mayClose?: boolean;
  /** Limit of one call, real ms. Default 20 s. */
  readonly timeoutMs?: number;
  /** PHI-free record of every call, token calls too (S002-13). */
  readonly onCall?: (record: CallRecord) => void;
  /** Clock of the token's life, epoch ms; real time unless a test says otherwise. */
  readonly now?: () => number;
}

/**
 * athenahealth's v1 API for one practice, as far as lab results need it. Nothing is retried except one token renewal
 * after a 401; every failure is a `VendorError` that says whether the call may have had an effect. Ids are text
 * everywhere.
 */
export interface AthenaClient {
  /** What the token grants beside what was asked for (S000-68); `renew` asks for a new token first. */
  grants(options?: { readonly renew?: boolean }): Promise<Grants>;
  /** Whether documents may be written, found out without writing any (S000-69). */
  probeDocumentWrite(): Promise<'allowed' | 'refused'>;
  /** Subscribes to all lab events unless that is so already. The feed answers `needs-setup` for some minutes after. */
  ensureLabSubscription(): Promise<Subscribed>;
  /**
   * Takes changes from the feed. **Consuming**: persist the rows before anything else. After an outcome `unknown`
   * they may be gone from the feed; ask again with `replay`.
   */
  changedLabResults(query?: FeedQuery): Promise<ChangedResults>;
  labResult(patientId: string, labResultId: string): Promise<AthenaLabResult | null>;
  labResultsOfPatient(
    patientId: string,
    departmentId: string,
  ): Promise<{ readonly results: readonly AthenaLabResult[]; readonly unread: readonly unknown[] }>;
  patient(
    patientId: string,
    options?: { readonly departmentId?: string | null },
  ): Promise<AthenaPatient | null>;
  provider(providerId: string): Promise<AthenaProvider | null>;
  providers(): Promise<readonly AthenaProvider[]>;
  department(departmentId: string): Promise<AthenaDepartment | null>;
  departments(): Promise<readonly AthenaDepartment[]>;
  createClinicalDocument(input: NewClinicalDocument): Promise<{ readonly documentId: string }>;
  clinicalDocuments(patientId: string, departmentId: string): Promise<readonly ChartDocument[]>;
  /** Writes a note for a **test patient** and looks for it: proves the path of chart notes. */
  writeAndReadBack(input: {
    readonly patientId: string;
    readonly departmentId: string;
    readonly marker: string;
  }): Promise<{ readonly documentId: string; readonly isReadBack: boolean }>;
  createPhoneMessage(input: NewChartDocument): Promise<{ readonly documentId: string }>;
  phoneMessages(patientId: string, departmentId: string): Promise<readonly ChartDocument[]>;
  noteToPatient(input: {
    readonly patientId: string;
    readonly labResultId: string;
    readonly note: string;
  }): Promise<void>;
  addInternalNote(input: {
    readonly patientId: string;
    readonly labResultId: string;
    readonly note: string;
  }): Promise<void>;
  addActionNote(input: { readonly labResultId: string; readonly note: string }): Promise<void>;
  /** Patients that changed, with the ids that were merged into them (L42). **Consuming**, like every feed. */
  changedPatients(
    query?: FeedQuery,
  ): Promise<{ readonly patients: readonly AthenaPatient[]; readonly totalCount: number }>;
  /** Practices that the credentials reach. */
  practices(): Promise<readonly { readonly practiceId: string; readonly name: string | null }[]>;
  /** What the limits have left, as the latest answers said. */
  budgets(): BudgetReading;
  /** Asks every endpoint the product needs, without effect, and says which are missing (S000-21). */
  checkEndpoints(
    only?: readonly Pick<NeededEndpoint, 'method' | 'endpoint'>[],
  ): Promise<readonly EndpointCheck[]>;
  readonly feeds: ChangeFeeds;
  readonly imaging: ImagingResults;
  readonly chart: ChartLists;
  readonly cases: PatientCases;
  readonly inbox: Inboxes;
  readonly orders: Orders;
  readonly appointments: Appointments;
  readonly closing: Closing;
  readonly fhir: FhirReads;
  readonly events: EventSubscriptions;
}

/** Builds the client. No call is made before the first method. */
export function createAthenaClient(options: AthenaClientOptions): AthenaClient {
  const http = createHttp({
    vendor: 'athenahealth',
    baseUrl: options.baseUrl,
    timeoutMs: options.timeoutMs ?? 20_000,
    onCall: options.onCall,
  });
  const now = options.now ?? Date.now;
  const budgets = createBudgets(now);
  const scope = options.scope ?? 'athena/service/Athenanet.MDP.*';
  const tokens = createTokens({
    http,
    clientId: options.clientId,
    clientSecret: options.clientSecret,
    scope,
    now,
    onAnswer: (answer) => budgets.note('tokens', answer),
  });
  const asked = readScopes(scope) ?? [];
  const grants: AthenaClient['grants'] = async (which) =>
    compareScopes(asked, await tokens.granted(which), options.practiceId);
  const transport = createTransport(http, tokens, options.practiceId, () => grants(), budgets);
  const fhir = createFhirTransport(http, tokens, (answer) => budgets.note('fhir', answer));

  return {
    grants,
    probeDocumentWrite: () => probeDocumentWrite(transport),
    ensureLabSubscription: () => ensureSubscription(transport, 'lab-results'),
    changedLabResults: async (query = {}) => {
      const { rows, totalCount } = await changes(transport, 'lab-results', query);
      return { rows: rows.map((row) => readFeedRow(row)), totalCount };
    },
    labResult: (patientId, labResultId) => labResult(transport, patientId, labResultId),
    labResultsOfPatient: (patientId, departmentId) => labResultsOfPatient(transport, patientId, departmentId),
    patient: (patientId, which) => patient(transport, patientId, which),
    provider: (providerId) => provider(transport, providerId),
    providers: () => providers(transport),
    department: (departmentId) => department(transport, departmentId),
    departments: () => departments(transport),
    createClinicalDocument: (input) =>
      createDocument(transport, 'clinicaldocument', { subclass: 'CLINICALDOCUMENT', ...input }),
    clinicalDocuments: (patientId, departmentId) =>
      documentsOf(transport, 'clinicaldocument', patientId, departmentId),
    writeAndReadBack: (input) => writeAndReadBack(transport, input),
    createPhoneMessage: (input) => createDocument(transport, 'phonemessage', input),
    phoneMessages: (patientId, departmentId) =>
      documentsOf(transport, 'phonemessage', patientId, departmentId),
    noteToPatient: (input) => noteToPatient(transport, input),
    addInternalNote: (input) => addInternalNote(transport, input),
    addActionNote: (input) => addActionNote(transport, input),
    changedPatients: (query = {}) => changedPatients(transport, query),
    practices: () => practices(transport),
    budgets: budgets.read,
    checkEndpoints: (only) => checkEndpoints(transport, only),
    feeds: createChangeFeeds(transport),
    imaging: createImagingResults(transport),
    chart: createChartLists(transport),
    cases: createPatientCases(transport),
    inbox: createInboxes(transport),
    orders: createOrders(transport),
    appointments: createAppointments(transport),
    closing: createClosing(transport, options.mayClose ?? false),
    fhir: createFhirReads(fhir, options.practiceId),
    events: createEventSubscriptions(fhir, options.practiceId, options.baseUrl),
  };
}
