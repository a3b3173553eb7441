import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = fileURLToPath(import.meta.url);
const isCompiled = here.endsWith('.js');

/** The folder that holds `package.json`, in development and when compiled (`src/embedded`, `dist/embedded`). */
export const projectRoot = dirname(dirname(dirname(here)));

/**
 * The Node arguments that run one of the project's own files, e.g. `worker` for `src/worker.ts`: through tsx in
 * development, as `dist/worker.js` when compiled.
 */
export function nodeArguments(entry: string): string[] {
  const file = fileURLToPath(new URL(`../${entry}${isCompiled ? '.js' : '.ts'}`, import.meta.url));
  if (isCompiled) return [file];
  const tsx = createRequire(import.meta.url).resolve('tsx');
  return ['--import', pathToFileURL(tsx).href, file];
}
