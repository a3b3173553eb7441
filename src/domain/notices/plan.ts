import {
  businessDayBefore,
  isOpen,
  nextOpening,
  staffedLeft,
  type OpenHours,
} from '../calendar/open-hours.js';
import type { TaskKind, Tier, Urgency } from '../lifecycle/state.js';
import type { EpochMs } from '../result/report.js';

export type Channel = 'text' | 'secure' | 'portal-note';
export type MessageLanguage = 'eng' | 'spa';

export interface MemberFacts {
  readonly resultId: string;
  readonly tier: Tier | null;
  readonly urgency: Urgency;
  readonly sensitive: readonly string[];
  readonly contactByAt: EpochMs;
  /** The version that the notice speaks of is current, final, and released where its tier needs that (L20). */
  readonly tellable: boolean;
  readonly published: boolean;
  /** The chart routed its document to athenahealth's ResultsCall (L31). */
  readonly routedToResultsCall: boolean;
}

/** Another result of the draw that is not in this notice. */
export interface SiblingFacts {
  readonly tier: Tier | null;
  readonly open: boolean;
  /** A provider has still to decide, or a critical has not been reached. */
  readonly undecided: boolean;
}

export interface PatientFacts {
  readonly status: string;
  readonly ageYears: number | null;
  readonly language: string | null;
  readonly consentToText: boolean;
  readonly labTextPreference: boolean | null;
  readonly doNotCall: boolean;
  readonly confidential: boolean;
  readonly portal: boolean;
  readonly hasPhone: boolean;
  readonly spruceAccount: boolean;
  /** Usable mobile number: confirmed, unshared, not opted out, not wrong, not suspended (L26, L37). */
  readonly mobile: boolean;
  readonly textsToday: number;
  readonly textsThisWeek: number;
}

export interface NoticeFacts {
  readonly now: EpochMs;
  readonly purpose: 'results' | 'update' | 'tried-to-reach';
  readonly createdAt: EpochMs;
  readonly latestFactAt: EpochMs;
  readonly failedChannels: readonly string[];
  /** The patient's note stands in the chart; what is left is the text that goes with it (L25). */
  readonly noted: boolean;
  /** The practice says that ResultsCall tells its patients (L31). */
  readonly resultsCall: boolean;
  readonly members: readonly MemberFacts[];
  readonly siblings: readonly SiblingFacts[];
  readonly patient: PatientFacts;
  readonly staffed: OpenHours;
  readonly textWindow: OpenHours;
  /** From when on the practice has texts left to send: now, or the carriers' next day. */
  readonly textsFrom?: EpochMs;
  /** 14:00 of the next business day after the notice was asked for (L19). */
  readonly siblingsUntil: EpochMs;
  readonly settleMs: number;
  readonly defaultLanguage: MessageLanguage;
}

export type Plan =
  | { readonly do: 'withdraw'; readonly why: string }
  | { readonly do: 'wait'; readonly until: EpochMs; readonly why: string }
  | {
      readonly do: 'send';
      readonly channel: Channel;
      readonly language: MessageLanguage;
      readonly wording: 'detail' | 'neutral';
    }
  /** L25: the note has told, and no text goes with it any more. */
  | { readonly do: 'stand' }
  /** L31: athenahealth's ResultsCall has told, or tells now; nothing of ours goes out. */
  | { readonly do: 'leave'; readonly to: 'resultscall' }
  | { readonly do: 'person'; readonly task: TaskKind; readonly why: string };

const hour = 3_600_000;
const day = 24 * hour;
const textsPerDay = 1;
const textsPerWeek = 3;
/** L27. */
const staffedLeftMs = 2 * hour;
/** Categories of which only a person speaks, whatever the value (L29). */
const personOnly = new Set(['genetic', 'substance']);
/** Categories of which a person speaks when the result is not normal (L29). */
const personIfNotNormal = new Set(['hiv', 'sti', 'hepatitis']);

/**
 * What a patient's notice does next: whether, when, by which channel and in which language (L18, L19, L24 to L33).
 * Pure; whoever sends re-checks versions and releases in the transaction that moves the effect to `called`.
 */
