/** The thirty panels: all there, each by its codes, each analyte with what it needs to be judged. */
import { describe, expect, test } from '@jest/globals';
import { loincOk } from '../../src/domain/library/loinc.js';
import { thirtyPanels } from '../../src/domain/library/thirty-panels.js';
import { plainWords } from '../../src/domain/rules/comments.js';
import { rules } from './rules-builders.js';

const panelOf = (id: string) => rules.panels.find((one) => one.id === id);
const analyteOf = (id: string) => rules.analytes.find((one) => one.id === id);
const twice = (values: readonly string[]) => values.filter((value, at) => values.indexOf(value) !== at);
const plain = (name: string) => plainWords(name.replace(/[-,/()'+]/g, ' ')).replace(/\s+/g, ' ');

test('S000-34: the table has thirty rows', () => {
  expect(thirtyPanels.map((one) => one.number)).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
});

test.each(thirtyPanels)('panel $number, $name: ordered by $leadLoinc', ({ leadLoinc, panelIds }) => {
  const panels = panelIds.map((id) => panelOf(id));
  for (const one of panels) expect(one).toBeDefined();
  const codes = panels.flatMap((one) => one?.loinc ?? []);
  expect(codes).toEqual(expect.arrayContaining([...leadLoinc]));
  for (const code of leadLoinc) expect(loincOk(code)).toBe(true);
  for (const one of panels) {
    expect(one?.analyteIds.length).toBeGreaterThan(0);
    expect(one?.contactByHours).toBeLessThanOrEqual(168);
  }
});

test.each([
  ['8', 'oncology'],
  ['10', 'pregnancy'],
  ['26', 'oncology'],
] as const)('§2.0: panel %s is sensitive: %s', (number, category) => {
  const row = thirtyPanels.find((one) => String(one.number) === number);
  expect(row?.panelIds.map((id) => panelOf(id)?.sensitive)).toEqual(row?.panelIds.map(() => category));
});

test('§2.0: HIV, hepatitis, STI, Pap and HPV are sensitive always, analytes included', () => {
  for (const number of [27, 28, 29]) {
    const row = thirtyPanels.find((one) => one.number === number);
    for (const id of row?.panelIds ?? []) {
      expect(panelOf(id)?.sensitive).not.toBeNull();
      for (const member of panelOf(id)?.analyteIds ?? []) expect(analyteOf(member)?.sensitive).not.toBeNull();
    }
  }
});

test('every analyte belongs to a panel, has a code or a name, and is read as a number or as text', () => {
  const members = new Set(rules.panels.flatMap((one) => one.analyteIds));
  for (const one of rules.analytes) {
    expect({ id: one.id, isMember: members.has(one.id) }).toEqual({ id: one.id, isMember: true });
    expect(one.loinc.length + one.molarLoinc.length + one.names.length).toBeGreaterThan(0);
    expect(one.unit !== null || one.qualitative !== null).toBe(true);
    if (one.unit === null) expect([one.limits, one.otherUnits, one.gate]).toEqual([[], [], null]);
    expect(one.names.concat(one.name, one.short)).not.toContain('');
  }
});

test('every number is plausible inside its own gate: limits and intervals lie within', () => {
  for (const { id, gate, limits, intervals, otherUnits } of rules.analytes) {
    for (const { value } of [
      ...limits,
      ...intervals.flatMap((one) => [one.low, one.high].filter((b) => b !== null)),
    ]) {
      if (gate === null) continue;
      expect({ id, value: Number(value) >= Number(gate.low) || Number(value) === 0 }).toEqual({
        id,
        value: true,
      });
      expect({ id, value: Number(value) <= Number(gate.high) }).toEqual({ id, value: true });
    }
    for (const { factor } of otherUnits) expect(Number(factor)).toBeGreaterThan(0);
    expect(twice(otherUnits.map((one) => one.text))).toEqual([]);
  }
});

test('no code and no name leads to two panels; inside a panel no name leads to two analytes', () => {
  expect(twice(rules.panels.flatMap((one) => one.loinc))).toEqual([]);
  const names = rules.panels.flatMap((one) => [...new Set([one.name, ...one.names].map(plain))]);
  expect(twice(names)).toEqual([]);
  for (const panel of rules.panels) {
    const members = panel.analyteIds.map((id) => analyteOf(id));
    const own = members.flatMap((one) => [...new Set([one?.name ?? '', ...(one?.names ?? [])].map(plain))]);
    expect({ panel: panel.id, twice: twice(own) }).toEqual({ panel: panel.id, twice: [] });
  }
});

test('every text list is written as it is compared, and no text is both normal and not', () => {
  for (const { id, qualitative } of rules.analytes) {
    if (!qualitative) continue;
    const all = [...qualitative.negative, ...qualitative.positive];
    expect({ id, twice: twice(all) }).toEqual({ id, twice: [] });
    for (const text of all) expect(text).toBe(text.trim().toLowerCase());
  }
});

describe('contact by (L8)', () => {
  test.each([
    ['a1c', 48],
    ['lipid', 48],
    ['troponin', 24],
    ['influenza', 24],
    ['blood-culture', 24],
    ['chlamydia-gonorrhea', 48],
    ['vitamin-d', 168],
  ])('%s: %s h', (id, hours) => {
    expect(panelOf(id)?.contactByHours).toBe(hours);
  });
});

test('laboratory tables name analytes and panels of the library', () => {
  for (const { codes, panels } of rules.laboratories) {
    for (const { analyteId } of codes) expect(analyteOf(analyteId)).toBeDefined();
    for (const { panelId } of panels) expect(panelOf(panelId)).toBeDefined();
  }
  expect(rules.laboratories.map((one) => one.id)).toEqual(['labcorp', 'quest']);
});
