import { performance } from 'node:perf_hooks';
import type { Facts } from './compare-hl7/facts.js';
import { genuineFiles, trapFiles, type ComparedFile } from './compare-hl7/files.js';
import { readers, type Reader } from './compare-hl7/readers.js';

/*
 * resultloop, node-hl7-client and @medplum/core on the genuine HL7 v2 samples and on invented messages with one trap
 * each: what each gets right, and messages a second. Reported, not asserted. `npm run compare:hl7 [-- ROUNDS]`
 */
const rounds = Number(process.argv[2] ?? 9);
const roundMs = 300;

const checks: readonly (readonly [string, (facts: Facts) => unknown])[] = [
  ['messages', (facts) => facts.messages],
  ['orders', (facts) => facts.orders],
  ['observations', (facts) => facts.observations],
  ['patient', (facts) => facts.patients],
  ['provider', (facts) => facts.providers],
  ['order numbers', (facts) => facts.numbers],
  ['values', (facts) => facts.values],
];

/** What a reader gets wrong in a file; empty = nothing. */
function wrongIn(reader: Reader, { bytes, truth, isOtherType }: ComparedFile): readonly string[] {
  let facts: Facts;
  try {
    facts = reader.facts(bytes);
  } catch {
    return truth === null || (isOtherType && reader === readers[0]) ? [] : ['not read'];
  }
  if (truth === null) return ['taken for a message'];
  return (
    checks
      // resultloop answers with results and a row for each value, not with messages and lines.
      .filter(([name]) => !/^(messages|observations)$/.test(name) || reader !== readers[0])
      .filter(([, pick]) => JSON.stringify(pick(facts)) !== JSON.stringify(pick(truth)))
      .map(([name]) => name)
  );
}

const table = (rows: readonly (readonly string[])[]) => {
  const [head = [], ...body] = rows;
  for (const row of [head, head.map(() => '---'), ...body]) console.log(`| ${row.join(' | ')} |`);
  console.log('');
};

const names = readers.map((one) => one.name);
for (const [title, files] of [
  ['Genuine file', genuineFiles()],
  ['Invented message', trapFiles()],
] as const) {
  const found = files.map((file) => ({ file, wrong: readers.map((one) => wrongIn(one, file)) }));
  table([
    [title, ...names],
    ...found.map(({ file, wrong }) => [
      file.name,
      ...wrong.map((one) =>
        one.length === 0 ? 'right' : one[0] === 'not read' ? 'not read' : `wrong: ${one.join(', ')}`,
      ),
    ]),
    [
      `**right of ${files.length}**`,
      ...readers.map((_, at) => String(found.filter(({ wrong }) => wrong[at]?.length === 0).length)),
    ],
  ]);
}

// Only what all of them read, so that nobody is fast by giving up.
const common = genuineFiles().filter(({ bytes }) =>
  readers.every((reader) => {
    try {
      return reader.facts(bytes).observations > 0;
    } catch {
      return false;
    }
  }),
);
const messages = common.reduce((sum, { truth }) => sum + (truth?.messages ?? 0), 0);
const jobs = readers.flatMap((reader) => [
  { name: reader.name, what: 'parse', run: (bytes: Uint8Array) => void reader.parse(bytes) },
  { name: reader.name, what: 'facts', run: (bytes: Uint8Array) => void reader.facts(bytes) },
]);
const speeds = new Map(jobs.map((job) => [job, [] as number[]]));
for (let round = 0; round <= rounds; round += 1) {
  // Another one goes first each round; the first round is the warm-up.
  for (let at = 0; at < jobs.length; at += 1) {
    const job = jobs[(at + round) % jobs.length]!;
    const speed = speedOf(job.run);
    if (round > 0) speeds.get(job)!.push(speed);
  }
}

function speedOf(run: (bytes: Uint8Array) => void): number {
  const from = performance.now();
  let done = 0;
  while (performance.now() - from < roundMs) {
    for (const { bytes } of common) run(bytes);
    done += messages;
  }
  return done / ((performance.now() - from) / 1_000);
}

const shown = (reader: Reader, what: string) => {
  const found = [...speeds].find(([job]) => job.name === reader.name && job.what === what)?.[1] ?? [];
  const sorted = [...found].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  return `${at(0.5)} (${at(0)} to ${at(1)})`;
};
const bytesEach = common.reduce((sum, { bytes }) => sum + bytes.length, 0) / messages;
console.log(
  `${messages} messages of ${common.length} genuine files that all of them read, ${Math.round(bytesEach)} bytes each; ${rounds} rounds of ${roundMs} ms, interleaved.\n`,
);
table([
  ['messages a second, median (range)', ...names],
  ['bytes to messages', ...readers.map((one) => shown(one, 'parse'))],
  ['and patient, provider, numbers, values taken', ...readers.map((one) => shown(one, 'facts'))],
]);