export function planNotice(facts: NoticeFacts): Plan {
  const { members, patient, now } = facts;
  if (facts.noted) return accompany(facts);
  if (members.length === 0) return { do: 'withdraw', why: 'no-members' };
  if (members.some((m) => !m.tellable)) return { do: 'withdraw', why: 'not-tellable' };
  return (
    needsPerson(facts) ??
    waitForDraw(facts) ??
    chooseChannel(facts, language(patient, facts.defaultLanguage), worst(members), now)
  );
}

/**
 * L25: the neutral text that goes with a patient's note, under every limit of texts. Where it may not go the note alone
 * stands: the text tells nothing itself.
 */
function accompany(facts: NoticeFacts): Plan {
  const { members, patient, now, failedChannels } = facts;
  const isLeftOut =
    members.length === 0 ||
    members.some((m) => !m.tellable) ||
    needsPerson(facts) !== null ||
    isResultsCalls(facts) ||
    failedChannels.includes('text');
  const ready = isLeftOut ? null : readyAt('text', facts, now);
  if (ready === null) return { do: 'stand' };
  if (ready > now) return { do: 'wait', until: ready, why: 'window' };
  return {
    do: 'send',
    channel: 'text',
    language: language(patient, facts.defaultLanguage),
    wording: 'neutral',
  };
}

/** L26, L29, L30: who is never written to automatically. */
function needsPerson({ patient, members }: NoticeFacts): Plan | null {
  if (patient.status !== 'active') return { do: 'person', task: 'follow-up', why: 'patient-not-active' };
  if (patient.doNotCall) return { do: 'person', task: 'follow-up', why: 'do-not-contact' };
  if (patient.confidential) return { do: 'person', task: 'follow-up', why: 'confidential' };
  const sensitive = members.flatMap((m) => m.sensitive);
  if (patient.ageYears === null || patient.ageYears < 18)
    return {
      do: 'person',
      task: 'callback',
      why: sensitive.length > 0 ? 'minor-sensitive' : 'minor-or-age-unknown',
    };
  if (sensitive.some((s) => personOnly.has(s))) return { do: 'person', task: 'callback', why: 'sensitive' };
  if (members.some((m) => m.tier !== 'normal' && m.sensitive.some((s) => personIfNotNormal.has(s))))
    return { do: 'person', task: 'callback', why: 'sensitive' };
  if (patient.language !== null && patient.language !== 'eng' && patient.language !== 'spa')
    return { do: 'person', task: 'callback', why: 'interpreter' };
  return null;
}

/** L19: settle first; then wait for the rest of the draw, within limits. */
function waitForDraw(facts: NoticeFacts): Plan | null {
  const { members, siblings, now, purpose } = facts;
  if (purpose === 'tried-to-reach') return null;
  if (members.some((m) => m.urgency === 'critical' || m.urgency === 'same-day')) return null;
  const settled = facts.latestFactAt + facts.settleMs;
  if (now < settled) return { do: 'wait', until: settled, why: 'settling' };
  const undecided = siblings.filter((s) => s.open && s.undecided);
  if (undecided.length === 0) return null;
  const allNormal = members.every((m) => m.tier === 'normal');
  // A normal whose draw has an undecided abnormal never leaves alone; at 72 h its own clock calls a person. Not yet
  // classified may be abnormal.
  if (allNormal && undecided.some((s) => s.tier !== 'normal'))
    return { do: 'wait', until: now + day, why: 'sibling-undecided' };
  const contactBy = Math.min(...members.map((m) => m.contactByAt));
  const until = Math.min(facts.siblingsUntil, businessDayBefore(facts.staffed, contactBy));
  return now < until ? { do: 'wait', until, why: 'sibling-undecided' } : null;
}

