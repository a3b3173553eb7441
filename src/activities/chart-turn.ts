import { sleep } from '@temporalio/activity';
import { factorAt } from '../domain/calendar/clock-map.js';
import { takeTurn } from '../store/pace.js';
import type { Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';
import { paced } from './failures.js';

/**
 * Waits for the practice's turn to write to the chart: 30 a minute (S000-79). A per-minute limit is a limit in
 * practice time, so its spacing is divided by the clock's current factor (architecture §5).
 */
export async function takeChartTurn(store: Store, practice: Practice): Promise<void> {
  const factor = factorAt(practice.clock, store.realNow());
  const perSecond = (practice.settings.chartWritesPerMinute / 60) * factor;
  const turn = await takeTurn(store, { key: `athena-writes/${practice.id}`, perSecond });
  if ('comeBackMs' in turn) throw paced(turn.comeBackMs);
  if (turn.waitMs > 0) await sleep(turn.waitMs);
}
