import { mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** What became of a file: `kept` = durably stored, `failed` = not now, it stays and is tried again. */
export type FileFate = 'kept' | 'failed';

export interface FolderOptions {
  readonly path: string;
  /** Resolves after the file's bytes are durably stored. */
  readonly receive: (bytes: Buffer) => Promise<FileFate>;
  /** What happens to a stored file. Default `delete`: its bytes are kept encrypted, a copy in clear is not. */
  readonly after?: 'delete' | 'move';
  /** Larger files go to the folder `refused`. Default 32 MiB. */
  readonly maxBytes?: number;
  /** A file counts as written to its end when it has not changed between two looks. Real ms, default 2 s. */
  readonly everyMs?: number;
  readonly onEvent?: (event: FolderEvent) => void;
}

/** File names may name patients: they are never handed out. */
export type FolderEvent =
  { readonly kind: 'too-large' | 'failed' } | { readonly kind: 'unreadable'; readonly code: string };

export interface WatchedFolder {
  /** One look; a file needs two to be taken. */
  look(): Promise<void>;
  /** Stops after the file that is being stored. */
  close(): Promise<void>;
}

const defaultMaxBytes = 32 * 1024 * 1024;

/**
 * Takes in files that an interface engine drops (S003-77). Looks instead of listening, because network shares do not
 * say when something changes. Names that begin with a dot or end in `.tmp`, `.part` or `.filepart` are still being
 * written. Oldest first.
 * @throws the file system's error when the folder cannot be made.
 */
export async function watchFolder(options: FolderOptions): Promise<WatchedFolder> {
  const { path, receive, after = 'delete', maxBytes = defaultMaxBytes, everyMs = 2_000 } = options;
  const onEvent = options.onEvent ?? (() => undefined);
  await mkdir(path, { recursive: true });
  let seen = new Map<string, string>();
  let isClosed = false;
  let looking: Promise<void> | null = null;

  const look = async () => {
    const files = await listFiles(path);
    const before = seen;
    seen = new Map(files.map((f) => [f.name, f.state]));
    for (const file of files) {
      if (isClosed) return;
      if (before.get(file.name) !== file.state) continue;
      await take(file).catch((err: unknown) => onEvent({ kind: 'unreadable', code: codeOf(err) }));
    }
  };
  const take = async (file: FoundFile) => {
    const from = join(path, file.name);
    if (file.size > maxBytes) {
      await moveTo('refused', from, file.name);
      return onEvent({ kind: 'too-large' });
    }
    const bytes = await readWhole(from);
    if ((await receive(bytes)) === 'failed') return onEvent({ kind: 'failed' });
    if (after === 'delete') await unlink(from);
    else await moveTo('done', from, file.name);
  };
  const moveTo = async (folder: string, from: string, name: string) => {
    await mkdir(join(path, folder), { recursive: true });
    await rename(from, join(path, folder, `${Date.now()}-${name}`));
  };
  const lookOnce = () =>
    (looking ??= look()
      .catch((err: unknown) => onEvent({ kind: 'unreadable', code: codeOf(err) }))
      .finally(() => {
        looking = null;
      }));
  const timer = setInterval(() => void lookOnce(), everyMs);
  return {
    look: lookOnce,
    async close() {
      isClosed = true;
      clearInterval(timer);
      await looking;
    },
  };
}

interface FoundFile {
  readonly name: string;
  readonly size: number;
  readonly state: string;
  readonly at: number;
}

async function listFiles(path: string): Promise<FoundFile[]> {
  const entries = await readdir(path, { withFileTypes: true });
  const files: FoundFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.startsWith('.') || /\.(tmp|part|filepart)$/i.test(entry.name)) continue;
    const found = await stat(join(path, entry.name)).catch(() => null);
    if (found)
      files.push({
        name: entry.name,
        size: found.size,
        state: `${found.size}/${found.mtimeMs}`,
        at: found.mtimeMs,
      });
  }
  return files.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1));
}

async function readWhole(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function codeOf(err: unknown): string {
  const code = (err as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'unknown';
}
