import { Hl7Message as MedplumMessage, type Hl7Segment } from '@medplum/core';
import { Batch, FileBatch, isBatch, isFile, Message, type HL7Node } from 'node-hl7-client';
import { decodeText } from '../../src/intake/exact-json.js';
import { parseHl7 } from '../../src/intake/hl7v2/index.js';
import type { Segment } from '../../src/intake/hl7v2/segment.js';
import { readDelivery } from '../../src/intake/read-delivery.js';
import { factsOf, words, type Facts, type SegmentView } from './facts.js';

/** One of those compared. Each throws where it cannot read a file. */
export interface Reader {
  readonly name: string;
  /** Bytes to the reader's own messages, nothing taken out of them. */
  parse(bytes: Uint8Array): unknown;
  facts(bytes: Uint8Array): Facts;
}

/** The others ask for text, so charset and byte-order mark are taken care of for them. */
function decode(bytes: Uint8Array): string {
  return decodeText(bytes).text;
}

const source = { zone: 'America/New_York' };

/** The whole of intake: grouping, status, warnings, choice of identifiers, what is no result. */
const reader: Reader = {
  name: 'resultloop',
  parse: (bytes) => readDelivery(bytes, source),
  facts: (bytes) => {
    const read = readDelivery(bytes, source);
    if (read.verdict !== 'results') throw new Error(read.why);
    return {
      messages: read.results.length,
      orders: read.results.length,
      observations: read.results.flatMap((one) => one.report.observations).length,
      patients: read.results.map(({ patient: p }) => words(p.id, p.family, p.given)),
      providers: read.results.map(({ orderingProvider: p }) =>
        p ? words(p.id, p.family, p.given) : 'nobody',
      ),
      numbers: read.results.map((one) => words(one.placer, one.filler)),
      values: read.results.flatMap((one) => one.report.observations.map((row) => row.value)),
    };
  },
};

const parser: Reader = {
  name: 'resultloop, parser alone',
  parse: parseHl7,
  facts: (bytes) => {
    const { messages } = parseHl7(bytes);
    if (messages.length === 0) throw new Error('no message');
    return factsOf(messages.map(({ segments }) => segments.map(ownView)));
  },
};

function ownView(segment: Segment): SegmentView {
  return {
    name: segment.id,
    repetitions: (field) => segment.repetitions(field).length,
    component: (field, at, n) => segment.repetitions(field)[at - 1]?.component(n) ?? '',
    whole: (field, at) => segment.repetitions(field)[at - 1]?.whole() ?? '',
  };
}

/** As its documentation says: a file with FHS as `FileBatch`, one with BHS as `Batch`, else a `Message`. */
function parseClient(bytes: Uint8Array): readonly Message[] {
  const text = decode(bytes);
  if (isFile(text)) return new FileBatch({ text }).messages();
  if (isBatch(text)) return new Batch({ text }).messages();
  return [new Message({ text })];
}

const client: Reader = {
  name: 'node-hl7-client',
  parse: parseClient,
  facts: (bytes) =>
    factsOf(
      parseClient(bytes).map((message) => {
        const segments: SegmentView[] = [];
        message.forEach((segment) => segments.push(clientView(segment)));
        return segments;
      }),
    ),
};

function clientView(segment: HL7Node): SegmentView {
  const repetition = (field: number, at: number): HL7Node | undefined =>
    segment.get(String(field)).toArray()[at - 1];
  const component = (field: number, at: number, n: number) =>
    repetition(field, at)?.get(String(n)).toString() ?? '';
  return {
    name: segment.name,
    repetitions: (field) => segment.get(String(field)).length,
    component,
    whole: (field, at) => {
      const parts = Math.max(1, repetition(field, at)?.length ?? 1);
      return Array.from({ length: parts }, (_, n) => component(field, at, n + 1)).join('^');
    },
  };
}

/** It reads one message at a time, so batches are cut at each MSH for it. */
function parseMedplum(bytes: Uint8Array): readonly MedplumMessage[] {
  const text = decode(bytes);
  if (!/^(FHS|BHS)/.test(text)) return [MedplumMessage.parse(text)];
  const messages = text.split(/(?=^MSH)/m).filter((part) => part.startsWith('MSH'));
  return messages.map((part) => MedplumMessage.parse(part.replace(/^(BTS|FTS)[^\r\n]*/gm, '')));
}

const medplum: Reader = {
  name: '@medplum/core',
  parse: parseMedplum,
  facts: (bytes) => factsOf(parseMedplum(bytes).map((message) => message.segments.map(medplumView))),
};

function medplumView(segment: Hl7Segment): SegmentView {
  return {
    name: segment.name,
    repetitions: (field) => segment.getField(field)?.components.length ?? 0,
    component: (field, at, n) =>
      segment.getField(field)?.components[at - 1] ? segment.getComponent(field, n, 0, at - 1) : '',
    whole: (field, at) => segment.getField(field)?.components[at - 1]?.join('^') ?? '',
  };
}

export const readers: readonly Reader[] = [reader, parser, client, medplum];
