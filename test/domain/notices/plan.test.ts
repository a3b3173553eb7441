import { describe, expect, test } from '@jest/globals';
import type { OpenHours } from '../../../src/domain/calendar/open-hours.js';
import {
  planNotice,
  type MemberFacts,
  type NoticeFacts,
  type PatientFacts,
} from '../../../src/domain/notices/plan.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Monday 2 March 2026, 10:00 in New York. */
const monday10 = Date.parse('2026-03-02T15:00:00Z');
const midnight = monday10 - 10 * hour;

/** Monday to Friday, 8 to 17; `every` also at the weekend. */
function hours(opens: number, closes: number, every: boolean): OpenHours {
  const days = Array.from({ length: 28 }, (_, i) => i - 7).filter((d) => every || ((d % 7) + 7) % 7 < 5);
  return {
    intervals: days.map((d) => [midnight + d * day + opens * hour, midnight + d * day + closes * hour]),
  };
}

const member: MemberFacts = {
  resultId: 'r1',
  tier: 'normal',
  urgency: 'standard',
  sensitive: [],
  contactByAt: monday10 + 30 * day,
  tellable: true,
  published: true,
  routedToResultsCall: false,
};
const abnormal: MemberFacts = { ...member, tier: 'abnormal', contactByAt: monday10 + 2 * day };
const adult: PatientFacts = {
  status: 'active',
  ageYears: 57,
  language: 'eng',
  consentToText: true,
  labTextPreference: null,
  doNotCall: false,
  confidential: false,
  portal: true,
  hasPhone: true,
  spruceAccount: true,
  mobile: true,
  textsToday: 0,
  textsThisWeek: 0,
};

function plan(facts: Partial<NoticeFacts> = {}, patient: Partial<PatientFacts> = {}) {
  return planNotice({
    now: monday10,
    purpose: 'results',
    createdAt: monday10 - hour,
    latestFactAt: monday10 - hour,
    failedChannels: [],
    noted: false,
    resultsCall: false,
    members: [member],
    siblings: [],
    patient: { ...adult, ...patient },
    staffed: hours(8, 17, false),
    textWindow: hours(9, 20, true),
    siblingsUntil: midnight + day + 14 * hour,
    settleMs: 30 * minute,
    defaultLanguage: 'eng',
    ...facts,
  });
}

const secure = { do: 'send', channel: 'secure', language: 'eng', wording: 'detail' };

describe('when a notice leaves', () => {
  test('L20: it is withdrawn when one version it speaks of may not be told, or none is left', () => {
    expect(plan({ members: [member, { ...member, tellable: false }] })).toMatchObject({ do: 'withdraw' });
    expect(plan({ members: [] })).toMatchObject({ do: 'withdraw' });
  });

  test('L19: it leaves 30 minutes after the latest fact, not a moment before; same-day and critical do not wait', () => {
    const latestFactAt = monday10 - 30 * minute + 1;
    expect(plan({ latestFactAt })).toEqual({ do: 'wait', until: monday10 + 1, why: 'settling' });
    expect(plan({ latestFactAt: latestFactAt - 1 })).toMatchObject({ do: 'send' });
    for (const urgency of ['same-day', 'critical'] as const)
      expect(plan({ latestFactAt, members: [{ ...abnormal, urgency }] })).toEqual(secure);
  });

  test('L19: a normal never leaves alone while an abnormal of its draw is unsigned, however late', () => {
    for (const tier of ['abnormal', 'critical', 'review', null] as const)
      expect(
        plan({ now: monday10 + 3 * day, siblings: [{ tier, open: true, undecided: true }] }),
      ).toMatchObject({ do: 'wait', why: 'sibling-undecided' });
    expect(plan({ siblings: [{ tier: 'abnormal', open: true, undecided: false }] })).toMatchObject({
      do: 'send',
    });
  });

  test('L19: a normal waits for a normal that is not final until 14:00 the next business day', () => {
    const siblings = [{ tier: 'normal', open: true, undecided: true }] as const;
    const until = midnight + day + 14 * hour;
    expect(plan({ siblings })).toEqual({ do: 'wait', until, why: 'sibling-undecided' });
    expect(plan({ siblings, now: until })).toMatchObject({ do: 'send', channel: 'text' });
  });

  test('L19: a signed abnormal waits for unsigned ones, never past contact-by minus one business day', () => {
    const siblings = [{ tier: 'review', open: true, undecided: true }] as const;
    const at = midnight + day + 14 * hour;
    expect(plan({ siblings, members: [{ ...abnormal, contactByAt: monday10 + 4 * day }] })).toMatchObject({
      do: 'wait',
      until: at,
    });
    const early = { ...abnormal, contactByAt: midnight + day + 12 * hour };
    expect(plan({ siblings, members: [early] })).toMatchObject({ do: 'wait', until: midnight + 12 * hour });
    expect(plan({ siblings, members: [early], now: midnight + 12 * hour })).toEqual(secure);
  });
});

