/** What went wrong with an engine on this machine; stable, for tests and for `doctor`. */
export type EngineErrorCode =
  | 'temporal-binary-unusable'
  | 'temporal-binary-unavailable'
  | 'temporal-not-ready'
  | 'postgres-unsupported-platform'
  | 'postgres-unusable'
  | 'postgres-not-ready'
  | 'state-dir-in-use'
  | 'state-dir-unreachable'
  | 'part-not-ready'
  | 'no-free-port'
  | 'port-taken'
  | 'cache-dir-unusable';

/** An engine or a part of resultloop could not be started here. The message says what the user can do. */
export class EngineError extends Error {
  override readonly name = 'EngineError';

  constructor(
    readonly code: EngineErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Receives one line of plain words about what is happening, for a person who waits. */
export type OnProgress = (line: string) => void;
