import { createCommonControl, createControlCaller } from '../shared/control.js';
import type { CommonControl } from '../shared/control.js';
import type { ChartEntry } from './chart.js';
import type { FeedName } from './feed-events.js';
import type {
  AthenaLabResultPatch,
  AthenaLabResultSeed,
  AthenaPatientSeed,
  AthenaTenantSeed,
} from './seed.js';

export type { ChartEntry } from './chart.js';
export type { ChartNote } from './document.js';
export type { FeedName } from './feed-events.js';
export type {
  AthenaAppointmentSeed,
  AthenaDepartmentSeed,
  AthenaLabResultPatch,
  AthenaLabResultSeed,
  AthenaObservationSeed,
  AthenaOrderSeed,
  AthenaPatientSeed,
  AthenaProviderSeed,
  AthenaSettingsSeed,
  AthenaTenantSeed,
} from './seed.js';

/** Everything that happens to a practice without us: seeding, laboratories, staff, and reading the chart. */
export interface AthenaControl extends CommonControl {
  /** Makes the practice, or changes what the seed names. The id is the practice id. */
  seed(tenantId: string, seed: AthenaTenantSeed): Promise<void>;
  addPatients(tenantId: string, patients: readonly AthenaPatientSeed[]): Promise<void>;
  changePatient(tenantId: string, patientId: string, change: Partial<AthenaPatientSeed>): Promise<void>;
  /** Lab results arrive, in this order; resolves to their document ids. */
  postLabResults(tenantId: string, results: readonly AthenaLabResultSeed[]): Promise<number[]>;
  /** Corrected in place, matched, closed by staff …; an empty change makes a feed row with nothing new. */
  changeLabResult(tenantId: string, labResultId: number, change: AthenaLabResultPatch): Promise<void>;
  /** Imaging results arrive; resolves to their document ids. `observations` are not shown. */
  postImagingResults(tenantId: string, results: readonly AthenaLabResultSeed[]): Promise<number[]>;
  changeImagingResult(tenantId: string, imagingResultId: number, change: AthenaLabResultPatch): Promise<void>;
  /**
   * The oldest unread rows of a feed are gone, read by nobody we know; HOLD rows too. Resolves to their ids.
   * @param options.replayable whether the replay window still has them; default no, only the patients' lists do.
   */
  loseFeedRows(
    tenantId: string,
    options?: { readonly feed?: FeedName; readonly rows?: number; readonly replayable?: boolean },
  ): Promise<(number | string)[]>;
  /** What the chart says, with every note as written; of one patient or of all. */
  chart(tenantId: string, patientId?: string): Promise<ChartEntry[]>;
  /** Ends the life of every token of the practice's credentials now. */
  expireTokens(tenantId: string): Promise<void>;
}

/** Client of a running athenahealth sandbox's control API. */
export function createAthenaControl(url: string): AthenaControl {
  const call = createControlCaller(url);
  return {
    ...createCommonControl(url),
    seed: async (id, seed) => void (await call('PUT', `/tenants/${id}`, seed)),
    addPatients: async (id, patients) => void (await call('POST', `/tenants/${id}/patients`, patients)),
    changePatient: async (id, pid, change) =>
      void (await call('PATCH', `/tenants/${id}/patients/${pid}`, change)),
    postLabResults: async (id, results) =>
      (await call<{ labresultids: number[] }>('POST', `/tenants/${id}/labresults`, results)).labresultids,
    changeLabResult: async (id, labResultId, change) =>
      void (await call('PATCH', `/tenants/${id}/labresults/${labResultId}`, change)),
    postImagingResults: async (id, results) =>
      (await call<{ imagingresultids: number[] }>('POST', `/tenants/${id}/imagingresults`, results))
        .imagingresultids,
    changeImagingResult: async (id, imagingResultId, change) =>
      void (await call('PATCH', `/tenants/${id}/imagingresults/${imagingResultId}`, change)),
    loseFeedRows: async (id, options = {}) =>
      (await call<{ lost: (number | string)[] }>('POST', `/tenants/${id}/feeds/lose`, options)).lost,
    chart: async (id, patientId) => {
      const path = `/tenants/${id}/chart${patientId === undefined ? '' : `/${patientId}`}`;
      return (await call<{ documents: ChartEntry[] }>('GET', path)).documents;
    },
    expireTokens: async (id) => void (await call('POST', `/tenants/${id}/tokens/expire`)),
  };
}
