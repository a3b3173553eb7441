import { sourceSchema } from '../../src/domain/practice/source.js';
import { listenMllp } from '../../src/intake/mllp/index.js';
import { createLogger } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { Hl7Receiver } from '../../src/process/intake/hl7-door.js';
import { Quarantine } from '../../src/process/intake/quarantine.js';
import { BlindIndex } from '../../src/security/blind-index.js';
import { FieldCipher } from '../../src/security/field-cipher.js';
import { loadKeyRing } from '../../src/security/key-ring.js';
import { openDatabase } from '../../src/store/database.js';
import { loadPractice } from '../../src/store/practices.js';
import { labSource } from './source.js';

/** An MLLP door on the test's database. With DIES it is killed between store and answer. */
const { DATABASE_URL = '', RESULTLOOP_KEYS = '', DIES, QUARANTINE = '' } = process.env;
const ring = loadKeyRing(RESULTLOOP_KEYS);
const store = {
  db: openDatabase(DATABASE_URL),
  ring,
  cipher: new FieldCipher(ring),
  index: new BlindIndex(ring),
  realNow: Date.now,
};
const practice = await loadPractice(store, 'riverside');
const door = { practice, source: sourceSchema.parse(labSource) };
const hl7 = new Hl7Receiver(
  { store, metrics: createMetrics(), log: createLogger('part') },
  new Quarantine(QUARANTINE, store.cipher),
  () => undefined,
);
const server = await listenMllp({
  host: '127.0.0.1',
  port: 0,
  allow: ['127.0.0.1'],
  async receive(message) {
    const { bytes, isHl7 } = await hl7.receive(door, message);
    if (DIES) process.kill(process.pid, 'SIGKILL');
    return { bytes, close: !isHl7 };
  },
  async refuseTooLarge(head) {
    return { bytes: (await hl7.refuseTooLarge(door, head)).bytes, close: true };
  },
});
process.stdout.write(`${JSON.stringify({ ready: true, port: server.port })}\n`);
