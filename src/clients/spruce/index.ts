export type {
  ConversationChange,
  NewContact,
  NewMessage,
  NewNoteConversation,
  NewScheduledMessage,
  NewSecureConversation,
  SpruceClient,
  SpruceOptions,
} from './contract.js';
export { createSpruceClient } from './client.js';
export { keyFor, keyGoodForMs } from './keys.js';
export type { SpruceEvent } from './events.js';
export { eventOfItem, parseSpruceEvent, spruceEventKey } from './events.js';
export type { ItemKind, KnownConversation, ResolvedPage } from './items.js';
export { classifyItem, resolvedPages } from './items.js';
export type {
  SpruceContact,
  SpruceConversation,
  SpruceEndpoint,
  SpruceItem,
  SpruceMember,
  SprucePage,
  SpruceScheduledMessage,
  SpruceTag,
  SpruceWebhook,
  SpruceWebhookEvent,
} from './shapes.js';
export type { InboxState, Readable, SpruceReach, Unpageable, WebhookState } from './readiness.js';
export {
  credentialAge,
  credentialReminderDays,
  labInbox,
  ourWebhooks,
  spruceReach,
  unpageable,
} from './readiness.js';
export type { SpruceSignature } from './signature.js';
export { verifySpruceSignature } from './signature.js';
