import { invalidEnum, invalidValue, V1Error } from './errors.js';
import { feedEvents } from './feed.js';
import type { FeedEvent } from './feed.js';
import type { V1Call, V1Route } from './gateway.js';
import type { LabResultDocument } from './document.js';
import { pageLimit } from './page.js';
import { booleanOf, integerOf, listOf } from './params.js';
import type { Params } from './params.js';
import { renderFeedRow } from './render.js';
import { parseEasternWall } from './times.js';

const feedPage = 1500;

/** `labresults/changed` and its subscription (reference §4, §5.2). */
export function feedRoutes(route: V1Route): void {
  const subscription = '/labresults/changed/subscription';
  route('GET', `${subscription}/events`, () => ({ subscriptions: named(feedEvents) }));
  route('GET', subscription, (call) => {
    const feed = feedOf(call);
    return { status: feed.status, subscriptions: named(feed.subscribedEvents) };
  });
  route('POST', subscription, (call) => {
    const event = eventOf(call.form);
    const departments = listOf(call.form, 'departmentids');
    feedOf(call).subscribe(event, departments && new Set(departments.map(String)), call.tenant.practiceNow());
    call.tenant.record('feed-subscribed', { clientId: call.clientId, event });
    return { success: true };
  });
  route('DELETE', subscription, (call) => {
    feedOf(call).unsubscribe(eventOf(call.query));
    call.tenant.record('feed-unsubscribed', { clientId: call.clientId });
    return { success: true };
  });
  route('GET', '/labresults/changed', readFeed);
}

function readFeed(call: V1Call): unknown {
  const { tenant, query, clientId } = call;
  const feed = feedOf(call);
  const now = tenant.practiceNow();
  const limit = pageLimit(query, feedPage);
  const leaveUnprocessed = booleanOf(query, 'leaveunprocessed');
  if (!feed.isOpen(now))
    throw new V1Error(403, {
      error: 'Changed messages require setup (subscription) that has not been done.',
    });

  const from = wallOf(query, 'showprocessedstartdatetime');
  if (from !== null) {
    const to = wallOf(query, 'showprocessedenddatetime');
    const all = feed.replay(from, to === null ? now : to + 999);
    const offset = integerOf(query, 'offset') ?? 0;
    const ids = all.slice(offset, offset + limit);
    tenant.record('feed-read', { clientId, rows: ids, totalcount: all.length, replay: true });
    return { labresults: rowsOf(call, ids), totalcount: all.length };
  }
  const { ids, total, expired } = feed.read(limit, leaveUnprocessed, now);
  if (expired.length > 0) tenant.record('feed-expired', { clientId, rows: expired });
  tenant.record('feed-read', { clientId, rows: ids, totalcount: total, replay: false, leaveUnprocessed });
  return { labresults: rowsOf(call, ids), totalcount: total };
}

function rowsOf({ tenant }: V1Call, ids: readonly number[]): unknown[] {
  return ids.map((id) => renderFeedRow(tenant.documents.get(id) as LabResultDocument));
}

function feedOf(call: V1Call) {
  return call.tenant.feedOf(call.clientId);
}

function named(events: readonly FeedEvent[]): { eventname: FeedEvent }[] {
  return events.map((eventname) => ({ eventname }));
}

function eventOf(params: Params): FeedEvent | null {
  const name = params.eventname;
  if (!name) return null;
  const event = feedEvents.find((known) => known === name);
  if (!event) throw invalidEnum('EVENTNAME', name);
  return event;
}

function wallOf(query: Params, name: string): number | null {
  const text = query[name];
  if (!text) return null;
  const at = parseEasternWall(text);
  if (at === null) throw invalidValue('format mm/dd/yyyy hh24:mi:ss', text);
  return at;
}
