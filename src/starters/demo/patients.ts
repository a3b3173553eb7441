import { DateTime } from 'luxon';
import type { AthenaPatientSeed } from '../../sandbox/athenahealth/control.js';
import type { ContactSeed } from '../../sandbox/spruce/control.js';
import type { Behaviour } from '../../sandbox/twilio/control.js';
import { clinic, opening } from './clinic.js';
import { familyNames, givenNames, inventedPhone } from './names.js';
import type { Sex } from './panels.js';
import { Chance } from './random.js';

/** What a patient does with a message. Nothing at all is common. */
export type Reaction = 'nothing' | 'open' | 'read' | 'call-me' | 'reply-ok' | 'reply-words' | 'stop';

/** What becomes of one call to the patient. */
export type CallOutcome = 'reached' | 'voicemail' | 'no-answer';

export interface DemoPatient {
  readonly chartId: string;
  readonly givenName: string;
  readonly familyName: string;
  /** `YYYY-MM-DD`. All are adults. */
  readonly birthDate: string;
  readonly sex: Sex;
  /** `null`: not recorded. */
  readonly language: 'eng' | 'spa' | 'vie' | null;
  readonly mobile: string | null;
  readonly home: string | null;
  readonly consentToText: boolean;
  readonly labTexts: boolean | null;
  readonly portal: boolean;
  readonly spruce: boolean;
  /** What happens to texts to the mobile number. */
  readonly phone: Behaviour;
  readonly reaction: Reaction;
  /** Practice ms from a message's arrival to the reaction. */
  readonly reactsAfterMs: number;
  /** A link preview fetches the page before the patient does. */
  readonly previews: boolean;
  /** Outcomes of calls in turn; the last one repeats. */
  readonly calls: readonly CallOutcome[];
}

/** The practice's own numbers come first. */
const firstPatientNumber = 20;
const minute = 60_000;

/** `count` invented patients in the mix of an ordinary practice, the first ones reachable by phone. */
export function inventPatients(count: number, seed: number): DemoPatient[] {
  const chance = Chance.of(seed, 'patients');
  const spanish = chance.shuffled(familyNames('spa'));
  const english = chance.shuffled(familyNames('eng'));
  const shares = quotas(count, chance);
  let phones = firstPatientNumber;
  return Array.from({ length: count }, (_, i): DemoPatient => {
    const mix = shares(i);
    const own = Chance.of(seed, 'patient', i);
    const sex: Sex = own.happens(0.55) ? 'F' : 'M';
    const names = mix.language === 'spa' ? 'spa' : 'eng';
    const families = names === 'spa' ? spanish : english;
    const round = Math.floor(i / families.length);
    return {
      chartId: String(7_310 + i * 3),
      givenName: own.pick(givenNames[names][sex]),
      // Names run out in large mornings: a second part keeps them apart.
      familyName: `${families[i % families.length] ?? ''}${round > 0 ? `-${english[round % english.length]}` : ''}`,
      birthDate: bornBetween(own, 19, 88),
      sex,
      language: mix.language,
      mobile: mix.mobile ? inventedPhone(phones++) : null,
      home: mix.home ? inventedPhone(phones++) : null,
      consentToText: mix.mobile && mix.consent,
      labTexts: mix.refusesLabTexts ? false : own.happens(0.5) ? true : null,
      portal: mix.portal,
      spruce: mix.spruce,
      phone: 'deliver',
      reaction: mix.reaction,
      reactsAfterMs: own.happens(0.75) ? own.between(4, 170) * minute : own.between(9, 30) * 60 * minute,
      previews: own.happens(0.2),
      calls: own.pick(callStories),
    };
  });
}

const callStories: readonly (readonly CallOutcome[])[] = [
  ['reached'],
  ['reached'],
  ['reached'],
  ['voicemail', 'reached'],
  ['no-answer', 'reached'],
  ['no-answer', 'voicemail', 'reached'],
  ['no-answer', 'no-answer', 'voicemail'],
];

