/** The secure message for a draw with an abnormal member: summary, next step, scheduling link (S000-56). */
import { starterPanelTemplates } from '../library/panel-templates.js';
import { patientNames } from '../library/patient-names.js';
import type { Tier } from '../rules/rule-set.js';
import { panelTemplateFor, type PanelTemplateSet } from './panel-template.js';
import { render, showPhone } from './render.js';
import { MessageError, type Language } from './template.js';

/** One value worth telling. Texts as the laboratory sent them. */
export interface Finding {
  readonly analyteId: string | null;
  readonly name: string;
  readonly value: string;
  readonly unit: string | null;
  readonly range: string | null;
  readonly direction: 'high' | 'low' | null;
}

/** One result of the draw. */
export interface SecureMember {
  readonly panelId: string | null;
  readonly testName: string;
  readonly tier: Tier | null;
  readonly isSensitive: boolean;
  readonly findings: readonly Finding[];
  /** Who signed it off, else who owns it: their own wording comes first. */
  readonly providerId?: string | null;
}

export interface SecureParams {
  readonly firstName: string;
  readonly practiceName: string;
  readonly providerName: string;
  readonly phone: string;
  /** Our patient page, where reading is confirmed (L35). */
  readonly link: string;
  readonly schedulingLink: string;
  readonly members: readonly SecureMember[];
  /** True when an earlier version was told (L41). */
  readonly isUpdate: boolean;
  /** The provider's own words; else the library's next step per panel. */
  readonly nextStep?: string;
}

export interface SecureMessage {
  /** Shown in notifications: never anything clinical. */
  readonly subject: string;
  readonly body: string;
}

const words = {
  eng: {
    subject: 'New message from your care team',
    hello: (name: string) => `Hello ${name},`,
    about: (provider: string, practice: string) =>
      `This is a message from ${provider} at ${practice} about your recent results.`,
    updated: (provider: string, practice: string) =>
      `This is a message from ${provider} at ${practice} about an updated result. It replaces what we told you before.`,
    summary: 'Your results',
    expected: 'expected',
    high: 'high',
    low: 'low',
    outside: 'outside the expected range',
    within: 'Within the expected range',
    review: 'Your provider would like to talk with you about this result.',
    next: 'Recommended next step',
    schedule: (link: string) => `Schedule your visit here: ${link}`,
    confirm: (link: string) => `Please confirm that you have read this message: ${link}`,
    questions: (phone: string) => `Questions? Reply here or call ${phone}. In an emergency call 911.`,
  },
  spa: {
    subject: 'Nuevo mensaje de su equipo de salud',
    hello: (name: string) => `Hola ${name}:`,
    about: (provider: string, practice: string) =>
      `Este es un mensaje de ${provider}, de ${practice}, sobre sus resultados recientes.`,
    updated: (provider: string, practice: string) =>
      `Este es un mensaje de ${provider}, de ${practice}, sobre un resultado actualizado. Sustituye lo que le dijimos antes.`,
    summary: 'Sus resultados',
    expected: 'esperado',
    high: 'alto',
    low: 'bajo',
    outside: 'fuera de lo esperado',
    within: 'Dentro de lo esperado',
    review: 'Su profesional de salud desea hablar con usted de este resultado.',
    next: 'Siguiente paso recomendado',
    schedule: (link: string) => `Haga su cita aquí: ${link}`,
    confirm: (link: string) => `Por favor confirme que leyó este mensaje: ${link}`,
    questions: (phone: string) =>
      `¿Preguntas? Responda aquí o llame al ${phone}. En una emergencia llame al 911.`,
  },
} as const;

/** How a patient knows a panel or analyte; the laboratory's name where the library has none. */
export function patientName(id: string | null, fallback: string, language: Language): string {
  return (id === null ? undefined : patientNames[id]?.[language]) ?? fallback;
}

function findingLine(finding: Finding, language: Language): string {
  const word = words[language];
  const value = [finding.value, finding.unit].filter(Boolean).join(' ');
  const range = finding.range ? ` (${word.expected} ${finding.range})` : '';
  const direction = finding.direction === null ? word.outside : word[finding.direction];
  return `- ${patientName(finding.analyteId, finding.name, language)}: ${value}${range}, ${direction}`;
}

