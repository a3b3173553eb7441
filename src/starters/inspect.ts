import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { signedStarterRules } from '../domain/library/starter-rules.js';
import { settingsSchema } from '../domain/practice/settings.js';
import { parseRuleSet, requireSigned } from '../domain/rules/rule-set.js';
import {
  inspectBytes,
  unreadFile,
  type FileInspection,
  type InspectionRules,
  type ResultInspection,
} from './inspection.js';
import { CommandFailed, say, tell } from './outcome.js';
import { table } from './table.js';

/** Where the files were made is not known: without a practice, times without an offset are read in this zone. */
const defaultZone = 'America/New_York';
const largestBytes = 64 * 1024 * 1024;

/**
 * `resultloop inspect FILE…`: what resultloop would make of files or folders; nothing is stored, no server is needed.
 * Rules and zone are the practice's (`--practice DIR`), else the starter rules. Exit code 1 when a file could not be read;
 * a file that is no message is a verdict too.
 */
export async function inspectCommand(
  paths: readonly string[],
  options: { practice?: string; json?: boolean },
): Promise<void> {
  const rules = await rulesOf(options.practice);
  const inspections: FileInspection[] = [];
  let unread = 0;
  for (const path of paths) {
    for await (const one of inspectPath(path, rules)) {
      inspections.push(one.inspection);
      if (!one.isRead) unread += 1;
    }
  }
  if (options.json === true) say(JSON.stringify(inspections, null, 2));
  else say(inspectionTable(inspections));
  if (unread > 0) process.exitCode = 1;
}

async function rulesOf(practice: string | undefined): Promise<InspectionRules> {
  if (practice !== undefined) {
    // Only these two: connections hold secrets, and nothing is connected here.
    const settings = settingsSchema.safeParse(await readJson(join(practice, 'settings.json')));
    if (!settings.success)
      throw new CommandFailed(
        'file-unusable',
        `settings.json cannot be used; resultloop practice check ${practice} says why.`,
      );
    const ruleSet = requireSigned(parseRuleSet(await readJson(join(practice, 'rules.json'))));
    return { zone: settings.data.zone, ruleSet };
  }
  tell('Rules: the starter rule set, which no medical director has signed (--practice DIR for your own).');
  return { zone: defaultZone, ruleSet: signedStarterRules('nobody: for inspection only', '2026-01-01') };
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (err) {
    throw new CommandFailed('file-unreadable', `${file}: ${cannotRead(err)}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandFailed('file-unusable', `${file} cannot be used: it is not valid JSON`);
  }
}

interface Inspected {
  readonly inspection: FileInspection;
  readonly isRead: boolean;
}

/** A file, or every file of a folder and its folders in order of name; hidden ones are left out. */
async function* inspectPath(path: string, rules: InspectionRules): AsyncGenerator<Inspected> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return yield await inspectFile(path, found.size, rules);
    const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
    for (const name of names) yield* inspectPath(join(path, name), rules);
  } catch (err) {
    yield { inspection: unreadFile(path, cannotRead(err)), isRead: false };
  }
}

async function inspectFile(path: string, size: number, rules: InspectionRules): Promise<Inspected> {
  if (size > largestBytes)
    return {
      inspection: unreadFile(path, `It is larger than ${largestBytes / 1024 / 1024} MB. Split it.`),
      isRead: false,
    };
  return { inspection: inspectBytes(path, await readFile(path), rules), isRead: true };
}

function cannotRead(err: unknown): string {
  const reason = (err as NodeJS.ErrnoException).code ?? 'unknown error';
  return `It cannot be read (${reason}). Check that it exists and that you may read it.`;
}

interface Line {
  readonly file: FileInspection;
  readonly result: ResultInspection | null;
}

/** One line a result, and one a file without any. */
export function inspectionTable(files: readonly FileInspection[]): string {
  const lines = files.flatMap((file): Line[] =>
    file.results.length === 0 ? [{ file, result: null }] : file.results.map((result) => ({ file, result })),
  );
  return table<Line>(
    [
      { title: 'FILE', text: ({ file }) => file.file },
      { title: 'FORMAT', text: ({ file }) => file.kind ?? '-' },
      { title: 'TIER', text: ({ file, result }) => (result ? (result.tier ?? '-') : (file.tier ?? '-')) },
      { title: 'URGENCY', text: ({ result }) => result?.urgency ?? '-' },
      { title: 'STATUS', text: ({ result }) => result?.status ?? '-' },
      { title: 'ROWS', text: ({ result }) => String(result?.observations.length ?? 0) },
      { title: 'TEST', text: ({ result }) => result?.test.name ?? '-' },
      { title: 'WHY', text: ({ file, result }) => (result ? whyOf(result) : (file.rejection ?? '')) },
    ],
    lines,
  );
}

/** Steps that only say why a row is not proved normal. */
const doubtSteps: readonly number[] = [3, 10];

/** The first sentence that explains the tier. */
function whyOf(result: ResultInspection): string {
  const reasons = result.observations.filter((one) => one.tier === result.tier).flatMap((one) => one.reasons);
  const found = reasons.find((one) => !doubtSteps.includes(one.step)) ?? reasons[0];
  return found?.text ?? result.warnings.at(-1) ?? '';
}
