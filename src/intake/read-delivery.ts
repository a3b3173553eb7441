import type { SourceKind } from '../domain/result/report.js';
import { isAthenaJson, readAthenaJson } from './athena/index.js';
import { decodeText, readExactJson } from './exact-json.js';
import { readFhir, readFhirJson } from './fhir/index.js';
import { readHl7v2 } from './hl7v2/index.js';
import { withJsonDoubts } from './json-doubts.js';
import type { Received } from './received.js';

export interface DeliverySource {
  /** IANA zone of times without an offset. */
  readonly zone: string;
  /** Sets ids of different senders apart where the message does not name its sender. */
  readonly name?: string;
}

/** What a delivery is, by its content; `format` is `null` when it is none of them. */
export type Delivery = Received & { readonly format: SourceKind | null };

/** Reads a file, frame or body of any of the three formats. Never throws. */
export function readDelivery(bytes: Uint8Array, source: DeliverySource): Delivery {
  const format = formatOf(bytes);
  switch (format) {
    case 'hl7v2':
      return { ...readHl7v2(bytes, source), format };
    case 'fhir':
      return { ...readFhir(bytes, source), format };
    case 'json':
      return readJson(bytes, source);
    case null:
      return {
        verdict: 'reject',
        why: 'This is neither HL7 v2 (it does not begin with MSH, FHS or BHS), nor FHIR or athenahealth JSON. Check what was sent here.',
        warnings: [],
        format,
      };
  }
}

function readJson(bytes: Uint8Array, source: DeliverySource): Delivery {
  const json = readExactJson(bytes);
  const looksFhir = decodeText(bytes.subarray(0, peekBytes)).text.includes('"resourceType"');
  if (!json.ok) return { ...readFhir(bytes, source), format: looksFhir ? 'fhir' : null };
  const [only] = json.values;
  try {
    if (json.values.length === 1 && isAthenaJson(only))
      return { ...withJsonDoubts(readAthenaJson(only, source), json), format: 'athenahealth' };
    const read = withJsonDoubts(readFhirJson(json.values, source), json);
    return { ...read, format: read.verdict === 'reject' && !looksFhir ? null : 'fhir' };
  } catch {
    return { ...readFhir(bytes, source), format: null };
  }
}

const peekBytes = 4096;

/** By the first characters after byte-order mark and blanks; frames keep their start byte at times. */
function formatOf(bytes: Uint8Array): 'hl7v2' | 'fhir' | 'json' | null {
  const start = decodeText(bytes.subarray(0, peekBytes)).text.replace(/^[\u0000-\u0020\ufeff]+/, '');
  if (/^((MSH|FHS|BHS)[^A-Za-z0-9\s]|[A-Z][A-Z0-9]{2}\|)/.test(start)) return 'hl7v2';
  if (/^<(\?xml|[A-Za-z])/.test(start) && /hl7\.org\/fhir|<\?xml/.test(start)) return 'fhir';
  if (/^[[{]/.test(start)) return 'json';
  // Words of whoever saved the file may stand before the message.
  return /[\r\n]MSH[^A-Za-z0-9\s]/.test(start) ? 'hl7v2' : null;
}
