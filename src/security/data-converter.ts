import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { KeyRing } from './key-ring.js';
import { EncryptionCodec } from './payload-codec.js';

/**
 * Path of the failure converter. The SDK loads it by path, without any resolver that would know that `.js`
 * means `.ts`, so it has to be the file that is there: source under tsx and jest, output once compiled.
 * Pass it to `bundleWorkflowCode` too, or failures made inside a workflow stay in clear text.
 */
export const failureConverterPath = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? './failure-converter.ts' : './failure-converter.js',
    import.meta.url,
  ),
);

/**
 * The one data converter of every client, worker and tool: payloads encrypted, failure messages and stacks
 * inside the encrypted part. A process without it can neither read nor be read.
 */
export function dataConverter(ring: KeyRing): DataConverter {
  return { failureConverterPath, payloadCodecs: [new EncryptionCodec(ring)] };
}
