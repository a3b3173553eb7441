import { agreementChecks } from './agreements.js';
import { endpointChecks } from './athena-endpoints.js';
import { eventChecks } from './athena-events.js';
import { athenaChecks } from './athenahealth.js';
import type { Check } from './check.js';
import { clockChecks } from './clock.js';
import type { DoctorContext } from './context.js';
import { databaseChecks } from './database.js';
import { keyChecks } from './keys.js';
import { practiceChecks } from './practice.js';
import { spruceChecks } from './spruce.js';
import { temporalChecks } from './temporal.js';
import { twilioChecks } from './twilio.js';
import { webhookChecks } from './webhooks.js';

/** Every check, in the order of the report: what the others stand on comes first. */
export const checks: readonly Check<DoctorContext>[] = [
  ...databaseChecks,
  ...keyChecks,
  ...temporalChecks,
  ...practiceChecks,
  ...agreementChecks,
  ...athenaChecks,
  ...endpointChecks,
  ...eventChecks,
  ...twilioChecks,
  ...spruceChecks,
  ...webhookChecks,
  ...clockChecks,
];
