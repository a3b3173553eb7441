import { readFile } from 'node:fs/promises';
import { signedPanelTemplates, starterPanelTemplates } from '../domain/library/panel-templates.js';
import { parsePanelTemplates } from '../domain/messages/panel-template.js';
import { CommandFailed, say, tell } from './outcome.js';

/**
 * `resultloop templates export`: the library's words per panel and tier, for a medical director and a translator to
 * read, correct and sign. A provider's own wording is another entry with their id.
 */
export function templatesExportCommand(options: {
  signedBy?: string;
  translatedBy?: string;
  date?: string;
}): void {
  const { signedBy, translatedBy } = options;
  if (signedBy === undefined || translatedBy === undefined) {
    tell('Unsigned: a practice takes them once --signed-by and --translated-by name who read them.');
    return say(JSON.stringify(starterPanelTemplates, null, 2));
  }
  const date = options.date ?? new Date().toISOString().slice(0, 10);
  say(JSON.stringify(signedPanelTemplates(signedBy, translatedBy, date), null, 2));
}

/** `resultloop templates check FILE`: names every fault of the lint. */
export async function templatesCheckCommand(file: string): Promise<void> {
  const { id, version, templates, signedBy, translatedBy } = parsePanelTemplates(await readJson(file));
  const own = templates.filter((one) => one.providerId !== null).length;
  say(`Templates ${id} version ${version}: ${templates.length}, ${own} of them a provider's own, no faults.`);
  say(
    signedBy && translatedBy
      ? `Signed by ${signedBy.name} on ${signedBy.date}, Spanish by ${translatedBy.name} on ${translatedBy.date}. Put them into the practice's folder as panel-templates.json and import it.`
      : 'They are not used until a medical director and a qualified translator have signed them (signedBy, translatedBy).',
  );
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (err) {
    if (err instanceof SyntaxError) throw new CommandFailed('not-json', `${file} is not valid JSON.`);
    const reason = (err as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new CommandFailed('file-unreadable', `${file} cannot be read (${reason}).`);
  }
}
