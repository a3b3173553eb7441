import type { Logger } from 'pino';
import { VendorError } from '../clients/http/index.js';
import { hasAgreement, type AgreementVendor } from '../domain/practice/agreements.js';
import type { Metrics } from '../observability/metrics.js';
import { practiceNow, type Practice } from '../store/practices.js';
import type { NoticeChannel } from '../store/schema.js';
import { clearStanding, isStanding, raiseStanding } from '../store/standing-alarms.js';
import type { Store } from '../store/store.js';

const vendors: Readonly<Record<NoticeChannel, AgreementVendor>> = {
  text: 'twilio',
  secure: 'spruce',
  'portal-note': 'athenahealth',
};

/** S000-22, 23: whether a channel's vendor has an agreement on record. Asks nobody. */
export function mayReachPatients(store: Store, practice: Practice, channel: NoticeChannel): boolean {
  return hasAgreement(practice.connections.agreements, vendors[channel], practiceNow(store, practice));
}

/** The alarm of a missing agreement stands until it is recorded (L49). */
export async function noteAgreement(
  { store, metrics, log }: { readonly store: Store; readonly metrics: Metrics; readonly log: Logger },
  practice: Practice,
  channel: NoticeChannel,
): Promise<void> {
  const alarm = { code: 'agreement-missing', about: vendors[channel] } as const;
  if (mayReachPatients(store, practice, channel)) {
    if (await isStanding(store, practice, alarm)) await clearStanding(store, practice, alarm);
    return;
  }
  if (!(await raiseStanding(store, practice, alarm))) return;
  metrics.alarm(alarm.code);
  log.error(
    { practice: practice.id, vendor: alarm.about, alarm: alarm.code },
    'no agreement is recorded: nothing is sent to patients through this vendor',
  );
}

/** A call to a patient without an agreement, refused before it was made: the net below every sender. */
export function refuseWithoutAgreement(
  store: Store,
  practice: Pick<Practice, 'connections' | 'clock'>,
  vendor: AgreementVendor,
): void {
  if (hasAgreement(practice.connections.agreements, vendor, practiceNow(store, practice))) return;
  throw new VendorError(
    `${vendor} was not called: no business associate agreement is recorded. Record it under "agreements" in ` +
      'connections.json (day and person) and import the practice again.',
    { vendor, code: 'forbidden', outcome: 'refused', requestId: '' },
  );
}
