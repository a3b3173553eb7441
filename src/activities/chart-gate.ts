import type { AthenaClient } from '../clients/athenahealth/index.js';
import { VendorError } from '../clients/http/index.js';
import type { Practice } from '../store/practices.js';
import { clearStanding, isStanding, raiseStanding } from '../store/standing-alarms.js';
import type { ActivityDeps } from './deps.js';

const paused = { code: 'chart-writes-paused' } as const;

/**
 * Whether documents may be written now (S000-68, 69). Before anything is written the scopes of the token are compared;
 * while the gate is closed a new token is asked for and, where it says nothing, a call without effect. Closed and
 * opened with an alarm; nothing that waits behind it is touched.
 */
export async function chartGate(deps: ActivityDeps, practice: Practice): Promise<'open' | 'closed'> {
  const athena = deps.vendors.athena(practice);
  const wasClosed = await isStanding(deps.store, practice, paused);
  const may = await mayWrite(athena, wasClosed);
  if (may === false && !wasClosed) await close(deps, practice);
  if (may === true && wasClosed) await clearStanding(deps.store, practice, paused);
  // Unknown: as it was. A write that is refused closes it.
  return may === null ? (wasClosed ? 'closed' : 'open') : may ? 'open' : 'closed';
}

/** True while writing is paused; asks nobody. */
export function isChartClosed(deps: ActivityDeps, practice: Practice): Promise<boolean> {
  return isStanding(deps.store, practice, paused);
}

/**
 * A write was refused. Whether that is about this application, then the gate is closed and true is returned, or about
 * this one record: a call without effect tells them apart.
 */
export async function closesGate(deps: ActivityDeps, practice: Practice, error: unknown): Promise<boolean> {
  if (!(error instanceof VendorError) || !isRefusal(error)) return false;
  const may = await mayWrite(deps.vendors.athena(practice), true);
  if (may !== false) return false;
  await close(deps, practice);
  return true;
}

async function close(deps: ActivityDeps, practice: Practice): Promise<void> {
  if (!(await raiseStanding(deps.store, practice, paused))) return;
  deps.metrics.alarm(paused.code);
  deps.log.error(
    { practice: practice.id, alarm: paused.code },
    'chart writes pause: the token may not write',
  );
}

/** `null`: cannot be told now. @param isDoubted the token in use may be the old one, and silence is no proof. */
async function mayWrite(athena: AthenaClient, isDoubted: boolean): Promise<boolean | null> {
  try {
    const { writesDocuments } = await athena.grants({ renew: isDoubted });
    if (writesDocuments === false || !isDoubted) return writesDocuments ?? true;
    return (await athena.probeDocumentWrite()) === 'allowed';
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    return isRefusal(error) ? false : null;
  }
}

function isRefusal({ code }: VendorError): boolean {
  return code === 'forbidden' || code === 'unauthorized';
}
