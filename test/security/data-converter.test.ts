import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { ApplicationFailure, defaultPayloadConverter, type Payload } from '@temporalio/common';
import {
  decodeOptionalFailureToOptionalError,
  encodeErrorToFailure,
  loadDataConverter,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { dataConverter, failureConverterPath } from '../../src/security/data-converter.js';
import { generateKeyRing, KeyRing, rotateKeyRing } from '../../src/security/key-ring.js';
import { EncryptionCodec, isEncrypted } from '../../src/security/payload-codec.js';

const PLANTED = 'Zelenka Planterova';
const document = generateKeyRing();
const codec = new EncryptionCodec(new KeyRing(document));

function payload(value: unknown): Payload {
  return defaultPayloadConverter.toPayload(value);
}

async function only(payloads: Promise<Payload[]>): Promise<Payload> {
  const [first] = await payloads;
  if (!first) throw new Error('no payload');
  return first;
}

function bytesOf(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    v && typeof v === 'object' && 'type' in v && v.type === 'Buffer' && 'data' in v
      ? Buffer.from(v.data as number[]).toString('latin1')
      : v,
  );
}

describe('payload codec', () => {
  test('a payload comes back as it was, and the planted name is nowhere in between', async () => {
    const sent = payload({ name: PLANTED });
    const sealed = await only(codec.encode([sent]));
    expect(isEncrypted(sealed)).toBe(true);
    expect(bytesOf(sealed)).not.toContain('Zelenka');
    expect(bytesOf(sealed)).not.toContain('json/plain');
    const opened = await only(codec.decode([sealed]));
    expect(defaultPayloadConverter.fromPayload(opened)).toEqual({ name: PLANTED });
  });

  test('unencrypted payloads pass through among encrypted ones, in order', async () => {
    const plain = payload('plain');
    const decoded = await codec.decode([plain, await only(codec.encode([payload('secret')])), plain]);
    expect(decoded[0]).toBe(plain);
    expect(decoded.map((p) => defaultPayloadConverter.fromPayload(p))).toEqual(['plain', 'secret', 'plain']);
  });

  test('old payloads open after a rotation; off the ring they do not', async () => {
    const old = await only(codec.encode([payload(PLANTED)]));
    const rotated = rotateKeyRing(document);
    const after = new EncryptionCodec(new KeyRing(rotated));
    expect(defaultPayloadConverter.fromPayload(await only(after.decode([old])))).toBe(PLANTED);
    const shredded = new EncryptionCodec(new KeyRing({ ...rotated, keys: { k2: rotated.keys.k2 ?? '' } }));
    await expect(shredded.decode([old])).rejects.toMatchObject({ code: 'payload-unknown-key' });
  });

  test('a changed or cut payload is refused', async () => {
    const sealed = await only(codec.encode([payload(PLANTED)]));
    const data = Buffer.from(sealed.data ?? []);
    data.writeUInt8(data.readUInt8(20) ^ 1, 20);
    await expect(codec.decode([{ ...sealed, data }])).rejects.toMatchObject({ code: 'payload-refused' });
    await expect(codec.decode([{ ...sealed, data: data.subarray(0, 5) }])).rejects.toMatchObject({
      code: 'payload-refused',
    });
    await expect(codec.decode([{ ...sealed, data: null }])).rejects.toMatchObject({
      code: 'payload-malformed',
    });
  });
});

describe('data converter', () => {
  test('a failure keeps its type in clear text, its message and stack only encrypted', async () => {
    const converter = loadDataConverter(dataConverter(new KeyRing(document)));
    const context = { type: 'workflow', namespace: 'test', workflowId: 'result/test' } as const;
    const error = ApplicationFailure.nonRetryable(`could not reach ${PLANTED}`, 'PlannedFailure');
    const failure = await encodeErrorToFailure(converter, error, context);
    expect(failure.message).toBe('Encoded failure');
    expect(failure.applicationFailureInfo?.type).toBe('PlannedFailure');
    expect(bytesOf(failure)).not.toContain('Zelenka');
    const decoded = await decodeOptionalFailureToOptionalError(converter, failure, context);
    expect(decoded?.message).toContain(PLANTED);
  });

  test('the workflow bundler takes the failure converter from the path we give it', async () => {
    const { code } = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('./workflows/failing.ts', import.meta.url)),
      failureConverterPath,
      logger: new DefaultLogger('ERROR'),
    });
    expect(code).toContain('PlannedFailure');
    expect(code).toContain('src/security/failure-converter.ts');
    expect(code).toMatch(/encodeCommonAttributes: true/);
  });
});
