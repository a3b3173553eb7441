import { seededRandom } from '../../src/sandbox/spruce/seeded-random.js';
import type { HttpCall } from './loopback.js';
import { spruceCall, spruceItem, statusCallback, text } from './vendor-calls.js';

/** When our own call's answer is stored: before its webhooks, never (our id is in the callback), or between them. */
export type Answer = 'known' | 'lost' | 'late';

/** A message of ours that has left and whose fate webhooks will tell. */
export interface PlannedNotice {
  readonly label: string;
  readonly channel: 'text' | 'secure';
  readonly answer: Answer;
  /** The vendor's id of the message or request. */
  readonly vendorRef: string;
  /** Texts. Several patients may have one phone. */
  readonly phone: string | null;
  /** Secure messages. */
  readonly contactId: string | null;
}

export interface PlannedCall {
  /** Where it stands in the order in which things happened. */
  readonly at: number;
  /** Effect ids differ from one database to the next. */
  readonly call: (effectId: (label: string) => string) => HttpCall;
}

export interface Storm {
  readonly notices: readonly PlannedNotice[];
  readonly calls: readonly PlannedCall[];
  /** Twilio's clock: text by text. */
  readonly written: ReadonlyMap<string, number>;
  readonly pages: readonly { readonly requestId: string }[];
}

const ends = [
  { share: 0.68, status: 'delivered' },
  { share: 0.08, status: 'undelivered', code: '30005' },
  { share: 0.08, status: 'failed', code: '21610' },
  { share: 0.1, status: 'undelivered', code: '30003' },
  // No receipt ever comes.
  { share: 1, status: null },
] as const;

const said = ['OK', 'Got it, thanks', 'Can I eat before?', 'gracias', 'Who is this', 'call me please'];
const areas =
  '212 312 415 617 206 303 404 512 602 702 713 818 919 201 213 214 216 305 310 314 407 408 410'.split(' ');

