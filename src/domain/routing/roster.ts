import { z } from 'zod';
import type { Role } from '../lifecycle/state.js';
import type { EpochMs } from '../result/report.js';

/**
 * Who is who in a practice, who covers whom, who is on call. A role is resolved to a person when a step fires;
 * both are stored (L14). Times are practice time in epoch milliseconds.
 */
export const rosterRoles = [
  'provider',
  'coordinator',
  'supervising-physician',
  'medical-director',
  'administrator',
] as const;

const interval = z.object({ person: z.string(), from: z.number(), to: z.number() });

export const rosterSchema = z.object({
  people: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      roles: z.array(z.enum(rosterRoles)).min(1),
      /** May sign off (S000-111). */
      credentialed: z.boolean(),
      npi: z.string().nullable().default(null),
      athenaProviderId: z.string().nullable().default(null),
      spruceMemberId: z.string().nullable().default(null),
      active: z.boolean().default(true),
    }),
  ),
  /** Person → the colleague who covers. */
  cover: z.record(z.string(), z.string()),
  absences: z.array(interval),
  onCall: z.array(interval),
  coordinator: z.string(),
  /** Keeper of the unrouted list (L14). */
  keeper: z.string(),
  supervisingPhysician: z.string(),
  medicalDirector: z.string(),
  administrator: z.string(),
});

export type Roster = z.infer<typeof rosterSchema>;
export type RosterPerson = Roster['people'][number];

export function personById(roster: Roster, id: string): RosterPerson | undefined {
  return roster.people.find((p) => p.id === id);
}

/** At work and on the roster. */
export function isAvailable(roster: Roster, id: string, at: EpochMs): boolean {
  const person = personById(roster, id);
  if (!person?.active) return false;
  return !roster.absences.some((a) => a.person === id && a.from <= at && at < a.to);
}

/** On-call by the table, else the supervising physician. */
export function onCallAt(roster: Roster, at: EpochMs): string {
  const shift = roster.onCall.find((s) => s.from <= at && at < s.to && isAvailable(roster, s.person, at));
  return shift?.person ?? roster.supervisingPhysician;
}

/**
 * The covering colleague of a person, else on-call, else the supervising physician (L14); who covers the supervising
 * physician is the medical director. Never the person.
 */
export function coverOf(roster: Roster, id: string, at: EpochMs): string {
  const tried = new Set([id]);
  for (let next = roster.cover[id]; next && !tried.has(next); next = roster.cover[next]) {
    if (isAvailable(roster, next, at)) return next;
    tried.add(next);
  }
  const { supervisingPhysician, medicalDirector } = roster;
  const others = [onCallAt(roster, at), supervisingPhysician, medicalDirector].filter((p) => p !== id);
  return others.find((p) => isAvailable(roster, p, at)) ?? others[0] ?? supervisingPhysician;
}

/** The person who fills a role for a result of `ownerId` at this moment. */
export function resolveRole(roster: Roster, role: Role, ownerId: string | null, at: EpochMs): string {
  switch (role) {
    case 'owner':
      return ownerId ?? roster.keeper;
    case 'cover':
      return ownerId ? coverOf(roster, ownerId, at) : onCallAt(roster, at);
    case 'coordinator':
      return roster.coordinator;
    case 'on-call':
      return onCallAt(roster, at);
    case 'supervising-physician':
      return roster.supervisingPhysician;
    case 'medical-director':
      return roster.medicalDirector;
    case 'keeper':
      return roster.keeper;
    case 'administrator':
      return roster.administrator;
    default:
      return role satisfies never;
  }
}

export interface Ownership {
  readonly ownerId: string;
  /** The ordering provider on the roster; `null` when nobody there ordered it. */
  readonly orderedBy: string | null;
  readonly routed: boolean;
}

/**
 * L14: the ordering provider, else cover; unrouted goes to the named keeper, an unrouted critical to on-call.
 * @param provider Ordering provider as the source names it (its own id or an NPI).
 */
export function ownerFor(
  roster: Roster,
  provider: { id: string; npi: string | null } | null,
  critical: boolean,
  at: EpochMs,
): Ownership {
  const ordered = roster.people.find(
    (p) =>
      provider !== null &&
      ((p.athenaProviderId !== null && p.athenaProviderId === provider.id) ||
        (p.npi !== null && p.npi === provider.npi)),
  );
  if (!ordered)
    return { ownerId: critical ? onCallAt(roster, at) : roster.keeper, orderedBy: null, routed: false };
  const ownerId = isAvailable(roster, ordered.id, at) ? ordered.id : coverOf(roster, ordered.id, at);
  return { ownerId, orderedBy: ordered.id, routed: true };
}
