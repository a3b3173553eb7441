import { Trigger } from '@temporalio/workflow';
import type { Answer, Fact } from '../domain/lifecycle/facts.js';

interface Entry {
  readonly fact: Fact;
  readonly answer?: Trigger<Answer>;
}

/**
 * The only thing that handlers touch: they put facts in, the loop takes them out. So a handler can never change
 * state half way through a decision (spikes §1).
 */
export class Inbox {
  private entries: Entry[] = [];

  tell(fact: Fact): void {
    this.entries.push({ fact });
  }

  /** Resolves with the answer that the loop gives after applying the fact. */
  async ask(fact: Fact): Promise<Answer> {
    const answer = new Trigger<Answer>();
    this.entries.push({ fact, answer });
    return answer;
  }

  get hasFacts(): boolean {
    return this.entries.length > 0;
  }

  take(): Entry[] {
    return this.entries.splice(0);
  }
}
