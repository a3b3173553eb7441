import { agreementVendors, hasAgreement, type AgreementVendor } from '../../domain/practice/agreements.js';
import { fail, pass, type Check } from './check.js';
import type { DoctorContext } from './context.js';

/** S000-22, 23. The same question as before every message to a patient, which is refused without. */
export const agreementChecks: readonly Check<DoctorContext>[] = agreementVendors.map(agreementWith);

function agreementWith(vendor: AgreementVendor): Check<DoctorContext> {
  return {
    id: `agreements.${vendor}`,
    area: 'agreements',
    needs: ['practice.connections'],
    todo: `Have the business associate agreement with ${vendor} signed, record it in connections.json as "agreements": { "${vendor}": { "signedOn": "YYYY-MM-DD", "recordedBy": "name" } }, and import the practice again.`,
    ask: async (context) => {
      const { agreements } = await context.connections();
      const recorded = agreements[vendor];
      if (recorded === null)
        return fail('No business associate agreement is recorded: nothing is sent to patients this way.');
      const what = `Signed on ${recorded.signedOn}, recorded by ${recorded.recordedBy}`;
      return hasAgreement(agreements, vendor, await context.practiceNow())
        ? pass(`${what}.`)
        : fail(`${what}, which is still to come: nothing is sent to patients this way until then.`);
    },
  };
}
