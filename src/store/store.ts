import type { BlindIndex } from '../security/blind-index.js';
import type { FieldCipher } from '../security/field-cipher.js';
import type { KeyRing } from '../security/key-ring.js';
import type { EpochMs } from '../domain/result/report.js';
import type { Db } from './database.js';

/** What every repository needs: the record, the keys to its sealed columns, and the machine's clock. */
export interface Store {
  readonly db: Db;
  readonly cipher: FieldCipher;
  readonly index: BlindIndex;
  readonly ring: KeyRing;
  /** Real time; a test with time skipping hands in the test server's. */
  readonly realNow: () => EpochMs;
}
