import { heartbeat } from '@temporalio/activity';
import type { AthenaClient, FeedQuery, FeedRow } from '../clients/athenahealth/index.js';
import { VendorError } from '../clients/http/index.js';
import { imagingDocumentId } from '../intake/athena/index.js';
import {
  beginRead,
  endRead,
  feedState,
  markSubscribed,
  persistFeedRows,
  type FeedKind,
} from '../store/feed.js';
import { practiceNow, type Practice } from '../store/practices.js';
import { clearStanding, raiseStanding } from '../store/standing-alarms.js';
import { noticeDepartments } from './departments.js';
import type { ActivityDeps } from './deps.js';

const rowsPerRead = 100;
/** The replay window reaches this far before the read that did not finish, in practice time. */
const replayMarginMs = 10 * 60_000;

/** What each feed is read with. */
const feeds = {
  lab: {
    ensure: (athena: AthenaClient) => athena.ensureLabSubscription(),
    changed: (athena: AthenaClient, query: FeedQuery) => athena.changedLabResults(query),
    nameOf: (id: string) => id,
  },
  imaging: {
    ensure: (athena: AthenaClient) => athena.imaging.ensureSubscription(),
    changed: (athena: AthenaClient, query: FeedQuery) => athena.imaging.changed(query),
    nameOf: imagingDocumentId,
  },
} as const;

/**
 * Drains the feeds of lab and imaging results into our own record, and looks at what the token grants. A feed that may
 * not be read is an alarm (L49): nothing would come in until somebody acts.
 * @returns how many rows were new.
 */
export async function drainFeeds(deps: ActivityDeps, practice: Practice): Promise<number> {
  const refused = { code: 'athena-refused' } as const;
  try {
    const rows = (await drainFeed(deps, practice, 'lab')) + (await drainImaging(deps, practice));
    await clearStanding(deps.store, practice, refused);
    await watchScopes(deps, practice);
    return rows;
  } catch (err) {
    const isRefused = err instanceof VendorError && (err.code === 'unauthorized' || err.code === 'forbidden');
    if (isRefused && (await raiseStanding(deps.store, practice, refused))) deps.metrics.alarm(refused.code);
    throw err;
  }
}

/**
 * Imaging results are not part of every contract: where their feed is refused, that is an alarm and holds up no lab
 * result (L5b).
 */
async function drainImaging(deps: ActivityDeps, practice: Practice): Promise<number> {
  const refused = { code: 'imaging-feed-refused' } as const;
  try {
    const rows = await drainFeed(deps, practice, 'imaging');
    await clearStanding(deps.store, practice, refused);
    return rows;
  } catch (err) {
    if (!(err instanceof VendorError)) throw err;
    if (err.outcome === 'refused' && (await raiseStanding(deps.store, practice, refused)))
      deps.metrics.alarm(refused.code);
    deps.log.warn({ practice: practice.id, code: err.code }, 'the feed of imaging results could not be read');
    return 0;
  }
}

/** Persists everything the feed hands out before anything else happens: what a read returned is gone from it. */
async function drainFeed(deps: ActivityDeps, practice: Practice, kind: FeedKind): Promise<number> {
  const { store, vendors } = deps;
  const athena = vendors.athena(practice);
  const { ensure, changed, nameOf } = feeds[kind];
  const state = await feedState(store, practice.id, kind);
  if (!state.subscribed) {
    await ensure(athena);
    await markSubscribed(store, practice.id, true, kind);
  }
  const persist = async (rows: readonly FeedRow[]) => {
    const fresh = await persistFeedRows(
      store,
      practice,
      rows.map(({ labResultId, raw }) => ({ documentId: labResultId && nameOf(labResultId), raw })),
    );
    await noticeDepartments(
      deps,
      practice,
      rows.map((row) => row.departmentId),
    );
    return fresh.length;
  };
  let total = 0;
  try {
    // A read that did not finish may have taken rows with it: ask for them again.
    if (state.replayFromAt !== null) {
      const replay = {
        from: state.replayFromAt - replayMarginMs,
        to: practiceNow(store, practice) + replayMarginMs,
      };
      const { rows } = await changed(athena, { limit: 1000, replay });
      total += await persist(rows);
    }
    for (;;) {
      await beginRead(store, practice, kind);
      const { rows, totalCount } = await changed(athena, { limit: rowsPerRead });
      total += await persist(rows);
      await endRead(store, practice, kind);
      heartbeat();
      if (totalCount <= rows.length) return total;
    }
  } catch (err) {
    if (!(err instanceof VendorError) || err.code !== 'needs-setup') throw err;
    // Setup takes the vendor some minutes; the next poll goes on. Nothing was read.
    await endRead(store, practice, kind);
    await markSubscribed(store, practice.id, false, kind);
    return total;
  }
}

/** S000-68: what was asked for and is not granted is told, also where nothing of ours waits for it. */
async function watchScopes(deps: ActivityDeps, practice: Practice): Promise<void> {
  const code = 'athena-scope-missing' as const;
  const { missing } = await deps.vendors.athena(practice).grants();
  if (missing.length === 0) await clearStanding(deps.store, practice, { code });
  else if (await raiseStanding(deps.store, practice, { code })) {
    deps.metrics.alarm(code);
    deps.log.error({ practice: practice.id, missing }, 'the token lacks scopes that were asked for');
  }
}
