import { alwaysOpen } from '../domain/calendar/open-hours.js';
import type { MemberFacts, NoticeFacts, SiblingFacts } from '../domain/notices/plan.js';
import type { Tier, Urgency } from '../domain/lifecycle/state.js';
import { carrierDay, localDay, nextBusinessDayAt, staffedHours, textHours } from '../store/calendar.js';
import type { Tx } from '../store/database.js';
import { liveMembers } from '../store/notices.js';
import { loadPatient } from '../store/patients.js';
import { practiceNow, type Practice } from '../store/practices.js';
import { ageYears } from '../store/classifying.js';
import type { Store } from '../store/store.js';

const day = 24 * 3_600_000;

/** What a handed-over notice waits for when athenahealth's ResultsCall has it (L31). */
export const leftToResultsCall = 'resultscall';

/** Everything that decides about a notice, read from the record. */
export async function noticeFacts(store: Store, practice: Practice, noticeId: string): Promise<NoticeFacts> {
  const { db } = store;
  const notice = await db
    .selectFrom('notice')
    .selectAll()
    .where('id', '=', noticeId)
    .executeTakeFirstOrThrow();
  const now = practiceNow(store, practice);
  const { settings } = practice;
  const patient = await loadPatient(store, notice.patient_id);
  const { card } = patient;
  const members = await memberFacts(db, noticeId);
  return {
    now,
    purpose: notice.purpose,
    createdAt: notice.created_at,
    latestFactAt: notice.latest_fact_at,
    failedChannels: notice.failed_channels,
    noted: notice.noted_epoch !== null,
    resultsCall: settings.resultsCall,
    members,
    siblings: await siblingFacts(db, notice.draw_id, members),
    patient: {
      status: card.status,
      ageYears: ageYears(card.birthDate, now),
      language: card.language,
      consentToText: card.consentToText,
      labTextPreference: card.labTextPreference,
      doNotCall: card.doNotCall,
      confidential: card.confidentialCommunication || (await anyConfidential(store, members)),
      portal: card.portal,
      hasPhone: [card.mobilePhone, card.homePhone, card.workPhone].some((p) => p !== null),
      spruceAccount: patient.spruceContactId !== null && patient.spruceHasAccount === true,
      mobile: await mobileUsable(db, practice.id, patient.mobileIndex),
      ...(await textsSent(db, notice.patient_id, settings, now)),
    },
    staffed: staffedHours(settings, now) ?? alwaysOpen,
    textWindow: textHours(settings, now),
    textsFrom: await textsFrom(db, practice, now),
    siblingsUntil: nextBusinessDayAt(settings, notice.created_at, '14:00'),
    settleMs: settings.noticeSettleMs,
    defaultLanguage: settings.defaultLanguage,
  };
}

/** Members of a notice with whether each may be told. Also run inside the transaction that moves to `called`. */
export async function memberFacts(db: Store['db'] | Tx, noticeId: string): Promise<MemberFacts[]> {
  const facts: MemberFacts[] = [];
  for (const m of await liveMembers(db, noticeId)) {
    const row = await db
      .selectFrom('result')
      .innerJoin('version', (j) =>
        j.onRef('version.result_id', '=', 'result.id').on('version.number', '=', m.version),
      )
      .select([
        'result.current_version',
        'result.released_version',
        'result.closure',
        'result.tier',
        'result.urgency',
        'version.sensitive',
        'version.status',
        'version.contact_by_at',
        'version.published_at',
        'version.resultscall',
      ])
      .where('result.id', '=', m.resultId)
      .executeTakeFirstOrThrow();
    const needsRelease = row.tier !== 'normal';
    facts.push({
      resultId: m.resultId,
      tier: row.tier as Tier | null,
      urgency: (row.urgency ?? 'standard') as Urgency,
      sensitive: row.sensitive,
      contactByAt: row.contact_by_at ?? Number.MAX_SAFE_INTEGER,
      tellable:
        !m.withdrawn &&
        row.current_version === m.version &&
        row.closure === null &&
        (row.status === 'final' || row.status === 'corrected') &&
        (!needsRelease || row.released_version === m.version),
      published: row.published_at !== null,
      routedToResultsCall: row.resultscall,
    });
  }
  return facts;
}

