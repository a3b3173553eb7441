import { invalidEnum, invalidValue, V1Error } from './errors.js';
import type { ChangeFeed, RowId } from './feed.js';
import { feedEvents, feedNames } from './feed-events.js';
import type { FeedName } from './feed-events.js';
import { feedDefinitions } from './feeds.js';
import type { V1Call, V1Route } from './gateway.js';
import { pageLimit } from './page.js';
import { booleanOf, integerOf, listOf } from './params.js';
import type { Params } from './params.js';
import { parseEasternWall } from './times.js';

const feedPage = 1500;

/** The changed feeds and their subscriptions (reference §4, §5.2). */
export function feedRoutes(route: V1Route): void {
  for (const name of feedNames) oneFeed(route, name);
}

function oneFeed(route: V1Route, name: FeedName): void {
  const { path } = feedDefinitions[name];
  const events = feedEvents[name];
  const subscription = `${path}/changed/subscription`;
  const feedOf = ({ tenant, clientId }: V1Call): ChangeFeed => tenant.feedOf(clientId, name);
  route('GET', `${subscription}/events`, () => ({ subscriptions: named(events) }));
  route('GET', subscription, (call) => {
    const feed = feedOf(call);
    return { status: feed.status, subscriptions: named(feed.subscribedEvents) };
  });
  route('POST', subscription, (call) => {
    const event = eventOf(call.form, events);
    const departments = listOf(call.form, 'departmentids');
    feedOf(call).subscribe(event, departments && new Set(departments.map(String)), call.tenant.practiceNow());
    call.tenant.record('feed-subscribed', { clientId: call.clientId, feed: name, event });
    return { success: true };
  });
  route('DELETE', subscription, (call) => {
    feedOf(call).unsubscribe(eventOf(call.query, events));
    call.tenant.record('feed-unsubscribed', { clientId: call.clientId, feed: name });
    return { success: true };
  });
  route('GET', `${path}/changed`, (call) => readFeed(call, name, feedOf(call)));
}

function readFeed(call: V1Call, name: FeedName, feed: ChangeFeed): unknown {
  const { tenant, query, clientId } = call;
  const now = tenant.practiceNow();
  const limit = pageLimit(query, feedPage);
  const leaveUnprocessed = booleanOf(query, 'leaveunprocessed');
  const about = { clientId, feed: name };
  if (!feed.isOpen(now))
    throw new V1Error(403, {
      error: 'Changed messages require setup (subscription) that has not been done.',
    });
  const rowsOf = (ids: readonly RowId[]) =>
    ids.map((id) => feedDefinitions[name].row(tenant, id, query)).filter((row) => row !== null);

  const from = wallOf(query, 'showprocessedstartdatetime');
  if (from !== null) {
    const to = wallOf(query, 'showprocessedenddatetime');
    const all = feed.replay(from, to === null ? now : to + 999);
    const offset = integerOf(query, 'offset') ?? 0;
    const ids = all.slice(offset, offset + limit);
    tenant.record('feed-read', { ...about, rows: ids, totalcount: all.length, replay: true });
    return { [name]: rowsOf(ids), totalcount: all.length };
  }
  const { ids, total, expired } = feed.read(limit, leaveUnprocessed, now);
  if (expired.length > 0) tenant.record('feed-expired', { ...about, rows: expired });
  tenant.record('feed-read', { ...about, rows: ids, totalcount: total, replay: false, leaveUnprocessed });
  return { [name]: rowsOf(ids), totalcount: total };
}

function named(events: readonly string[]): { eventname: string }[] {
  return events.map((eventname) => ({ eventname }));
}

function eventOf(params: Params, events: readonly string[]): string | null {
  const name = params.eventname;
  if (!name) return null;
  if (!events.includes(name)) throw invalidEnum('EVENTNAME', name);
  return name;
}

function wallOf(query: Params, name: string): number | null {
  const text = query[name];
  if (!text) return null;
  const at = parseEasternWall(text);
  if (at === null) throw invalidValue('format mm/dd/yyyy hh24:mi:ss', text);
  return at;
}
