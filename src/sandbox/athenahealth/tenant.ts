import type { EpochMs } from '../../domain/result/report.js';
import { SandboxTenant } from '../shared/tenant.js';
import { appended } from './document.js';
import type { ChartDocument, NoteField } from './document.js';
import { ChangeFeed } from './feed.js';
import type { RowId } from './feed.js';
import { feedEvents } from './feed-events.js';
import type { FeedName } from './feed-events.js';
import { settingsSchema } from './seed.js';
import type {
  Appointment,
  AthenaCredential,
  AthenaSettings,
  Department,
  Order,
  Patient,
  Provider,
} from './seed.js';

/** What happened to what, for the event platform. */
export interface Change {
  /** As in athenahealth's list of topics, e.g. `LabResult.create`. */
  readonly topic: string;
  readonly type: string;
  readonly id: string;
  readonly patientid: string | null;
  readonly departmentid: string | null;
}

const classFeeds: Partial<
  Record<ChartDocument['documentclass'], { readonly name: FeedName; readonly event: string }>
> = {
  LABRESULT: { name: 'labresults', event: 'LabResult' },
  IMAGINGRESULT: { name: 'imagingresults', event: 'ImagingResult' },
  PATIENTCASE: { name: 'patientcases', event: 'PatientCase' },
};

/** One athenahealth practice: its applications, people, chart and feeds. */
export class AthenaTenant extends SandboxTenant {
  settings: AthenaSettings = settingsSchema.parse({});
  readonly departments = new Map<string, Department>();
  readonly providers = new Map<number, Provider>();
  readonly patients = new Map<string, Patient>();
  readonly documents = new Map<number, ChartDocument>();
  readonly appointments = new Map<string, Appointment>();
  readonly orders = new Map<string, Order>();
  /** Whoever wants to hear of changes beside the feeds: the event platform. */
  onChange: ((change: Change) => void) | null = null;
  readonly #credentials = new Map<string, AthenaCredential>();
  readonly #feeds = new Map<string, ChangeFeed>();
  #nextDocumentId = 1_090_321;
  #nextAnalyteId = 911_201;

  addCredential(credential: AthenaCredential): void {
    this.#credentials.set(credential.clientId, credential);
  }

  hasCredential(clientId: string, clientSecret?: string): boolean {
    const known = this.#credentials.get(clientId);
    return known !== undefined && (clientSecret === undefined || known.clientSecret === clientSecret);
  }

  /** The feed of one API key; two readers of one key steal from each other (reference §4). */
  feedOf(clientId: string, name: FeedName): ChangeFeed {
    const key = `${clientId}/${name}`;
    let feed = this.#feeds.get(key);
    if (!feed) this.#feeds.set(key, (feed = new ChangeFeed(feedEvents[name], () => this.settings)));
    return feed;
  }

  /** All feeds of one kind, one for each credential. */
  feedsOf(name: FeedName): readonly ChangeFeed[] {
    return [...this.#credentials.keys()].map((clientId) => this.feedOf(clientId, name));
  }

  newDocumentId(): number {
    return this.#nextDocumentId++;
  }

  newAnalyteId(): number {
    return this.#nextAnalyteId++;
  }

  documentsOf(patientId: string): readonly ChartDocument[] {
    return [...this.documents.values()].filter((document) => document.patientid === patientId);
  }

  /** Ids of records that were merged into this one. */
  mergedInto(patientId: string): readonly string[] {
    return [...this.patients.values()].filter((p) => p.mergedinto === patientId).map((p) => p.patientid);
  }

  /** Who to show for an unassigned document: the provider, or the department's staff bucket. */
  assigneeOf(document: ChartDocument): string {
    const provider = document.providerid === null ? undefined : this.providers.get(document.providerid);
    if (provider?.providerusername) return provider.providerusername;
    return `${(this.departments.get(document.departmentid)?.name ?? 'MAIN').toUpperCase()} STAFF`;
  }

  /**
   * Stamps a change of a document and tells the feed of its class.
   * @param byClientId the credential that wrote, so that its own feed can be spared.
   */
  changed(
    document: ChartDocument,
    what: 'Add' | 'Update' | 'Close',
    user: string,
    byClientId?: string,
  ): EpochMs {
    const now = this.practiceNow();
    document.modifiedAt = now;
    document.modifieduser = user;
    const feed = classFeeds[document.documentclass];
    if (!feed) return now;
    this.notice(feed.name, `${what}${feed.event}`, document.id, document.departmentid, byClientId);
    const verb = ({ Add: 'create', Update: 'update', Close: 'close' } as const)[what];
    this.onChange?.({
      topic: `${feed.event}.${verb}`,
      type: document.documentclass.toLowerCase(),
      id: String(document.id),
      patientid: document.patientid,
      departmentid: document.departmentid,
    });
    return now;
  }

  /** A patient's record changed, or took another one in. */
  patientChanged(patientid: string, what: 'AddPatient' | 'UpdatePatient' | 'MergePatient'): void {
    const departmentid = this.patients.get(patientid)?.departmentid ?? null;
    this.notice('patients', what, patientid, departmentid);
    const verb = ({ AddPatient: 'create', UpdatePatient: 'update', MergePatient: 'merge' } as const)[what];
    this.onChange?.({ topic: `Patient.${verb}`, type: 'patient', id: patientid, patientid, departmentid });
  }

  /** Queues a change in the feed of every credential. */
  notice(name: FeedName, event: string, id: RowId, departmentId: string | null, byClientId?: string): void {
    const now = this.practiceNow();
    for (const clientId of this.#credentials.keys()) {
      if (clientId === byClientId && !this.settings.ownWritesReturn) continue;
      this.feedOf(clientId, name).notice(event, id, departmentId, now);
    }
  }

  /** Adds a text to a document and to the journal. `replace` throws away what the document showed before. */
  writeNote(document: ChartDocument, field: NoteField, text: string, by: string, replace = false): void {
    const note = { at: Date.now(), practiceAt: this.practiceNow(), by, field, text };
    document.notes.push(note);
    if (field === 'internalnote')
      document.internalnote = replace ? text : appended(document.internalnote, text);
    if (field === 'notetopatient')
      document.patientnote = replace ? text : appended(document.patientnote, text);
    this.record('note-written', {
      documentid: document.id,
      class: document.documentclass,
      patientid: document.patientid,
      by,
      field,
      [field]: text,
    });
  }
}
