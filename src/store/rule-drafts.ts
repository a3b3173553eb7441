import { parseRuleSet, type RuleSet } from '../domain/rules/rule-set.js';
import { lockNamed } from './database.js';
import type { Practice } from './practices.js';
import type { Store } from './store.js';

/**
 * Keeps a rule set as the practice's draft: unsigned whatever it was before, one version after the active one, in the
 * practice's own line of versions. It never runs (S000-25) and takes the place of an earlier draft.
 */
export async function keepDraft(store: Store, practice: Practice, rules: RuleSet): Promise<RuleSet> {
  const { id, version } = practice.ruleSet;
  const draft: RuleSet = { ...rules, id, version: version + 1, signedBy: null };
  await store.db.transaction().execute(async (tx) => {
    await lockNamed(tx, `rules/${practice.id}`);
    const last = await tx
      .selectFrom('practice_config')
      .select((e) => e.fn.coalesce(e.fn.max('version'), e.lit(0)).as('version'))
      .where('practice_id', '=', practice.id)
      .where('kind', '=', 'rules')
      .executeTakeFirstOrThrow();
    await tx
      .insertInto('practice_config')
      .values({
        practice_id: practice.id,
        kind: 'rules',
        version: last.version + 1,
        body: JSON.stringify(draft),
        body_sealed: null,
        signed_by: null,
        signed_at: null,
        active: false,
      })
      .execute();
  });
  return draft;
}

/** The draft that was kept since the active rules came into force; `null` when there is none. */
export async function readDraft(store: Store, practice: Practice): Promise<RuleSet | null> {
  const newest = await store.db
    .selectFrom('practice_config')
    .select(['body', 'active'])
    .where('practice_id', '=', practice.id)
    .where('kind', '=', 'rules')
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return newest && !newest.active ? parseRuleSet(newest.body) : null;
}
