import { z } from 'zod';
import { clockSchema } from '../shared/control-routes.js';

const idText = z.union([z.string().regex(/^\d+$/), z.number().int()]).transform(String);
const idNumber = z.union([z.number().int(), z.string().regex(/^\d+$/)]).transform(Number);

/** What differs between practices and applications. Times are milliseconds. */
export const settingsSchema = z.object({
  typing: z.enum(['string', 'native']).default('string'),
  /** When a lab result becomes visible on athenahealth's own portal. */
  publish: z.enum(['arrival', 'close', 'never']).default('arrival'),
  /** Real time. */
  tokenLifeMs: z.number().positive().default(3_600_000),
  /** Per real minute and credential; athenahealth: 50 in production, 5 in preview. */
  tokensPerMinute: z.number().int().default(1_000),
  /** Whether the token answer also has `token_type` and `scope`. */
  tokenExtras: z.boolean().default(false),
  /**
   * What tokens issued from now on allow: `read-only` leaves out writing of documents (not documented; athenahealth
   * sells reading and writing apart). With `tokenExtras` the answer says so, without it only a refused write does.
   */
  grants: z.enum(['all', 'read-only']).default('all'),
  /** Every write is refused with 403, whatever its token says. */
  refuseWrites: z.boolean().default(false),
  /** Per real day; recorded in preview: 50000. */
  callsPerDay: z.number().int().default(1_000_000),
  /** Per real second; athenahealth does not publish one. `null` = no limit. */
  callsPerSecond: z.number().int().nullable().default(null),
  /** Patient copies per department: calls need a `departmentid` that the patient belongs to. */
  enterprise: z.boolean().default(false),
  /** Practice time until a change shows up in the feed. */
  feedLagMs: z.number().nonnegative().default(0),
  /** Practice time after subscribing during which the feed still answers 403. */
  feedSetupMs: z.number().nonnegative().default(0),
  /** Whether a credential's own writes come back through its feed. */
  ownWritesReturn: z.boolean().default(true),
  /** Practice time after which unread rows are deleted (athenahealth: about 24 h); `null` = never. */
  unreadKeptMs: z.number().positive().nullable().default(null),
  /** Practice time after which an unread subscription is removed (athenahealth: about 7 d); `null` = never. */
  subscriptionKeptMs: z.number().positive().nullable().default(null),
  /** Real time until a document that was created by API shows up in lists; it can be read by its id at once. */
  listLagMs: z.number().nonnegative().default(0),
  /**
   * Endpoints that are not enabled for this practice ("permissioned rollout"): `METHOD path-pattern`, e.g.
   * `PUT /patients/.+/documents/labresult/`. They answer 403 (what athenahealth answers is not documented).
   */
  disabledEndpoints: z.array(z.string()).default([]),
  /** A token ends after this many calls, in the middle of whatever runs; `null` = by time only. */
  tokenCalls: z.number().int().positive().nullable().default(null),
  /** What happens to deliveries of the event platform. */
  eventDelivery: z
    .object({
      /** Each is sent this often. */
      copies: z.number().int().positive().default(1),
      /** Real time before it is sent; a later one may overtake an earlier. */
      delayMs: z.number().nonnegative().default(0),
      /** Every n-th never leaves; 0 = none. */
      dropEvery: z.number().int().nonnegative().default(0),
      badSignature: z.boolean().default(false),
      /** Events of this many milliseconds (real) travel in one bundle; 0 = each alone. */
      batchMs: z.number().nonnegative().default(0),
    })
    .prefault({}),
  /** `success-false`: every write answers 200 with `success` false and is not done. */
  writeAnswer: z.enum(['success', 'success-false']).default('success'),
});
export type AthenaSettings = z.infer<typeof settingsSchema>;

const credentialSchema = z.object({ clientId: z.string().min(1), clientSecret: z.string().min(1) });
export type AthenaCredential = z.infer<typeof credentialSchema>;

/** `ishidden` departments are listed with `showalldepartments` only. Every other field is passed through. */
const departmentSchema = z.looseObject({
  departmentid: idText,
  name: z.string(),
  ishidden: z.boolean().optional(),
});
const providerSchema = z.looseObject({ providerid: idNumber, providerusername: z.string().optional() });

/**
 * A patient record with athenahealth's field names, passed through as given (so that `null`, `""` and a
 * missing field can be told apart). `restricted` and `mergedinto` are for the sandbox and never answered.
 */
export const patientSchema = z.looseObject({
  patientid: idText,
  departmentid: idText.optional(),
  restricted: z.boolean().optional(),
  mergedinto: idText.optional(),
});