function chooseChannel(
  facts: NoticeFacts,
  language: MessageLanguage,
  tier: 'normal' | 'other',
  now: EpochMs,
): Plan {
  const { patient, members, failedChannels, purpose } = facts;
  const sensitive = members.some((m) => m.sensitive.length > 0);
  const wording = sensitive ? 'neutral' : 'detail';
  // A text carries no clinical detail, so an abnormal result never goes by text (S000-28, S000-41).
  const first = isResultsCalls(facts) ? 'resultscall' : 'text';
  const order: readonly (Channel | 'resultscall')[] =
    tier === 'normal' && purpose !== 'tried-to-reach'
      ? [first, 'secure', 'portal-note']
      : ['secure', 'portal-note'];
  let wait: EpochMs | null = null;
  for (const channel of order) {
    if (failedChannels.includes(channel)) continue;
    const ready = readyAt(channel, facts, now);
    if (ready === null) continue;
    if (ready <= now)
      return channel === 'resultscall'
        ? { do: 'leave', to: channel }
        : { do: 'send', channel, language, wording };
    wait = ready;
    break;
  }
  if (wait !== null) return { do: 'wait', until: wait, why: 'window' };
  if (!patient.hasPhone) return { do: 'person', task: 'letter', why: 'no-channel' };
  if (order.includes('text') && isBeyondTextLimits(facts))
    return { do: 'person', task: 'callback', why: 'text-limit' };
  return { do: 'person', task: 'callback', why: 'no-channel' };
}

/**
 * L31: ResultsCall says what our text would, "your results are in the portal", to whoever has one. Of a correction it
 * says nothing: an update is ours.
 */
function isResultsCalls({ resultsCall, members, patient, purpose }: NoticeFacts): boolean {
  if (purpose !== 'results' || !patient.portal) return false;
  return resultsCall || members.every((m) => m.routedToResultsCall);
}

/** When a channel may be used: now, later, or never (`null`). */
function readyAt(channel: Channel | 'resultscall', facts: NoticeFacts, now: EpochMs): EpochMs | null {
  const { patient, members, staffed, textWindow, createdAt } = facts;
  const published = members.every((m) => m.published);
  // L24: what is not in the portal after one business day goes by the next channel.
  const publishedBy = nextOpening(staffed, createdAt + day);
  switch (channel) {
    case 'text': {
      const allowed = patient.mobile && patient.consentToText && patient.labTextPreference !== false;
      if (!allowed || patient.textsThisWeek >= textsPerWeek) return null;
      if (!published) return now < publishedBy ? publishedBy : null;
      // L41: a correction does not wait for tomorrow's text.
      if (isBeyondTextLimits(facts)) return null;
      const from = patient.textsToday >= textsPerDay ? nextDay(textWindow, now) : now;
      return nextOpening(textWindow, Math.max(from, facts.textsFrom ?? now));
    }
    case 'resultscall':
      if (!published) return now < publishedBy ? publishedBy : null;
      // Its hours are those of texts.
      return nextOpening(textWindow, now);
    case 'secure': {
      if (!patient.spruceAccount) return null;
      if (isSecureTime(staffed, now)) return now;
      const tomorrow = isOpen(staffed, now) ? now + staffedLeft(staffed, now) : now;
      return nextOpening(staffed, tomorrow);
    }
    case 'portal-note':
      if (!patient.portal) return null;
      if (!published) return now < publishedBy ? publishedBy : null;
      return now;
    default:
      return channel satisfies never;
  }
}

/** L27: secure messages leave in staffed hours, with enough of the day left for whoever answers. */
export function isSecureTime(staffed: OpenHours, now: EpochMs): boolean {
  return isOpen(staffed, now) && staffedLeft(staffed, now) >= staffedLeftMs;
}

function isBeyondTextLimits({ patient, purpose }: NoticeFacts): boolean {
  const isReached = patient.textsToday >= textsPerDay || patient.textsThisWeek >= textsPerWeek;
  return purpose === 'update' && patient.mobile && patient.consentToText && isReached;
}

function nextDay(window: OpenHours, now: EpochMs): EpochMs {
  return window.intervals.find(([from]) => from > now)?.[0] ?? now + day;
}

function worst(members: readonly MemberFacts[]): 'normal' | 'other' {
  return members.every((m) => m.tier === 'normal') ? 'normal' : 'other';
}

/** L30: not recorded or declined → the practice's default. */
function language(patient: PatientFacts, otherwise: MessageLanguage): MessageLanguage {
  return patient.language === 'eng' || patient.language === 'spa' ? patient.language : otherwise;
}