/** Whose words and which set: the library's as long as a practice has signed none of its own. */
export interface Wording {
  readonly providerId?: string | null;
  readonly templates?: PanelTemplateSet;
}

function wordsFor(member: SecureMember, language: Language, wording: Wording) {
  const tier = member.tier === 'normal' || member.tier === 'critical' ? member.tier : 'abnormal';
  const occasion = {
    panelId: member.panelId,
    tier,
    providerId: member.providerId ?? wording.providerId ?? null,
  } as const;
  return panelTemplateFor(wording.templates ?? starterPanelTemplates, occasion).message[language];
}

function memberLines(member: SecureMember, language: Language, wording: Wording): string[] {
  const lines = member.findings.map((finding) => findingLine(finding, language));
  return [
    patientName(member.panelId, member.testName, language),
    // Without a finding nothing is proved wrong: a provider only wants to talk about it.
    ...(lines.length > 0
      ? [wordsFor(member, language, wording).summary, ...lines]
      : [words[language].review]),
  ];
}

/** What the results mean, one sentence per result, without any value: for the note beside the published results. */
export function summaryOf(
  members: readonly SecureMember[],
  language: Language,
  wording: Wording = {},
): string {
  return members
    .map((member) => {
      const name = patientName(member.panelId, member.testName, language);
      // Without a finding nothing is proved wrong: a provider only wants to talk about it.
      const isProved = member.tier === 'normal' || member.findings.length > 0;
      const { summary } = wordsFor(member, language, wording);
      return `${name}: ${isProved ? summary : words[language].review}`;
    })
    .join(' ');
}

/** The next steps for the panels of the members that are not normal, each once. */
export function suggestedNextStep(
  members: readonly SecureMember[],
  language: Language,
  wording: Wording = {},
): string {
  const steps = members
    .filter((member) => member.tier !== 'normal')
    .map((member) => wordsFor(member, language, wording).nextStep ?? '');
  return [...new Set(steps)].filter((step) => step !== '').join(' ');
}

/**
 * Renders the message. One sensitive member makes the whole message neutral (clinical-rules §6.1). The caller
 * has made sure that every version it speaks of is current and released (L20).
 *
 * @throws MessageError `MESSAGE_PARAM_MISSING` when the three parts cannot be complete
 */
export function renderSecureMessage(
  language: Language,
  params: SecureParams,
  wording: Wording = {},
): SecureMessage {
  const word = words[language];
  const { practiceName, providerName, link } = params;
  if (params.members.some((member) => member.isSensitive)) {
    const id = params.isUpdate ? 'neutral-update-message' : 'neutral-message';
    const { body } = render(id, language, { practiceName, link, phone: params.phone });
    return { subject: word.subject, body };
  }
  const required = {
    firstName: params.firstName,
    practiceName,
    providerName,
    link,
    schedulingLink: params.schedulingLink,
  };
  const missing = Object.entries(required).find(([, value]) => value.trim() === '');
  if (missing || params.members.length === 0) {
    throw new MessageError(
      'MESSAGE_PARAM_MISSING',
      `The secure message needs ${missing?.[0] ?? 'at least one result'}: give it a value.`,
    );
  }
  const normal = params.members.filter((member) => member.tier === 'normal');
  const others = params.members.filter((member) => member.tier !== 'normal');
  const within = normal.map((member) => patientName(member.panelId, member.testName, language)).join(', ');
  const nextStep = params.nextStep?.trim() || suggestedNextStep(params.members, language, wording);
  const parts = [
    word.hello(params.firstName),
    params.isUpdate ? word.updated(providerName, practiceName) : word.about(providerName, practiceName),
    [
      word.summary,
      ...others.flatMap((member) => memberLines(member, language, wording)),
      ...(within === '' ? [] : [`${word.within}: ${within}.`]),
    ].join('\n'),
    ...(nextStep === '' ? [] : [`${word.next}\n${nextStep}`]),
    word.schedule(params.schedulingLink),
    word.confirm(link),
    word.questions(showPhone(params.phone)),
    `${providerName}\n${practiceName}`,
  ];
  return { subject: word.subject, body: parts.join('\n\n') };
}
