/**
 * OBX-5 of every genuine message, in the order of the file, written down from reading it: of a structured number what it
 * says (`^1^:^80` is 1:80), of a coded value its words, `null` where the field is empty. What stands in other fields of a
 * misaligned message (10) is not here.
 */
const no = 'No';
const yes = 'Yes';
const unknown = 'Unknown';
const newborn = ['0065.88', '39', '40.15', '850.00', '0.93', '00.02', '25', 'In range', 'Negative'];

export const hl7Values: Readonly<Record<string, readonly (string | null)[]>> = {
  '01-cbc-preliminary.hl7': [null, '4.06', null, '40.1', '221', '72', '2', '20', '6', '0'],
  '02-cbc-final-same-orders.hl7': ['0', '72', '2', '20', '6', '13.4', '8.2', '4.08', '39.7', '220'],
  '03-glucose-high-sn.hl7': ['182'],
  '04-lead-high.hl7': ['50'],
  '05-lead-corrected.hl7': ['25'],
  '06-stool-culture-text.hl7': ['Isolated', 'Isolated', 'Not Isolated'],
  '07-lead-high-cerner.hl7': ['50'],
  '08-athena-order-no-obx.hl7': [],
  '09-two-orders-culture-and-lead.hl7': ['Campylobacter jejuni', '50'],
  '10-hcv-antibody-misaligned.hl7': [null, '29', 'food handler'],
  '11-genetic-factor-v-negative.hl7': ['Negative', 'SEE COMMENTS', 'SEE COMMENTS'],
  '12-covid-negative-elr.hl7': ['Not detected', no, no, yes, no],
  '13-batch-two-messages.hl7': ['Not detected', yes, yes, no, no, 'Not detected', yes, yes, no, no],
  '14-covid-negative-2.3.hl7': ['NEGATIVE'],
  '15-newborn-screen-odd-codes.hl7': [...newborn, ...newborn],
  '16-invalid-almost-empty.hl7': ['Display'],
  '17-flags-variety-batch.hl7': [
    ...['Detected', unknown, unknown, yes, unknown, '3', unknown, unknown, yes],
    ...['Detected', yes, no, yes, unknown, '4', unknown, unknown, unknown],
    ...['Inconclusive', no, yes, no, yes, '8', 'Pregnant', yes, unknown],
    ...['Inconclusive', no, unknown, no, yes, '6', 'Not Pregnant', unknown, no],
    ...['Inconclusive', unknown, no, unknown, yes, '4', unknown, yes, yes],
  ],
  '18-cmp-no-flags-no-ranges.hl7': [
    ...['145', '5.2', '108', '31', '22', '1.3', '76', '10.1', '5.1', '2.2', '3.4', '6.1'],
    ...['100.1', '100.1', '100.1', '100.1', '100.1'],
  ],
  '19-cbc-clinic-flags.hl7': [
    ...['7.0', '68', '20', '16', '3', '0', '0', '4.02', '13.7', '40', '80', '30', '32', '221'],
  ],
  '20-micro-sign-encoding.hl7': ['0.5'],
  '21-parasite-text.hl7': [
    'Trophozoite of Genus Plasmodium (organism)',
    'Plasmodium species not Plasmodium falciparum',
  ],
  '22-invalid-missing-msh.hl7': [],
  '23-escape-sequences.hl7': [
    'Result contains pipe | and ampersand & and caret ^ and tilde ~ and backslash \\ chars',
  ],
  '24-batch-biosense-count-mismatch.hl7': ['Giardia, NOS', 'Chlamydia trachomatis', 'CAMPYLOBACTER JEJUNI'],
  '25-hiv-viral-load.hl7': ['30076', 'Negative'],
  '26-syphilis-rpr-reactive.hl7': ['Reactive', '1:80'],
  '27-blood-culture-positive.hl7': ['Vibrio Cholerae', 'Listeria monocytogenes', 'Neisseria monocytogenes'],
  '28-lead-on-wrong-order.hl7': ['2.0'],
  '29-creatinine-high-umol.hl7': ['98.00'],
  '30-electrolytes-normal.hl7': ['5.10', '145.01', '5.45', '<15', '86.25'],
  '31-lipid-no-flags.hl7': ['12.68', '1.01', '2.95', '1.98'],
  '32-imaging-not-lab.hl7': ['MRI Ankle Lt value', 'MANKL value'],
};
