export type { CallEffect, CallIdentity } from './classify.js';
export { badAnswer, networkFailure, retryAfterMs, statusFailure } from './classify.js';
export type { CallRecord, FieldValue, Fields, Http, HttpAnswer, HttpOptions, HttpRequest } from './http.js';
export { createHttp, pathOf } from './http.js';
export type { CallOutcome, Vendor, VendorErrorCode, VendorErrorFields } from './vendor-error.js';
export { VendorError } from './vendor-error.js';
