import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { FieldCipher } from '../../security/field-cipher.js';
import { newId } from '../../security/tokens.js';

const aad = 'quarantine.message';
const suffix = '.sealed';

const shape = z.object({ practiceId: z.string(), sourceId: z.string(), body: z.string() });

export interface Quarantined {
  readonly practiceId: string;
  readonly sourceId: string;
  readonly body: Buffer;
}

/**
 * Where messages wait that the record would not take (reference §1: never AE for ever): sealed files on this machine,
 * on disk when `put` has returned.
 */
export class Quarantine {
  constructor(
    private readonly folder: string,
    private readonly cipher: FieldCipher,
  ) {}

  async put(message: Quarantined): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const name = join(this.folder, `${newId()}${suffix}`);
    const { practiceId, sourceId, body } = message;
    const sealed = this.cipher.sealJson({ practiceId, sourceId, body: body.toString('latin1') }, aad);
    const file = await open(`${name}.tmp`, 'wx', 0o600);
    try {
      await file.writeFile(sealed);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${name}.tmp`, name);
    const folder = await open(this.folder, 'r');
    await folder.sync().finally(() => folder.close());
  }

  /** Offers every message, oldest first; one that `keep` has stored is removed. Stops at the first that fails. */
  async empty(keep: (message: Quarantined) => Promise<void>): Promise<number> {
    const names = await readdir(this.folder).catch(() => []);
    let emptied = 0;
    for (const name of names.filter((n) => n.endsWith(suffix)).sort()) {
      const path = join(this.folder, name);
      const { practiceId, sourceId, body } = shape.parse(
        this.cipher.openJson(await readFile(path, 'utf8'), aad),
      );
      await keep({ practiceId, sourceId, body: Buffer.from(body, 'latin1') });
      await unlink(path);
      emptied += 1;
    }
    return emptied;
  }
}
