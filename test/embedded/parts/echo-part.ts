/** A part as `spawnPart` runs them: says what it was given, then that it is ready, then waits for its end. */
process.stdout.write('starting\n');
if (process.env.PART_FAILS) {
  process.stderr.write('the connection string is missing\n');
  process.exit(3);
}
process.on('SIGTERM', () => {
  process.stdout.write('leaving in good order\n', () => process.exit(0));
});
process.stdout.write(`${JSON.stringify({ ready: true, port: 4711, word: process.env.PART_WORD })}\n`);
setInterval(() => undefined, 60_000);
