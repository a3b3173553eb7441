/**
 * What is read of FHIR resources, leniently: a wrong type reads as absent, a single value where a list is due counts as
 * a list of one and the reverse, unknown fields are let be. None of these shapes ever fails.
 */
import { z } from 'zod';

export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asList(value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** Text without outer blanks; numbers come as text already. */
export function asText(value: unknown): string | null {
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value !== 'string') return null;
  const trimmed = value.trim();
  return trimmed === '' ? null : trimmed;
}

const text = z.unknown().optional().transform(asText);
const texts = z
  .unknown()
  .optional()
  .transform((value) => asList(value).flatMap((one) => asText(one) ?? []));

function one<Shape extends z.ZodType>(shape: Shape) {
  return z
    .unknown()
    .optional()
    .transform((value): z.output<Shape> | null => {
      const first = asList(value).find(isJson);
      return first ? shape.parse(first) : null;
    });
}

function many<Shape extends z.ZodType>(shape: Shape) {
  return z
    .unknown()
    .optional()
    .transform((value): readonly z.output<Shape>[] =>
      asList(value)
        .filter(isJson)
        .map((each) => shape.parse(each)),
    );
}

export const codingShape = z.object({ system: text, code: text, display: text });
export const conceptShape = z.object({ coding: many(codingShape), text });
const concept = one(conceptShape);
const concepts = many(conceptShape);
const identifierShape = z.object({
  use: text,
  type: concept,
  system: text,
  value: text,
  assigner: one(z.object({ display: text })),
});
const identifiers = many(identifierShape);

const referenceShape = z.object({
  reference: text,
  type: text,
  identifier: one(identifierShape),
  display: text,
});
/** Some senders write the reference as bare text; STU3 puts it into `agent` or `actor`. */
const bareReference = (value: unknown) => {
  if (typeof value === 'string') return { reference: value };
  return isJson(value) ? (value['agent'] ?? value['actor'] ?? value) : value;
};
const reference = z.preprocess((value) => asList(value).map(bareReference), one(referenceShape));
const references = z.preprocess((value) => asList(value).map(bareReference), many(referenceShape));

const period = one(z.object({ start: text, end: text }));
export const quantityShape = z.object({
  value: text,
  comparator: text,
  unit: text,
  system: text,
  code: text,
});
const quantity = one(quantityShape);
const annotations = many(z.object({ text }));
const attachment = z.object({ contentType: text, data: text, url: text, title: text });

const rangeShape = z.object({
  low: quantity,
  high: quantity,
  type: concept,
  appliesTo: concepts,
  age: one(z.object({ low: quantity, high: quantity })),
  text,
});

/** Shared by everything that carries observed content; `raw` fields are read by key (`value[x]`). */
const observed = {
  code: concept,
  dataAbsentReason: concept,
  interpretation: concepts,
  referenceRange: many(rangeShape),
};

const effective = {
  effectiveDateTime: text,
  effectiveInstant: text,
  effectivePeriod: period,
  effectiveTiming: one(z.object({ event: texts })),
};

const meta = one(
  z.object({ versionId: text, lastUpdated: text, tag: many(codingShape), security: many(codingShape) }),
);
const modifierExtension = many(z.object({ url: text }));

export const observationShape = z.object({
  ...observed,
  ...effective,
  meta,
  modifierExtension,
  implicitRules: text,
  identifier: identifiers,
  basedOn: references,
  status: text,
  category: concepts,
  subject: reference,
  encounter: reference,
  issued: text,
  performer: references,
  specimen: reference,
  note: annotations,
  /** Before R4. */
  comment: text,
  comments: text,
  hasMember: references,
  related: many(z.object({ type: text, target: reference })),
});

export const componentShape = z.object(observed);

export const reportShape = z.object({
  ...effective,
  meta,
  modifierExtension,
  implicitRules: text,
  identifier: identifiers,
  basedOn: references,
  status: text,
  category: concepts,
  code: concept,
  subject: reference,
  encounter: reference,
  issued: text,
  performer: references,
  specimen: references,
  result: references,
  conclusion: text,
  conclusionCode: concepts,
  /** Before R4. */
  codedDiagnosis: concepts,
  request: references,
  /** R5. */
  note: annotations,
  presentedForm: many(attachment),
});

const nameShape = z.object({ use: text, text, family: texts, given: texts, period });
const addressShape = z.object({
  text,
  line: texts,
  city: text,
  state: text,
  postalCode: text,
  country: text,
});

export const patientShape = z.object({
  identifier: identifiers,
  name: many(nameShape),
  birthDate: text,
  gender: text,
  link: many(z.object({ type: text })),
});
export const practitionerShape = z.object({ identifier: identifiers, name: many(nameShape) });
export const practitionerRoleShape = z.object({ identifier: identifiers, practitioner: reference });
export const organizationShape = z.object({ name: text, address: many(addressShape) });
export const orderShape = z.object({
  identifier: identifiers,
  code: concept,
  requester: reference,
  /** Before STU3. */
  orderer: reference,
  authoredOn: text,
  supportingInfo: references,
});
export const specimenShape = z.object({
  identifier: identifiers,
  accessionIdentifier: one(identifierShape),
  status: text,
  type: concept,
  receivedTime: text,
  collection: one(z.object({ collectedDateTime: text, collectedPeriod: period })),
  condition: concepts,
  note: annotations,
});

export type Coding = z.output<typeof codingShape>;
export type Concept = z.output<typeof conceptShape>;
export type Identifier = z.output<typeof identifierShape>;
export type Reference = z.output<typeof referenceShape>;
export type Quantity = z.output<typeof quantityShape>;
export type ReferenceRange = z.output<typeof rangeShape>;
export type HumanName = z.output<typeof nameShape>;
export type ObservationResource = z.output<typeof observationShape>;
export type ReportResource = z.output<typeof reportShape>;
export type Observed = z.output<typeof componentShape>;
