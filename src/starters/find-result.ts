import type { Store } from '../store/store.js';
import { CommandFailed, WrongUsage } from './outcome.js';

const shortest = 8;

/**
 * What lists show of a result's id: its last 8 characters. The first ones are the time at which it was made, so
 * results of one minute share them.
 */
export function shortId(resultId: string): string {
  return resultId.slice(-shortest);
}

/**
 * The result that a person means: its whole id, or a beginning or ending of it of at least 8 characters that fits no
 * other result of the practice.
 * @throws WrongUsage when it is too short; CommandFailed when none or several fit.
 */
export async function findResult(store: Store, practiceId: string, wanted: string): Promise<string> {
  const part = wanted.trim().toLowerCase();
  if (!/^[0-9a-f-]+$/.test(part) || part.length < shortest)
    throw new WrongUsage(
      `A RESULT is its id, or at least ${shortest} characters of its beginning or end, as the worklist shows it.`,
    );
  const rows = await store.db
    .selectFrom('result')
    .select('id')
    .where('practice_id', '=', practiceId)
    .where((e) => e.or([e('id', 'like', `${part}%`), e('id', 'like', `%${part}`)]))
    .orderBy('id')
    .limit(6)
    .execute();
  const [found, ...others] = rows.map((r) => r.id);
  if (found === undefined)
    throw new CommandFailed(
      'no-such-result',
      `No result of practice ${practiceId} is known as ${part}. Look it up: resultloop worklist --all`,
    );
  if (others.length > 0)
    throw new CommandFailed(
      'ambiguous-result',
      `Several results are known as ${part}; give more characters: ${[found, ...others].join(', ')}`,
    );
  return found;
}
