import type { TaskKind } from '../domain/lifecycle/state.js';
import { decideAtDesk, type DeskOptions } from './desk.js';

/** `resultloop accept RESULT --as PERSON`: takes a piece of work, a critical's callback unless said otherwise. */
export function acceptCommand(wanted: string, options: DeskOptions & { task: TaskKind }): Promise<void> {
  return decideAtDesk(wanted, options, { kind: 'accept', task: options.task });
}
