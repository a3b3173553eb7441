import type { EpochMs } from '../../domain/result/report.js';
import { SandboxTenant } from '../shared/tenant.js';
import { appended } from './document.js';
import type { ChartDocument, NoteField } from './document.js';
import { LabResultFeed } from './feed.js';
import type { FeedEvent } from './feed.js';
import { settingsSchema } from './seed.js';
import type { AthenaCredential, AthenaSettings, Department, Patient, Provider } from './seed.js';

/** One athenahealth practice: its applications, people, chart and feeds. */
export class AthenaTenant extends SandboxTenant {
  settings: AthenaSettings = settingsSchema.parse({});
  readonly departments = new Map<string, Department>();
  readonly providers = new Map<number, Provider>();
  readonly patients = new Map<string, Patient>();
  readonly documents = new Map<number, ChartDocument>();
  readonly #credentials = new Map<string, AthenaCredential>();
  readonly #feeds = new Map<string, LabResultFeed>();
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
  feedOf(clientId: string): LabResultFeed {
    let feed = this.#feeds.get(clientId);
    if (!feed) this.#feeds.set(clientId, (feed = new LabResultFeed(() => this.settings)));
    return feed;
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
   * Stamps a change and, for lab results, tells the feeds.
   * @param byClientId the credential that wrote, so that its own feed can be spared.
   */
  changed(document: ChartDocument, event: FeedEvent, user: string, byClientId?: string): EpochMs {
    const now = this.practiceNow();
    document.modifiedAt = now;
    document.modifieduser = user;
    if (document.documentclass !== 'LABRESULT') return now;
    for (const clientId of this.#credentials.keys()) {
      if (clientId === byClientId && !this.settings.ownWritesReturn) continue;
      this.feedOf(clientId).notice(event, document.id, document.departmentid, now);
    }
    return now;
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