interface Mix {
  readonly language: DemoPatient['language'];
  readonly mobile: boolean;
  readonly home: boolean;
  readonly consent: boolean;
  readonly refusesLabTexts: boolean;
  readonly portal: boolean;
  readonly spruce: boolean;
  readonly reaction: Reaction;
}

/** Exact shares instead of chance, so that even a small morning has something of everything. */
function quotas(count: number, chance: Chance): (patient: number) => Mix {
  const dealt = <T>(shares: readonly (readonly [T, number])[], rest: T): T[] => {
    const list = shares.flatMap(([value, share]) => Array<T>(Math.round(share * count)).fill(value));
    return chance.shuffled([...list, ...Array<T>(Math.max(0, count - list.length)).fill(rest)]);
  };
  const capped = (list: DemoPatient['language'][]): DemoPatient['language'][] => {
    let others = 0;
    return list.map((l) => (l === 'vie' && ++others > 2 ? 'eng' : l));
  };
  const languages = capped(
    dealt<DemoPatient['language']>(
      [
        ['spa', 0.25],
        ['vie', 0.02],
        [null, 0.03],
      ],
      'eng',
    ),
  );
  const reach = dealt<readonly [boolean, boolean, boolean]>(
    [
      // mobile, home, consent
      [[true, true, false], 0.08],
      [[false, true, false], 0.12],
      [[false, false, false], 0.04],
      [[true, true, true], 0.14],
    ],
    [true, false, true],
  );
  const portals = dealt([[false, 0.2]], true);
  const accounts = dealt([[false, 0.4]], true);
  const refusals = dealt([[true, 0.03]], false);
  const reactions = dealt<Reaction>(
    [
      ['open', 0.14],
      ['read', 0.26],
      ['call-me', 0.04],
      ['reply-ok', 0.12],
      ['reply-words', 0.04],
    ],
    'nothing',
  );
  return (i) => {
    const [mobile = true, home = false, consent = true] = reach[i] ?? [];
    return {
      language: languages[i] ?? 'eng',
      mobile,
      home,
      consent,
      refusesLabTexts: refusals[i] ?? false,
      portal: portals[i] ?? true,
      spruce: accounts[i] ?? true,
      reaction: reactions[i] ?? 'nothing',
    };
  };
}

function bornBetween(chance: Chance, youngest: number, oldest: number): string {
  const days = chance.whole(youngest * 366, oldest * 365);
  return DateTime.fromMillis(opening, { zone: clinic.zone }).minus({ days }).toISODate() ?? '1960-01-01';
}

/** The patient as athenahealth shows it. */
export function chartOf(p: DemoPatient, primaryProviderId: number): AthenaPatientSeed {
  const slot = (phone: string | null) => (phone === null ? '' : phone.slice(2));
  return {
    patientid: p.chartId,
    departmentid: clinic.departmentId,
    firstname: p.givenName,
    lastname: p.familyName,
    dob: DateTime.fromISO(p.birthDate).toFormat('MM/dd/yyyy'),
    sex: p.sex,
    language6392code: p.language ?? '',
    mobilephone: slot(p.mobile),
    homephone: slot(p.home),
    consenttotext: p.consentToText,
    ...(p.labTexts !== null && { contactpreference_lab_sms: p.labTexts }),
    portalaccessgiven: p.portal,
    portalstatus: { status: p.portal ? 'REGISTERED' : 'NOT INVITED' },
    primaryproviderid: String(primaryProviderId),
    status: 'active',
  };
}

/** The patient as Spruce knows it; linked to the chart by our external id. */
export function contactOf(p: DemoPatient): ContactSeed {
  const phone = p.mobile ?? p.home;
  return {
    givenName: p.givenName,
    familyName: p.familyName,
    dateOfBirth: p.birthDate,
    ...(phone !== null && { phone }),
    externalId: `athena-${clinic.athenaPracticeId}-${p.chartId}`,
    hasAccount: p.spruce,
  };
}
