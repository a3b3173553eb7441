import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { EngineError } from './engine-error.js';

/**
 * The user's own folder for things that are made once and used by every run: `RESULTLOOP_CACHE`, else
 * `XDG_CACHE_HOME/resultloop`, else `~/.cache/resultloop`. Made when missing.
 *
 * @throws {EngineError} `cache-dir-unusable` when it cannot be made or written; the message names the variable that moves it.
 */
export function openCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const dir = pathOfCache(env);
  try {
    mkdirSync(dir, { recursive: true });
    accessSync(dir, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new EngineError(
      'cache-dir-unusable',
      `The cache folder ${dir} cannot be used. Set RESULTLOOP_CACHE to one you may write to.`,
      {
        cause,
      },
    );
  }
  return dir;
}

function pathOfCache({ RESULTLOOP_CACHE: own, XDG_CACHE_HOME: xdg }: NodeJS.ProcessEnv): string {
  if (own) return resolve(own);
  // The XDG base directory specification wants relative paths ignored.
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'resultloop');
}
