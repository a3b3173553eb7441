import { z } from 'zod';

const hour = 3_600_000;

const mllp = z.strictObject({
  via: z.literal('mllp'),
  port: z.int().min(0).max(65_535),
  host: z.string().default('127.0.0.1'),
  /** Addresses and networks that may connect; only this machine unless said otherwise. */
  allow: z.array(z.string()).default(['127.0.0.1', '::1']),
  maxConnections: z.int().positive().default(50),
  /** Paths of PEM files. With `ca` a sender needs a certificate of its own. */
  tls: z
    .strictObject({
      key: z.string(),
      cert: z.string(),
      ca: z.string().optional(),
      clientNames: z.array(z.string()).optional(),
    })
    .optional(),
});

const http = z.strictObject({ via: z.literal('http') });

const folder = z.strictObject({
  via: z.literal('folder'),
  path: z.string(),
  /** What happens to a file once it is stored. */
  after: z.enum(['delete', 'move']).default('delete'),
});

/** One sender of results, as the practice configures it (the source inventory). */
export const sourceSchema = z.strictObject({
  /** A code: it stands in logs, alarms and the record. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{1,39}$/, 'use lower case letters, digits and hyphens'),
  name: z.string().min(1),
  format: z.enum(['hl7v2', 'fhir']),
  receiver: z.discriminatedUnion('via', [mllp, http, folder]),
  /** IANA zone of the times that it sends without an offset: the laboratory's, not UTC. */
  zone: z.string(),
  /** L1: whether its results are ours to tell. */
  lane: z.enum(['notify', 'told-at-visit', 'copy', 'historic', 'review']).default('notify'),
  /** L4: speaks for its results, or only wakes and enriches. */
  feed: z.enum(['master', 'second']).default('master'),
  /**
   * L4: the same results also stand in the chart, as documents of these laboratories (athenahealth's `facilityid`). They
   * wake and enrich what this source has sent; alone they wait for it. Accession numbers of the chart carry no
   * authority: `numbersOf` is the one that this sender prints with them.
   */
  inChart: z
    .strictObject({ facilities: z.array(z.string()).min(1), numbersOf: z.string().nullable().default(null) })
    .optional(),
  /** L5a: processing modes whose results may be told. Everything else is classified and closed. */
  processing: z
    .array(z.enum(['production', 'training', 'debugging', 'unknown']))
    .min(1)
    .default(['production']),
  /** MSH-4 of the sender; empty = whatever comes through its door. */
  sendingFacilities: z.array(z.string()).default([]),
  /** Assigning authorities whose patient ids are the chart's own. `""` stands for ids without an authority. */
  chartAuthorities: z.array(z.string()).default([]),
  /** The sender's own ids of ordering providers → person ids of the roster, for those without an NPI. */
  providers: z.record(z.string(), z.string()).default({}),
  /** Id or name of the rule set's laboratory whose codes it sends; left out where the messages name theirs. */
  laboratory: z.string().min(1).nullable().default(null),
  /** Messages on a usual day; `null` = not known. */
  expectedPerDay: z.number().positive().nullable().default(null),
  /** Silence beyond this is an alarm; `null` = never. Over a weekend many laboratories send nothing. */
  silentAfterHours: z.number().positive().nullable().default(72),
  active: z.boolean().default(true),
});

export type SourceConfig = z.infer<typeof sourceSchema>;

/**
 * Whether a source has been silent for longer than expected.
 * @param lastSeenAt Practice time; of the source's creation while nothing has come.
 */
export function isSilent(source: SourceConfig, lastSeenAt: number, now: number): boolean {
  return (
    source.active && source.silentAfterHours !== null && now - lastSeenAt > source.silentAfterHours * hour
  );
}
