/** A command could not do what was asked: exit code 1. The message says what to do and holds no PHI. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The command line itself is wrong: exit code 2. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
  readonly code = 'wrong-usage';
}

/** One line of a command's result, on standard output; logs go to standard error. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One line for the person who waits, on standard error: never part of a result that is piped on. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
