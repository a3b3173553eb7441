import { mkdtemp, readdir, rename, rm, writeFile, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  watchFolder,
  type FileFate,
  type FolderEvent,
  type WatchedFolder,
} from '../../src/intake/folder/watch.js';

let path: string;
let taken: string[];
let events: FolderEvent[];
let fate: FileFate;
let folder: WatchedFolder;
const never = 2 ** 30;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'drop-'));
  taken = [];
  events = [];
  fate = 'kept';
  folder = await watch({});
});
afterEach(async () => {
  await folder.close();
  await rm(path, { recursive: true });
});

function watch(options: { after?: 'move'; maxBytes?: number }) {
  return watchFolder({
    path,
    everyMs: never,
    receive: async (bytes) => {
      taken.push(bytes.toString());
      return fate;
    },
    onEvent: (event) => events.push(event),
    ...options,
  });
}
const put = async (name: string, text: string, second: number) => {
  await writeFile(join(path, name), text);
  await utimes(join(path, name), second, second);
};
/** Two looks: the first sees a file, the second sees that it has not changed. */
const look = async () => {
  await folder.look();
  await folder.look();
};

test('S003-77: files are taken oldest first, once they do not change any more, and are gone then', async () => {
  await put('b.hl7', 'older', 100);
  await put('a.hl7', 'newer', 200);
  await folder.look();
  expect(taken).toEqual([]);
  await put('a.hl7', 'newer, grown', 300);
  await folder.look();
  expect(taken).toEqual(['older']);
  await folder.look();
  expect(taken).toEqual(['older', 'newer, grown']);
  expect(await readdir(path)).toEqual([]);
});

test('what is still being written is left alone, until it gets its name', async () => {
  for (const name of ['.hidden', 'x.tmp', 'x.part', 'x.filepart']) await put(name, name, 100);
  await look();
  expect(taken).toEqual([]);
  await rename(join(path, 'x.tmp'), join(path, 'x.hl7'));
  await look();
  expect(taken).toEqual(['x.tmp']);
});

test('a file that could not be stored stays and is tried again', async () => {
  fate = 'failed';
  await put('a.hl7', 'a', 100);
  await look();
  expect([await readdir(path), events]).toEqual([['a.hl7'], [{ kind: 'failed' }]]);
  fate = 'kept';
  await folder.look();
  expect(await readdir(path)).toEqual([]);
});

test('too large a file goes aside; a practice may keep what was taken', async () => {
  await folder.close();
  folder = await watch({ after: 'move', maxBytes: 5 });
  await put('big.hl7', 'far too large', 100);
  await put('ok.hl7', 'ok', 200);
  await look();
  expect(taken).toEqual(['ok']);
  expect(events).toEqual([{ kind: 'too-large' }]);
  expect((await readdir(path)).sort()).toEqual(['done', 'refused']);
  expect((await readdir(join(path, 'refused')))[0]).toMatch(/-big\.hl7$/);
  expect((await readdir(join(path, 'done')))[0]).toMatch(/-ok\.hl7$/);
});
