import { toPractice } from '../domain/calendar/clock-map.js';
import { agreementVendors, hasAgreement, type AgreementVendor } from '../domain/practice/agreements.js';
import type { EpochMs } from '../domain/result/report.js';
import { rosterFaults } from '../domain/routing/roster-faults.js';
import { parsePanelTemplates } from '../domain/messages/panel-template.js';
import { rosterSchema } from '../domain/routing/roster.js';
import { parseRuleSet } from '../domain/rules/rule-set.js';
import { openDeps } from '../process/deps.js';
import {
  importPractice,
  loadPractice,
  practiceNow,
  type Practice,
  type PracticeImport,
} from '../store/practices.js';
import { choosePractices } from './choose-practice.js';
import { CommandFailed, say } from './outcome.js';
import { templateFaults } from './template-faults.js';
import { readPracticeFiles } from './practice-files.js';
import { ensureSearchAttributes } from './namespace.js';
import { ensureTextLimits } from './queue-limits.js';
import { ensurePollSchedule, ensureRoundsSchedule, ensureTextSchedule } from './schedules.js';

/** `resultloop practice import FOLDER`: nothing is stored unless everything fits. */
export async function practiceImportCommand(folder: string, options: { schedule?: boolean }): Promise<void> {
  const input = await readPracticeFiles(folder, process.env);
  requireNoFaults(input);
  const deps = await openDeps(process.env, 'practice');
  try {
    await importPractice(deps.store, input);
    say(`${input.id} (${input.name}) is imported.`);
    const practice = await loadPractice(deps.store, input.id);
    for (const vendor of withoutAgreement(practice, practiceNow(deps.store, practice)))
      say(
        `No agreement with ${vendor} is in force: nothing is sent to patients that way ("agreements" of connections.json).`,
      );
    if (options.schedule === false) return;
    await ensureSearchAttributes(deps.temporal);
    await ensurePollSchedule(deps.temporal, input);
    await ensureTextSchedule(deps.temporal, input);
    await ensureRoundsSchedule(deps.temporal, practice);
    await ensureTextLimits(deps.temporal, [practice]);
    say(`Its feed, and the texts that came in, are polled every 5 min.`);
    say('Look at its connections before anything depends on them: resultloop doctor.');
  } finally {
    await deps.close();
  }
}

/** `resultloop practice check [FOLDER]`: the files of a folder, or what is imported. */
export async function practiceCheckCommand(
  folder: string | undefined,
  options: { practice?: string },
): Promise<void> {
  if (folder !== undefined) {
    const input = await readPracticeFiles(folder, process.env);
    requireNoFaults(input);
    say(`${input.id}: nothing found. Import it: resultloop practice import ${folder}`);
    return;
  }
  const deps = await openDeps(process.env, 'practice');
  try {
    for (const id of await choosePractices(deps.store, options.practice)) {
      requireNoFaults(await loadPractice(deps.store, id));
      say(`${id}: nothing found.`);
    }
  } finally {
    await deps.close();
  }
}

function withoutAgreement({ connections }: Practice, now: EpochMs): readonly AgreementVendor[] {
  return agreementVendors.filter((vendor) => !hasAgreement(connections.agreements, vendor, now));
}

function requireNoFaults(
  input: Pick<PracticeImport, 'id' | 'roster' | 'clock' | 'ruleSet' | 'panelTemplates'>,
): void {
  const roster = rosterSchema.parse(input.roster);
  const faults = rosterFaults(roster, toPractice(input.clock, Date.now()));
  if (input.panelTemplates) {
    const templates = parsePanelTemplates(input.panelTemplates);
    faults.push(...templateFaults(templates, roster, parseRuleSet(input.ruleSet)));
  }
  if (faults.length === 0) return;
  throw new CommandFailed(
    'practice-faults',
    `${input.id}: ${faults.length} to correct.\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
  );
}
