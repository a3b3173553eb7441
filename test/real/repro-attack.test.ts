import { writeFileSync } from 'node:fs';
import { afterAll, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { Arena, startServer } from './attack-arena.js';
import { closeDeps } from './practice.js';
import { command, deliveryStatus } from '../../src/workflows/contract.js';
import { dataConverter } from '../../src/security/data-converter.js';
import { testRing, workflowBundle } from '../workflows/stand-in-workers.js';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { setTimeout as delay } from 'node:timers/promises';
let server: Awaited<ReturnType<typeof startServer>>;
afterAll(async () => {
  await closeDeps();
  await server.stateDir.close();
});
test('repro', async () => {
  server = await startServer();
  const arena = await Arena.open(server.address, 'repro', 60);
  const n = 16;
  let ids: string[] = [];
  await arena.run(async () => {
    ids = await Promise.all([...Array(n)].map(() => arena.result()));
    await Promise.all(
      ids.map(async (id, i) => {
        await arena.post(id, 'abnormal');
        await arena.practice.until('staged', async () => arena.record.of(id).projection?.state.version);
        const conc = (i % 3) + 1;
        const mode = i % 4;
        const jobs: Promise<unknown>[] = [];
        for (let k = 0; k < 12; k += 1) {
          jobs.push(
            (async () => {
              await delay(arena.chance.whole(0, 2500));
              if (mode !== 1) await arena.ask(arena.write(id, { kind: 'decline', task: 'sign-off' }, null));
            })(),
          );
          jobs.push(
            (async () => {
              await delay(arena.chance.whole(0, 2500));
              const m = id + k;
              if (mode === 1 || mode === 2)
                await arena.tell(id, deliveryStatus, {
                  id: m,
                  at: 0,
                  noticeId: 'n',
                  version: 1,
                  purpose: 'tried-to-reach',
                  status: 'sending',
                  channel: m,
                  task: null,
                  why: null,
                });
              if (mode === 3)
                await arena.tell(id, command, {
                  commandId: arena.write(id, { kind: 'decline', task: 'sign-off' }, null).id,
                });
            })(),
          );
        }
        await Promise.all(jobs);
      }),
    );
  });
  for (const [i, id] of ids.entries()) {
    const history = await arena.client.workflow.getHandle('result/' + id).fetchHistory();
    let verdict = 'ok';
    try {
      await Worker.runReplayHistory(
        { workflowBundle: await workflowBundle(), dataConverter: dataConverter(testRing) } as never,
        history,
        'result/' + id,
      );
    } catch (err) {
      verdict = (err as Error).message;
    }
    process.stderr.write(`REPLAY mode ${i % 4} ${history.events?.length} ${verdict.slice(0, 300)}\n`);
    writeFileSync(`/tmp/repro/${i}.json`, JSON.stringify(historyToJSON(history)));
  }
  await arena.close();
}, 100_000);
