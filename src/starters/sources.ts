import { readFile } from 'node:fs/promises';
import { IANAZone } from 'luxon';
import { z } from 'zod';
import { isSilent, sourceSchema, type SourceConfig } from '../domain/practice/source.js';
import { openDeps } from '../process/deps.js';
import { localTime } from '../store/calendar.js';
import { practiceNow, type Practice } from '../store/practices.js';
import { findSource, listSources, putSource, renewToken, type Source } from '../store/sources.js';
import { choosePractice } from './choose-practice.js';
import { CommandFailed, say } from './outcome.js';
import { table } from './table.js';

/** `resultloop sources`: who sends results, how, and when last. */
export async function sourcesCommand(options: { practice?: string; json?: boolean }): Promise<void> {
  const deps = await openDeps(process.env, 'sources');
  try {
    const practice = await choosePractice(deps.store, options.practice);
    const sources = await listSources(deps.store, practice.id);
    if (options.json) return say(JSON.stringify(sources, null, 2));
    if (sources.length === 0)
      return say(`${practice.id}: athenahealth only. Add others: resultloop sources import FILE`);
    say(sourcesText(practice, sources, practiceNow(deps.store, practice)));
  } finally {
    await deps.close();
  }
}

/** The inventory as a table. */
export function sourcesText(practice: Practice, sources: readonly Source[], now: number): string {
  return table(
    [
      { title: 'SOURCE', text: (s) => s.config.id },
      { title: 'NAME', text: (s) => s.config.name },
      { title: 'KIND', text: (s) => `${s.config.format} by ${doorWords(s.config)}` },
      { title: 'ZONE', text: (s) => s.config.zone },
      { title: 'LANE', text: (s) => s.config.lane },
      { title: 'FEED', text: (s) => s.config.feed },
      { title: 'TELLS', text: (s) => s.config.processing.join(', ') },
      { title: 'A DAY', text: (s) => String(s.config.expectedPerDay ?? 'not known') },
      { title: 'RECEIVED', text: (s) => String(s.received) },
      { title: 'LAST SEEN', text: (s) => lastSeen(practice, s, now) },
    ],
    sources,
  );
}

function doorWords({ receiver, active }: SourceConfig): string {
  if (!active) return 'nothing (switched off)';
  if (receiver.via === 'mllp')
    return `MLLP ${receiver.host}:${receiver.port}${receiver.tls ? ' with TLS' : ''}`;
  return receiver.via === 'http' ? 'HTTP' : `folder ${receiver.path}`;
}

function lastSeen(practice: Practice, { config, lastSeenAt, createdAt }: Source, now: number): string {
  const words = lastSeenAt === null ? 'never' : localTime(practice.settings, lastSeenAt);
  return isSilent(config, lastSeenAt ?? createdAt, now) ? `${words} (SILENT)` : words;
}

/** `resultloop sources import FILE`: one source or a list of them, as JSON. Nothing is stored unless all fit. */
export async function importSourcesCommand(file: string, options: { practice?: string }): Promise<void> {
  const sources = readSources(await readText(file));
  const deps = await openDeps(process.env, 'sources');
  try {
    const practice = await choosePractice(deps.store, options.practice);
    const people = new Set(practice.roster.people.map((p) => p.id));
    for (const source of sources)
      for (const person of Object.values(source.providers))
        if (!people.has(person))
          throw unusable(`${source.id}: providers name "${person}", who is not on the roster`);
    for (const source of sources) await putSource(deps.store, practice, source);
    say(
      `${practice.id}: ${sources.map((s) => s.id).join(', ')}. Whoever runs intake follows within seconds.`,
    );
    for (const { id, receiver } of sources)
      if (receiver.via === 'http' && !(await findSource(deps.store, practice.id, id))?.hasToken)
        say(`${id} comes over HTTP and needs a token: resultloop sources token ${id}`);
  } finally {
    await deps.close();
  }
}

/** `resultloop sources token ID`: the only time that the token is shown. */
export async function sourceTokenCommand(id: string, options: { practice?: string }): Promise<void> {
  const deps = await openDeps(process.env, 'sources');
  try {
    const practice = await choosePractice(deps.store, options.practice);
    const source = await findSource(deps.store, practice.id, id);
    if (source?.config.receiver.via !== 'http')
      throw new CommandFailed(
        'no-such-source',
        `There is no source "${id}" that comes over HTTP. Look it up: resultloop sources`,
      );
    say(await renewToken(deps.store, practice.id, id));
  } finally {
    await deps.close();
  }
}

/**
 * Reads the inventory file.
 * @throws CommandFailed naming the field that does not fit.
 */
export function readSources(text: string): SourceConfig[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unusable('it is not valid JSON');
  }
  const parsed = z
    .array(sourceSchema)
    .min(1)
    .safeParse(Array.isArray(json) ? json : [json]);
  if (!parsed.success) throw unusable(z.prettifyError(parsed.error));
  for (const { id, zone } of parsed.data)
    if (!IANAZone.isValidZone(zone))
      throw unusable(`${id}: "${zone}" is no IANA time zone, such as America/New_York`);
  return parsed.data;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (err) {
    const reason = (err as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new CommandFailed('file-unreadable', `${file} cannot be read (${reason}).`);
  }
}

function unusable(why: string): CommandFailed {
  return new CommandFailed('file-unusable', `The source inventory cannot be used: ${why}.`);
}
