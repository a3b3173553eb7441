import { loadPractice, practiceIds, type Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';
import { CommandFailed, WrongUsage } from './outcome.js';

/**
 * The practice that a command is for: the named one, or the only one.
 * @throws CommandFailed when there is none; WrongUsage when there are several and none is named.
 */
export async function choosePractice(store: Store, wanted?: string): Promise<Practice> {
  const [id, ...others] = await choosePractices(store, wanted);
  if (id === undefined || others.length > 0)
    throw new WrongUsage(
      `There are several practices: say which with --practice ${[id, ...others].join(' | ')}.`,
    );
  return loadPractice(store, id);
}

/** Ids of the practices that a command is for: the named one, or all. */
export async function choosePractices(store: Store, wanted?: string): Promise<string[]> {
  const all = (await practiceIds(store)).sort();
  if (all.length === 0)
    throw new CommandFailed(
      'no-practice',
      'There is no practice yet. Import one: resultloop practice import FOLDER (an example is config/example).',
    );
  if (wanted === undefined) return all;
  if (all.includes(wanted)) return [wanted];
  throw new CommandFailed(
    'unknown-practice',
    `There is no practice "${wanted}". Known: ${all.join(', ')}. Import it first: resultloop practice import FOLDER.`,
  );
}
