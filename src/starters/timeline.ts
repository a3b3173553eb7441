import { openDeps } from '../process/deps.js';
import { readTimeline } from '../store/timeline.js';
import { choosePractice } from './choose-practice.js';
import { findResult } from './find-result.js';
import { say } from './outcome.js';
import { readerOnThisMachine } from './reader.js';
import { timelineText } from './timeline-text.js';

/** `resultloop timeline RESULT`. Exit code 1 when the hash chain is broken. */
export async function timelineCommand(
  wanted: string,
  options: { practice?: string; json?: boolean },
): Promise<void> {
  const deps = await openDeps(process.env, 'timeline');
  try {
    const practice = await choosePractice(deps.store, options.practice);
    const resultId = await findResult(deps.store, practice.id, wanted);
    const timeline = await readTimeline(deps.store, practice, resultId, { actor: readerOnThisMachine() });
    say(options.json ? JSON.stringify(timeline, null, 2) : timelineText(practice, timeline));
    if (timeline.brokenEvent !== null) process.exitCode = 1;
  } finally {
    await deps.close();
  }
}
