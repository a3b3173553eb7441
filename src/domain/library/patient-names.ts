/** Panels and analytes as patients know them. Keys are ids of the rule set; only used behind a login. */
export const patientNames: Readonly<Record<string, { readonly eng: string; readonly spa: string }>> = {
  cbc: { eng: 'Blood count', spa: 'Hemograma' },
  cmp: { eng: 'Comprehensive metabolic panel', spa: 'Panel metabólico completo' },
  bmp: { eng: 'Basic metabolic panel', spa: 'Panel metabólico básico' },
  lipid: { eng: 'Cholesterol panel', spa: 'Perfil de colesterol' },
  a1c: { eng: 'Hemoglobin A1c', spa: 'Hemoglobina A1c' },
  tsh: { eng: 'Thyroid (TSH)', spa: 'Tiroides (TSH)' },
  psa: { eng: 'PSA', spa: 'Antígeno prostático (PSA)' },
  wbc: { eng: 'White blood cells', spa: 'Glóbulos blancos' },
  rbc: { eng: 'Red blood cells', spa: 'Glóbulos rojos' },
  hemoglobin: { eng: 'Hemoglobin', spa: 'Hemoglobina' },
  hematocrit: { eng: 'Hematocrit', spa: 'Hematocrito' },
  platelets: { eng: 'Platelets', spa: 'Plaquetas' },
  neutrophils: { eng: 'Neutrophils', spa: 'Neutrófilos' },
  sodium: { eng: 'Sodium', spa: 'Sodio' },
  potassium: { eng: 'Potassium', spa: 'Potasio' },
  chloride: { eng: 'Chloride', spa: 'Cloruro' },
  co2: { eng: 'Carbon dioxide', spa: 'Dióxido de carbono' },
  calcium: { eng: 'Calcium', spa: 'Calcio' },
  glucose: { eng: 'Glucose (blood sugar)', spa: 'Glucosa (azúcar en la sangre)' },
  bun: { eng: 'Urea nitrogen (BUN)', spa: 'Nitrógeno ureico (BUN)' },
  creatinine: { eng: 'Creatinine', spa: 'Creatinina' },
  egfr: { eng: 'Kidney function (eGFR)', spa: 'Función renal (TFGe)' },
  protein: { eng: 'Total protein', spa: 'Proteína total' },
  albumin: { eng: 'Albumin', spa: 'Albúmina' },
  bilirubin: { eng: 'Bilirubin', spa: 'Bilirrubina' },
  'alkaline-phosphatase': { eng: 'Alkaline phosphatase', spa: 'Fosfatasa alcalina' },
  ast: { eng: 'AST (liver)', spa: 'AST (hígado)' },
  alt: { eng: 'ALT (liver)', spa: 'ALT (hígado)' },
  cholesterol: { eng: 'Total cholesterol', spa: 'Colesterol total' },
  triglycerides: { eng: 'Triglycerides', spa: 'Triglicéridos' },
  hdl: { eng: 'HDL cholesterol', spa: 'Colesterol HDL' },
  ldl: { eng: 'LDL cholesterol', spa: 'Colesterol LDL' },
  'non-hdl': { eng: 'Non-HDL cholesterol', spa: 'Colesterol no HDL' },
};

/** Recommended next step per panel, the provider's to edit at sign-off (S000-56). */
export const nextSteps: Readonly<Record<string, { readonly eng: string; readonly spa: string }>> = {
  cbc: {
    eng: 'Please schedule a visit to talk about your blood count and whether to repeat it.',
    spa: 'Por favor haga una cita para hablar de su hemograma y de si conviene repetirlo.',
  },
  cmp: {
    eng: 'Please schedule a visit to talk about this panel and whether to repeat it.',
    spa: 'Por favor haga una cita para hablar de este panel y de si conviene repetirlo.',
  },
  bmp: {
    eng: 'Please schedule a visit to talk about this panel and whether to repeat it.',
    spa: 'Por favor haga una cita para hablar de este panel y de si conviene repetirlo.',
  },
  lipid: {
    eng: 'Please schedule a visit to talk about your cholesterol and how to lower your risk.',
    spa: 'Por favor haga una cita para hablar de su colesterol y de cómo reducir su riesgo.',
  },
  a1c: {
    eng: 'Please schedule a visit to talk about your blood sugar plan.',
    spa: 'Por favor haga una cita para hablar de su plan para el azúcar en la sangre.',
  },
  tsh: {
    eng: 'Please schedule a visit to talk about your thyroid test and any change of treatment.',
    spa: 'Por favor haga una cita para hablar de su prueba de tiroides y de su tratamiento.',
  },
  other: {
    eng: 'Please schedule a visit to talk about this result.',
    spa: 'Por favor haga una cita para hablar de este resultado.',
  },
};
