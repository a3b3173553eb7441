/** Templates per panel and tier: schema, a provider's own variants, lookup, rendering (S000-56). */
import { z } from 'zod';
import { lintPanelTemplate } from './lint-panel-template.js';
import {
  panelTemplate,
  templateTiers,
  type ChartNoteParams,
  type PanelTemplate,
  type TemplateTier,
} from './panel-template-shape.js';
import { MessageError, placeholdersIn, type Language } from './template.js';

const text = z.string().trim().min(1);
const signature = z.strictObject({ name: text, date: z.iso.date() }).nullable();

const panelTemplateSet = z
  .strictObject({
    id: text,
    version: z.int().positive(),
    signedBy: signature,
    translatedBy: signature,
    templates: z.array(panelTemplate),
  })
  .check((context) => {
    for (const message of faultsOf(context.value)) {
      context.issues.push({ code: 'custom', message, input: context.value.id, path: ['templates'] });
    }
  });

export type PanelTemplateSet = z.output<typeof panelTemplateSet>;

function faultsOf(set: PanelTemplateSet): string[] {
  const keys = set.templates.map((one) => `${one.panelId}/${one.tier}/${one.providerId ?? 'practice'}`);
  return [
    ...keys.filter((key, at) => keys.indexOf(key) !== at).map((key) => `template ${key} is there twice`),
    ...templateTiers
      .filter((tier) => !keys.includes(`other/${tier}/practice`))
      .map(
        (tier) => `template other/${tier} of the practice is missing: it serves every panel without its own`,
      ),
    ...set.templates.flatMap((one, at) =>
      lintPanelTemplate(one).map((finding) => `template ${keys[at]}: ${finding.message}`),
    ),
  ];
}

/** Parses a set from a file or the database. Throws {@link MessageError} `TEMPLATES_INVALID` naming every fault. */
export function parsePanelTemplates(input: unknown): PanelTemplateSet {
  const parsed = panelTemplateSet.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new MessageError(
    'TEMPLATES_INVALID',
    `The panel templates cannot be used. ${z.prettifyError(parsed.error)}`,
    [],
    { cause: parsed.error },
  );
}

export interface PanelOccasion {
  readonly panelId: string | null;
  readonly tier: TemplateTier;
  /** Who signs off; their own variant comes first. */
  readonly providerId: string | null;
}

/** The provider's own template for the panel, else the practice's, else the provider's or practice's for `other`. */
export function panelTemplateFor(set: PanelTemplateSet, occasion: PanelOccasion): PanelTemplate {
  const { panelId, tier, providerId } = occasion;
  for (const panel of [panelId, 'other']) {
    for (const owner of providerId === null ? [null] : [providerId, null]) {
      const match = set.templates.find(
        (one) => one.panelId === panel && one.tier === tier && one.providerId === owner,
      );
      if (match) return match;
    }
  }
  throw new MessageError('TEMPLATES_INVALID', `Panel templates ${set.id} have none for ${tier}: add it.`);
}

/** The chart note of a result in one language. */
export function renderChartNote(
  set: PanelTemplateSet,
  occasion: PanelOccasion,
  language: Language,
  params: ChartNoteParams,
): string {
  const wording = panelTemplateFor(set, occasion).chartNote[language];
  const missing = placeholdersIn(wording).find((name) => !(params as Record<string, string>)[name]?.trim());
  if (missing)
    throw new MessageError('MESSAGE_PARAM_MISSING', `The chart note needs {${missing}}: give it a value.`);
  return wording.replace(/\{(\w+)\}/g, (_, name: string) => (params as Record<string, string>)[name] ?? '');
}

/** A set with a provider's own wording added or replaced, one version higher and to be signed again. */
export function withVariant(set: PanelTemplateSet, variant: PanelTemplate): PanelTemplateSet {
  const isSame = (one: PanelTemplate) =>
    one.panelId === variant.panelId && one.tier === variant.tier && one.providerId === variant.providerId;
  return parsePanelTemplates({
    ...set,
    version: set.version + 1,
    signedBy: null,
    translatedBy: null,
    templates: [...set.templates.filter((one) => !isSame(one)), variant],
  });
}
