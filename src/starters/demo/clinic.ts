import { DateTime } from 'luxon';
import { signedStarterRules } from '../../domain/library/starter-rules.js';
import type { Connections } from '../../domain/practice/settings.js';
import type { EpochMs } from '../../domain/result/report.js';
import type { PracticeImport } from '../../store/practices.js';
import type { ClockMap } from '../../domain/calendar/clock-map.js';
import { inventedPhone } from './names.js';

/** The invented practice of the demo: five providers, one of them absent with cover, and the people around them. */
export const clinic = {
  id: 'demo',
  athenaPracticeId: '195900',
  departmentId: '150',
  name: 'Alder Street Family Medicine',
  zone: 'America/New_York',
  phone: inventedPhone(0),
  textsFrom: inventedPhone(1),
} as const;

const day = 24 * 3_600_000;

/** 07:55 of an invented Monday in winter: five minutes before the doors open. */
export const opening: EpochMs = DateTime.fromISO('2026-03-02T07:55', { zone: clinic.zone }).toMillis();

/** A local time of day, `days` calendar days after the opening. */
export function localAt(days: number, time: string): EpochMs {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const start = DateTime.fromMillis(opening, { zone: clinic.zone }).startOf('day');
  return start.plus({ days }).set({ hour, minute }).toMillis();
}

export interface ClinicPerson {
  readonly id: string;
  readonly name: string;
  readonly role: 'provider' | 'coordinator' | 'supervising-physician' | 'medical-director' | 'administrator';
  readonly credentialed: boolean;
  readonly npi: string | null;
  /** athenahealth's provider id; ordering goes by it. */
  readonly athenaProviderId: number | null;
  readonly spruceMemberId: string;
}

const provider = (n: number, name: string): ClinicPerson => ({
  id: `prov-${n}`,
  name,
  role: 'provider',
  credentialed: true,
  npi: `19999999${80 + n}`,
  athenaProviderId: 70 + n,
  spruceMemberId: `member-prov-${n}`,
});
const staff = (
  id: string,
  name: string,
  role: ClinicPerson['role'],
  credentialed: boolean,
): ClinicPerson => ({
  id,
  name,
  role,
  credentialed,
  npi: null,
  athenaProviderId: null,
  spruceMemberId: `member-${id}`,
});

export const people: readonly ClinicPerson[] = [
  provider(1, 'Dr. Maren Ostrow'),
  provider(2, 'Dr. Teodor Valk'),
  provider(3, 'Dr. Imani Brightwater'),
  provider(4, 'Dr. Silas Penhallow'),
  provider(5, 'Dr. Yuki Tanabe'),
  staff('coord-1', 'Rosalind Achter', 'coordinator', false),
  staff('super-1', 'Dr. Henrik Solberg', 'supervising-physician', true),
  staff('direct-1', 'Dr. Odette Farrow', 'medical-director', true),
  staff('admin-1', 'Lev Kastner', 'administrator', false),
];

export const providers = people.filter((p) => p.role === 'provider');
/** Not in this fortnight; {@link cover} says who holds their work. */
export const absent = 'prov-5';
/** Looks at the worklist on the second day only, so that the 18 h page to the cover comes. */
export const slow = 'prov-4';
const cover: Readonly<Record<string, string>> = {
  'prov-1': 'prov-2',
  'prov-2': 'prov-3',
  'prov-3': 'prov-1',
  'prov-4': 'prov-1',
  'prov-5': 'prov-3',
};

/** On call in turn from 08:00 to 08:00, for three weeks. */
const onCall = Array.from({ length: 21 }, (_, i) => ({
  person: `prov-${1 + (i % 3)}`,
  from: localAt(i, '08:00') - (i === 0 ? day : 0),
  to: localAt(i + 1, '08:00'),
}));

/** What is imported into the record before anything starts. */
export function clinicImport(where: {
  readonly clock: ClockMap;
  readonly publicBaseUrl: string;
  readonly connections: Connections;
}): PracticeImport {
  return {
    id: clinic.id,
    athenaPracticeId: clinic.athenaPracticeId,
    name: clinic.name,
    clock: where.clock,
    goLiveAt: opening - 30 * day,
    settings: {
      zone: clinic.zone,
      phone: clinic.phone,
      schedulingLink: `${where.publicBaseUrl}/schedule`,
      publicBaseUrl: where.publicBaseUrl,
      portalUrl: `${where.publicBaseUrl}/portal`,
      demoPolicy: true,
      // Above every timeout; short, so that a killed worker's calls are looked at again within the demo.
      leaseMs: 12_000,
      noteReadBackMs: 60_000,
      textUnknownWaitMs: 15_000,
      secureUnknownWaitMs: 15_000,
    },
    roster: {
      people: people.map((p) => ({
        id: p.id,
        name: p.name,
        roles: [p.role],
        credentialed: p.credentialed,
        npi: p.npi,
        athenaProviderId: p.athenaProviderId === null ? null : String(p.athenaProviderId),
        spruceMemberId: p.spruceMemberId,
      })),
      cover,
      absences: [{ person: absent, from: opening - day, to: opening + 21 * day }],
      onCall,
      coordinator: 'coord-1',
      keeper: 'coord-1',
      supervisingPhysician: 'super-1',
      medicalDirector: 'direct-1',
      administrator: 'admin-1',
    },
    ruleSet: signedStarterRules('Dr. Odette Farrow', '2026-02-16'),
    connections: where.connections,
  };
}
