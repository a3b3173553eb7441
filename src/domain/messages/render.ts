/** Fills a template. A message that breaks the lint is refused, never sent shortened or cut. */
import { starterTemplates } from '../library/starter-templates.js';
import type { Tier } from '../rules/rule-set.js';
import { foldToGsm7, measureText, type TextSize } from './gsm7.js';
import { lintNeutral, lintText, type LintContext, type LintFinding } from './lint.js';
import {
  MessageError,
  placeholdersIn,
  type Language,
  type MessageParams,
  type Placeholder,
  type Template,
  type TemplateId,
  type TemplateSet,
} from './template.js';

export interface RenderedMessage {
  readonly templateId: TemplateId;
  readonly language: Language;
  readonly body: string;
  readonly segments: number;
  readonly encoding: TextSize['encoding'];
}

/** US numbers as people read them: `+16175550142` becomes `617-555-0142`. Anything else stays. */
export function showPhone(phone: string): string {
  const match = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phone);
  return match ? `${match[1]}-${match[2]}-${match[3]}` : phone;
}

function prepare(params: MessageParams, template: Template): MessageParams {
  const isText = template.kind === 'text' || template.kind === 'reply';
  const entries = (Object.entries(params) as [Placeholder, string][]).map(([name, value]) => {
    const plain = value.trim().replace(/\s+/g, ' ');
    if (name === 'phone' || name === 'urgentPhone') return [name, showPhone(plain)];
    return [name, isText && name !== 'link' ? foldToGsm7(plain) : plain];
  });
  return Object.fromEntries(entries) as MessageParams;
}

function fill(wording: string, params: MessageParams): string {
  // One pass, so that braces inside a name stay what they are.
  return wording.replace(/\{(\w+)\}/g, (_, name: string) => params[name as Placeholder] ?? `{${name}}`);
}

function lint(body: string, template: Template, params: MessageParams): LintFinding[] {
  const used = new Set(Object.values(template.wordings).flat().flatMap(placeholdersIn));
  const { firstName, link } = params;
  const isNormalReady = template.id === 'normal-ready' || template.id === 'normal-ready-named';
  const context: LintContext = {
    practiceName: params.practiceName ?? '',
    ...(firstName !== undefined && used.has('firstName') ? { firstName } : {}),
    ...(link !== undefined && used.has('link') ? { link } : {}),
    phones: [params.phone, params.urgentPhone].filter((phone) => phone !== undefined),
    kind: template.kind,
    isNormalReady,
    needsSender: template.id !== 'normal-ready',
  };
  switch (template.kind) {
    case 'text':
    case 'reply':
      return lintText(body, context);
    case 'message':
      return lintNeutral(body, context);
    case 'note':
    case 'spoken':
      return [];
  }
}

/**
 * Renders a template in a language. Texts are folded to GSM-7 and take the fullest wording that fits.
 *
 * @throws MessageError `MESSAGE_PARAM_MISSING`, or `MESSAGE_REFUSED` saying what to change
 */
export function render(
  templateId: TemplateId,
  language: Language,
  params: MessageParams,
  set: TemplateSet = starterTemplates,
): RenderedMessage {
  const template = set.templates.find((one) => one.id === templateId);
  if (!template)
    throw new MessageError(
      'TEMPLATES_INVALID',
      `Template ${templateId} is missing from set ${set.id}: add it.`,
    );
  const prepared = prepare(params, template);
  const wordings = template.wordings[language];
  const missing = wordings.flatMap(placeholdersIn).find((name) => !prepared[name as Placeholder]);
  if (missing)
    throw new MessageError(
      'MESSAGE_PARAM_MISSING',
      `Template ${templateId} needs {${missing}}: give it a value.`,
    );

  let findings: LintFinding[] = [];
  for (const wording of wordings) {
    const body = fill(wording, prepared);
    findings = lint(body, template, prepared);
    if (findings.length === 0) {
      const { segments, encoding } = measureText(body);
      return { templateId, language, body, segments, encoding };
    }
  }
  throw new MessageError(
    'MESSAGE_REFUSED',
    `Template ${templateId} (${language}) may not be sent. ${findings.map((one) => one.message).join(' ')}`,
    findings.map((one) => one.code),
  );
}

export interface TextOccasion {
  readonly tier: Tier | null;
  readonly isSensitive: boolean;
  /** The patient was told an earlier version of the result. */
  readonly isUpdate: boolean;
  /** L26: the setting that puts the practice's name before the named text. */
  readonly namesPractice: boolean;
}

/**
 * The text for a notice: the named one of S000-50 only for a normal, non-sensitive, first telling; the neutral
 * one for everything else, and when a name does not fit the named one.
 *
 * @throws MessageError when even the neutral text may not be sent
 */
export function renderNoticeText(
  occasion: TextOccasion,
  language: Language,
  params: MessageParams,
  set: TemplateSet = starterTemplates,
): RenderedMessage {
  if (occasion.isUpdate) return render('neutral-update', language, params, set);
  if (occasion.tier === 'normal' && !occasion.isSensitive) {
    try {
      return render(occasion.namesPractice ? 'normal-ready-named' : 'normal-ready', language, params, set);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      // Name too long, in another script, or odd: the neutral text carries no name.
    }
  }
  return render('neutral', language, params, set);
}
