import { generateKeyRing } from '../security/key-ring.js';
import { say, tell } from './outcome.js';

/** `resultloop keys new`. */
export function newKeysCommand(): void {
  tell(
    'Keep this key ring where secrets are kept, and a copy apart from the database: without it nothing opens.',
  );
  say(JSON.stringify(generateKeyRing()));
}
