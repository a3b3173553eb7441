import type { ConnectionLike } from '@temporalio/client';
import type { temporal as api } from '@temporalio/proto';
// CommonJS: Node finds no named exports in it.
import proto from '@temporalio/proto';
import { searchAttributeTypes } from '../../workflows/contract.js';
import { fail, pass, type Check } from './check.js';
import type { DoctorContext } from './context.js';
import { probeFairness } from './fairness.js';

const area = 'temporal';
const { IndexedValueType } = proto.temporal.api.enums.v1;
const typeNumbers = {
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Datetime: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
  Int: IndexedValueType.INDEXED_VALUE_TYPE_INT,
} as const;

const daySeconds = 86_400;
/** What ended last week must still be there when somebody asks how; servers made for trying out keep one day. */
export const leastRetentionDays = 7;

export const temporalChecks: readonly Check<DoctorContext>[] = [
  {
    id: 'temporal.reachable',
    area,
    todo: 'Check TEMPORAL_ADDRESS and that the Temporal server runs; then run doctor again.',
    ask: async ({ temporal }) => {
      const { serverVersion } = await (await temporal()).workflowService.getSystemInfo({});
      return pass(`Temporal ${serverVersion} answers.`);
    },
  },
  {
    id: 'temporal.namespace',
    area,
    needs: ['temporal.reachable'],
    todo: `Set TEMPORAL_NAMESPACE to one that exists, or create it: temporal operator namespace create --retention 30d -n NAME.`,
    ask: async (context) => {
      await describe(context);
      return pass(`Namespace ${context.namespace} exists.`);
    },
  },
  {
    id: 'temporal.retention',
    area,
    needs: ['temporal.namespace'],
    todo: `Keep closed runs longer: temporal operator namespace update --retention 30d -n NAME.`,
    ask: async (context) => {
      const { config } = await describe(context);
      const days = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / daySeconds;
      const says = `Closed runs are kept for ${Math.round(days * 10) / 10} days`;
      return days >= leastRetentionDays
        ? pass(`${says}.`)
        : fail(`${says}; ${leastRetentionDays} are needed at least.`);
    },
  },
  {
    id: 'temporal.search-attributes',
    area,
    needs: ['temporal.namespace'],
    todo: 'Register them: resultloop schedules (or temporal operator search-attribute create). Without them no result gets past its first step.',
    ask: async (context) => {
      const { operatorService } = (await context.temporal()) as ConnectionLike & Operator;
      const { customAttributes } = await operatorService.listSearchAttributes({
        namespace: context.namespace,
      });
      const wanted = Object.entries(searchAttributeTypes);
      const missing = wanted.filter(([name]) => customAttributes?.[name] === undefined);
      if (missing.length > 0)
        return fail(
          `Missing in namespace ${context.namespace}: ${missing.map(([name]) => name).join(', ')}.`,
        );
      const other = wanted.filter(([name, type]) => customAttributes?.[name] !== typeNumbers[type]);
      if (other.length === 0) return pass(`All ${wanted.length} are registered.`);
      return fail(
        `Of another type in namespace ${context.namespace}: ${other.map(([name, type]) => `${name} (wanted: ${type})`).join(', ')}.`,
        'Remove them and register them anew (resultloop schedules), or use another namespace.',
      );
    },
  },
  {
    id: 'temporal.fairness',
    area,
    needs: ['temporal.namespace'],
    todo: "Switch on matching.enableFairness (and matching.useNewMatcher before server 1.31) in the server's dynamic configuration; on Temporal Cloud ask for fairness. Without it one practice's backlog holds up every other's.",
    limitMs: 45_000,
    ask: async (context) =>
      (await probeFairness(await context.temporal(), context.namespace)) === 'fair'
        ? pass('A practice with little work does not wait behind one with much.')
        : fail("Work is handed out first come, first served: one practice's backlog holds up every other's."),
  },
];

interface Operator {
  readonly operatorService: api.api.operatorservice.v1.OperatorService;
}

async function describe({ temporal, namespace }: DoctorContext) {
  return (await temporal()).workflowService.describeNamespace({ namespace });
}
