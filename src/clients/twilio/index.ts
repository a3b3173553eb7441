export type { OutgoingText, TextRecord, TwilioClient, TwilioOptions } from './client.js';
export { createTwilioClient } from './client.js';
export type { TextFailure } from './errors.js';
export { afterTwilioError } from './errors.js';
export type { InboundText, TextStatusCallback } from './inbound.js';
export { parseInboundText, parseStatusCallback } from './inbound.js';
export type { TwilioSignature } from './signature.js';
export { verifyTwilioSignature } from './signature.js';
export type { TextStatus } from './status.js';
export {
  isContradiction,
  isProgress,
  isTerminal,
  isTextStatus,
  statusesBefore,
  textStatusRank,
} from './status.js';
export { TwilioError } from './twilio-error.js';
