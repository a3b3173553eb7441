import { Command, InvalidArgumentError } from 'commander';

export interface DemoOptions {
  readonly results: number;
  readonly seed: number;
  readonly inside: boolean;
  readonly killWorker: boolean;
  readonly stay: boolean;
  readonly json?: string;
  readonly state?: string;
}

/** Reads the command line of `npm run demo`. Ends the process with words on a wrong one, and on `--help`. */
export function readOptions(argv: readonly string[]): DemoOptions {
  const command = new Command('demo')
    .description(
      'A morning of lab results through a real Temporal server, a real PostgreSQL and three vendor sandboxes, until every patient is told and every chart says so.',
    )
    .option('--results <n>', 'how many results (S000-1: 142)', wholeNumber(1, 1_700), 142)
    .option(
      '--seed <n>',
      'who, what and when; the same seed plays the same morning',
      wholeNumber(0, 2 ** 31),
      1,
    )
    .option('--inside', 'count the criticals inside the abnormal ones: 101 + 35 + 6', false)
    .option('--kill-worker', 'kill -9 the worker at seeded moments and start a new one', false)
    .option('--json <file>', 'write the verdict to this file')
    .option('--stay', 'keep everything up afterwards and print where it is', false)
    .option('--state <dir>', 'keep data and logs in this folder');
  return command.parse([...argv]).opts<DemoOptions>();
}

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const n = Number(text);
    if (Number.isInteger(n) && n >= least && n <= most) return n;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}
