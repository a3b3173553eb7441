import { expect, test } from '@jest/globals';
import {
  coverOf,
  onCallAt,
  ownerFor,
  resolveRole,
  rosterSchema,
  type Roster,
} from '../../../src/domain/routing/roster.js';

const now = Date.parse('2026-03-02T15:00:00Z');
const hour = 3_600_000;

const person = (id: string, role: string, more: object = {}) => ({
  id,
  name: `Dr. ${id}`,
  roles: [role],
  credentialed: true,
  ...more,
});

function roster(more: Partial<Roster> = {}): Roster {
  return rosterSchema.parse({
    people: [
      person('adeyemi', 'provider', { athenaProviderId: '72', npi: '1234567893' }),
      person('brandt', 'provider', { athenaProviderId: '73' }),
      person('costa', 'provider'),
      person('super', 'supervising-physician'),
      person('director', 'medical-director'),
      person('keeper', 'coordinator'),
    ],
    cover: { adeyemi: 'brandt', brandt: 'adeyemi' },
    absences: [],
    onCall: [{ person: 'costa', from: now - hour, to: now + hour }],
    coordinator: 'keeper',
    keeper: 'keeper',
    supervisingPhysician: 'super',
    medicalDirector: 'director',
    administrator: 'keeper',
    ...more,
  });
}

const away = (...people: string[]) => ({
  absences: people.map((p) => ({ person: p, from: now - hour, to: now + hour })),
});
const adeyemi = { id: '72', npi: null };

test('L14, S003-9, 20, G21: owner = ordering provider, else cover, else on-call, else supervising physician', () => {
  const owner = (r: Roster) => ownerFor(r, adeyemi, false, now);
  expect(owner(roster())).toEqual({ ownerId: 'adeyemi', orderedBy: 'adeyemi', routed: true });
  expect(owner(roster(away('adeyemi')))).toEqual({ ownerId: 'brandt', orderedBy: 'adeyemi', routed: true });
  expect(owner(roster(away('adeyemi', 'brandt'))).ownerId).toBe('costa');
  expect(owner(roster(away('adeyemi', 'brandt', 'costa'))).ownerId).toBe('super');
});

test('L14, S003-66, 71: an absence counts from its first moment and ends before its last', () => {
  const r = roster(away('adeyemi'));
  expect(ownerFor(r, adeyemi, false, now - hour).ownerId).toBe('brandt');
  expect(ownerFor(r, adeyemi, false, now + hour - 1).ownerId).toBe('brandt');
  expect(ownerFor(r, adeyemi, false, now + hour).ownerId).toBe('adeyemi');
});

test('L14, S000-110, S003-1, 62, 71: found by NPI too; a missing id or NPI never matches a missing one', () => {
  expect(ownerFor(roster(), { id: '9', npi: '1234567893' }, false, now).ownerId).toBe('adeyemi');
  expect(ownerFor(roster(), { id: '9', npi: null }, false, now).routed).toBe(false);
});

test('L14, S003-19: unrouted goes to the keeper, unrouted critical to on-call at once', () => {
  for (const provider of [null, { id: '9', npi: null }]) {
    expect(ownerFor(roster(), provider, false, now)).toEqual({
      ownerId: 'keeper',
      orderedBy: null,
      routed: false,
    });
    expect(ownerFor(roster(), provider, true, now).ownerId).toBe('costa');
  }
});

test('L15: a deactivated provider keeps no new results', () => {
  const r = roster();
  const left = { ...r, people: r.people.map((p) => (p.id === 'adeyemi' ? { ...p, active: false } : p)) };
  expect(ownerFor(left, adeyemi, false, now)).toEqual({
    ownerId: 'brandt',
    orderedBy: 'adeyemi',
    routed: true,
  });
});

test('L15: cover is never the person who declines, whoever that is', () => {
  for (const r of [
    roster(),
    roster({ onCall: [] }),
    roster({ cover: {} }),
    roster({ cover: {}, onCall: [] }),
  ])
    for (const { id } of r.people) expect(coverOf(r, id, now)).not.toBe(id);
  // Nobody covers the supervising physician but the medical director.
  expect(coverOf(roster({ onCall: [] }), 'super', now)).toBe('director');
});

test('L14, S003-78, G21: on-call is who is on the table and at work now, else the supervising physician', () => {
  expect(onCallAt(roster(), now)).toBe('costa');
  expect(onCallAt(roster(), now + hour)).toBe('super');
  expect(onCallAt(roster(away('costa')), now)).toBe('super');
});

test('L14, S003-65: every role is a person when its step fires, also for a result without owner', () => {
  const r = roster();
  const roles = {
    owner: 'keeper',
    cover: 'costa',
    coordinator: 'keeper',
    'on-call': 'costa',
    'supervising-physician': 'super',
    'medical-director': 'director',
    keeper: 'keeper',
    administrator: 'keeper',
  } as const;
  for (const [role, id] of Object.entries(roles))
    expect(resolveRole(r, role as keyof typeof roles, null, now)).toBe(id);
  expect(resolveRole(r, 'cover', 'adeyemi', now)).toBe('brandt');
});
