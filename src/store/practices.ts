import { closingRecordSchema, type ClosingRecord } from '../domain/practice/closing.js';
import { checkClock, toPractice, type ClockMap } from '../domain/calendar/clock-map.js';
import {
  connectionsSchema,
  settingsSchema,
  type Connections,
  type Settings,
} from '../domain/practice/settings.js';
import { parsePanelTemplates, type PanelTemplateSet } from '../domain/messages/panel-template.js';
import { requireSignedTemplates } from '../domain/messages/template.js';
import type { EpochMs } from '../domain/result/report.js';
import { rosterSchema, type Roster } from '../domain/routing/roster.js';
import { parseRuleSet, requireSigned, type SignedRuleSet } from '../domain/rules/rule-set.js';
import type { FieldCipher } from '../security/field-cipher.js';
import type { ConfigKind } from './schema.js';
import type { Store } from './store.js';
import type { Db, Tx } from './database.js';

/** A practice with its active configuration. */
export interface Practice {
  readonly id: string;
  readonly athenaPracticeId: string;
  readonly name: string;
  readonly clock: ClockMap;
  readonly goLiveAt: EpochMs;
  readonly settings: Settings;
  readonly roster: Roster;
  readonly ruleSet: SignedRuleSet;
  /** What patients and charts are told per panel and tier; `null` = the library's, as long as none are signed here. */
  readonly panelTemplates: PanelTemplateSet | null;
  readonly connections: Connections;
  /** What closing triggers in athenaOne (L22); `null` = nobody has looked. */
  readonly closing: ClosingRecord | null;
}

/** A practice as it is stored, before anything is checked. */
export interface StoredPractice {
  readonly id: string;
  readonly athenaPracticeId: string;
  readonly name: string;
  readonly clock: ClockMap;
  readonly goLiveAt: EpochMs;
  readonly settings: unknown;
  readonly roster: unknown;
  readonly rules: unknown;
  /** `null` = the library's. */
  readonly panelTemplates: unknown;
  readonly closing: unknown;
  /** `null` = there are none. */
  readonly connectionsSealed: string | null;
}

/** A practice's configuration as files or a seed hand it in. */
export interface PracticeImport {
  readonly id: string;
  readonly athenaPracticeId: string;
  readonly name: string;
  readonly clock: ClockMap;
  readonly goLiveAt: EpochMs;
  readonly settings: unknown;
  readonly roster: unknown;
  readonly ruleSet: unknown;
  /** Left out or `null`: those of an earlier import stay. */
  readonly panelTemplates?: unknown;
  readonly connections: unknown;
}

export class UnknownPractice extends Error {
  readonly code = 'unknown-practice';
  constructor(id: string) {
    super(`There is no practice "${id}". Import it first: resultloop practice import FOLDER.`);
  }
}

const connectionsAad = 'practice_config.connections';
const cacheMs = 2_000;
const cache = new WeakMap<object, Map<string, { at: number; versions: string; practice: Practice }>>();

/**
 * The practice with its active configuration; looked at again when older than 2 s, and read again only when a version
 * of it has changed: reading a rule set takes long enough to be felt by whoever waits for an answer meanwhile.
 * @throws UnknownPractice, or a zod error naming the field of the configuration that does not fit.
 */
export async function loadPractice(store: Store, id: string): Promise<Practice> {
  let known = cache.get(store.db);
  if (!known) cache.set(store.db, (known = new Map()));
  const held = known.get(id);
  if (held && Date.now() - held.at < cacheMs) return held.practice;
  const versions = await configVersions(store, id);
  const practice = held?.versions === versions ? held.practice : await readPractice(store, id);
  known.set(id, { at: Date.now(), versions, practice });
  return practice;
}

/** Every import of a practice raises them. */
async function configVersions(store: Store, id: string): Promise<string> {
  const rows = await store.db
    .selectFrom('practice_config')
    .select(['kind', 'version'])
    .where('practice_id', '=', id)
    .where('active', '=', true)
    .orderBy('kind')
    .execute();
  return rows.map((r) => `${r.kind}/${r.version}`).join();
}

