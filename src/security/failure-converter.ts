import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Moves failure messages and stacks into the encrypted part of a failure; the server and its UI see
 * "Encoded failure" until the codec endpoint decodes them. The failure's `type` stays in clear text and
 * is therefore always a code.
 *
 * Loaded twice by path: by the SDK in the host process and by the bundler for the workflow sandbox, so
 * this file must not import Node built-ins.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
