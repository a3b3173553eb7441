import { DateTime } from 'luxon';
import type { AthenaClient } from '../clients/athenahealth/index.js';
import { VendorError } from '../clients/http/index.js';
import type { EpochMs } from '../domain/result/report.js';
import { patientsWithOpenWork } from '../store/open-work.js';
import { loadPatient } from '../store/patients.js';
import { practiceNow, type Practice } from '../store/practices.js';
import type { ActivityDeps } from './deps.js';

/** A patient's chart in one department; `null` = whoever reads it has to find out which. */
export interface Chart {
  readonly chartId: string;
  readonly departmentId: string | null;
}

/**
 * Charts in which a result may stand that no feed brought, the most urgent first: patients with open work, then those
 * with orders that have no result yet, then those who were here lately, since a first result may be the one that is
 * missing. athenahealth lists results by patient only (API reference §4).
 * @param since How far back visits are looked at.
 */
export async function chartsToCompare(
  deps: ActivityDeps,
  practice: Practice,
  athena: AthenaClient,
  since: EpochMs,
): Promise<readonly Chart[]> {
  const charts = new Map<string, Chart>();
  const add = ({ patientId, departmentId }: { patientId: string | null; departmentId: string | null }) => {
    if (patientId !== null) charts.set(`${patientId}/${departmentId}`, { chartId: patientId, departmentId });
  };
  for (const id of await patientsWithOpenWork(deps.store, practice)) {
    const { chartId, departmentId } = (await loadPatient(deps.store, id)).card;
    add({ patientId: chartId, departmentId });
  }
  const dayOf = (at: EpochMs) => DateTime.fromMillis(at, { zone: practice.settings.zone }).toISODate() ?? '';
  const days = { from: dayOf(since), to: dayOf(practiceNow(deps.store, practice)) };
  const orders = await ifGranted(deps, practice, athena.orders.outstanding());
  const visits = await ifGranted(deps, practice, athena.appointments.booked(days));
  [...orders, ...visits].forEach(add);
  return [...charts.values()];
}

/** Neither is part of every contract. `doctor` says which is refused; the rest is compared all the same. */
async function ifGranted<T>(
  deps: ActivityDeps,
  practice: Practice,
  list: Promise<readonly T[]>,
): Promise<readonly T[]> {
  try {
    return await list;
  } catch (err) {
    if (!(err instanceof VendorError) || err.outcome !== 'refused' || err.code === 'unauthorized') throw err;
    deps.log.warn({ practice: practice.id, err }, 'charts are compared without one of the lists of patients');
    return [];
  }
}