async function siblingFacts(
  db: Store['db'],
  drawId: string,
  members: readonly MemberFacts[],
): Promise<SiblingFacts[]> {
  const rows = await db
    .selectFrom('result')
    .select(['id', 'tier', 'phase', 'closure'])
    .where('draw_id', '=', drawId)
    .execute();
  return rows
    .filter((r) => !members.some((m) => m.resultId === r.id))
    .map((r) => ({
      tier: r.tier as Tier | null,
      open: r.closure === null,
      undecided:
        ['loading', 'staging', 'preliminary', 'sign-off'].includes(r.phase) ||
        (r.tier === 'critical' && r.phase === 'callback'),
    }));
}

/** L26: unshared, not opted out, not wrong, not suspended, no landline. */
async function mobileUsable(
  db: Store['db'],
  practiceId: string,
  mobileIndex: string | null,
): Promise<boolean> {
  if (mobileIndex === null) return false;
  const number = await db
    .selectFrom('number')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('number_index', '=', mobileIndex)
    .executeTakeFirst();
  if (
    number &&
    [number.opted_out_at, number.wrong_at, number.suspended_at, number.no_texts_at].some((at) => at !== null)
  )
    return false;
  const owners = await db
    .selectFrom('patient')
    .select('id')
    .where('practice_id', '=', practiceId)
    .where('mobile_index', '=', mobileIndex)
    .limit(2)
    .execute();
  return owners.length === 1;
}

/** The practice's daily budget of texts: once it is used up, the next carriers' day. */
export async function textsFrom(db: Store['db'] | Tx, practice: Practice, now: number): Promise<number> {
  const [from, to] = carrierDay(now);
  const { sent } = await db
    .selectFrom('effect')
    .select((e) => e.fn.countAll<number>().as('sent'))
    .where('practice_id', '=', practice.id)
    .where('kind', '=', 'text')
    .where('called_at', '>=', from)
    .where('called_at', '<', to)
    .executeTakeFirstOrThrow();
  return sent < practice.settings.textsPerDay ? now : to;
}

/** Texts to a patient that may have left, and what was left to ResultsCall (L31): today, and in the last seven days (L27). */
async function textsSent(db: Store['db'], patientId: string, settings: Practice['settings'], now: number) {
  const texts = await db
    .selectFrom('effect')
    .innerJoin('notice', 'notice.id', 'effect.notice_id')
    .select('effect.called_at as at')
    .where('notice.patient_id', '=', patientId)
    .where('effect.kind', '=', 'text')
    .where('effect.state', 'in', ['called', 'confirmed', 'unknown'])
    .where('effect.called_at', '>', now - 7 * day)
    .execute();
  const left = await db
    .selectFrom('notice')
    .select('sent_at as at')
    .where('patient_id', '=', patientId)
    .where('waits_for', '=', leftToResultsCall)
    .where('sent_at', '>', now - 7 * day)
    .execute();
  const sent = [...texts, ...left];
  const today = localDay(settings, now);
  return {
    textsThisWeek: sent.length,
    textsToday: sent.filter(({ at }) => at !== null && localDay(settings, at) === today).length,
  };
}

/** L26: the chart says of a document that the patient must not see it. */
async function anyConfidential(store: Store, members: readonly MemberFacts[]): Promise<boolean> {
  for (const m of members) {
    const row = await store.db
      .selectFrom('version')
      .innerJoin('result', (j) =>
        j.onRef('result.id', '=', 'version.result_id').onRef('result.current_version', '=', 'version.number'),
      )
      .select('version.content_sealed')
      .where('result.id', '=', m.resultId)
      .executeTakeFirst();
    const report =
      row && (store.cipher.openJson(row.content_sealed, 'version.content') as { confidential?: boolean });
    if (report?.confidential) return true;
  }
  return false;
}
