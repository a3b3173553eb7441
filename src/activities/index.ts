import { createAthenaActivities } from './athena.js';
import { createChartActivities } from './charting.js';
import { createChartComparison } from './compare-charts.js';
import type { ActivityDeps } from './deps.js';
import { createNoticeActivities } from './messages.js';
import { createPageActivities } from './pages.js';
import { createResultActivities } from './results.js';
import { createSpruceRounds } from './spruce-round.js';
import { createTextGate } from './text-gate.js';
import { createTextRounds } from './text-round.js';

/** All activities, by the port that they serve. */
export function createActivities(deps: ActivityDeps) {
  const gate = createTextGate(deps);
  return {
    results: createResultActivities(deps),
    notices: createNoticeActivities(deps, gate),
    texts: createTextRounds(deps, gate),
    athena: { ...createAthenaActivities(deps), ...createChartComparison(deps) },
    pages: createPageActivities(deps),
    chart: createChartActivities(deps),
    spruce: createSpruceRounds(deps),
  };
}
