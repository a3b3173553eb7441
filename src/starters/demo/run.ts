import { setTimeout as pause } from 'node:timers/promises';
import type { ClockMap } from '../../domain/calendar/clock-map.js';
import type { CommandBody } from '../../domain/lifecycle/facts.js';
import type { EpochMs } from '../../domain/result/report.js';
import type { Practice } from '../../store/practices.js';
import { readWorklist } from '../../store/worklist.js';
import { act } from '../act.js';
import { triggerPoll } from '../schedules.js';
import { Agenda } from './agenda.js';
import { clinic, localAt, opening } from './clinic.js';
import { morningEnds } from './clock.js';
import { followJournal } from './journals.js';
import { chartedAt, reportOf, sentAt } from './laboratories.js';
import type { DemoResult, Morning } from './morning.js';
import { confirmPage, openPage } from './patient-page.js';
import { progressLine, standing, type ProgressView, type Standing } from './progress.js';
import { Chance } from './random.js';
import { Staff, type StaffDoors } from './staff.js';
import type { Engines, Laboratories, OpenPractice } from './start-everything.js';
import { Townspeople } from './townspeople.js';

export interface RunOptions {
  readonly seed: number;
  readonly killWorker: boolean;
  readonly view: ProgressView;
  /** Where a person may read what went wrong on the way; the checker judges the rest. */
  readonly onTrouble: (line: string) => void;
}

interface LaboratoryWork {
  readonly morning: Morning;
  readonly laboratories: Laboratories;
  readonly signal: AbortSignal;
}

const minute = 60_000;
const hour = 60 * minute;
const lastDay = 14;
/** Everything has to stand still for this long (real) before a run counts as over. */
const quietMs = 1_500;
const actDeadlineMs = 20_000;

/**
 * Plays the days of one practice: the laboratory posts, the Schedule polls, staff and patients act through public
 * doors, until every result is closed and charted, or the fortnight is over.
 */
export async function playDays(
  engines: Engines,
  { practice, laboratories }: OpenPractice,
  morning: Morning,
  options: RunOptions,
): Promise<Standing> {
  const { twilio, spruce, tenant } = engines;
  const clock: ClockMap = practice.clock;
  const ended = new AbortController();
  const trouble = (what: string, err: unknown) => options.onTrouble(`${what}: ${words(err)}`);
  const agenda = new Agenda(clock, trouble);
  planLaboratories(agenda, engines, { morning, laboratories, signal: ended.signal });
  planPolls(agenda, engines);
  const staff = new Staff(agenda, staffDoors(engines, practice, trouble), morning, options.seed);
  const contacts = await spruce.contacts(tenant.spruce);
  const externalIds = new Map(contacts.map((c) => [c.id, c.integrationLinks[0]?.externalId ?? '']));
  const town = new Townspeople(
    agenda,
    {
      text: async (from, body) => void (await twilio.sendText(tenant.twilio, { from, body })),
      replyInSpruce: async (conversationId, text) =>
        void (await spruce.reply(tenant.spruce, { conversationId, text })),
      openPage: (token, as) => openPage(engines.webUrl, token, as),
      confirmPage: (token, birthDate, button) => confirmPage(engines.webUrl, token, birthDate, button),
    },
    morning,
    externalIds,
  );
  const contactsOf = async (conversationId: string) => {
    const all = await spruce.conversations(tenant.spruce);
    return all.find((c) => c.id === conversationId)?.externalParticipants.map((p) => p.contact) ?? [];
  };
  const following = [
    followJournal(twilio, tenant.twilio, ended.signal, (e) => town.onTwilio(e)),
    followJournal(spruce, tenant.spruce, ended.signal, (e) => {
      staff.onSpruce(e);
      town.onSpruce(e, contactsOf);
    }),
  ];
  staff.start();
  if (options.killWorker) planKills(agenda, engines, options);
  try {
    return await untilOver(agenda, engines, morning, options);
  } finally {
    ended.abort();
    await agenda.stop();
    await Promise.allSettled(following);
    for (const [what, times] of staff.refused) options.onTrouble(`refused ${times} times: ${what}`);
  }
}

