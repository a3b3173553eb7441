import { createCommonControl, createControlCaller } from '../shared/control.js';
import type { CommonControl } from '../shared/control.js';
import type { Behaviours } from './behaviour.js';
import type { StoredCall } from './stored-call.js';
import type { InboundOutcome } from './inbound.js';
import type { StoredMessage } from './message.js';
import type { ClickSeed, InboundSeed, TwilioSeed } from './seed.js';

export type { FaultSeed } from '../shared/control.js';
export type { Behaviour, Behaviours } from './behaviour.js';
export type { CallStatus, StoredCall } from './stored-call.js';
export type { InboundOutcome, OptOutType } from './inbound.js';
export type { MessageStatus, StoredMessage } from './message.js';
export type { ClickSeed, InboundSeed, TwilioSeed } from './seed.js';

/** Everything a test or a demo can do to one running Twilio sandbox. */
export interface TwilioControl extends CommonControl {
  /** Makes the account, or changes what the seed names; messages, opt-outs and journal stay. */
  seed(tenantId: string, seed: TwilioSeed): Promise<void>;
  /** Changes settings of an account that was seeded. */
  change(tenantId: string, change: Partial<TwilioSeed>): Promise<void>;
  /** What happens to texts to these numbers from now on. */
  setNumbers(tenantId: string, numbers: Readonly<Record<string, Behaviours>>): Promise<void>;
  /** A patient's phone sends a text; resolves when our webhook has answered (or could not). */
  sendText(tenantId: string, text: InboundSeed): Promise<InboundOutcome>;
  /** A link of a text is fetched, as Link Shortening reports it; resolves with the status of our answer. */
  click(tenantId: string, click: ClickSeed): Promise<{ readonly httpStatus: number | null }>;
  /** All calls, oldest first. */
  calls(tenantId: string): Promise<readonly StoredCall[]>;
  /** All texts in both directions with their bodies, oldest first. */
  messages(tenantId: string): Promise<readonly StoredMessage[]>;
}

/** Client of a Twilio sandbox's control API. @throws Error with the sandbox's own words. */
export function createTwilioControl(url: string): TwilioControl {
  const call = createControlCaller(url);
  return {
    ...createCommonControl(url),
    seed: async (id, seed) => void (await call('PUT', `/tenants/${id}`, seed)),
    change: async (id, change) => void (await call('PUT', `/tenants/${id}`, change)),
    setNumbers: async (id, numbers) => void (await call('POST', `/tenants/${id}/numbers`, numbers)),
    sendText: (id, text) => call<InboundOutcome>('POST', `/tenants/${id}/inbound`, text),
    click: (id, click) => call<{ httpStatus: number | null }>('POST', `/tenants/${id}/clicks`, click),
    calls: async (id) => (await call<{ calls: StoredCall[] }>('GET', `/tenants/${id}/calls`)).calls,
    messages: async (id) =>
      (await call<{ messages: StoredMessage[] }>('GET', `/tenants/${id}/messages`)).messages,
  };
}
