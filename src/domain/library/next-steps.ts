/** Recommended next step per panel, the provider's to edit at sign-off (S000-56). Keys are panel ids of the library. */
import type { Bilingual } from './patient-names.js';

const visit = (eng: string, spa: string): Bilingual => ({
  eng: `Please schedule a visit to talk about ${eng}.`,
  spa: `Por favor haga una cita para hablar de ${spa}.`,
});

const soon = (eng: string, spa: string): Bilingual => ({
  eng: `Please call us today to talk about ${eng}.`,
  spa: `Por favor llámenos hoy para hablar de ${spa}.`,
});

const repeat: readonly [string, string] = ['and whether to repeat it', 'y de si conviene repetirlo'];
const panelStep = visit(`this panel ${repeat[0]}`, `este panel ${repeat[1]}`);
const thyroid = visit(
  'your thyroid test and any change of treatment',
  'su prueba de tiroides y de su tratamiento',
);
const kidneys = visit('your kidneys and how to protect them', 'sus riñones y de cómo protegerlos');
const culture = soon(
  'your culture and whether you need treatment',
  'su cultivo y de si necesita tratamiento',
);
const level = soon('your medicine and its dose', 'su medicina y de la dosis');
const breathing = soon(
  'your test: some treatments work only in the first days',
  'su prueba: algunos tratamientos solo sirven en los primeros días',
);
const inPerson = visit('this result in person', 'este resultado en persona');

export const nextSteps: Readonly<Record<string, Bilingual>> = {
  cbc: visit(`your blood count ${repeat[0]}`, `su hemograma ${repeat[1]}`),
  cmp: panelStep,
  bmp: panelStep,
  renal: kidneys,
  hepatic: visit(
    'your liver panel, your medicines and whether to repeat it',
    'su panel hepático, de sus medicinas y de si conviene repetirlo',
  ),
  'creatine-kinase': soon(
    'your muscles, your medicines and whether to repeat the test',
    'sus músculos, de sus medicinas y de si conviene repetir la prueba',
  ),
  lipid: visit('your cholesterol and how to lower your risk', 'su colesterol y de cómo reducir su riesgo'),
  a1c: visit('your blood sugar plan', 'su plan para el azúcar en la sangre'),
  tsh: thyroid,
  thyroid,
  'free-t4': thyroid,
  'total-t3': thyroid,
  'free-t3': thyroid,
  psa: visit(
    'this result and whether to see a urologist',
    'este resultado y de si conviene consultar a un urólogo',
  ),
  testosterone: visit(
    'your hormone level and whether to repeat it',
    'su nivel hormonal y de si conviene repetirlo',
  ),
  hcg: inPerson,
  'hcg-qualitative': inPerson,
  iron: visit('your iron and where a change may come from', 'su hierro y de la causa de un posible cambio'),
  ferritin: visit(
    'your iron stores and where a change may come from',
    'sus reservas de hierro y de la causa de un posible cambio',
  ),
  'vitamin-d': visit(
    'your vitamin D and whether to take more or less of it',
    'su vitamina D y de si debe tomar más o menos',
  ),
  'b12-folate': visit(
    'your vitamins and whether you need a supplement',
    'sus vitaminas y de si necesita un suplemento',
  ),
  magnesium: soon(
    'your magnesium, your medicines and whether to repeat it',
    'su magnesio, de sus medicinas y de si conviene repetirlo',
  ),
  phosphorus: visit('your phosphorus and whether to repeat it', 'su fósforo y de si conviene repetirlo'),
  'calcium-ionized': visit('your calcium and whether to repeat it', 'su calcio y de si conviene repetirlo'),
  'uric-acid': visit('your uric acid and how to lower it', 'su ácido úrico y de cómo reducirlo'),
  lipase: soon(
    'how you feel and whether to repeat the test',
    'cómo se siente y de si conviene repetir la prueba',
  ),
  amylase: soon(
    'how you feel and whether to repeat the test',
    'cómo se siente y de si conviene repetir la prueba',
  ),
  'pt-inr': soon(
    'your blood thinner and when to test again',
    'su anticoagulante y de cuándo repetir la prueba',
  ),
  aptt: soon('your clotting time and your medicines', 'su tiempo de coagulación y de sus medicinas'),
  fibrinogen: visit(
    'your clotting test and whether to repeat it',
    'su prueba de coagulación y de si conviene repetirla',
  ),
  'd-dimer': soon(
    'how you feel and whether you need more tests',
    'cómo se siente y de si necesita más pruebas',
  ),
  troponin: soon(
    'how you feel; with chest pain call 911',
    'cómo se siente; si le duele el pecho llame al 911',
  ),
  bnp: visit('your heart and your breathing', 'su corazón y de su respiración'),
  'nt-probnp': visit('your heart and your breathing', 'su corazón y de su respiración'),
  crp: visit('what may cause the inflammation', 'lo que puede causar la inflamación'),
  'hs-crp': visit('your heart risk and how to lower it', 'su riesgo del corazón y de cómo reducirlo'),
  esr: visit('what may cause the inflammation', 'lo que puede causar la inflamación'),
  lactate: soon(
    'how you feel and whether to repeat the test',
    'cómo se siente y de si conviene repetir la prueba',
  ),
  urinalysis: visit(
    'your urine test and whether to repeat it',
    'su análisis de orina y de si conviene repetirlo',
  ),
  'urine-albumin-creatinine': kidneys,
  'urine-protein-creatinine': kidneys,
  fit: visit('a colonoscopy, which is the next test', 'una colonoscopia, que es la siguiente prueba'),
  'urine-culture': culture,
  'blood-culture': culture,
  'csf-culture': culture,
  'sterile-fluid-culture': culture,
  'afb-smear': culture,
  'afb-culture': culture,
  'gram-stain': culture,
  'throat-culture': culture,
  'stool-culture': culture,
  'other-culture': culture,
  'blood-parasites': soon('your test and your treatment', 'su prueba y de su tratamiento'),
  'ova-and-parasites': soon('your test and your treatment', 'su prueba y de su tratamiento'),
  'cryptococcal-antigen': soon('your test and your treatment', 'su prueba y de su tratamiento'),
  'hiv-screen': inPerson,
  'hiv-viral-load': inPerson,
  'hiv-genotype': inPerson,
  'hepatitis-acute': inPerson,
  'hepatitis-a-igm': inPerson,
  'hepatitis-b': inPerson,
  'hepatitis-c': inPerson,
  'chlamydia-gonorrhea': inPerson,
  syphilis: inPerson,
  pap: inPerson,
  hpv: inPerson,
  'strep-a': breathing,
  influenza: breathing,
  covid: breathing,
  'flu-covid': breathing,
  lead: soon(
    'where lead may come from and when to test again',
    'de dónde puede venir el plomo y de cuándo repetir la prueba',
  ),
  lithium: level,
  digoxin: level,
  phenytoin: level,
  valproate: level,
  carbamazepine: level,
  theophylline: level,
  tacrolimus: level,
  'blood-group': visit('your blood type', 'su tipo de sangre'),
  'factor-v-leiden': inPerson,
  'newborn-screen': inPerson,
  other: visit('this result', 'este resultado'),
};
