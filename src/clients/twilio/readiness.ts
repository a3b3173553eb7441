import type { Campaign, Sender, ServiceFacts, TollFreeVerification } from './account.js';

/** Everything of an account that decides whether texts may leave. */
export interface SendingFacts {
  readonly account: { readonly status: string; readonly type: string };
  readonly service: ServiceFacts;
  readonly senders: readonly Sender[];
  readonly campaigns: readonly Campaign[];
  readonly tollFree: readonly TollFreeVerification[];
}

export type SendingFindingCode =
  | 'account-not-active'
  | 'account-trial'
  | 'service-for-marketing'
  | 'no-sender'
  | 'campaign-missing'
  | 'campaign-not-verified'
  | 'toll-free-not-verified'
  | 'number-webhooks-used'
  | 'inbound-webhook-wrong';

export interface SendingFinding {
  readonly code: SendingFindingCode;
  /** True: no text may leave while this holds. */
  readonly refuses: boolean;
  /** What to do about it; holds no number. */
  readonly advice: string;
}

/** What is wrong with an account's texting, worst first. Empty = ready. */
export function judgeSending(
  { account, service, senders, campaigns, tollFree }: SendingFacts,
  wanted: { readonly inboundUrl: string | null },
): readonly SendingFinding[] {
  const found: SendingFinding[] = [];
  const add = (code: SendingFindingCode, refuses: boolean, advice: string) =>
    found.push({ code, refuses, advice });
  if (account.status !== 'active')
    add('account-not-active', true, 'The Twilio account is not active. Ask Twilio to re-open it.');
  if (account.type === 'Trial')
    add('account-trial', false, 'A trial account only texts verified numbers. Upgrade it before go-live.');
  // S000-85: results never share a stream with marketing, whose opt-outs and filters would silence them.
  if ([service.usecase, ...campaigns.map((c) => c.usecase)].some((u) => /marketing/i.test(u ?? '')))
    add(
      'service-for-marketing',
      true,
      'This messaging service is registered for marketing. Make one of its own for results (S000-85).',
    );
  if (senders.length === 0)
    add('no-sender', true, 'The messaging service has no number. Add one in its sender pool.');
  const longCodes = senders.some((s) => s.kind === 'long-code');
  if (longCodes && campaigns.length === 0)
    add(
      'campaign-missing',
      true,
      'US texts need an A2P 10DLC campaign on the messaging service. Register one.',
    );
  else if (longCodes && !campaigns.some((c) => c.status === 'VERIFIED'))
    add(
      'campaign-not-verified',
      true,
      'The A2P 10DLC campaign is not verified yet, or suspended. Texts would be blocked (30034); look at it in the Twilio console.',
    );
  const approved = new Set(tollFree.filter((v) => v.status === 'TWILIO_APPROVED').map((v) => v.numberSid));
  if (senders.some((s) => s.kind === 'toll-free' && !approved.has(s.sid)))
    add(
      'toll-free-not-verified',
      true,
      'A toll-free number is not verified. Texts would be blocked (30032).',
    );
  if (service.usesNumberWebhooks)
    add(
      'number-webhooks-used',
      false,
      'The messaging service defers to the webhook of each number. Switch it to its own inbound URL.',
    );
  else if (wanted.inboundUrl !== null && service.inboundUrl !== wanted.inboundUrl)
    add(
      'inbound-webhook-wrong',
      false,
      `Replies of patients do not reach resultloop by webhook. Set the service's inbound URL to ${wanted.inboundUrl}`,
    );
  return found.sort((a, b) => Number(b.refuses) - Number(a.refuses));
}

/** S000-66: a quarter. */
export const tokenReminderDays = 90;

/** S000-66: an auth token is rotated every quarter. `null` when nobody recorded since when it is in use. */
export function tokenAge(
  issuedOn: string | undefined,
  now: number,
): { readonly days: number; readonly due: boolean } | null {
  if (issuedOn === undefined) return null;
  const days = Math.floor((now - Date.parse(`${issuedOn}T00:00:00Z`)) / 86_400_000);
  return { days, due: days >= tokenReminderDays };
}
