import type { TaskKind } from '../domain/lifecycle/state.js';
import { decideAtDesk, type DeskOptions } from './desk.js';

/** `resultloop decline RESULT --as PERSON`: the coverage table assigns the work at once (L15). */
export function declineCommand(wanted: string, options: DeskOptions & { task: TaskKind }): Promise<void> {
  return decideAtDesk(wanted, options, { kind: 'decline', task: options.task });
}
