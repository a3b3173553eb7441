import { createHttp } from '../http/index.js';
import { spruceCalls } from './calls.js';
import { contactCalls } from './contacts.js';
import type { SpruceClient, SpruceOptions } from './contract.js';
import { conversationCalls } from './conversations.js';
import { messageCalls } from './messages.js';
import { organizationCalls } from './organization.js';
import { webhookCalls } from './webhooks.js';

const defaultTimeoutMs = 10_000;

/** Spruce for one practice. Never repeats a call by itself: the workflow decides. */
export function createSpruceClient(options: SpruceOptions): SpruceClient {
  if (!options.token) throw new Error('A Spruce connection needs its access token.');
  const { baseUrl, onCall, timeoutMs = defaultTimeoutMs, now = Date.now } = options;
  const calls = spruceCalls(createHttp({ vendor: 'spruce', baseUrl, timeoutMs, onCall }), options.token, now);
  return {
    ...contactCalls(calls),
    ...organizationCalls(calls),
    ...conversationCalls(calls),
    ...messageCalls(calls),
    ...webhookCalls(calls),
  };
}
