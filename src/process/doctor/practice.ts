import { DateTime } from 'luxon';
import { parsePanelTemplates } from '../../domain/messages/panel-template.js';
import { requireSignedTemplates } from '../../domain/messages/template.js';
import { MessageError } from '../../domain/messages/template.js';
import { onCallGaps, roleFaults } from '../../domain/routing/roster-faults.js';
import { reviewDueOn } from '../../domain/rules/life/signing.js';
import { parseRuleSet, requireSigned, RuleSetError } from '../../domain/rules/rule-set.js';
import { FieldCipherError } from '../../security/field-cipher.js';
import { fail, pass, skipped, warn, type Check } from './check.js';
import type { DoctorContext } from './context.js';

const day = 24 * 3_600_000;
/** On-call must be settled this far ahead. */
const onCallDays = 14;
const gapsShown = 3;

const importAgain = 'Correct the file and import the practice again: resultloop practice import FOLDER.';

export const practiceChecks: readonly Check<DoctorContext>[] = [
  {
    id: 'practice.known',
    area: 'practice',
    needs: ['database.migrations'],
    todo: 'Import the practice: resultloop practice import FOLDER; or name one that is imported with --practice.',
    ask: async ({ practice }) => pass(`Practice ${(await practice()).id} is imported.`),
  },
  {
    id: 'practice.settings',
    area: 'practice',
    needs: ['practice.known'],
    todo: `settings.json: ${importAgain}`,
    ask: async ({ settings }) => {
      const { zone } = await settings();
      return pass(`Settings are usable; the practice's zone is ${zone}.`);
    },
  },
  {
    id: 'practice.connections',
    area: 'practice',
    needs: ['practice.known', 'keys.ring'],
    todo: `connections.json: ${importAgain}`,
    ask: async ({ connections }) => {
      try {
        await connections();
        return pass('Connections are stored, sealed, and open.');
      } catch (err) {
        // Another line fails for it and says which key.
        if (err instanceof FieldCipherError)
          return skipped('Not carried out: keys.stored-data must pass first.');
        throw err;
      }
    },
  },
  {
    id: 'practice.roster',
    area: 'practice',
    needs: ['practice.known'],
    todo: `roster.json: ${importAgain}`,
    ask: async ({ roster }) => {
      const known = await roster();
      const faults = roleFaults(known);
      if (faults.length > 0) return fail(faults.join(' '));
      return pass(`Every role is filled; ${known.people.filter((p) => p.active).length} people.`);
    },
  },
  {
    id: 'practice.on-call',
    area: 'practice',
    needs: ['practice.settings'],
    todo: `Add shifts, or another person for them, to "onCall" of roster.json and import the practice again. Until then these hours fall to the supervising physician.`,
    ask: async (context) => {
      const now = await context.practiceNow();
      const roster = await context.roster().catch(() => null);
      if (roster === null) return skipped('Not carried out: practice.roster must pass first.');
      const gaps = onCallGaps(roster, now, now + onCallDays * day);
      if (gaps.length === 0) return pass(`Somebody is on call at every hour of the next ${onCallDays} days.`);
      const { zone } = await context.settings();
      const at = (ms: number) => DateTime.fromMillis(ms, { zone }).toFormat('ccc d LLL yyyy HH:mm');
      const shown = gaps.slice(0, gapsShown).map(({ from, to }) => `${at(from)} to ${at(to)}`);
      const more = gaps.length > gapsShown ? `, and ${gaps.length - gapsShown} more` : '';
      return fail(`Nobody is on call from ${shown.join(', ')}${more}.`);
    },
  },
  {
    id: 'practice.rules',
    area: 'practice',
    needs: ['practice.settings'],
    todo: 'Have the medical director review and sign the rules (resultloop rules sign), and import the practice again.',
    ask: async (context) => {
      try {
        const rules = requireSigned(parseRuleSet((await context.practice()).rules));
        const { zone } = await context.settings();
        const today = DateTime.fromMillis(await context.practiceNow(), { zone }).toISODate() ?? '';
        const due = reviewDueOn(rules);
        const signed = `Version ${rules.version} was signed by ${rules.signedBy.name} on ${rules.signedBy.date}`;
        return today > due
          ? warn(
              `${signed}; its quarterly review was due on ${due}.`,
              'Have the medical director look at the rules again: resultloop rules print, diff, draft, sign.',
            )
          : pass(`${signed}; the next review is due on ${due}.`);
      } catch (err) {
        if (!(err instanceof RuleSetError)) throw err;
        return fail(err.message);
      }
    },
  },
  {
    id: 'practice.panel-templates',
    area: 'practice',
    needs: ['practice.known'],
    todo: 'Have the medical director sign the words per panel (panel-templates.json), and import the practice again.',
    ask: async ({ practice }) => {
      const { panelTemplates } = await practice();
      if (panelTemplates === null)
        return pass("Messages use the library's own words: none of its own are imported.");
      try {
        requireSignedTemplates(parsePanelTemplates(panelTemplates));
        return pass("The practice's own words per panel are signed.");
      } catch (err) {
        if (!(err instanceof MessageError)) throw err;
        return fail(err.message);
      }
    },
  },
];
