import { DateTime } from 'luxon';
import type { LimitProposal } from '../domain/rules/limit-proposal.js';
import type { PatientLimit } from '../domain/rules/patient-limit.js';
import { conditionWords, tierWords } from '../domain/rules/life/words.js';
import type { RuleSet } from '../domain/rules/rule-set.js';
import { openStore } from '../process/deps.js';
import { recordAccess } from '../store/access.js';
import { localTime } from '../store/calendar.js';
import {
  endPatientLimit,
  listPatientLimits,
  signPatientLimit,
  type SignedLimit,
} from '../store/patient-limits.js';
import { practiceNow, type Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';
import { requireDemoPolicy } from './act.js';
import { choosePractice } from './choose-practice.js';
import { findResult, shortId } from './find-result.js';
import type { limitTiers, limitUrgencies } from './limit-choices.js';
import { CommandFailed, say, tell, WrongUsage } from './outcome.js';
import { readerOnThisMachine } from './reader.js';
import { nameOf } from './roster-names.js';
import { table } from './table.js';

export interface LimitOptions {
  readonly practice?: string;
  readonly as: string;
  readonly analyte: string;
  readonly replaces?: string;
  readonly above?: string;
  readonly below?: string;
  readonly atLeast?: string;
  readonly atMost?: string;
  readonly unit?: string;
  readonly tier?: (typeof limitTiers)[number];
  readonly urgency?: (typeof limitUrgencies)[number];
  /** Nothing takes the place of what is replaced. */
  readonly withoutLimit?: boolean;
  /** The last day on which it counts, `YYYY-MM-DD`. */
  readonly until: string;
  readonly reason: string;
}

/** `resultloop limits [list] [RESULT]`: limits signed for patients (L46). PHI. */
export async function limitsCommand(
  wanted: string | undefined,
  options: { practice?: string; all?: boolean },
): Promise<void> {
  const deps = await openStore(process.env);
  try {
    const practice = await choosePractice(deps.store, options.practice);
    const resultId = wanted === undefined ? undefined : await findResult(deps.store, practice.id, wanted);
    await recordAccess(deps.store, practice, {
      actor: readerOnThisMachine(),
      what: 'patient-limits',
      resultId: resultId ?? null,
    });
    const limits = await listPatientLimits(deps.store, practice, {
      ...(resultId !== undefined && { resultId }),
      all: options.all ?? false,
    });
    if (limits.length === 0)
      return say(`${practice.id}: no limit is signed for ${resultId ? 'this patient' : 'any patient'}.`);
    say(limitsText(practice, limits, practiceNow(deps.store, practice)));
  } finally {
    await deps.close();
  }
}

/** `resultloop limits set RESULT --as PERSON …`: for the patient of that result. */
export async function setLimitCommand(wanted: string, options: LimitOptions): Promise<void> {
  const deps = await openStore(process.env);
  try {
    const practice = await choosePractice(deps.store, options.practice);
    requireDemoPolicy(practice);
    const proposal = limitProposal(options, practice.ruleSet, practice.settings.zone);
    const who = nameOf(practice, options.as);
    tell(`"--as ${options.as}" stands for a login of ${who} under the demo policy of ${practice.id}.`);
    const resultId = await findResult(deps.store, practice.id, wanted);
    const signed = await signPatientLimit(deps.store, practice, { resultId, personId: options.as, proposal });
    say(
      `Limit ${shortId(signed.id)} is signed by ${who} for the patient of ${shortId(resultId)}, until ${localTime(practice.settings, signed.limit.expiresAt)}. It counts for results from now on; the laboratory's own critical flag stands above it.`,
    );
  } finally {
    await deps.close();
  }
}

/** `resultloop limits end LIMIT --as PERSON --reason TEXT`. */
export async function endLimitCommand(
  wanted: string,
  options: { practice?: string; as: string; reason: string },
): Promise<void> {
  const deps = await openStore(process.env);
  try {
    const practice = await choosePractice(deps.store, options.practice);
    requireDemoPolicy(practice);
    const limitId = await findLimit(deps.store, practice.id, wanted);
    const { reason } = options;
    await endPatientLimit(deps.store, practice, { limitId, personId: options.as, reason });
    say(
      `Limit ${shortId(limitId)} has ended, by ${nameOf(practice, options.as)}. The practice's own limits apply again from now on.`,
    );
  } finally {
    await deps.close();
  }
}

const operators = { above: '>', below: '<', atLeast: '>=', atMost: '<=' } as const;

/**
 * What was typed as a limit to be signed.
 * @throws WrongUsage when the options do not make one.
 */
export function limitProposal(options: LimitOptions, ruleSet: RuleSet, zone: string): LimitProposal {
  const bounds = (Object.keys(operators) as (keyof typeof operators)[]).flatMap((name) =>
    options[name] === undefined ? [] : [{ operator: operators[name], value: options[name] }],
  );
  const [bound, ...others] = bounds;
  if (others.length > 0) throw new WrongUsage('Give one of --above, --below, --at-least and --at-most.');
  if ((bound !== undefined) === (options.withoutLimit ?? false))
    throw new WrongUsage(
      'Say what applies instead (--above, --below, --at-least or --at-most), or that nothing does: --without-limit',
    );
  if (bound && !/^-?\d{1,12}(\.\d{1,10})?$/.test(bound.value))
    throw new WrongUsage('The number of a limit is written like 6.5, without its unit (--unit).');
  const lastDay = DateTime.fromISO(options.until, { zone });
  if (!/^\d{4}-\d{2}-\d{2}$/.test(options.until) || !lastDay.isValid)
    throw new WrongUsage('--until is the last day on which it counts, such as 2026-09-30.');
  const tier = options.tier ?? 'critical';
  const urgency = options.urgency ?? (tier === 'critical' ? 'critical' : 'same-day');
  const unit = options.unit ?? ruleSet.analytes.find((one) => one.id === options.analyte)?.unit ?? '';
  return {
    analyteId: options.analyte,
    replaces: (options.replaces ?? '').split(',').flatMap((id) => id.trim() || []),
    limit: bound ? { tier, urgency, ...bound, unit } : null,
    reason: options.reason.trim(),
    expiresAt: lastDay.plus({ days: 1 }).startOf('day').toMillis(),
  };
}

/** Limits as a table. PHI. */
export function limitsText(practice: Practice, limits: readonly SignedLimit[], now: number): string {
  return table(
    [
      { title: 'LIMIT', text: (one) => shortId(one.id) },
      { title: 'RESULT', text: (one) => shortId(one.resultId) },
      { title: 'WHAT APPLIES', text: (one) => limitWords(one.limit) },
      { title: 'IN PLACE OF', text: (one) => one.limit.replaces.join(', ') || 'nothing' },
      { title: 'SIGNED BY', text: (one) => `${one.limit.signedBy.name}, ${one.limit.signedBy.date}` },
      { title: 'UNTIL', text: (one) => untilWords(practice, one, now) },
      { title: 'REASON', text: (one) => one.limit.reason },
    ],
    limits,
  );
}

function limitWords({ analyteId, limit }: PatientLimit): string {
  if (!limit) return `${analyteId}: no limit`;
  const { tier, urgency, operator, value, unit } = limit;
  return `${analyteId}: ${tierWords(tier, urgency)} ${conditionWords(operator, value, unit)}`;
}

function untilWords(practice: Practice, one: SignedLimit, now: number): string {
  if (one.endedAt !== null)
    return `ended ${localTime(practice.settings, one.endedAt)} by ${nameOf(practice, one.endedBy ?? '')}: ${one.endReason ?? ''}`;
  const until = localTime(practice.settings, one.limit.expiresAt);
  return one.limit.expiresAt <= now ? `${until} (EXPIRED)` : until;
}

const shortest = 8;

async function findLimit(store: Store, practiceId: string, wanted: string): Promise<string> {
  const part = wanted.trim().toLowerCase();
  if (!/^[0-9a-f-]+$/.test(part) || part.length < shortest)
    throw new WrongUsage(
      `A LIMIT is its id, or at least ${shortest} characters of its end, as the list shows it.`,
    );
  const rows = await store.db
    .selectFrom('patient_limit')
    .select('id')
    .where('practice_id', '=', practiceId)
    .where('id', 'like', `%${part}`)
    .limit(2)
    .execute();
  const [found, ...others] = rows;
  if (found && others.length === 0) return found.id;
  throw new CommandFailed(
    found ? 'ambiguous-limit' : 'no-such-limit',
    found
      ? `Several limits are known as ${part}; give more characters.`
      : `No limit is known as ${part}. Look it up: resultloop limits`,
  );
}
