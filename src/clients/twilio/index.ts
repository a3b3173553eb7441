export type { AccountReads, Campaign, Sender, ServiceFacts, TollFreeVerification } from './account.js';
export type { Calls, OutgoingCall } from './calls.js';
export type { CallRecord as TwilioCall } from './calls.js';
export type { TwilioClient, TwilioOptions } from './client.js';
export { createTwilioClient } from './client.js';
export type { Lookups, NumberFacts, NumberQuestion } from './lookup.js';
export { takesTexts } from './lookup.js';
export type { SendingFacts, SendingFinding, SendingFindingCode } from './readiness.js';
export { judgeSending, tokenAge, tokenReminderDays } from './readiness.js';
export type { OutgoingText, TextRecord, Texts } from './texts.js';
export type { AfterFailure, TextFailure } from './errors.js';
export { afterFailure, afterTwilioError, failureOf, isTextFailure } from './errors.js';
export type { InboundText, TextStatusCallback } from './inbound.js';
export { parseInboundText, parseStatusCallback } from './inbound.js';
export type { SignedForm, SignedJson, SignedRequest, TwilioSignature } from './signature.js';
export { verifyTwilioForm, verifyTwilioJson, verifyTwilioQuery, verifyTwilioSignature } from './signature.js';
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
export type { LinkEvent } from './link-event.js';
export { parseLinkEvent } from './link-event.js';
export type { CallNews, Farewell } from './voice.js';
export { askAnswer, askPin, farewell, isCallOver, parseCall, replyTwiml } from './voice.js';