describe('by which channel', () => {
  test('L18, S000-28, 53, 55, 101: one abnormal member takes the whole notice off the text channel', () => {
    expect(plan({ members: [member] })).toMatchObject({ channel: 'text' });
    expect(plan({ members: [member, abnormal] })).toEqual(secure);
    expect(plan({ members: [member, abnormal] }, { spruceAccount: false })).toMatchObject({
      channel: 'portal-note',
    });
    expect(plan({ members: [abnormal] }, { spruceAccount: false, portal: false })).toEqual({
      do: 'person',
      task: 'callback',
      why: 'no-channel',
    });
  });

  describe('L25: a patient’s note is accompanied by a neutral text', () => {
    const noted = (facts: Partial<NoticeFacts> = {}, patient: Partial<PatientFacts> = {}) =>
      plan({ noted: true, members: [abnormal], ...facts }, { spruceAccount: false, ...patient });
    const text = { do: 'send', channel: 'text', language: 'eng', wording: 'neutral' };
    const stands = { do: 'stand' };

    test('whatever its purpose, in the hours of texts, without settling and without the siblings', () => {
      for (const purpose of ['results', 'update', 'tried-to-reach'] as const)
        expect(noted({ purpose, latestFactAt: monday10 })).toEqual(text);
      expect(noted({ siblings: [{ tier: 'review', open: true, undecided: true }] })).toEqual(text);
      expect(noted({}, { language: 'spa' })).toEqual({ ...text, language: 'spa' });
      expect(noted({ now: midnight + 20.5 * hour })).toMatchObject({
        do: 'wait',
        until: midnight + day + 9 * hour,
      });
      expect(noted({}, { textsToday: 1 })).toMatchObject({ do: 'wait', until: midnight + day + 9 * hour });
    });

    test('L26, L27, L29, L37: where no text may go the note alone stands, and nobody else is told', () => {
      const no: Partial<PatientFacts>[] = [
        { mobile: false },
        { consentToText: false },
        { labTextPreference: false },
        { textsThisWeek: 3 },
        { doNotCall: true },
        { confidential: true },
        { status: 'deceased' },
        { language: 'vie' },
        { ageYears: 17 },
        { ageYears: null },
      ];
      for (const patient of no) expect(noted({}, patient)).toEqual(stands);
      expect(noted({ purpose: 'update' }, { textsToday: 1 })).toEqual(stands);
      expect(noted({ failedChannels: ['secure', 'text'] })).toEqual(stands);
      expect(noted({ members: [{ ...abnormal, sensitive: ['hiv'] }] })).toEqual(stands);
      expect(noted({ members: [{ ...abnormal, sensitive: ['pregnancy'] }] })).toEqual(text);
    });

    test('L20, L31: what is not current any more, or ResultsCall’s, gets none', () => {
      expect(noted({ members: [{ ...abnormal, tellable: false }] })).toEqual(stands);
      expect(noted({ resultsCall: true })).toEqual(stands);
      expect(noted({ resultsCall: true, purpose: 'update' })).toEqual(text);
    });
  });

  test('L24: no text before the result is in the portal; after one business day the next channel', () => {
    const members = [{ ...member, published: false }];
    const createdAt = monday10 - hour;
    expect(plan({ members })).toEqual({ do: 'wait', until: createdAt + day, why: 'window' });
    expect(plan({ members, now: createdAt + day })).toEqual(secure);
    // A portal note on an unpublished result would be seen by nobody.
    expect(plan({ members, now: createdAt + day }, { spruceAccount: false })).toMatchObject({ do: 'person' });
  });

  test('L31: what ResultsCall tells is left to it in its hours, by the practice’s setting or by every document', () => {
    const left = { do: 'leave', to: 'resultscall' };
    const routed = { ...member, routedToResultsCall: true };
    for (const patient of [{}, { consentToText: false }, { mobile: false }, { textsToday: 1 }]) {
      expect(plan({ resultsCall: true }, patient)).toEqual(left);
      expect(plan({ members: [routed, routed] }, patient)).toEqual(left);
    }
    // Somebody has to tell the other one.
    expect(plan({ members: [routed, member] })).toMatchObject({ do: 'send', channel: 'text' });
    expect(plan({ resultsCall: true, now: midnight + 21 * hour })).toMatchObject({
      do: 'wait',
      until: midnight + day + 9 * hour,
    });
  });

  test('L31, L24: unpublished after one business day, or without portal, it goes our own way', () => {
    const members = [{ ...member, published: false }];
    const createdAt = monday10 - hour;
    expect(plan({ resultsCall: true, members })).toMatchObject({ do: 'wait', until: createdAt + day });
    expect(plan({ resultsCall: true, members, now: createdAt + day })).toEqual(secure);
    expect(plan({ resultsCall: true }, { portal: false })).toMatchObject({ do: 'send', channel: 'text' });
  });

  test('L31: ResultsCall replaces no secure message of an abnormal result, no correction and no person', () => {
    const resultsCall = true;
    expect(plan({ resultsCall, members: [member, abnormal] })).toEqual(secure);
    expect(plan({ resultsCall, purpose: 'update' })).toMatchObject({ do: 'send', channel: 'text' });
    expect(plan({ resultsCall, purpose: 'tried-to-reach' })).toEqual(secure);
    for (const patient of [{ doNotCall: true }, { ageYears: 17 }, { language: 'vie' }])
      expect(plan({ resultsCall }, patient)).toMatchObject({ do: 'person' });
  });

  test('L26: text needs a usable mobile, consent, and no lab-text refusal', () => {
    const no: Partial<PatientFacts>[] = [
      { mobile: false },
      { consentToText: false },
      { labTextPreference: false },
    ];
    for (const patient of no) expect(plan({}, patient)).toEqual(secure);
    expect(plan({}, { labTextPreference: true })).toMatchObject({ channel: 'text' });
  });

  test('L26: do-not-call, confidential communication, dead or merged patients are never contacted automatically', () => {
    const never: Partial<PatientFacts>[] = [
      { doNotCall: true },
      { confidential: true },
      { status: 'deceased' },
    ];
    for (const patient of never)
      for (const purpose of ['results', 'update', 'tried-to-reach'] as const)
        expect(plan({ purpose }, patient)).toMatchObject({ do: 'person', task: 'follow-up' });
  });

  test('L27: texts leave between 9 and 20, one a day, three a week', () => {
    const at = (h: number) => ({
      now: midnight + h * hour,
      createdAt: midnight - hour,
      latestFactAt: midnight - hour,
    });
    expect(plan(at(8.99))).toEqual({ do: 'wait', until: midnight + 9 * hour, why: 'window' });
    expect(plan(at(9))).toMatchObject({ do: 'send', channel: 'text' });
    expect(plan(at(20))).toMatchObject({ do: 'wait', until: midnight + day + 9 * hour });
    expect(plan({}, { textsToday: 1 })).toMatchObject({ do: 'wait', until: midnight + day + 9 * hour });
    // L41: a correction never waits for tomorrow's text: another channel, else a person calls.
    const update = { purpose: 'update' as const };
    expect(plan(update, { textsToday: 1 })).toMatchObject({ do: 'send', channel: 'secure' });
    const textOnly = { spruceAccount: false, portal: false };
    for (const limit of [{ textsToday: 1 }, { textsThisWeek: 3 }])
      expect(plan(update, { ...textOnly, ...limit })).toEqual({
        do: 'person',
        task: 'callback',
        why: 'text-limit',
      });
    expect(plan({}, { textsThisWeek: 3 })).toEqual(secure);
  });

  test('L27: secure messages leave in staffed hours with two hours left, else at the next opening', () => {
    const members = [abnormal];
    const opening = midnight + day + 8 * hour;
    expect(plan({ members, now: midnight + 15 * hour })).toEqual(secure);
    expect(plan({ members, now: midnight + 15 * hour + 1 })).toMatchObject({ do: 'wait', until: opening });
    expect(plan({ members, now: midnight + 18 * hour })).toMatchObject({ do: 'wait', until: opening });
    const friday16 = midnight + 4 * day + 16 * hour;
    expect(plan({ members, now: friday16 })).toMatchObject({
      do: 'wait',
      until: midnight + 7 * day + 8 * hour,
    });
  });

  test('L29: adults get neutral wording for sensitive results; some only a person tells', () => {
    expect(plan({ members: [{ ...member, sensitive: ['hiv'] }] })).toMatchObject({
      do: 'send',
      wording: 'neutral',
    });
    // One sensitive member makes the whole message neutral.
    expect(plan({ members: [abnormal, { ...member, sensitive: ['sti'] }] })).toMatchObject({
      wording: 'neutral',
    });
    for (const category of ['genetic', 'substance'])
      expect(plan({ members: [{ ...member, sensitive: [category] }] })).toMatchObject({ do: 'person' });
    for (const category of ['hiv', 'sti', 'hepatitis'])
      for (const tier of ['abnormal', 'review', null] as const)
        expect(plan({ members: [{ ...member, tier, sensitive: [category] }] })).toMatchObject({
          do: 'person',
        });
  });

  test('L29: nothing leaves by itself for anyone under 18, or of unknown age', () => {
    for (const ageYears of [17, null])
      for (const m of [member, abnormal, { ...member, sensitive: ['sti'] }])
        expect(plan({ members: [m] }, { ageYears })).toMatchObject({ do: 'person', task: 'callback' });
    expect(plan({}, { ageYears: 18 })).toMatchObject({ do: 'send' });
  });

  test('L30: unknown language takes the default; another one an interpreter; no channel and no phone a letter', () => {
    expect(plan({ defaultLanguage: 'spa' }, { language: null })).toMatchObject({ language: 'spa' });
    expect(plan({}, { language: 'spa' })).toMatchObject({ language: 'spa' });
    expect(plan({}, { language: 'vie' })).toMatchObject({ do: 'person', why: 'interpreter' });
    const unreachable = { mobile: false, portal: false, spruceAccount: false };
    expect(plan({}, unreachable)).toMatchObject({ do: 'person', task: 'callback' });
    expect(plan({}, { ...unreachable, hasPhone: false })).toMatchObject({ do: 'person', task: 'letter' });
  });

  test('L33, L47: "we tried to reach you" is never a text; a failed channel is not used again', () => {
    expect(plan({ purpose: 'tried-to-reach', latestFactAt: monday10 })).toEqual(secure);
    expect(plan({ failedChannels: ['text'] })).toEqual(secure);
    expect(plan({ failedChannels: ['text', 'secure'] })).toMatchObject({ channel: 'portal-note' });
    expect(plan({ failedChannels: ['text', 'secure', 'portal-note'] })).toMatchObject({ do: 'person' });
  });
});
