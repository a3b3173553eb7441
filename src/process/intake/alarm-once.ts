import { raiseAlarm } from '../../store/inbound.js';
import type { Practice } from '../../store/practices.js';
import type { IntakePort } from './port.js';

const perMs = 24 * 3_600_000;

/** Alarms about a source, one per kind and day: a wrong feed would otherwise raise one per message. */
export class AlarmOnce {
  constructor(private readonly port: Pick<IntakePort, 'store' | 'metrics' | 'log'>) {}

  async raise(practice: Practice, sourceId: string, code: string): Promise<void> {
    const day = Math.floor(this.port.store.realNow() / perMs);
    try {
      await raiseAlarm(this.port.store, practice, `intake/${practice.id}/${sourceId}/${code}/${day}`, code);
      this.port.metrics.alarm(code);
    } catch (err) {
      // The answer to the sender must not depend on it.
      this.port.log.error({ err, source: sourceId, alarm: code }, 'an alarm could not be recorded');
    }
  }
}
