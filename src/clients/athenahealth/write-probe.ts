import { VendorError } from '../http/index.js';
import type { Transport } from './transport.js';

/**
 * Whether this application may write documents, asked without any effect: a document without its required fields for
 * a patient that cannot exist. Whoever may write is told what is missing, whoever may not is refused first.
 * @throws VendorError for anything that is neither: nothing is known then.
 */
export async function probeDocumentWrite(transport: Transport): Promise<'allowed' | 'refused'> {
  try {
    await transport.write('clinicaldocument.probe', 'POST', '/patients/0/documents/clinicaldocument', {});
    return 'allowed';
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    switch (error.code) {
      case 'invalid':
      case 'not-found':
      case 'conflict':
      case 'logical-failure':
        return 'allowed';
      case 'unauthorized':
      case 'forbidden':
        return 'refused';
      case 'needs-setup':
      case 'rate-limited':
      case 'unavailable':
      case 'timeout':
      case 'network':
      case 'bad-answer':
        throw error;
    }
  }
}
