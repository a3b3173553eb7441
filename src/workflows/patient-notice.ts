import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { AthenaActivities, NoticeActivities, NoticeStep, SendInput } from './activity-types.js';
import { noticeChanged, taskQueues, type PatientNoticeInput } from './contract.js';
import { PracticeTime } from './practice-time.js';

const store = proxyLocalActivities<NoticeActivities>({
  startToCloseTimeout: '15s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

// Unreadable means that patient steps wait (L23): the step is planned again afterwards.
const reads = proxyActivities<AthenaActivities>({
  taskQueue: taskQueues.athena,
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '10m',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

// Sending is never repeated blindly: each attempt asks the effect row first. No heartbeats (spikes §7). After a
// day without success the notice moves on to its next channel or to a person.
const send = {
  startToCloseTimeout: '25s',
  scheduleToCloseTimeout: '24h',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
} as const;
const texts = proxyActivities<NoticeActivities>({ ...send, taskQueue: taskQueues.texts });
const spruce = proxyActivities<NoticeActivities>({ ...send, taskQueue: taskQueues.spruce });
// Questions to the vendor: safe to repeat, and asked again later anyway.
const ask = { startToCloseTimeout: '20s', scheduleToCloseTimeout: '1m' } as const;
const textReads = proxyActivities<NoticeActivities>({ ...ask, taskQueue: taskQueues.texts });
const spruceReads = proxyActivities<NoticeActivities>({ ...ask, taskQueue: taskQueues.spruce });
const portal = proxyActivities<NoticeActivities>({ ...send, taskQueue: taskQueues.athenaWrites });

/** Real time before a reading that was refused is tried again. */
const rereadPauseMs = 30_000;

/**
 * Everything that is to be said to one patient: a waker over `notice` rows. It combines what a draw released,
 * waits for siblings, keeps windows and per-patient limits, sends, reports back, and closes when idle.
 */
export async function patientNotice(input: PatientNoticeInput): Promise<void> {
  const time = new PracticeTime(input.clock);
  let changed = false;
  setHandler(noticeChanged, () => {
    changed = true;
  });
  for (;;) {
    changed = false;
    const step = await store.nextNoticeStep({ practiceId: input.practiceId, patientId: input.patientId });
    setCurrentDetails(words(step));
    switch (step.do) {
      case 'rest':
        if (!changed && allHandlersFinished()) return;
        break;
      case 'wait':
        await condition(() => changed, time.realUntil(step.until), {
          summary: 'notice waits for its moment',
        });
        break;
      case 'reread': {
        const read = await settled(
          reads.rereadForNotice({ practiceId: input.practiceId, noticeId: step.noticeId }),
        );
        // Unreadable: patient steps wait (L23). Asked again after a pause, or when something changes.
        if (!read)
          await condition(() => changed, rereadPauseMs, { summary: 'the chart cannot be read; asks again' });
        break;
      }
      case 'check':
        await settled(
          (step.channel === 'text' ? textReads : spruceReads).checkDelivery({ ...ids(input, step) }),
        );
        break;
      case 'send': {
        const ref = ids(input, step);
        const options = { priority: { fairnessKey: input.practiceId }, summary: `send by ${step.channel}` };
        const sent = await settled(
          step.channel === 'text'
            ? texts.sendText.executeWithOptions(options, [ref])
            : step.channel === 'secure'
              ? spruce.sendSecure.executeWithOptions(options, [ref])
              : portal.writePortalNote.executeWithOptions(options, [ref]),
        );
        if (!sent) await store.sendGaveUp(ref);
        break;
      }
      default:
        step satisfies never;
    }
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof patientNotice>(input);
  }
}

function ids(input: PatientNoticeInput, step: { noticeId: string; epoch: number }): SendInput {
  return { practiceId: input.practiceId, noticeId: step.noticeId, epoch: step.epoch };
}

/** False when the activity gave up for good; anything but an activity failure stays loud. */
async function settled(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (err) {
    if (err instanceof ActivityFailure) return false;
    throw err;
  }
}

function words(step: NoticeStep): string {
  switch (step.do) {
    case 'rest':
      return 'Nothing to say.';
    case 'wait':
      return 'Waits for siblings, for the sending window or for a limit.';
    case 'reread':
      return 'Reads document and patient again before sending.';
    case 'check':
      return 'Asks the vendor what became of a message.';
    case 'send':
      return `Sends by ${step.channel}.`;
    default:
      step satisfies never;
      return '';
  }
}
