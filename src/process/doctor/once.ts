/** Runs the question at its first use and shares the answer, or the failure, with everybody after. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}
