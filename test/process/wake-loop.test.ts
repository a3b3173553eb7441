import { expect, test } from '@jest/globals';
import { createLogger } from '../../src/observability/log.js';
import { WakeLoop } from '../../src/process/wake-loop.js';

/** A loop whose passes the test ends by hand. */
class ByHand extends WakeLoop {
  readonly sweeps: boolean[] = [];
  besides = 0;
  readonly #ends: ((end: 'more' | 'done' | Error) => void)[] = [];
  #begun: (() => void)[] = [];

  constructor() {
    super(createLogger('wake-loop', { level: 'silent' }), 'a pass failed');
  }

  /** The pass with this number is under way. */
  async begun(number: number): Promise<void> {
    while (this.sweeps.length < number) await new Promise<void>((resolve) => this.#begun.push(resolve));
  }

  end(how: 'more' | 'done' | Error): void {
    this.#ends.shift()?.(how);
  }

  protected pass(isSweep: boolean): Promise<'more' | 'done'> {
    this.sweeps.push(isSweep);
    for (const tell of this.#begun.splice(0)) tell();
    return new Promise((resolve, reject) =>
      this.#ends.push((how) => (how instanceof Error ? reject(how) : resolve(how))),
    );
  }

  protected async beside(): Promise<void> {
    this.besides += 1;
    if (this.besides === 2) throw new Error('what is looked at beside failed');
  }
}

test('to be woken during a pass, however often, means one more; the first pass is a sweep', async () => {
  const loop = new ByHand();
  const drained = loop.drain();
  await loop.begun(1);
  for (let i = 0; i < 5; i += 1) loop.wake();
  loop.end('done');
  await loop.begun(2);
  loop.end('done');
  await drained;
  expect(loop.sweeps).toEqual([true, false]);
});

test('more to do, a failed pass and a failed look beside: the rest is worked on all the same', async () => {
  const loop = new ByHand();
  const drained = loop.drain();
  await loop.begun(1);
  loop.end('more');
  await loop.begun(2);
  // Its look beside fails.
  loop.end('more');
  await loop.begun(3);
  loop.wake();
  loop.end(new Error('the database is away'));
  await loop.begun(4);
  loop.end('done');
  await drained;
  expect(loop.sweeps).toHaveLength(4);
});

test('woken in the very turn in which it ended, it begins anew', async () => {
  const loop = new ByHand();
  const drained = loop.drain();
  await loop.begun(1);
  loop.end('done');
  await drained.then(() => loop.wake());
  await loop.begun(2);
  loop.end('done');
  await loop.stop();
  expect(loop.sweeps).toHaveLength(2);
});

test('stopping waits for what is under way, and for nothing that came meanwhile', async () => {
  const loop = new ByHand();
  loop.start();
  await loop.begun(1);
  loop.wake();
  const stopped = loop.stop();
  loop.end('done');
  await stopped;
  expect(loop.sweeps).toEqual([true]);
});
