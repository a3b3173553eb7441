import { personById } from '../domain/routing/roster.js';
import { openDeps } from '../process/deps.js';
import { readWorklist } from '../store/worklist.js';
import { choosePractice } from './choose-practice.js';
import { CommandFailed, say } from './outcome.js';
import { readerOnThisMachine } from './reader.js';
import { worklistText } from './worklist-text.js';

/** `resultloop worklist`. */
export async function worklistCommand(options: {
  practice?: string;
  as?: string;
  all?: boolean;
  json?: boolean;
}): Promise<void> {
  const deps = await openDeps(process.env, 'worklist');
  try {
    const practice = await choosePractice(deps.store, options.practice);
    const personId = options.as ?? null;
    if (personId !== null && !personById(practice.roster, personId))
      throw new CommandFailed(
        'not-on-roster',
        `"${personId}" is not on the roster of ${practice.id}. Known: ${practice.roster.people.map((p) => p.id).join(', ')}`,
      );
    const query = { personId, all: options.all ?? false };
    const list = await readWorklist(deps.store, practice, { ...query, actor: readerOnThisMachine() });
    say(options.json ? JSON.stringify(list, null, 2) : worklistText(practice, list, query));
  } finally {
    await deps.close();
  }
}