/** Passed through as given. `date` and `starttime` are on the department's wall. */
const appointmentSchema = z.looseObject({
  appointmentid: idText,
  patientid: idText.optional(),
  departmentid: idText.optional(),
  date: z.string(),
  starttime: z.string().optional(),
  appointmentstatus: z.string().default('f'),
});

/** Passed through as given; outstanding until a result names it in `tietoorderid`. */
const orderSchema = z.looseObject({
  orderid: idText,
  patientid: idText,
  departmentid: idText.optional(),
  description: z.string().optional(),
  ordertype: z.string().default('LAB'),
  status: z.string().default('SUBMITTED'),
});

/** Body of `PUT /__sandbox/tenants/:id`; the tenant id is the practice id. A repeat changes what it names. */
export const tenantSchema = z.object({
  clientId: z.string().min(1).optional(),
  clientSecret: z.string().min(1).optional(),
  /** Further API keys of the same practice, each with its own feed. */
  moreCredentials: z.array(credentialSchema).default([]),
  clock: clockSchema.optional(),
  settings: z.record(z.string(), z.unknown()).default({}),
  departments: z.array(departmentSchema).default([]),
  providers: z.array(providerSchema).default([]),
  patients: z.array(patientSchema).default([]),
  appointments: z.array(appointmentSchema).default([]),
  orders: z.array(orderSchema).default([]),
});

/** One analyte row as athenahealth shows it; all texts, any may be absent. */
export const observationSchema = z.looseObject({
  analyteid: idNumber.optional(),
  analytename: z.string(),
  value: z.string().optional(),
  units: z.string().optional(),
  abnormalflag: z.string().optional(),
  referencerange: z.string().optional(),
  resultstatus: z.string().optional(),
  loinc: z.string().optional(),
  note: z.string().optional(),
});

const labResultFields = {
  /** `null` = the patient was not matched (HOLD). */
  patientid: idText.nullable(),
  departmentid: idText,
  providerid: idNumber.nullable(),
  tietoorderid: idNumber,
  externalaccessionid: z.string(),
  description: z.string(),
  labresultloinc: z.string(),
  resultstatus: z.string(),
  /** Practice time in epoch ms; `null` = none. */
  observationdatetime: z.number().nullable(),
  observations: z.array(observationSchema),
  documentsource: z.string(),
  documentroute: z.string(),
  /** Default: REVIEW, or HOLD without patient. */
  status: z.string(),
  isreviewedbyprovider: z.boolean(),
  isconfidential: z.boolean(),
  /** Practice time in epoch ms; default by the tenant's `publish` setting. */
  portalpublisheddatetime: z.number().nullable(),
  internalnote: z.string(),
  patientnote: z.string(),
  /** Who did it; default INTERFACE for posting and STAFF for changing. */
  user: z.string(),
};

/** One lab result arriving. Unnamed fields (`notefromlab`, `encounterid`, `pages` …) are passed through. */
export const labResultSchema = z.looseObject(labResultFields).partial().extend({
  /** The document that this one corrects: what is not given is copied from it. athenahealth shows no link. */
  amends: idNumber.optional(),
});
/** A change by the lab or by staff inside athenaOne. An empty one makes a feed row that shows nothing new. */
export const labResultPatchSchema = z.looseObject(labResultFields).partial();

export type AthenaSettingsSeed = z.input<typeof settingsSchema>;
export type AthenaDepartmentSeed = z.input<typeof departmentSchema>;
export type AthenaProviderSeed = z.input<typeof providerSchema>;
export type AthenaPatientSeed = z.input<typeof patientSchema>;
export type AthenaAppointmentSeed = z.input<typeof appointmentSchema>;
export type AthenaOrderSeed = z.input<typeof orderSchema>;
export type AthenaObservationSeed = z.input<typeof observationSchema>;
export type AthenaLabResultSeed = z.input<typeof labResultSchema>;
export type AthenaLabResultPatch = z.input<typeof labResultPatchSchema>;
export type AthenaTenantSeed = Omit<z.input<typeof tenantSchema>, 'settings'> & {
  settings?: AthenaSettingsSeed;
};

export type Department = z.infer<typeof departmentSchema>;
export type Provider = z.infer<typeof providerSchema>;
export type Appointment = z.infer<typeof appointmentSchema>;
export type Order = z.infer<typeof orderSchema>;
export type Patient = z.infer<typeof patientSchema>;
export type Observation = z.infer<typeof observationSchema>;
export type LabResultArrival = z.infer<typeof labResultSchema>;
export type LabResultChange = z.infer<typeof labResultPatchSchema>;
