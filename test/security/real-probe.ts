import { fileURLToPath } from 'node:url';
import { Worker, NativeConnection } from '@temporalio/worker';
import { Client, Connection } from '@temporalio/client';
import Fastify from 'fastify';
import { createLogger } from '../../src/observability/log.js';
import { installRuntime } from '../../src/observability/install-runtime.js';
import { dataConverter } from '../../src/security/data-converter.js';
import { generateKeyRing, KeyRing } from '../../src/security/key-ring.js';
import { codecServer } from '../../src/http/codec-server.js';
import { EncryptionCodec } from '../../src/security/payload-codec.js';
const lines: string[] = [];
const logger = createLogger('probe', {
  level: 'warn',
  destination: { write: (l: string) => void lines.push(l) },
});
const rt = installRuntime({ logger, metrics: '127.0.0.1:19464', coreLevel: 'INFO' });
if (installRuntime({ logger }) !== rt) throw new Error('not idempotent');
const ring = new KeyRing(generateKeyRing());
const conv = dataConverter(ring);
const address = '127.0.0.1:17233';
const connection = await NativeConnection.connect({ address });
const ext = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const worker = await Worker.create({
  connection,
  taskQueue: 'q',
  workflowsPath: fileURLToPath(new URL(`./workflows/failing.${ext}`, import.meta.url)),
  dataConverter: conv,
  activities: { async a() {} },
});
const client = new Client({ connection: await Connection.connect({ address }), dataConverter: conv });
const NAME = 'Zelenka Planterova';
const app = Fastify();
await app.register(
  codecServer({
    codec: new EncryptionCodec(ring),
    allowedOrigins: [],
    authorize: () => ({ allowed: true, actor: 'x' }),
    onAccess: (a) => console.log('access', JSON.stringify(a)),
  }),
);
await app.listen({ port: 18081, host: '127.0.0.1' });
await worker.runUntil(async () => {
  try {
    await client.workflow.execute('failing', { taskQueue: 'q', workflowId: 'probe/' + ext, args: [NAME] });
  } catch (e) {
    console.log('client sees:', String((e as Error).cause));
  }
  const h = await client.workflow.getHandle('probe/' + ext).fetchHistory();
  const raw = JSON.stringify(h, (_k, v) =>
    v?.type === 'Buffer'
      ? Buffer.from(v.data).toString('latin1')
      : v instanceof Uint8Array
        ? Buffer.from(v).toString('latin1')
        : v,
  );
  console.log(
    'raw history leak:',
    raw.includes('Zelenka'),
    'has encoded failure',
    raw.includes('Encoded failure'),
  );
  const m = await (await fetch('http://127.0.0.1:19464/metrics')).text();
  console.log('metrics', m.split('\n').length, m.includes('Zelenka'));
});
await new Promise((r) => setTimeout(r, 500));
console.log(lines.join(''));
console.log('log leak:', lines.join('').includes('Zelenka'));
if (process.env.HOLD) await new Promise((r) => setTimeout(r, Number(process.env.HOLD)));
await app.close();
await client.connection.close();
await connection.close();
