import { z } from 'zod';

/** One event of a delivery. It names a record and says nothing about it: the record is read afterwards. */
export interface AthenaEvent {
  /** The same event has the same id in every delivery: what repeats are known by. */
  readonly id: string;
  /** For example `LabResult.create`, `ImagingResult.update`, `Patient.merge`. */
  readonly topic: string;
  /** For example `labresult` and `1090321`; `null` when the focus has no id of the proprietary API. */
  readonly focus: { readonly type: string; readonly id: string } | null;
  readonly practiceId: string | null;
  readonly patientId: string | null;
  readonly departmentId: string | null;
}

const reference = z.object({ reference: z.string() });
const what = z.object({
  reference: z.string().optional(),
  identifier: z.object({ system: z.string().optional(), value: z.string().optional() }).optional(),
});
const statusShape = z.object({
  resourceType: z.literal('SubscriptionStatus'),
  topic: z.string(),
  // Its numbers count within one bundle only and prove nothing; they are not read.
  notificationEvent: z.array(z.object({ id: z.string(), focus: what.optional() })).default([]),
});
const auditShape = z.object({
  resourceType: z.literal('AuditEvent'),
  id: z.string(),
  extension: z.array(z.object({ url: z.string(), valueReference: reference.optional() })).default([]),
  source: z.object({ observer: reference.optional() }).optional(),
});
const bundleShape = z.object({
  resourceType: z.literal('Bundle'),
  entry: z.array(z.object({ resource: z.unknown().optional() })),
});

/**
 * Reads a delivery of the event subscription platform (API reference §10): entry 0 is the status, then one AuditEvent
 * for each event. `null` for anything else; unknown fields are welcome.
 */
export function parseAthenaEvents(body: string): readonly AthenaEvent[] | null {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return null;
  }
  const bundle = bundleShape.safeParse(json);
  if (!bundle.success) return null;
  const [first, ...others] = bundle.data.entry.map(({ resource }) => resource);
  const status = statusShape.safeParse(first);
  if (!status.success) return null;
  const audits = others.flatMap((one) => {
    const audit = auditShape.safeParse(one);
    return audit.success ? [audit.data] : [];
  });
  const topic = status.data.topic.split('/').at(-1) ?? '';
  return status.data.notificationEvent.map(({ id, focus }): AthenaEvent => {
    const audit = audits.find((one) => one.id === id);
    // Printed with http in the text and https in the samples: only the end of the address is compared.
    const extension = (name: string) =>
      audit?.extension.find(({ url }) => url.endsWith(name))?.valueReference?.reference;
    const urn = /^urn:athenahealth:athenanet:(?:.+:)?([a-z]+):(\d+)$/.exec(focus?.identifier?.system ?? '');
    const value = focus?.identifier?.value;
    const type = urn?.[1];
    return {
      id,
      topic,
      focus: type !== undefined && value !== undefined ? { type, id: value } : null,
      practiceId: urn?.[2] ?? idIn(audit?.source?.observer?.reference, /Practice-(\d+)$/),
      patientId:
        idIn(extension('AuditEvent.patient'), /\.E-(\d+)$/) ??
        (type === 'patient' && value !== undefined ? value : null),
      departmentId: idIn(extension('ah-department'), /Department-(\d+)$/),
    };
  });
}

/** True for a topic after which a changed feed has something to read. */
export function wakesPoll(event: AthenaEvent): boolean {
  return /^(LabResult|ImagingResult|Patient)\./.test(event.topic);
}

function idIn(text: string | undefined, pattern: RegExp): string | null {
  return pattern.exec(text ?? '')?.[1] ?? null;
}
