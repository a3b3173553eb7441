import { newsHeard, unheardNews, unheardVersions, type IdentityNews } from '../store/news.js';
import type { Practice } from '../store/practices.js';
import { resultPatient } from '../store/rereads.js';
import type { Store } from '../store/store.js';
import type { Stored } from '../store/versions.js';
import type { Tell } from './tell.js';

/** What is younger may still be on its way from the process that stored it (real time). */
const forgottenAfterMs = 60_000;

/**
 * Tells the workflows what a delivery became. May be repeated: facts carry ids. A known delivery is told again when its
 * workflow has never staged it, because a process died between storing and telling.
 */
export async function announce(store: Store, practice: Practice, tell: Tell, stored: Stored): Promise<void> {
  for (const news of stored.news ?? []) await tellNews(store, practice, tell, news);
  // L24: a message may have waited for the portal. If nobody hears of it, it looks again at its own time.
  if (stored.published) await wakeNotices(store, practice, tell, stored.resultId);
  if (stored.outcome === 'new-version') {
    await tell.versionArrived(practice, stored.resultId, stored.version);
    return;
  }
  if (stored.outcome === 'late') {
    await tell.lateVersion(practice, stored.resultId, stored.version);
    return;
  }
  await tellVersions(store, practice, tell, stored.resultId);
}

/** Everything that was stored and never told: for every round of intake. */
export async function announceForgotten(store: Store, practice: Practice, tell: Tell): Promise<void> {
  const before = store.realNow() - forgottenAfterMs;
  for (const news of await unheardNews(store, practice.id, before))
    await tellNews(store, practice, tell, news);
  await tellVersions(store, practice, tell, undefined, before);
}

async function tellVersions(
  store: Store,
  practice: Practice,
  tell: Tell,
  resultId: string | undefined,
  before = store.realNow() + forgottenAfterMs,
): Promise<void> {
  for (const one of await unheardVersions(store, practice.id, before, resultId)) {
    if (one.isLate) await tell.lateVersion(practice, one.resultId, one.version);
    else await tell.versionArrived(practice, one.resultId, one.version);
  }
}

async function tellNews(store: Store, practice: Practice, tell: Tell, news: IdentityNews): Promise<void> {
  const { id, at, resultId, kind, otherId } = news;
  if (kind !== 'rekeyed')
    await tell.identity(practice, resultId, { id: `identity/${id}`, at, news: kind, other: otherId });
  // Notices that were taken back or moved with the chart: whoever sends them looks again.
  await wakeNotices(store, practice, tell, resultId);
  await newsHeard(store, id);
}

async function wakeNotices(store: Store, practice: Practice, tell: Tell, resultId: string): Promise<void> {
  const patientId = await resultPatient(store, resultId);
  if (patientId !== null) await tell.noticeChanged(practice, patientId);
}
