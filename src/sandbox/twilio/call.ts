import type { EpochMs } from '../../domain/result/report.js';
import { rfc2822 } from './message.js';
import type { StoredCall } from './stored-call.js';
import type { TwilioTenant } from './tenant.js';

/** The call resource of the v2010 API. */
export function callJson(call: StoredCall): Record<string, unknown> {
  const uri = `/2010-04-01/Accounts/${call.accountSid}/Calls/${call.sid}`;
  const date = (at: EpochMs | null) => (at === null ? null : rfc2822(at));
  return {
    account_sid: call.accountSid,
    answered_by: null,
    api_version: '2010-04-01',
    caller_name: null,
    date_created: rfc2822(call.createdAt),
    date_updated: rfc2822(call.endedAt ?? call.startedAt ?? call.createdAt),
    direction: 'outbound-api',
    duration: call.endedAt === null ? null : String(secondsOf(call)),
    end_time: date(call.endedAt),
    forwarded_from: null,
    from: call.from,
    from_formatted: call.from,
    group_sid: null,
    parent_call_sid: null,
    phone_number_sid: null,
    price: null,
    price_unit: 'USD',
    queue_time: '0',
    sid: call.sid,
    start_time: date(call.startedAt),
    status: call.status,
    subresource_uris: { recordings: `${uri}/Recordings.json` },
    to: call.to,
    to_formatted: call.to,
    trunk_sid: null,
    uri: `${uri}.json`,
  };
}

export function secondsOf({ startedAt, endedAt }: StoredCall): number {
  return startedAt === null || endedAt === null ? 0 : Math.max(0, Math.round((endedAt - startedAt) / 1000));
}

/** `GET Calls.json`, newest first, with `To`, `From`, `Status` and paging. */
export function listCalls(tenant: TwilioTenant, query: Record<string, unknown>): Record<string, unknown> {
  const size = Math.min(1000, Math.max(1, Number(query['PageSize'] ?? 50)));
  const page = Math.max(0, Number(query['Page'] ?? 0));
  const wants = (name: string, value: string) => query[name] === undefined || query[name] === value;
  const found = [...tenant.calls.values()]
    .reverse()
    .filter((c) => wants('To', c.to) && wants('From', c.from) && wants('Status', c.status));
  const shown = found.slice(page * size, (page + 1) * size);
  const uri = (number: number): string => {
    const filters = new URLSearchParams();
    for (const name of ['To', 'From', 'Status'])
      if (typeof query[name] === 'string') filters.set(name, query[name]);
    filters.set('PageSize', String(size));
    filters.set('Page', String(number));
    return `/2010-04-01/Accounts/${tenant.settings.accountSid}/Calls.json?${filters}`;
  };
  return {
    calls: shown.map(callJson),
    end: page * size + Math.max(0, shown.length - 1),
    first_page_uri: uri(0),
    next_page_uri: found.length > (page + 1) * size ? uri(page + 1) : null,
    page,
    page_size: size,
    previous_page_uri: page > 0 ? uri(page - 1) : null,
    start: page * size,
    uri: uri(page),
  };
}
