import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DateTime, IANAZone } from 'luxon';
import { z } from 'zod';
import { identityClock, type ClockMap } from '../domain/calendar/clock-map.js';
import { parsePanelTemplates } from '../domain/messages/panel-template.js';
import { requireSignedTemplates } from '../domain/messages/template.js';
import { connectionsSchema, settingsSchema } from '../domain/practice/settings.js';
import { rosterSchema } from '../domain/routing/roster.js';
import { parseRuleSet, requireSigned } from '../domain/rules/rule-set.js';
import type { PracticeImport } from '../store/practices.js';
import { CommandFailed } from './outcome.js';

/** The files of one practice, in the folder that `practice import` reads. */
export const practiceFiles = [
  'practice.json',
  'settings.json',
  'roster.json',
  'rules.json',
  'connections.json',
] as const;
/** May be left out: then the library's words stand. */
const templatesFile = 'panel-templates.json';
type PracticeFile = (typeof practiceFiles)[number] | typeof templatesFile;

const practiceSchema = z.strictObject({
  /** Part of workflow ids, which stand in clear: a code, never a person's name. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{1,39}$/, 'use lower case letters, digits and hyphens'),
  athenaPracticeId: z.string().regex(/^\d+$/, "use athenahealth's practice number, as text"),
  name: z.string().min(1),
  /** Results collected before it are recorded only (L2). */
  goLiveDate: z.iso.date(),
});

/** Times in a roster file: `2026-03-02T17:00` in the practice's zone, or epoch milliseconds. */
const instant = z.union([z.number(), z.string()]);
const span = z.looseObject({ from: instant, to: instant });
const timesSchema = z.looseObject({ absences: z.array(span).default([]), onCall: z.array(span).default([]) });

/**
 * Reads a practice's folder. `${NAME}` in connections.json stands for an environment variable, so that no secret lies
 * in a file.
 * @throws CommandFailed naming file, field and what to change; never a secret.
 */
export async function readPracticeFiles(
  folder: string,
  env: NodeJS.ProcessEnv,
  clock: ClockMap = identityClock,
): Promise<PracticeImport> {
  const practice = parsed('practice.json', practiceSchema, await readJson(folder, 'practice.json'));
  const settings = parsed('settings.json', settingsSchema, await readJson(folder, 'settings.json'));
  if (!IANAZone.isValidZone(settings.zone))
    throw unusable(
      'settings.json',
      `zone: "${settings.zone}" is no IANA time zone, such as America/New_York`,
    );
  const rosterFile = parsed('roster.json', timesSchema, await readJson(folder, 'roster.json'));
  const spans = (list: z.output<typeof timesSchema>['absences']) =>
    list.map((s) => ({ ...s, from: instantOf(s.from, settings.zone), to: instantOf(s.to, settings.zone) }));
  const roster = parsed('roster.json', rosterSchema, {
    ...rosterFile,
    absences: spans(rosterFile.absences),
    onCall: spans(rosterFile.onCall),
  });
  const ruleSet = requireSigned(parseRuleSet(await readJson(folder, 'rules.json')));
  const connections = parsed(
    'connections.json',
    connectionsSchema,
    expand(await readJson(folder, 'connections.json'), env),
  );
  return {
    id: practice.id,
    athenaPracticeId: practice.athenaPracticeId,
    name: practice.name,
    clock,
    goLiveAt: DateTime.fromISO(practice.goLiveDate, { zone: settings.zone }).toMillis(),
    settings,
    roster,
    ruleSet,
    connections,
    ...(existsSync(join(folder, templatesFile)) && {
      panelTemplates: requireSignedTemplates(parsePanelTemplates(await readJson(folder, templatesFile))),
    }),
  };
}

async function readJson(folder: string, file: PracticeFile): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(join(folder, file), 'utf8');
  } catch (err) {
    const reason = (err as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new CommandFailed(
      'file-unreadable',
      `${join(folder, file)} cannot be read (${reason}). A practice's folder holds ${practiceFiles.join(', ')}; config/example is one.`,
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser quotes what it read, and that may be a secret.
    throw unusable(file, 'it is not valid JSON');
  }
}

function parsed<T extends z.ZodType>(file: PracticeFile, schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw unusable(file, z.prettifyError(result.error));
}

function instantOf(value: string | number, zone: string): number {
  if (typeof value === 'number') return value;
  const time = DateTime.fromISO(value, { zone });
  if (time.isValid) return time.toMillis();
  throw unusable('roster.json', `"${value}" is no time. Write 2026-03-02T17:00, in the practice's zone`);
}

/**
 * Replaces `${NAME}` in every text.
 * @throws CommandFailed that names every variable that is not set, so that they can be set in one go.
 */
function expand(value: unknown, env: NodeJS.ProcessEnv): unknown {
  const missing = new Set<string>();
  const variable = (_: string, name: string): string => {
    if (!env[name]) missing.add(name);
    return env[name] ?? '';
  };
  const expanded = (one: unknown): unknown => {
    if (typeof one === 'string') return one.replace(/\$\{(\w+)\}/g, variable);
    if (Array.isArray(one)) return one.map(expanded);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, expanded(inner)]));
  };
  const whole = expanded(value);
  if (missing.size === 0) return whole;
  throw new CommandFailed(
    'variable-missing',
    `connections.json uses ${[...missing].map((name) => `\${${name}}`).join(', ')}: set ${missing.size === 1 ? 'this environment variable' : 'these environment variables'}.`,
  );
}

function unusable(file: PracticeFile, why: string): CommandFailed {
  return new CommandFailed('file-unusable', `${file} cannot be used: ${why}`);
}
