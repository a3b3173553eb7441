import type { Client, ConnectionLike } from '@temporalio/client';
import type { temporal as api } from '@temporalio/proto';
// CommonJS: Node finds no named exports in it.
import proto from '@temporalio/proto';
import { searchAttributeTypes } from '../workflows/contract.js';

const { IndexedValueType } = proto.temporal.api.enums.v1;
const typeNumbers = {
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Datetime: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
  Int: IndexedValueType.INDEXED_VALUE_TYPE_INT,
} as const;

const tries = 60;
const betweenTriesMs = 500;

/** The namespace cannot hold what resultloop's workflows show; the message says what to change. */
export class NamespaceError extends Error {
  override readonly name = 'NamespaceError';
  constructor(
    readonly code: 'search-attribute-type' | 'search-attribute-missing',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Registers the search attributes of `contract.ts` in the client's namespace and waits until they can be used;
 * without them no run gets past its first step. Idempotent, also when several processes do it at once.
 * @throws NamespaceError when one exists with another type, or does not appear within 30 s.
 */
export async function ensureSearchAttributes(temporal: Client): Promise<void> {
  const { operatorService } = temporal.connection as ConnectionLike & Pick<Operator, 'operatorService'>;
  const { namespace } = temporal.options;
  const wanted = Object.entries(searchAttributeTypes);
  const missing = async () => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    return wanted.filter(([name, type]) => {
      const there = customAttributes?.[name];
      if (there !== undefined && there !== typeNumbers[type])
        throw new NamespaceError(
          'search-attribute-type',
          `Search attribute ${name} of namespace ${namespace} has another type than ${type}. Remove it, or use another namespace (TEMPORAL_NAMESPACE).`,
        );
      return there === undefined;
    });
  };
  let left = await missing();
  if (left.length === 0) return;
  await operatorService
    .addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(left.map(([name, type]) => [name, typeNumbers[type]])),
    })
    .catch((err: unknown) => {
      // Somebody else was faster.
      if (!/already exist/i.test((err as Error).message)) throw err;
    });
  // The server's frontends learn of new attributes by and by.
  for (let i = 0; i < tries && (left = await missing()).length > 0; i += 1)
    await new Promise((resolve) => setTimeout(resolve, betweenTriesMs));
  if (left.length > 0)
    throw new NamespaceError(
      'search-attribute-missing',
      `Search attributes ${left.map(([name]) => name).join(', ')} did not appear in namespace ${namespace}. Add them with: temporal operator search-attribute create.`,
    );
}

interface Operator {
  readonly operatorService: api.api.operatorservice.v1.OperatorService;
}
