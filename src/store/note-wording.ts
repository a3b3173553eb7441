import { starterPanelTemplates } from '../domain/library/panel-templates.js';
import { panelTemplateFor, renderChartNote } from '../domain/messages/panel-template.js';
import type { TemplateTier } from '../domain/messages/panel-template-shape.js';
import { personById } from '../domain/routing/roster.js';
import { classifiablePatient } from './classifying.js';
import type { Tx } from './database.js';
import { openDecision } from './decisions.js';
import { loadPatient } from './patients.js';
import type { Practice } from './practices.js';
import type { Store } from './store.js';

const adultFromYears = 18;

export interface NoteAbout {
  readonly resultId: string;
  readonly patientId: string;
  /** Who signed it off, else who owns it: their own wording comes first. */
  readonly personId: string | null;
  /** As it stands now; a provider may have changed it. */
  readonly tier: string | null;
}

/**
 * What the practice's template for panel and tier says of the current version, for the chart; `null` where the rules
 * did not find what it would say. In English, as charts are kept. A sensitive test of a minor is not named (L29).
 */
export async function templatedNote(
  tx: Tx,
  store: Store,
  practice: Practice,
  about: NoteAbout,
  wanted: TemplateTier,
): Promise<string | null> {
  const row = await tx
    .selectFrom('version')
    .innerJoin('result', (j) =>
      j.onRef('result.id', '=', 'version.result_id').onRef('result.current_version', '=', 'version.number'),
    )
    .select(['version.tier', 'version.panel_id', 'version.sensitive', 'version.rule_set_version'])
    .select(['version.decision_sealed', 'version.collected_at', 'version.detected_at'])
    .where('result.id', '=', about.resultId)
    .executeTakeFirst();
  // A provider who says otherwise than the rules has words of their own: the decision stands in the note already.
  if (!row || about.tier !== wanted || row.tier !== wanted) return null;
  const { card } = await loadPatient(store, about.patientId, tx);
  const { ageYears } = classifiablePatient(card, row.collected_at ?? row.detected_at);
  const isMinor = ageYears === null || ageYears < adultFromYears;
  const panelId = isMinor && row.sensitive.length > 0 ? null : row.panel_id;
  const set = practice.panelTemplates ?? starterPanelTemplates;
  const occasion = { panelId, tier: wanted, providerId: about.personId };
  const rules = openDecision(store, row.decision_sealed)?.ruleSet;
  return renderChartNote(set, occasion, 'eng', {
    providerName: (about.personId && personById(practice.roster, about.personId)?.name) || practice.name,
    nextStep: panelTemplateFor(set, occasion).message.eng.nextStep ?? 'none.',
    ruleSet: `${rules?.id ?? practice.ruleSet.id} v${rules?.version ?? row.rule_set_version ?? practice.ruleSet.version}`,
  });
}
