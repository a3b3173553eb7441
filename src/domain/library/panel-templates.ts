/**
 * Patient message and chart note per panel and tier (S000-56). Unsigned, like every starter: a medical director
 * approves them, a qualified translator the Spanish (45 CFR 92.201). Sensitive panels say nothing but “call us”.
 */
import type { PanelTemplate } from '../messages/panel-template-shape.js';
import type { PanelTemplateSet } from '../messages/panel-template.js';
import { nextSteps } from './next-steps.js';
import { patientNames, type Bilingual } from './patient-names.js';
import { starterPanels } from './starter-panels.js';

/** Panels that find or do not find something; the others measure. */
const finding = new Set(
  starterPanels
    .filter(({ id }) =>
      /culture|afb|gram|parasite|cryptococcal|fit|strep|influenza|covid|blood-group|newborn|leiden/.test(id),
    )
    .map(({ id }) => id),
);

const within: Bilingual = {
  eng: 'Everything is within the expected range.',
  spa: 'Todo está dentro de lo esperado.',
};
const nothingFound: Bilingual = {
  eng: 'Nothing was found that needs treatment.',
  spa: 'No se encontró nada que necesite tratamiento.',
};
const outside: Bilingual = {
  eng: 'Some of it is outside the expected range.',
  spa: 'Una parte está fuera de lo esperado.',
};
const found: Bilingual = {
  eng: 'It shows something that needs follow-up.',
  spa: 'Muestra algo que necesita seguimiento.',
};
const urgent: Bilingual = {
  eng: 'It needs attention now. If you have not spoken with us yet, call us right away.',
  spa: 'Necesita atención ahora. Si aún no ha hablado con nosotros, llámenos de inmediato.',
};
const urgentStep: Bilingual = {
  eng: 'Call us now. If you feel unwell, call 911 or go to the nearest emergency room.',
  spa: 'Llámenos ahora. Si se siente mal, llame al 911 o vaya a la sala de emergencias más cercana.',
};
const neutral: Bilingual = {
  eng: 'Your care team would like to talk with you.',
  spa: 'Su equipo de salud desea hablar con usted.',
};
const neutralStep: Bilingual = {
  eng: 'Please call us or schedule a visit.',
  spa: 'Por favor llámenos o haga una cita.',
};

const notes: Readonly<Record<PanelTemplate['tier'], (name: Bilingual) => Bilingual>> = {
  normal: (name) => ({
    eng: `${name.eng}: within the expected range. Message sent to the patient. Rules {ruleSet}.`,
    spa: `${name.spa}: dentro de lo esperado. Se envió un mensaje al paciente. Reglas {ruleSet}.`,
  }),
  abnormal: (name) => ({
    eng: `${name.eng}: outside the expected range. Message released by {providerName}: summary, next step, scheduling link. Next step: {nextStep} Rules {ruleSet}.`,
    spa: `${name.spa}: fuera de lo esperado. Mensaje autorizado por {providerName}: resumen, siguiente paso, enlace para citas. Siguiente paso: {nextStep} Reglas {ruleSet}.`,
  }),
  critical: (name) => ({
    eng: `${name.eng}: critical. Owner {providerName}. Call, read-back and time as in the call record. Next step: {nextStep} Rules {ruleSet}.`,
    spa: `${name.spa}: crítico. Responsable {providerName}. Llamada, repetición y hora según el registro de llamadas. Siguiente paso: {nextStep} Reglas {ruleSet}.`,
  }),
};

const other: Bilingual = { eng: 'Laboratory result', spa: 'Resultado de laboratorio' };

function both<T>(of: (language: 'eng' | 'spa') => T): { eng: T; spa: T } {
  return { eng: of('eng'), spa: of('spa') };
}

function templatesOf(panelId: string, isSensitive: boolean): PanelTemplate[] {
  const name = patientNames[panelId] ?? other;
  const step = nextSteps[panelId] ?? nextSteps.other ?? neutralStep;
  const isFinding = finding.has(panelId);
  const written = {
    normal: { summary: isFinding ? nothingFound : within, nextStep: null },
    abnormal: { summary: isFinding ? found : outside, nextStep: step },
    critical: { summary: urgent, nextStep: urgentStep },
  };
  const kept = { summary: neutral, nextStep: neutralStep };
  return (['normal', 'abnormal', 'critical'] as const).map((tier) => {
    const { summary, nextStep } = isSensitive ? kept : written[tier];
    return {
      panelId,
      tier,
      providerId: null,
      message: both((language) => ({ summary: summary[language], nextStep: nextStep?.[language] ?? null })),
      chartNote: both((language) => notes[tier](name)[language]),
    };
  });
}

export const starterPanelTemplates: PanelTemplateSet = {
  id: 'starter-panels',
  version: 1,
  signedBy: null,
  translatedBy: null,
  templates: [
    ...starterPanels.flatMap((one) => templatesOf(one.id, (one.sensitive ?? null) !== null)),
    ...templatesOf('other', false),
  ],
};

/** The starter as signed by a director and a translator. `date` is `YYYY-MM-DD`. */
export function signedPanelTemplates(signer: string, translator: string, date: string): PanelTemplateSet {
  const [signedBy, translatedBy] = [signer, translator].map((name) => ({ name, date }));
  return { ...starterPanelTemplates, signedBy: signedBy ?? null, translatedBy: translatedBy ?? null };
}
