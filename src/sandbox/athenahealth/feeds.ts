import type { ResultDocument } from './document.js';
import type { RowId } from './feed.js';
import type { FeedName } from './feed-events.js';
import type { Params } from './params.js';
import { booleanOf } from './params.js';
import { renderDocument, renderFeedRow, renderPatient } from './render.js';
import type { AthenaTenant } from './tenant.js';

interface FeedDefinition {
  /** Below the practice, without `/changed`. */
  readonly path: string;
  /** The current state of what changed, or `null` when it is gone. */
  readonly row: (tenant: AthenaTenant, id: RowId, query: Params) => unknown;
}

const resultRow: FeedDefinition['row'] = (tenant, id) =>
  renderFeedRow(tenant.documents.get(Number(id)) as ResultDocument);

/** The changed feeds (reference §4). */
export const feedDefinitions: Readonly<Record<FeedName, FeedDefinition>> = {
  labresults: {
    path: '/labresults',
    row: resultRow,
  },
  imagingresults: {
    path: '/imagingresults',
    row: resultRow,
  },
  patients: {
    path: '/patients',
    row: (tenant, id, query) => {
      const patient = tenant.patients.get(String(id));
      return patient ? renderPatient(tenant, patient, booleanOf(query, 'showpreviouspatientids')) : null;
    },
  },
  appointments: {
    path: '/appointments',
    row: (tenant, id) => tenant.appointments.get(String(id)) ?? null,
  },
  providers: {
    path: '/providers',
    row: (tenant, id) => tenant.providers.get(Number(id)) ?? null,
  },
  orders: {
    path: '/orders',
    row: (tenant, id) => tenant.orders.get(String(id)) ?? null,
  },
  patientcases: {
    path: '/documents/patientcase',
    row: (tenant, id) => {
      const document = tenant.documents.get(Number(id));
      return document ? renderDocument(tenant, document) : null;
    },
  },
};