/** What is stored of a practice, read anew and unchecked: for whoever looks for faults in it. */
export async function readStoredPractice(db: Db, id: string): Promise<StoredPractice | null> {
  const row = await db.selectFrom('practice').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) return null;
  const configs = await db
    .selectFrom('practice_config')
    .selectAll()
    .where('practice_id', '=', id)
    .where('active', '=', true)
    .execute();
  const active = (kind: ConfigKind) => configs.find((c) => c.kind === kind);
  return {
    id,
    athenaPracticeId: row.athena_practice_id,
    name: row.name,
    clock: row.clock,
    goLiveAt: row.go_live_at,
    settings: active('settings')?.body,
    roster: active('roster')?.body,
    rules: active('rules')?.body,
    panelTemplates: active('panel-templates')?.body ?? null,
    closing: active('closing')?.body ?? null,
    connectionsSealed: active('connections')?.body_sealed ?? null,
  };
}

/** Opens sealed connections. @throws FieldCipherError, or a zod error naming what does not fit. */
export function openConnections(cipher: FieldCipher, sealed: string | null): Connections {
  return connectionsSchema.parse(sealed ? cipher.openJson(sealed, connectionsAad) : undefined);
}

async function readPractice(store: Store, id: string): Promise<Practice> {
  const stored = await readStoredPractice(store.db, id);
  if (!stored) throw new UnknownPractice(id);
  const { settings, roster, rules, panelTemplates, closing, connectionsSealed, ...rest } = stored;
  return {
    ...rest,
    settings: settingsSchema.parse(settings),
    roster: rosterSchema.parse(roster),
    ruleSet: requireSigned(parseRuleSet(rules)),
    panelTemplates: panelTemplates ? requireSignedTemplates(parsePanelTemplates(panelTemplates)) : null,
    connections: openConnections(store.cipher, connectionsSealed),
    closing: closingRecordSchema.nullable().parse(closing),
  };
}

/** Records what closing triggers in athenaOne (L22). */
export async function recordClosing(store: Store, practiceId: string, record: ClosingRecord): Promise<void> {
  await store.db
    .transaction()
    .execute((tx) => putConfig(tx, practiceId, 'closing', JSON.stringify(record), null));
  cache.get(store.db)?.delete(practiceId);
}

/**
 * Imports a practice or a newer configuration of it. The clock map of an existing practice never changes while
 * runs are open, so it is only taken at the first import.
 * @throws a zod error naming what does not fit; nothing is stored then.
 */
export async function importPractice(store: Store, input: PracticeImport): Promise<void> {
  const settings = settingsSchema.parse(input.settings);
  const roster = rosterSchema.parse(input.roster);
  const ruleSet = requireSigned(parseRuleSet(input.ruleSet));
  const connections = connectionsSchema.parse(input.connections);
  const templates =
    input.panelTemplates === undefined || input.panelTemplates === null
      ? null
      : requireSignedTemplates(parsePanelTemplates(input.panelTemplates));
  checkClock(input.clock);
  await store.db.transaction().execute(async (tx) => {
    await tx
      .insertInto('practice')
      .values({
        id: input.id,
        athena_practice_id: input.athenaPracticeId,
        name: input.name,
        zone: settings.zone,
        clock: JSON.stringify(input.clock),
        go_live_at: input.goLiveAt,
        created_real_at: store.realNow(),
      })
      .onConflict((c) => c.column('id').doUpdateSet({ name: input.name, zone: settings.zone }))
      .execute();
    await putConfig(tx, input.id, 'settings', JSON.stringify(settings), null);
    await putConfig(tx, input.id, 'roster', JSON.stringify(roster), null);
    await putConfig(tx, input.id, 'rules', JSON.stringify(ruleSet), null);
    if (templates) await putConfig(tx, input.id, 'panel-templates', JSON.stringify(templates), null);
    const kept = await withKeptSecrets(store, input.id, connections, tx);
    await putConfig(tx, input.id, 'connections', null, store.cipher.sealJson(kept, connectionsAad));
    await putPeople(tx, input.id, roster);
  });
  cache.get(store.db)?.delete(input.id);
}

/**
 * Changes a practice's connections, as a new version of them. Writers follow each other.
 * @throws UnknownPractice
 */
