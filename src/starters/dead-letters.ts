import { openDeps } from '../process/deps.js';
import { localTime } from '../store/calendar.js';
import { listDeadLetters, retryDeadLetters } from '../store/dead-letters.js';
import { choosePractice } from './choose-practice.js';
import { shortId } from './find-result.js';
import { CommandFailed, say, WrongUsage } from './outcome.js';
import { table } from './table.js';

/** `resultloop dead-letters`: messages that nothing could be made of, with the reason. */
export async function deadLettersCommand(options: { practice?: string; json?: boolean }): Promise<void> {
  const deps = await openDeps(process.env, 'dead-letters');
  try {
    const practice = await choosePractice(deps.store, options.practice);
    const letters = await listDeadLetters(deps.store, practice);
    if (options.json) return say(JSON.stringify(letters, null, 2));
    if (letters.length === 0) return say(`${practice.id}: no dead letters.`);
    say(
      table(
        [
          { title: 'ID', text: (l) => shortId(l.id) },
          { title: 'RECEIVED', text: (l) => localTime(practice.settings, l.receivedAt) },
          { title: 'SOURCE', text: (l) => l.sourceId },
          { title: 'REASON', text: (l) => l.reason },
          { title: 'BYTES', text: (l) => String(l.bytes) },
          { title: 'WHAT TO DO', text: (l) => l.words },
        ],
        letters,
      ),
    );
    say('Once it is mended: resultloop dead-letters retry ID (or --all).');
  } finally {
    await deps.close();
  }
}

/** `resultloop dead-letters retry [ID] [--all]`. Whoever runs intake takes them up within seconds. */
export async function retryDeadLettersCommand(
  wanted: string | undefined,
  options: { practice?: string; all?: boolean },
): Promise<void> {
  const id = wanted?.trim().toLowerCase();
  if ((id === undefined) === (options.all !== true))
    throw new WrongUsage('Say which: an ID as the list shows it, or --all.');
  if (id !== undefined && !/^[0-9a-f-]{8,36}$/.test(id))
    throw new WrongUsage('An ID is at least 8 characters of its end, as the list shows it.');
  const deps = await openDeps(process.env, 'dead-letters');
  try {
    const practice = await choosePractice(deps.store, options.practice);
    const retried = await retryDeadLetters(deps.store, practice, id === undefined ? 'all' : { id });
    if (retried.length === 0)
      throw new CommandFailed(
        'no-such-dead-letter',
        'No dead letter fits. Look it up: resultloop dead-letters',
      );
    say(`${retried.length} will be looked at again: ${retried.map((one) => shortId(one)).join(', ')}.`);
  } finally {
    await deps.close();
  }
}
