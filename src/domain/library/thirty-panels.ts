/** The thirty panels of clinical-rules §2.0 and the orderables of the library that make up each (S000-34). */

export interface ThirtyPanel {
  readonly number: number;
  readonly name: string;
  /** What it is ordered by, as the table has it. */
  readonly leadLoinc: readonly string[];
  readonly panelIds: readonly string[];
}

const row = (number: number, name: string, lead: string, panels: string): ThirtyPanel => ({
  number,
  name,
  leadLoinc: lead.split(' '),
  panelIds: panels.split(' '),
});

export const thirtyPanels: readonly ThirtyPanel[] = [
  row(1, 'CBC with differential', '58410-2 57021-8', 'cbc'),
  row(2, 'Comprehensive metabolic (CMP)', '24323-8', 'cmp'),
  row(3, 'Basic metabolic (BMP), renal', '24321-2 24362-6', 'bmp renal'),
  row(4, 'Hepatic function', '24325-3', 'hepatic'),
  row(5, 'Lipid', '24331-1', 'lipid'),
  row(6, 'HbA1c', '4548-4', 'a1c'),
  row(7, 'Thyroid: TSH, free T4, T3', '3016-3 3024-7', 'tsh thyroid free-t4 total-t3 free-t3'),
  row(8, 'PSA', '2857-1', 'psa'),
  row(9, 'Testosterone', '2986-8', 'testosterone'),
  row(10, 'hCG', '21198-7 2118-8', 'hcg hcg-qualitative'),
  row(11, 'Iron studies, ferritin', '2498-4 2276-4', 'iron ferritin'),
  row(12, 'Vitamin D, 25-hydroxy', '62292-8', 'vitamin-d'),
  row(13, 'Vitamin B12, folate', '2132-9', 'b12-folate'),
  row(14, 'Magnesium, phosphorus', '19123-9 2777-1', 'magnesium phosphorus'),
  row(15, 'Uric acid', '3084-1', 'uric-acid'),
  row(16, 'Lipase, amylase', '3040-3', 'lipase amylase'),
  row(17, 'PT/INR, aPTT', '6301-6 14979-9', 'pt-inr aptt'),
  row(18, 'D-dimer', '48065-7', 'd-dimer'),
  row(19, 'Troponin', '89579-7 10839-9', 'troponin'),
  row(20, 'BNP, NT-proBNP', '30934-4 33762-6', 'bnp nt-probnp'),
  row(21, 'CRP, ESR', '1988-5 4537-7', 'crp hs-crp esr'),
  row(22, 'Lactate', '2524-7', 'lactate'),
  row(23, 'Urinalysis', '24356-8', 'urinalysis'),
  row(
    24,
    'Urine culture; blood and other cultures',
    '630-4 600-7',
    'urine-culture blood-culture csf-culture sterile-fluid-culture throat-culture stool-culture other-culture',
  ),
  row(25, 'Urine albumin/creatinine', '14959-1', 'urine-albumin-creatinine'),
  row(26, 'FIT', '29771-3', 'fit'),
  row(
    27,
    'HIV, hepatitis B and C',
    '56888-1 16128-1 5195-3',
    'hiv-screen hiv-viral-load hiv-genotype hepatitis-b hepatitis-c',
  ),
  row(
    28,
    'Chlamydia, gonorrhea, trichomonas, syphilis',
    '21613-5 24111-7 20507-0',
    'chlamydia-gonorrhea syphilis',
  ),
  row(29, 'Pap, HPV', '10524-7 21440-3', 'pap hpv'),
  row(30, 'Strep A, influenza, SARS-CoV-2', '78012-2 92142-9 94500-6', 'strep-a influenza covid flu-covid'),
];
