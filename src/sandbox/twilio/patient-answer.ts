import { setTimeout as pause } from 'node:timers/promises';
import { DateTime } from 'luxon';
import { toReal } from '../../domain/calendar/clock-map.js';
import type { EpochMs } from '../../domain/result/report.js';
import { receiveText } from './inbound.js';
import type { StoredMessage } from './message.js';
import { inboundSchema } from './seed.js';
import type { PatientAnswer } from './seed.js';
import type { TwilioTenant } from './tenant.js';

/** The patient has read a text and answers, if an answer is seeded for the number: at once, later, or at night. */
export async function answerText(tenant: TwilioTenant, message: StoredMessage): Promise<void> {
  if (message.direction !== 'outbound-api') return;
  const answer = tenant.takeAnswer(message.to);
  if (!answer) return;
  const moment = momentOf(answer, tenant.practiceNow());
  // A timer may end a millisecond early, which is minutes on a fast clock.
  do {
    const wait = toReal(tenant.clock, moment) - Date.now();
    await pause(Math.max(0, wait), undefined, { signal: tenant.closing }).catch(() => undefined);
    if (tenant.closing.aborted) return;
  } while (tenant.practiceNow() < moment);
  await receiveText(tenant, inboundSchema.parse({ from: message.to, body: answer.body }));
}

function momentOf({ afterMs, atLocal }: PatientAnswer, now: EpochMs): EpochMs {
  if (!atLocal) return now + afterMs;
  const [hour = 0, minute = 0] = atLocal.time.split(':').map(Number);
  const today = DateTime.fromMillis(now, { zone: atLocal.zone }).set({
    hour,
    minute,
    second: 0,
    millisecond: 0,
  });
  return (today.toMillis() > now ? today : today.plus({ days: 1 })).toMillis();
}
