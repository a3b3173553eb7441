/** Words that may not stand in a text: tests, values, findings, specialties (clinical-rules §8, S000-92). */
import { patientNames } from '../library/patient-names.js';
import { starterAnalytes, starterPanels } from '../library/starter-panels.js';
import { starterSensitivity } from '../library/starter-sensitivity.js';

const findings = [
  'normal',
  'abnormal',
  'critical',
  'positive',
  'negative',
  'elevated',
  'high',
  'low',
  'out of range',
  'within range',
  'test',
  'tests',
  'tested',
  'testing',
  'lab',
  'labs',
  'laboratory',
  'result',
  'results',
  'bloodwork',
  'blood',
  'urine',
  'stool',
  'specimen',
  'screening',
  'diagnosis',
  'diagnosed',
  'disease',
  'infection',
  'cancer',
  'tumor',
  'diabetes',
  'thyroid',
  'kidney',
  'liver',
  'prostate',
  'anemia',
  'panel',
  'cbc',
  'cmp',
  'bmp',
  'anormal',
  'critico',
  'critica',
  'positivo',
  'positiva',
  'negativo',
  'negativa',
  'elevado',
  'elevada',
  'alto',
  'alta',
  'bajo',
  'baja',
  'prueba',
  'pruebas',
  'examen',
  'examenes',
  'analisis',
  'laboratorio',
  'resultado',
  'resultados',
  'sangre',
  'orina',
  'diagnostico',
  'enfermedad',
  'infeccion',
  'tumor',
  'tiroides',
  'rinon',
  'higado',
  'prostata',
  'perfil',
  'embarazo',
];

/** A sender's name that tells the specialty tells the result (clinical-rules §6.1). */
const specialties = [
  'hiv',
  'vih',
  'aids',
  'std',
  'sti',
  'hepatitis',
  'oncology',
  'oncologia',
  'cancer',
  'fertility',
  'fertilidad',
  'abortion',
  'aborto',
  'addiction',
  'adicciones',
  'recovery',
  'methadone',
  'suboxone',
  'pride',
  'psychiatry',
  'psiquiatria',
  'genetics',
];

/** Lower case without accents, words apart by one space. */
export function bareWords(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}%]+/gu, ' ')
    .trim();
}

const clinicalTerms = new Set(
  [
    ...findings,
    ...starterAnalytes.flatMap((one) => [one.name, one.short, ...(one.names ?? [])]),
    ...starterPanels.flatMap((one) => [one.name, ...(one.names ?? [])]),
    ...starterSensitivity.flatMap((entry) => entry.names),
    ...Object.values(patientNames).flatMap((names) => [names.eng, names.spa]),
  ]
    .map(bareWords)
    .filter((term) => term !== ''),
);

function termIn(text: string, terms: Iterable<string>): string | null {
  const padded = ` ${bareWords(text)} `;
  for (const term of terms) if (padded.includes(` ${term} `)) return term;
  return null;
}

/** The first clinical word in a text, or `null`. */
export function clinicalTermIn(text: string): string | null {
  return termIn(text, clinicalTerms);
}

export function specialtyIn(senderName: string): string | null {
  return termIn(senderName, specialties);
}
