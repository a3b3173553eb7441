/** One template of a panel and tier: what every template has to hold. */
import { z } from 'zod';

export const templateTiers = ['normal', 'abnormal', 'critical'] as const;
export type TemplateTier = (typeof templateTiers)[number];

/** What a chart note may hold beside its own words. */
export const chartNotePlaceholders = ['providerName', 'nextStep', 'ruleSet'] as const;
export type ChartNoteParams = Readonly<Record<(typeof chartNotePlaceholders)[number], string>>;

const text = z.string().trim().min(1);
const perLanguage = <T extends z.ZodType>(of: T) => z.strictObject({ eng: of, spa: of });

export const panelTemplate = z.strictObject({
  /** A panel of the rule set, or `other` for every panel without a template of its own. */
  panelId: text,
  tier: z.enum(templateTiers),
  /** Whose own wording it is; `null` = the practice's. */
  providerId: text.nullable().default(null),
  /** Read by the patient behind a login: what it means, what to do. The scheduling link is always added. */
  message: perLanguage(z.strictObject({ summary: text, nextStep: text.nullable() })),
  /** Written to the chart. */
  chartNote: perLanguage(text),
});

export type PanelTemplate = z.output<typeof panelTemplate>;
