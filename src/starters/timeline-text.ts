import type { CommandBody } from '../domain/lifecycle/facts.js';
import type { Reason } from '../domain/rules/reason.js';
import { localTime } from '../store/calendar.js';
import type { Practice } from '../store/practices.js';
import type {
  Timeline,
  TimelineCommand,
  TimelineMessage,
  TimelineNote,
  TimelinePage,
  TimelineVersion,
} from '../store/timeline.js';
import { actorWords, eventWords } from './event-words.js';
import { nameOf } from './roster-names.js';
import { oneLine, table } from './table.js';
import { patientWords } from './worklist-text.js';

type Words = Pick<Practice, 'roster' | 'settings'>;

/** A result's whole story in plain words: who it is about, its versions with their reasons, and what happened. */
export function timelineText(practice: Words, timeline: Timeline): string {
  const when = (at: number | null) => localTime(practice.settings, at);
  const blocks = [header(practice, timeline), ...timeline.versions.map((v) => versionText(practice, v))];
  const block = (title: string, lines: string) => blocks.push(`${title}\n${lines}`);
  block(
    'EVENTS',
    timeline.events.length === 0
      ? 'None yet.'
      : table(
          [
            { title: 'WHEN', text: (line) => when(line.at) },
            { title: 'WHO', text: (line) => line.who },
            { title: 'WHAT', text: (line) => line.what },
          ],
          storyOf(practice, timeline),
        ),
  );
  if (timeline.pages.length > 0) block('PAGES', pagesText(practice, timeline.pages));
  if (timeline.messages.length > 0) block('MESSAGES', messagesText(practice, timeline.messages));
  if (timeline.notes.length > 0)
    block('CHART NOTES', timeline.notes.map((n) => noteText(practice, n)).join('\n'));
  blocks.push(chainWords(timeline));
  return blocks.join('\n\n');
}

function header(practice: Words, t: Timeline): string {
  const state = t.closure
    ? `closed ${localTime(practice.settings, t.closedAt)}: ${t.closure}`
    : (t.waitsFor ?? 'Waits for its first step.');
  return [
    `Result ${t.resultId}`,
    `Patient: ${patientWords(t.patient)}`,
    `Test: ${t.versions.find((v) => v.isCurrent)?.test ?? 'not read yet'}`,
    `Tier: ${t.tier ?? 'none'}${t.urgency && t.urgency !== t.tier ? `, urgency ${t.urgency}` : ''}${t.lane === 'notify' ? '' : `, lane ${t.lane}`}`,
    `Owner: ${nameOf(practice, t.ownerId)}; ordered by ${t.orderedBy ? nameOf(practice, t.orderedBy) : 'nobody on the roster'}`,
    `State: ${state}`,
  ].join('\n');
}

function versionText(practice: Words, v: TimelineVersion): string {
  const when = (at: number | null) => localTime(practice.settings, at);
  const head = [
    `VERSION ${v.number}${v.isCurrent ? ' (current)' : ''}: ${v.status}, ${v.tier ?? 'no tier'}`,
    `document ${v.documentId}`,
    `content ${v.hash.slice(0, 12)}`,
  ].join(', ');
  return [
    head,
    `  collected ${when(v.collectedAt)}, verified ${when(v.reportedAt)}, posted ${when(v.postedAt)}, detected ${when(v.detectedAt)}, on the portal ${v.publishedAt === null ? 'no' : when(v.publishedAt)}`,
    ...v.reasons.map((r) => `  - ${reasonWords(r)}${isSame(r, v.decidedBy) ? ' (decides)' : ''}`),
    ...(v.change === 'late' ? ['  - older than what was current when it came: kept, not taken over'] : []),
  ].join('\n');
}

function isSame(a: Reason, b: Reason | null): boolean {
  return b !== null && a.step === b.step && a.rule === b.rule && a.observationKey === b.observationKey;
}

/** `K 6.3 > 6.0 mmol/L, rule potassium-high v3`; a limit's own text names its rule already. */
export function reasonWords(reason: Pick<Reason, 'text' | 'rule' | 'ruleVersion'>): string {
  const text = oneLine(reason.text);
  const rule = `rule ${reason.rule} v${reason.ruleVersion}`;
  return text.includes(rule) ? text : `${text}, ${rule}`;
}

