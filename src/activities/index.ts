import { createAthenaActivities } from './athena.js';
import { createChartActivities } from './charting.js';
import type { ActivityDeps } from './deps.js';
import { createNoticeActivities } from './messages.js';
import { createPageActivities } from './pages.js';
import { createResultActivities } from './results.js';
import { createSpruceRounds } from './spruce-round.js';

/** All activities, by the port that they serve. */
export function createActivities(deps: ActivityDeps) {
  return {
    results: createResultActivities(deps),
    notices: createNoticeActivities(deps),
    athena: createAthenaActivities(deps),
    pages: createPageActivities(deps),
    chart: createChartActivities(deps),
    spruce: createSpruceRounds(deps),
  };
}