export async function changeConnections(
  store: Store,
  practiceId: string,
  change: (now: Connections) => Connections,
): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    await tx.selectFrom('practice').select('id').where('id', '=', practiceId).forUpdate().execute();
    const now = await activeConnections(store, practiceId, tx);
    if (!now) throw new UnknownPractice(practiceId);
    const next = connectionsSchema.parse(change(now));
    await putConfig(tx, practiceId, 'connections', null, store.cipher.sealJson(next, connectionsAad));
  });
  cache.get(store.db)?.delete(practiceId);
}

async function activeConnections(store: Store, practiceId: string, tx: Tx): Promise<Connections | null> {
  const row = await tx
    .selectFrom('practice_config')
    .select('body_sealed')
    .where('practice_id', '=', practiceId)
    .where('kind', '=', 'connections')
    .where('active', '=', true)
    .executeTakeFirst();
  const sealed = row?.body_sealed;
  return sealed ? connectionsSchema.parse(store.cipher.openJson(sealed, connectionsAad)) : null;
}

/** Secrets that Spruce showed once, or that we made, are only here: files that name none do not take them away. */
async function withKeptSecrets(
  store: Store,
  practiceId: string,
  connections: Connections,
  tx: Tx,
): Promise<Connections> {
  const known = await activeConnections(store, practiceId, tx);
  if (!known) return connections;
  const { athenahealth, spruce } = connections;
  const { webhookSecrets, webhookEndpointId } = known.spruce;
  return {
    ...connections,
    athenahealth: athenahealth.webhookSecrets?.length
      ? athenahealth
      : { ...athenahealth, webhookSecrets: known.athenahealth.webhookSecrets },
    spruce: spruce.webhookSecrets.length > 0 ? spruce : { ...spruce, webhookSecrets, webhookEndpointId },
  };
}

async function putConfig(
  tx: Tx,
  practiceId: string,
  kind: ConfigKind,
  body: string | null,
  sealed: string | null,
) {
  const { version } = await tx
    .selectFrom('practice_config')
    .select((e) => e.fn.coalesce(e.fn.max('version'), e.lit(0)).as('version'))
    .where('practice_id', '=', practiceId)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  await tx
    .updateTable('practice_config')
    .set({ active: false })
    .where('practice_id', '=', practiceId)
    .where('kind', '=', kind)
    .execute();
  await tx
    .insertInto('practice_config')
    .values({
      practice_id: practiceId,
      kind,
      version: version + 1,
      body,
      body_sealed: sealed,
      signed_by: null,
      signed_at: null,
    })
    .execute();
}

async function putPeople(tx: Tx, practiceId: string, roster: Roster): Promise<void> {
  for (const p of roster.people) {
    await tx
      .insertInto('person')
      .values({ id: p.id, name: p.name })
      .onConflict((c) => c.column('id').doUpdateSet({ name: p.name }))
      .execute();
    const member = {
      roles: p.roles as string[],
      credentialed: p.credentialed,
      athena_provider_id: p.athenaProviderId,
      npi: p.npi,
      spruce_member_id: p.spruceMemberId,
      active: p.active,
    };
    await tx
      .insertInto('membership')
      .values({
        practice_id: practiceId,
        person_id: p.id,
        spruce_page_conversation_id: null,
        last_paged_at: null,
        ...member,
      })
      .onConflict((c) => c.columns(['practice_id', 'person_id']).doUpdateSet(member))
      .execute();
  }
}

/** Ids of the practices whose connections are like this: what two of them must not share can be found. */
export async function practicesConnectedBy(
  store: Store,
  isLike: (connections: Connections) => boolean,
): Promise<string[]> {
  const rows = await store.db
    .selectFrom('practice_config')
    .select(['practice_id', 'body_sealed'])
    .where('kind', '=', 'connections')
    .where('active', '=', true)
    .execute();
  return rows
    .filter(({ body_sealed: sealed }) => {
      const opened = sealed
        ? connectionsSchema.safeParse(store.cipher.openJson(sealed, connectionsAad))
        : null;
      return opened?.success === true && isLike(opened.data);
    })
    .map((r) => r.practice_id);
}

/** Practice time now. */
export function practiceNow(store: Store, practice: { clock: ClockMap }): EpochMs {
  return toPractice(practice.clock, store.realNow());
}

/** Ids of all practices, for processes that serve every one. */
export async function practiceIds(store: Pick<Store, 'db'>): Promise<string[]> {
  const rows = await store.db.selectFrom('practice').select('id').execute();
  return rows.map((r) => r.id);
}
