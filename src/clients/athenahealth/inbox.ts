import { z } from 'zod';
import { pathOf } from '../http/index.js';
import type { JsonRecord } from './fields.js';
import { count, id, list, record, text } from './fields.js';
import type { Transport } from './transport.js';
import { rowsOf } from './transport.js';

export type InboxCategory =
  | 'ADMIN'
  | 'APPOINTMENTREQUEST'
  | 'CLINICALDOCUMENT'
  | 'CLINICALENCOUNTERVISIT'
  | 'CLINICALRESULT'
  | 'COORDINATORTASK'
  | 'FOLLOWUP'
  | 'ORDER'
  | 'PATIENTCASE';

/** One thing that waits in an inbox of athenaOne. Shapes were never recorded: only what is sure is read. */
export interface InboxItem {
  readonly documentId: string | null;
  readonly patientId: string | null;
  readonly departmentId: string | null;
  readonly category: string | null;
  readonly state: string | null;
  readonly raw: JsonRecord;
}

export interface InboxFilter {
  readonly category?: InboxCategory;
  readonly status?: string;
  /** Both together or neither, as athenahealth asks. */
  readonly of?: { readonly patientId: string; readonly departmentId: string };
}

/** Inboxes of athenaOne (API reference §7): what waits there for whom, and a nudge. Results cannot be reassigned. */
export interface Inboxes {
  ofProvider(providerId: string, filter?: InboxFilter): Promise<readonly InboxItem[]>;
  ofStaff(username: string, filter?: InboxFilter): Promise<readonly InboxItem[]>;
  /** Open items of a provider; `null` where the answer has no number. */
  openItems(providerId: string): Promise<number | null>;
  /** Names of the staff inboxes of a department. */
  staff(departmentId: string): Promise<readonly string[]>;
  /** Who has a document now, and who could. */
  assignment(
    documentId: string,
  ): Promise<{ readonly current: string | null; readonly state: string | null } | null>;
  /** A message inside athenaOne to one of its users. Not idempotent. */
  messageUser(input: {
    readonly username: string;
    readonly subject: string;
    readonly message: string;
    readonly isUrgent?: boolean;
  }): Promise<void>;
}

const shape = z.object({
  documentid: id,
  labresultid: id,
  imagingresultid: id,
  patientcaseid: id,
  patientid: id,
  departmentid: id,
  inboxcategory: text,
  documentclass: text,
  status: text,
});

export function createInboxes(transport: Transport): Inboxes {
  const items = async (path: string, filter: InboxFilter = {}) => {
    const rows = await transport.all('inbox.list', path, 'inboxes', {
      inboxcategory: filter.category,
      status: filter.status,
      patientid: filter.of?.patientId,
      departmentid: filter.of?.departmentId,
    });
    return rows.flatMap((row) => {
      const parsed = record.safeParse(row);
      return parsed.success ? [readItem(parsed.data)] : [];
    });
  };
  return {
    ofProvider: (providerId, filter) => items(pathOf`/providers/${providerId}/inbox`, filter),
    ofStaff: (username, filter) => items(pathOf`/staff/${username}/inbox`, filter),
    async openItems(providerId) {
      const path = pathOf`/providers/${providerId}/inbox/counts`;
      const { body } = await transport.page('inbox.counts', path);
      return count.parse(body['totalcount'] ?? body['count'] ?? null);
    },
    async staff(departmentId) {
      const query = { departmentid: departmentId };
      const { body, answer } = await transport.page('inbox.staff', '/configuration/inbox/staff', query);
      return rowsOf(body, 'staff', answer).flatMap((row) => {
        const parsed = record.safeParse(row);
        const name = text.parse(parsed.success ? (parsed.data['username'] ?? parsed.data['name']) : row);
        return name === null ? [] : [name];
      });
    },
    async assignment(documentId) {
      const found = await transport.one('document.assignment', pathOf`/documentassignment/${documentId}`);
      if (!found) return null;
      const [current] = list.parse(found['currentassignment']);
      const holder = record.safeParse(current);
      return {
        current: text.parse(holder.success ? (holder.data['username'] ?? holder.data['name']) : current),
        state: text.parse(found['documentstatus']),
      };
    },
    async messageUser({ username, subject, message, isUrgent }) {
      await transport.write('user-message.create', 'POST', pathOf`/usermessages/${username}`, {
        message,
        recipientlist: username,
        subject,
        priority: isUrgent ? 'HIGH' : 'NORMAL',
      });
    },
  };
}

function readItem(raw: JsonRecord): InboxItem {
  const row = shape.parse(raw);
  return {
    documentId: row.documentid ?? row.labresultid ?? row.imagingresultid ?? row.patientcaseid,
    patientId: row.patientid,
    departmentId: row.departmentid,
    category: row.inboxcategory ?? row.documentclass,
    state: row.status?.trim().toUpperCase() ?? null,
    raw,
  };
}
