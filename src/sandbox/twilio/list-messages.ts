import { z } from 'zod';
import type { EpochMs } from '../../domain/result/report.js';
import { TwilioError } from './errors.js';
import { messageJson } from './message.js';
import type { StoredMessage } from './message.js';
import type { TwilioTenant } from './tenant.js';

const querySchema = z.looseObject({
  To: z.string().optional(),
  From: z.string().optional(),
  PageSize: z.coerce.number().int().min(1).max(1000).default(50),
  Page: z.coerce.number().int().nonnegative().default(0),
});

const dayMs = 86_400_000;

/**
 * `GET Messages.json`: newest first, with `To`, `From`, `DateSent`, `DateSent>`, `DateSent<` (day or instant,
 * UTC) and paging. A filter on the date hides messages that were not sent yet.
 * @throws TwilioError 400 for a page size or date that is none.
 */
export function listMessages(tenant: TwilioTenant, query: unknown): Record<string, unknown> {
  const parsed = querySchema.safeParse(query);
  if (!parsed.success) throw new TwilioError(400, 20001);
  const { To, From, PageSize, Page, ...rest } = parsed.data;
  const isInTime = dateFilter(rest);
  const listedUntil = Date.now() - tenant.settings.listLagMs;
  const found = [...tenant.messages.values()]
    .reverse()
    .filter((m) => m.createdRealAt <= listedUntil)
    .filter((m) => (!To || m.to === To) && (!From || m.from === From) && isInTime(m));
  const start = Page * PageSize;
  const page = found.slice(start, start + PageSize);
  const uri = (number: number): string => {
    const filters = new URLSearchParams({ ...(To && { To }), ...(From && { From }) });
    for (const name of dateNames) if (typeof rest[name] === 'string') filters.set(name, rest[name]);
    filters.set('PageSize', String(PageSize));
    filters.set('Page', String(number));
    return `/2010-04-01/Accounts/${tenant.settings.accountSid}/Messages.json?${filters}`;
  };
  return {
    end: start + Math.max(0, page.length - 1),
    first_page_uri: uri(0),
    next_page_uri: found.length > start + PageSize ? uri(Page + 1) : null,
    page: Page,
    page_size: PageSize,
    previous_page_uri: Page > 0 ? uri(Page - 1) : null,
    start,
    uri: uri(Page),
    messages: page.map(messageJson),
  };
}

const dateNames = ['DateSent', 'DateSent>', 'DateSent<'] as const;

function dateFilter(query: Record<string, unknown>): (message: StoredMessage) => boolean {
  const [on, from, until] = dateNames.map((name) => timeOf(query[name]));
  if (!on && !from && !until) return () => true;
  return ({ sentAt }) =>
    sentAt !== null &&
    (!on || (sentAt >= on.at && sentAt < on.at + dayMs)) &&
    (!from || sentAt >= from.at) &&
    (!until || sentAt < until.at + (until.isDay ? dayMs : 1000));
}

function timeOf(value: unknown): { at: EpochMs; isDay: boolean } | null {
  if (typeof value !== 'string' || value === '') return null;
  const at = Date.parse(value);
  if (Number.isNaN(at)) throw new TwilioError(400, 20001, 'DateSent is not a date.');
  return { at, isDay: /^\d{4}-\d{2}-\d{2}$/.test(value) };
}
