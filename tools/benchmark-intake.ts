import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { classify } from '../src/domain/rules/classify.js';
import { sourceSchema } from '../src/domain/practice/source.js';
import { frame, FrameReader, listenMllp } from '../src/intake/mllp/index.js';
import { readDelivery } from '../src/intake/read-delivery.js';
import { createLogger } from '../src/observability/log.js';
import { createMetrics } from '../src/observability/metrics.js';
import { Hl7Receiver } from '../src/process/intake/hl7-door.js';
import { Quarantine } from '../src/process/intake/quarantine.js';
import { row, rules, version, woman } from '../test/domain/rules-builders.js';
import { labSource, oru } from '../test/intake/source.js';
import { openOwnPractice } from '../test/intake/own-practice.js';

/*
 * Reported, not asserted: MLLP accept latency (message sent to answer received, stored durably in between) at a fixed
 * rate over several connections, messages read a second, and observations classified a second. `node --import tsx tools/benchmark-intake.ts [SECONDS] [RATE]`
 */
const seconds = Number(process.argv[2] ?? 20);
const perSecond = Number(process.argv[3] ?? 50);
const connections = 5;

const own = await openOwnPractice();
const door = { practice: own.practice, source: sourceSchema.parse(labSource) };
const hl7 = new Hl7Receiver(
  { store: own.store, metrics: createMetrics(), log: createLogger('benchmark') },
  new Quarantine(own.env.QUARANTINE ?? '', own.store.cipher),
  () => undefined,
);
const server = await listenMllp({
  host: '127.0.0.1',
  port: 0,
  allow: ['127.0.0.1'],
  receive: async (message) => ({ bytes: (await hl7.receive(door, message)).bytes }),
  refuseTooLarge: async (head) => ({ bytes: (await hl7.refuseTooLarge(door, head)).bytes, close: true }),
});

const latencies: number[] = [];
const senders = await Promise.all(Array.from({ length: connections }, () => openSender(server.port)));
const total = Math.round(seconds * perSecond);
const started = performance.now();
const pending: Promise<void>[] = [];
for (let i = 0; i < total; i += 1) {
  const due = started + (i * 1_000) / perSecond;
  const wait = due - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  // Counted from when it was due: a sender that waits for an answer must not hide how late it is.
  pending.push(
    senders[i % connections]!(oru({ control: `B${i}`, filler: `B${i}` })).then(
      () => void latencies.push(performance.now() - due),
    ),
  );
}
await Promise.all(pending);
const elapsed = (performance.now() - started) / 1_000;
latencies.sort((a, b) => a - b);
const at = (share: number) =>
  (latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0).toFixed(1);
print(
  `MLLP accept at ${perSecond}/s over ${connections} connections, ${total} messages in ${elapsed.toFixed(1)} s:`,
);
print(`  latency p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`);

const stored = await own.store.db.selectFrom('transmission').select('id').execute();
print(`  stored ${stored.length} of ${total}`);

const message = Buffer.from(oru());
const readingFrom = performance.now();
let read = 0;
while (performance.now() - readingFrom < 3_000) {
  readDelivery(message, { zone: 'America/New_York', name: 'northlab' });
  read += 1;
}
print(
  `messages read: ${Math.round(read / ((performance.now() - readingFrom) / 1_000))} a second (${message.length} bytes, one result)`,
);

const units = ['mg/dL', 'mg/dL', 'mg/dL', 'mmol/L', 'mmol/L', 'mmol/L', 'mmol/L', 'mg/dL'];
const bmp = version(
  [
    '2345-7 88',
    '3094-0 14',
    '2160-0 0.81',
    '2951-2 140',
    '2823-3 4.2',
    '2075-0 101',
    '2028-9 25',
    '17861-6 9.4',
  ].map((one, i) => row(one.split(' ')[0] ?? '', one.split(' ')[1] ?? '', { unit: units[i] ?? null })),
  { test: { code: '24321-2', system: 'LOINC', name: 'Basic metabolic panel' } },
);
const rates: number[] = [];
for (let round = 0; round < 9; round += 1) {
  const from = performance.now();
  let classified = 0;
  while (performance.now() - from < 400) {
    classify(bmp, rules, woman);
    classified += bmp.observations.length;
  }
  rates.push(classified / ((performance.now() - from) / 1_000));
}
rates.sort((a, b) => a - b);
print(
  `observations classified: ${Math.round(rates[4] ?? 0)} a second (${Math.round(rates[0] ?? 0)} to ${Math.round(rates[8] ?? 0)}; a BMP of 8, ${rules.analytes.length} analytes, tier ${classify(bmp, rules, woman).tier})`,
);

await server.close();
await own.close();

/** One connection that sends a message after the answer to the one before. */
async function openSender(port: number): Promise<(message: string) => Promise<void>> {
  const socket = connect(port, '127.0.0.1');
  const reader = new FrameReader(1_000_000);
  const waiting: (() => void)[] = [];
  socket.on('data', (chunk: Buffer) => {
    for (const event of reader.push(chunk)) if (event.kind === 'frame') waiting.shift()?.();
  });
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  let last: Promise<void> = Promise.resolve();
  return (text) => {
    last = last.then(
      () =>
        new Promise<void>((resolve) => {
          waiting.push(resolve);
          socket.write(frame(Buffer.from(text)));
        }),
    );
    return last;
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
