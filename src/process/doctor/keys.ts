import { FieldCipher, FieldCipherError } from '../../security/field-cipher.js';
import { sealedSamples } from '../../store/sealed-sample.js';
import { fail, pass, type Check } from './check.js';
import type { DoctorContext } from './context.js';

const proof = 'doctor';

export const keyChecks: readonly Check<DoctorContext>[] = [
  {
    id: 'keys.ring',
    area: 'keys',
    todo: 'Correct RESULTLOOP_KEYS: the key ring of this database, as JSON or the path of its file (a first one: resultloop keys new).',
    ask: async ({ ring }) => {
      const cipher = new FieldCipher(ring());
      if (cipher.open(cipher.seal(proof, proof), proof) !== proof)
        return fail(`What the active key ${ring().activeId} seals does not open again.`);
      return pass(`Key ${ring().activeId} seals; ${ring().ids.length} of the ring open.`);
    },
  },
  {
    id: 'keys.stored-data',
    area: 'keys',
    needs: ['keys.ring', 'database.migrations'],
    todo: 'Put the missing key back on the ring (RESULTLOOP_KEYS), or restore the ring from its own backup. Until then what it sealed cannot be read.',
    ask: async ({ db, ring }) => {
      const samples = await sealedSamples(db());
      const cipher = new FieldCipher(ring());
      const shut = samples.flatMap(({ where, aad, keyId, sealed }) => {
        try {
          cipher.open(sealed, aad);
          return [];
        } catch (err) {
          if (!(err instanceof FieldCipherError)) throw err;
          return [{ where, keyId, code: err.code }];
        }
      });
      if (shut.length === 0) return pass(`${samples.length} stored samples open.`);
      const keys = [...new Set(shut.map(({ keyId }) => keyId))].sort();
      const places = [...new Set(shut.map(({ where }) => where))].sort();
      const isMissing = shut.every(({ code }) => code === 'sealed-value-unknown-key');
      return isMissing
        ? fail(`Key ${keys.join(', ')} is not on the ring, and values of ${places.join(', ')} need it.`)
        : fail(
            `Values of ${places.join(', ')} do not open with key ${keys.join(', ')}.`,
            'Either the ring holds another key under this id, or the values were changed: restore the ring, else the database, from backup.',
          );
    },
  },
];