/** `total` webhooks that could have come to one practice, a fifth of them about what it never heard of. */
export function planStorm(total: number, seed: number): Storm {
  const random = seededRandom(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const calls: PlannedCall[] = [];
  const notices: PlannedNotice[] = [];
  const written = new Map<string, number>();
  const pages: { requestId: string }[] = [];
  const families: string[] = [];
  const known = Math.round(total * 0.8);
  let serial = 0;
  const next = () => (serial += 1);
  const sid = () => `SM${next().toString(16).padStart(32, '0')}`;
  const add = (at: number, call: PlannedCall['call']) => calls.push({ at, call });
  const write = (at: number, phone: string, body: string, optOutType?: string) => {
    const MessageSid = sid();
    written.set(MessageSid, Math.floor(at));
    const more = { MessageSid, FromCity: '', FromZip: '', ...(optOutType && { OptOutType: optOutType }) };
    const call = text(phone, body, more);
    add(at, () => call);
  };
  const event = (at: number, item: Record<string, unknown>, type = 'created') => {
    const body = spruceItem({ id: `ti_${next()}`, ...item });
    const call = spruceCall(body.replace('conversationItem.created', `conversationItem.${type}`));
    add(at, () => call);
  };

  for (let page = 0; page < 10; page += 1) {
    const requestId = `asyncRequest_page${page}`;
    pages.push({ requestId });
    const note = { id: `ti_page${page}`, conversationId: 't_pages', direction: 'none', isInternalNote: true };
    const open = { id: `page_${page}`, memberId: 'entity_okafor', resolved: false };
    const taken = {
      ...open,
      resolved: true,
      resolvedByMemberId: page % 3 === 0 ? 'entity_nobody' : 'entity_moreau',
    };
    event(page, { ...note, requestId, pages: [open] });
    event(page + 1, { ...note, requestId, pages: [taken] }, 'updated');
  }

  for (let n = 0; calls.length < known; n += 1) {
    const at = 100 + n * 10;
    const roll = random();
    const answer: Answer = roll < 0.5 ? 'known' : roll < 0.75 ? 'lost' : 'late';
    if (random() < 0.62) planText(n, at, answer);
    else planSecure(n, at, answer === 'lost' ? 'late' : answer);
  }
  calls.length = known;
  planUnknown();
  return { notices, calls: calls.sort((a, b) => a.at - b.at), written, pages };

  function planText(n: number, at: number, answer: Answer): void {
    const label = `text-${n}`;
    const roll = random();
    let sum = 0;
    const end = ends.find((e) => roll < (sum += e.share)) ?? ends[0];
    const reached = end.status === 'delivered' || end.status === null;
    // Some families share a phone.
    const shared = reached && random() < 0.05 ? families.at(-1) : undefined;
    const phone = shared ?? `+1${areas[Math.floor(n / 100)]}55501${String(n % 100).padStart(2, '0')}`;
    if (reached) families.push(phone);
    const vendorRef = sid();
    notices.push({ label, channel: 'text', answer, vendorRef, phone, contactId: null });
    const status = (when: number, is: string, more: Record<string, string> = {}) =>
      add(when, (effectId) =>
        // Late ones come without our id, to be known by Twilio's alone.
        statusCallback(vendorRef, is, answer === 'late' ? undefined : effectId(label), {
          MessagingServiceSid: 'MG1',
          BrandNewField: '',
          ...more,
        }),
      );
    status(at, 'queued');
    status(at + 1, 'sent');
    if (end.status)
      status(at + 2, end.status, 'code' in end ? { ErrorCode: end.code } : { RawDlrDoneDate: '2603021400' });
    if (reached && random() < 0.6) write(at + 20 + 400 * random(), phone, pick(said));
    if (random() < 0.2) {
      const words = pick([['STOP'], ['STOP', 'START'], ['START'], ['STOP', 'START', 'STOP'], ['no más']]);
      words.forEach((word, i) =>
        write(at + 30 + 10 * i, phone, word, ['STOP', 'START'].includes(word) ? word : undefined),
      );
    }
    if (random() < 0.05) write(at + 25, phone, 'HELP', 'HELP');
  }

  function planSecure(n: number, at: number, answer: Answer): void {
    const [contactId, conversationId, vendorRef] = [`entity_${n}`, `t_${n}`, `asyncRequest_${n}`];
    notices.push({ label: `secure-${n}`, channel: 'secure', answer, vendorRef, phone: null, contactId });
    const ours = {
      id: `ti_ours${n}`,
      conversationId,
      direction: 'outbound',
      author: null,
      requestId: vendorRef,
    };
    event(at, ours);
    if (random() < 0.3) event(at + 1, { ...ours, modifiedAt: '2026-03-02T14:01:00Z' }, 'updated');
    if (random() < 0.7) {
      const author = { displayName: 'A', id: random() < 0.85 ? contactId : 'entity_somebody' };
      const reply = { id: `ti_reply${n}`, conversationId, author, text: pick(said) };
      event(at + 2, reply);
      if (random() < 0.4) event(at + 3, { ...reply, modifiedAt: '2026-03-02T14:02:00Z' }, 'updated');
      if (random() < 0.1) event(at + 4, { ...reply, modifiedAt: '2026-03-02T14:03:00Z' }, 'deleted');
    }
    if (random() < 0.4) event(at + 5, { conversationId, direction: 'none', isInternalNote: true });
    if (random() < 0.4)
      event(at + 6, { conversationId, direction: 'outbound', requestId: `asyncRequest_staff${n}` });
    const call = { type: 'outboundCall', data: { answered: true, failed: false, duration: 21 } };
    if (random() < 0.2) event(at + 7, { conversationId, direction: 'outbound', event: call });
  }

  function planUnknown(): void {
    const strangers = total - known;
    const span = Math.max(...calls.map((c) => c.at));
    for (let i = 0; i < strangers; i += 1) {
      const at = random() * span;
      const roll = random();
      if (roll < 0.5) {
        const [vendorRef, is] = [sid(), pick(['sent', 'delivered', 'undelivered'])];
        const effectId = roll < 0.2 ? `0190${i}` : undefined;
        const call = statusCallback(vendorRef, is, effectId);
        add(at, () => call);
      } else if (roll < 0.7)
        write(at, `+1202555${String(100 + (i % 100)).padStart(4, '0')}`, pick([...said, 'STOP']));
      else if (roll < 0.85)
        event(at, {
          conversationId: `t_other${i}`,
          direction: 'outbound',
          requestId: `asyncRequest_other${i}`,
        });
      else event(at, { conversationId: `t_other${i}`, author: { displayName: 'B', id: `entity_other${i}` } });
    }
  }
}

/** In an order of its own for each seed (Fisher and Yates). */
export function shuffled<T>(of: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  const all = [...of];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}
