import { starterPanels } from '../domain/library/starter-panels.js';
import type { PanelTemplateSet } from '../domain/messages/panel-template.js';
import { personById, type Roster } from '../domain/routing/roster.js';
import type { RuleSet } from '../domain/rules/rule-set.js';

/** Templates that nobody would ever get: of a panel that the rules do not know, or of somebody not on the roster. */
export function templateFaults(set: PanelTemplateSet, roster: Roster, ruleSet: RuleSet): string[] {
  const panels = new Set(['other', ...[...starterPanels, ...ruleSet.panels].map((one) => one.id)]);
  return [
    ...[...new Set(set.templates.map((one) => one.panelId))]
      .filter((id) => !panels.has(id))
      .map(
        (id) =>
          `panel-templates.json has words for "${id}", which is no panel of the rules or of the library.`,
      ),
    ...[...new Set(set.templates.flatMap((one) => one.providerId ?? []))]
      .filter((id) => !personById(roster, id)?.credentialed)
      .map((id) => `panel-templates.json has words of "${id}", who is no credentialed person of the roster.`),
  ];
}