/** Each result stands in the chart sooner or later; more than half of them their laboratory sends as well. */
function planLaboratories(
  agenda: Agenda,
  { athena, tenant }: Engines,
  { morning, laboratories, signal }: LaboratoryWork,
): void {
  const charted = new Map<EpochMs, DemoResult[]>();
  for (const r of morning.results) charted.set(chartedAt(r), [...(charted.get(chartedAt(r)) ?? []), r]);
  for (const [at, results] of charted)
    agenda.at(at, 'posting', () =>
      athena.postLabResults(
        tenant.athena,
        results.map((r) => r.document),
      ),
    );
  for (const r of morning.results) {
    const at = sentAt(r);
    if (at === null || r.way === 'chart') continue;
    const laboratory = laboratories[r.way];
    agenda.at(at, 'sending', () => laboratory.send(reportOf(r), at, signal));
  }
}

/** Every 5 practice minutes in the slow stretch, each hour later (S000-35; the Schedule's own interval is real time). */
function planPolls(agenda: Agenda, { deps }: Engines): void {
  const poll = () => triggerPoll(deps.temporal, clinic.id);
  for (let at = opening; at < morningEnds; at += 5 * minute) agenda.at(at, 'poll', poll);
  for (let day = 0; day < lastDay; day++)
    for (let at = localAt(day, '08:00'); at <= localAt(day, '18:00'); at += hour)
      if (at >= morningEnds) agenda.at(at, 'poll', poll);
}

function staffDoors(
  { deps, spruce, tenant }: Engines,
  practice: Practice,
  onTrouble: (what: string, err: unknown) => void,
): StaffDoors {
  return {
    worklist: (actor: string, personId: string | null) =>
      readWorklist(deps.store, practice, { actor, personId }),
    act: async (personId: string, resultId: string, body: CommandBody) => {
      const note = body.kind === 'attempt' || body.kind === 'close' ? 'As agreed with the patient.' : null;
      const input = { practice, resultId, personId, body, note, via: 'cli' as const };
      try {
        return (await act(deps, { ...input, deadlineMs: actDeadlineMs })).refusal;
      } catch (err) {
        // Written and handed over, and nobody answered yet: the person goes on with the next piece of work.
        onTrouble(`${body.kind} of ${personId}`, err);
        return (err as { code?: string }).code ?? 'failed';
      }
    },
    resolvePage: async (itemId: string, pageId: string, byMemberId: string) =>
      void (await spruce.resolvePage(tenant.spruce, { itemId, pageId, byMemberId })),
  };
}

/** While results come in, while messages leave, and on a day of calls; each time with room to come back. */
function planKills(agenda: Agenda, engines: Engines, { seed, onTrouble }: RunOptions): void {
  const chance = Chance.of(seed, 'kills');
  const moments = [
    localAt(0, '08:05') + chance.between(0, 20) * minute,
    localAt(0, '09:20') + chance.between(0, 20) * minute,
    localAt(2, '09:00') + chance.between(0, 6) * hour,
  ];
  for (const at of moments)
    agenda.at(at, 'kill -9', async () => {
      onTrouble('kill -9 of the worker');
      await engines.replaceWorker();
    });
}

async function untilOver(
  agenda: Agenda,
  { deps }: Engines,
  morning: Morning,
  { view }: RunOptions,
): Promise<Standing> {
  const lastPosted = Math.max(...morning.results.map((r) => Math.max(chartedAt(r), sentAt(r) ?? 0)));
  let quietSince = Infinity;
  for (;;) {
    const now = agenda.now();
    const s = await standing(deps.store, clinic.id);
    view.show(progressLine(now, morning.results.length, s));
    const closed = s.byPhase.get('closed') ?? 0;
    const isDone =
      now > lastPosted + hour &&
      closed >= morning.results.length &&
      closed === s.results &&
      s.notesOpen === 0 &&
      s.noticesOpen === 0;
    quietSince = isDone ? Math.min(quietSince, Date.now()) : Infinity;
    if (Date.now() - quietSince >= quietMs || now > localAt(lastDay, '08:00')) return s;
    await pause(view.everyMs);
  }
}

function words(err: unknown): string {
  const { code, message } = err as { code?: unknown; message?: unknown };
  return typeof code === 'string' ? `${code}: ${String(message)}` : String(message ?? err);
}
