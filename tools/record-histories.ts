/**
 * Records histories of every workflow from real runs into test/histories/<name>/, with the throw-away key ring that
 * they are encrypted with: `node --import tsx tools/record-histories.ts [NAME]`, the package's version by default. Earlier
 * recordings stay as long as runs like them may still be open.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const folder = join(root, 'test/histories', process.argv[2] ?? version);
mkdirSync(folder, { recursive: true });

const child = spawn(process.execPath, ['--import', 'tsx', 'test/real/engines.ts'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
const ready = await new Promise<string>((resolve) => {
  createInterface({ input: child.stdout! }).on('line', (line) => line.startsWith('{') && resolve(line));
});
process.env.RESULTLOOP_TEST_ENGINES = ready;
const { openPractice, closeDeps, engines, staff } = await import('../test/real/practice.js');
const { bmp } = await import('../test/real/panels.js');
const { act } = await import('../src/starters/act.js');
const { confirmPage, linkIn } = await import('../test/real/patient-page.js');

writeFileSync(join(folder, 'key-ring.json'), `${engines.env.RESULTLOOP_KEYS ?? ''}\n`);
const p = await openPractice({ start: '2026-03-02T10:00', factor: 2400 });
const well = await p.patient();
const ill = await p.patient({ spruce: true });
const urgent = await p.patient({ spruce: true });
await p.post(
  bmp(well.id),
  bmp(ill.id, { glucose: '156', accession: 'A26-amended' }),
  bmp(urgent.id, { potassium: '6.8' }),
);
await p.poll();
const staged = await p.until('three results', async () => {
  const rows = await p.results();
  return rows.length === 3 && rows.every((r) => r.tier !== null) && rows;
});
const of = (tier: string) => staged.find((r) => r.tier === tier)?.id ?? '';
const decide = (resultId: string, body: Parameters<typeof act>[1]['body']) =>
  act(p.deps, {
    practice: p.practice,
    resultId,
    personId: staff.okafor,
    via: 'staff-app',
    note: 'recorded',
    body,
  });

await decide(of('critical'), { kind: 'accept', task: 'callback' });
await decide(of('critical'), { kind: 'attempt', outcome: 'voicemail', twoIdentifiers: false });
await decide(of('critical'), { kind: 'attempt', outcome: 'reached', twoIdentifiers: true });
await decide(of('critical'), { kind: 'sign-off', decision: 'call-instead' });
await decide(of('abnormal'), { kind: 'sign-off', decision: 'release' });
const first = await p.until('the first message', async () =>
  (await p.control.spruce.items(p.number)).find((i) => i.text.includes('/p/')),
);
// Amended after it was told: signed off again and told again.
await p.post(bmp(ill.id, { glucose: '161', accession: 'A26-amended' }));
await p.poll();
await p.until('the amendment', async () =>
  (await p.results()).some(
    (r) => r.id === of('abnormal') && r.current_version === 2 && r.phase === 'sign-off',
  ),
);
await decide(of('abnormal'), { kind: 'sign-off', decision: 'release' });
const second = await p.until('the second message', async () =>
  (await p.control.spruce.items(p.number)).find((i) => i.text.includes('/p/') && i.id !== first.id),
);
await confirmPage(linkIn(second.text), ill.birthDate);
await p.until('all closed', async () => (await p.results()).every((r) => r.closure !== null), 180_000);

const save = async (name: string, workflowId: string) => {
  const handle = p.deps.temporal.workflow.getHandle(workflowId);
  const history = JSON.parse(historyToJSON(await handle.fetchHistory())) as unknown;
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ workflowId, history })}\n`);
  console.log(`${name}: recorded`);
};
await save('lab-result-normal', `result/${of('normal')}`);
await save('lab-result-abnormal-amended', `result/${of('abnormal')}`);
await save('lab-result-critical', `result/${of('critical')}`);
const rows = await p.results();
await save('patient-notice', `notice/${rows.find((r) => r.id === of('abnormal'))?.patient_id ?? ''}`);
await save('chart-writer', `chart/${p.practice.id}`);
for await (const w of p.deps.temporal.workflow.list({
  query: `WorkflowId STARTS_WITH "poll/${p.practice.id}"`,
})) {
  await save('poll-practice', w.workflowId);
  break;
}
for (const [type, name] of [
  ['textRounds', 'text-rounds'],
  ['practiceRounds', 'practice-rounds'],
] as const) {
  const workflowId = `${name}/${p.practice.id}`;
  const args = [{ practiceId: p.practice.id }];
  await p.deps.temporal.workflow.execute(type, { workflowId, taskQueue: 'results', args });
  await save(name, workflowId);
}
await closeDeps();
child.kill('SIGTERM');
