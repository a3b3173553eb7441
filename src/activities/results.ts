import { readCommand } from '../store/commands.js';
import { loadPractice } from '../store/practices.js';
import { loadRecord, recordBatch } from '../store/record.js';
import { stageVersion } from '../store/stage.js';
import type { ResultActivities } from '../workflows/activity-types.js';
import type { ActivityDeps } from './deps.js';
import { guarded } from './failures.js';
import { createTell } from './tell.js';

/** Store activities of a result. Idempotent: they run as local activities and may run twice. */
export function createResultActivities(deps: ActivityDeps): ResultActivities {
  const { store, metrics } = deps;
  const tell = createTell(deps.temporal);
  return {
    loadRecord: ({ practiceId, resultId }) => guarded(() => loadRecord(store, practiceId, resultId)),
    stageVersion: ({ practiceId, resultId, version }) =>
      guarded(() => stageVersion(store, practiceId, resultId, version)),
    loadCommand: ({ practiceId, resultId, commandId }) =>
      guarded(() => readCommand(store, practiceId, resultId, commandId)),
    record: (input) =>
      guarded(async () => {
        const { ownerId, wake } = await recordBatch(store, input, input.seq, input.lines, input.projection);
        const practice = await loadPractice(store, input.practiceId);
        if (wake.notices && wake.patientId) await tell.noticeChanged(practice, wake.patientId);
        // Always: whether the queue was empty cannot be told when several results queue at the same moment.
        if (wake.notes) await tell.notesQueued(practice);
        for (const line of input.lines) if (line.do === 'close') metrics.closure(line.closure);
        return { seq: input.seq, ownerId };
      }),
  };
}
