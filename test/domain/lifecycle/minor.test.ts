import { describe, expect, test } from '@jest/globals';
import { waitsFor } from '../../../src/domain/lifecycle/phase.js';
import { at, day, hour, minute, posted } from './build.js';

const start = at(0, 9);
const minor = (more = {}) => posted({ tier: 'abnormal', urgency: 'minor', ...more }, start);

describe('minor (L9)', () => {
  test('L9: the sign-off is due at 72 h; no page before 48 h', () => {
    const life = minor();
    expect(life.state.tasks).toMatchObject([{ kind: 'sign-off', dueAt: start + 72 * hour }]);
    expect(waitsFor(life.state)).toContain('a provider to sign off (minor)');
    life.until(start + 48 * hour - minute);
    expect(life.pages).toEqual([]);
    life.until(start + 48 * hour + minute);
    expect(life.pagesTo('cover', start)).toEqual([48 * 60]);
  });

  test('L9, S003-37, 74: owner and coordinator at 72 h, supervising physician at 96 h, each at its minute', () => {
    const life = minor().until(start + 72 * hour - minute);
    expect(life.pages).toHaveLength(1);
    life.until(start + 72 * hour + minute);
    expect(life.pages.at(-1)).toMatchObject({ roles: ['owner', 'coordinator'], sentAt: start + 72 * hour });
    life.until(start + 96 * hour - minute);
    expect(life.pagesTo('supervising-physician', start)).toEqual([]);
    life.until(start + 96 * hour + minute);
    const about = life.pages.filter((p) => p.step.includes('sign-off/')).map((p) => p.roles.join('+'));
    expect(about).toEqual(['cover', 'owner+coordinator', 'supervising-physician']);
  });

  test('L9, L11: over a weekend a step is recorded at its time and delivered at the opening', () => {
    const friday = at(4, 9);
    const life = posted({ tier: 'abnormal', urgency: 'minor' }, friday).until(at(7, 8, 59));
    expect(life.pages).toMatchObject([{ roles: ['cover'], dueAt: at(6, 9), sentAt: at(7, 8) }]);
  });

  test('L9, G24: signed within 72 h, contact is due a day after the sign-off was, or later where the panel says so', () => {
    expect(minor().state.version?.contactByAt).toBe(start + 96 * hour);
    expect(minor({ panelMs: 7 * day }).state.version?.contactByAt).toBe(start + 7 * day);
    const life = minor().until(start + 71 * hour);
    life.release();
    expect(life.asked()).toEqual(['results v1']);
    life.told().until(start + 96 * hour - minute);
    expect(life.pages.filter((p) => p.step.includes('contact-by'))).toEqual([]);
    life.until(start + 96 * hour);
    expect(life.events('step-due').map((e) => e.data.step)).toContain('v1/contact-by');
  });

  test('L9: a normal is no minor, however its values were judged', () => {
    const life = posted({ tier: 'normal', urgency: 'minor' }, start);
    expect(life.state.version?.contactByAt).toBe(start + 48 * hour);
    expect(life.tasks).toEqual([]);
  });

  test.each([
    ['minor', 'standard', 'standard', 24],
    ['standard', 'minor', 'standard', 24],
    ['minor', 'minor', 'minor', 72],
  ] as const)('L41: %s amended to %s has the clock of %s', (before, after, clock, hours) => {
    const life = posted({ tier: 'abnormal', urgency: before }, start);
    const amendedAt = at(1, 10);
    life.until(amendedAt).post(2, { tier: 'abnormal', urgency: after });
    expect(life.state.version?.urgency).toBe(clock);
    expect(life.state.tasks).toMatchObject([{ kind: 'sign-off', dueAt: amendedAt + hours * hour }]);
  });
});