interface StoryLine {
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

/** Events in their recorded order; what somebody typed or was refused stands before the first event not older. */
function storyOf(practice: Words, timeline: Timeline): StoryLine[] {
  const lines: StoryLine[] = [];
  const told = timeline.commands.filter((c) => c.note !== null || c.refusal !== null);
  const add = (command: TimelineCommand) =>
    lines.push({
      at: command.at,
      who: nameOf(practice, command.personId),
      what: commandLine(command),
    });
  for (const event of timeline.events) {
    for (let next = told[0]; next && next.at <= event.at; next = told[0]) {
      add(next);
      told.shift();
    }
    const text = event.text ? `: ${oneLine(event.text)}` : '';
    lines.push({
      at: event.at,
      who: actorWords(practice, event.actor),
      what: `${eventWords(practice, event)}${text}`,
    });
  }
  told.forEach(add);
  return lines;
}

function commandLine({ body, note, refusal }: TimelineCommand): string {
  const words = commandWords(body);
  const text = note === null ? '' : oneLine(note);
  if (refusal === null) return `Note with "${words}": ${text}`;
  return `Refused (${refusal.replaceAll('-', ' ')}): "${words}"${text ? `; its note: ${text}` : ''}`;
}

/** A decision as the person typed it. */
export function commandWords(body: CommandBody): string {
  switch (body.kind) {
    case 'sign-off':
      return body.decision === 'change-tier' ? `sign-off: tier ${body.tier}` : `sign-off: ${body.decision}`;
    case 'accept':
    case 'decline':
      return `${body.kind} ${body.task}`;
    case 'attempt':
      return `attempt: ${body.outcome}`;
    case 'close':
      return `close: ${body.reason}`;
    default:
      return body satisfies never;
  }
}

function pagesText(practice: Words, pages: readonly TimelinePage[]): string {
  return table(
    [
      { title: 'WHEN', text: (p) => localTime(practice.settings, p.calledAt ?? p.at) },
      { title: 'TO', text: (p) => nameOf(practice, p.personId) },
      { title: 'BY', text: (p) => p.channel ?? '-' },
      { title: 'STEP', text: (p) => p.step ?? '-' },
      { title: 'STATE', text: (p) => pageState(practice, p) },
    ],
    pages,
  );
}

function pageState(practice: Words, page: TimelinePage): string {
  switch (page.state) {
    case 'confirmed':
      return `sent, and found there ${localTime(practice.settings, page.settledAt)}`;
    case 'called':
      return 'sent';
    case 'intended':
      return 'waits to be sent';
    default:
      return page.code ? `${page.state} (${page.code})` : page.state;
  }
}

function messagesText(practice: Words, messages: readonly TimelineMessage[]): string {
  const when = (at: number | null) => (at === null ? '-' : localTime(practice.settings, at));
  return table(
    [
      { title: 'ASKED', text: (m) => when(m.createdAt) },
      { title: 'VERSION', text: (m) => `v${m.version}` },
      { title: 'PURPOSE', text: (m) => m.purpose },
      {
        title: 'BY',
        text: (m) =>
          [
            m.channel ?? '-',
            ...(m.failedChannels.length ? [`(failed: ${m.failedChannels.join(', ')})`] : []),
          ].join(' '),
      },
      {
        title: 'STATE',
        text: (m) =>
          m.isLive ? (m.waitsFor ? `${m.state}: ${m.waitsFor}` : m.state) : 'withdrawn for this result',
      },
      { title: 'SENT', text: (m) => when(m.sentAt) },
      { title: 'DELIVERED', text: (m) => when(m.confirmedAt) },
      { title: 'OPENED', text: (m) => when(m.openedAt) },
      { title: 'ACKNOWLEDGED', text: (m) => when(m.acknowledgedAt) },
    ],
    messages,
  );
}

function noteText(practice: Words, note: TimelineNote): string {
  const where = note.documentId ? `document ${note.documentId}` : 'no document yet';
  const state = note.code ? `${note.state} (${note.code})` : note.state;
  return `${localTime(practice.settings, note.confirmedAt ?? note.queuedAt)}  ${note.kind}, ${state}, ${where}: ${oneLine(note.body)}`;
}

function chainWords(timeline: Timeline): string {
  return timeline.brokenEvent === null
    ? `Record: all ${timeline.events.length} events verify; none was changed or removed.`
    : `Record: event ${timeline.brokenEvent} does not fit the one before it. The timeline was changed after it was written; restore it from a backup.`;
}
