import { describe, expect, test } from '@jest/globals';
import { defaultPolicy } from '../../src/domain/lifecycle/policy.js';
import type { ClassifiableVersion } from '../../src/domain/rules/classification.js';
import { classify } from '../../src/domain/rules/classify.js';
import { diffRuleSets, showChanges } from '../../src/domain/rules/life/diff.js';
import { printPolicy } from '../../src/domain/rules/life/print-policy.js';
import {
  activate,
  draftFrom,
  reviewDueOn,
  reviewsDue,
  signRuleSet,
} from '../../src/domain/rules/life/signing.js';
import { findLaboratory } from '../../src/domain/rules/matching.js';
import { simulate } from '../../src/domain/rules/life/simulate.js';
import type { StoredVersion } from '../../src/domain/rules/life/stored-version.js';
import { parseRuleSet, type RuleSet } from '../../src/domain/rules/rule-set.js';
import { bmp, man, normalBmp, potassium, row, rules, version } from './rules-builders.js';

const director = { name: 'Dr. Ada Winter', roles: ['provider', 'medical-director'] };

/** A copy of the starter, changed as a director would change the file. */
function changed(change: (draft: RuleSet) => void): RuleSet {
  const draft = structuredClone(draftFrom(rules));
  change(draft);
  return parseRuleSet(draft);
}
const potassiumOf = (set: RuleSet) => set.analytes.find((one) => one.id === 'potassium')!;
const potassiumHigh = (set: RuleSet) => potassiumOf(set).limits.find((one) => one.id === 'potassium-high')!;

describe('S000-25: draft → signed → active', () => {
  test('a draft is the next version, does not run, and runs once the medical director has signed it', () => {
    const draft = draftFrom(rules);
    expect(draft).toMatchObject({ version: 2, signedBy: null });
    expect(() => classify(version([potassium('4.2')]), draft, man)).toThrow(/not signed/);
    expect(() => activate(draft, rules)).toThrow(/not signed/);
    const signed = signRuleSet(draft, director, '2026-03-02');
    expect(signed.signedBy).toEqual({ name: 'Dr. Ada Winter', date: '2026-03-02' });
    expect(activate(signed, rules).version).toBe(2);
  });

  test('nobody else signs, nothing is signed twice, no older version comes back, nothing broken is signed', () => {
    const draft = draftFrom(rules);
    const code = (run: () => unknown) => {
      try {
        run();
        return null;
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    expect(code(() => signRuleSet(draft, { name: 'Dr. Bo Lind', roles: ['provider'] }, '2026-03-02'))).toBe(
      'RULE_SET_SIGNER',
    );
    expect(code(() => signRuleSet(draft, { ...director, name: ' ' }, '2026-03-02'))).toBe('RULE_SET_SIGNER');
    expect(code(() => signRuleSet(rules, director, '2026-03-02'))).toBe('RULE_SET_ALREADY_SIGNED');
    expect(code(() => signRuleSet(draft, director, 'today'))).toBe('RULE_SET_INVALID');
    expect(code(() => activate(rules, rules))).toBe('RULE_SET_VERSION');
    const broken = { ...draft, panels: [{ ...draft.panels[0]!, analyteIds: ['nonsense'] }] };
    expect(code(() => signRuleSet(broken, director, '2026-03-02'))).toBe('RULE_SET_INVALID');
  });

  test('S000-96: a review is due every 90 days after the signature', () => {
    const due = (date: string) => reviewDueOn({ ...rules, signedBy: { name: 'Dr. Ada Winter', date } });
    expect([due('2026-01-05'), due('2025-11-30'), due('2026-01-31'), due('2025-12-31')]).toEqual([
      '2026-04-05',
      '2026-02-28',
      '2026-05-01',
      '2026-03-31',
    ]);
    const passed = (today: string) => reviewsDue(rules, today);
    expect([passed('2026-01-04'), passed('2026-04-04'), passed('2026-04-05'), passed('2026-07-04')]).toEqual([
      0, 0, 1, 2,
    ]);
  });
});

function isUsable(input: unknown): boolean {
  try {
    return parseRuleSet(input) !== null;
  } catch {
    return false;
  }
}

test('a laboratory is known by each of its whole names, and two may not share one', () => {
  const named = structuredClone(rules) as RuleSet;
  named.laboratories[0]!.names = ['LabCorp Burlington'];
  const mine = (name: string | null) => findLaboratory(named, name)?.id ?? null;
  expect([mine('LABCORP BURLINGTON'), mine('labcorp'), mine('LabCorp Burlington Annex'), mine(null)]).toEqual(
    ['labcorp', 'labcorp', null, null],
  );
  named.laboratories[1]!.names = ['LabCorp Burlington'];
  expect(() => parseRuleSet(named)).toThrow(/laboratory name LabCorp Burlington is used twice/);
});

describe('what changed, in words', () => {
  test('nothing changed says nothing', () => {
    expect(
      diffRuleSets(
        rules,
        changed(() => undefined),
      ),
    ).toEqual([]);
  });

  test('a limit says old, new and whether it catches more', () => {
    const higher = changed((draft) => {
      potassiumHigh(draft).value = '6.2';
    });
    const [change] = diffRuleSets(rules, higher);
    expect(change).toMatchObject({ kind: 'changed', subject: 'Potassium', effect: 'looser' });
    expect(change?.text).toContain('critical above 6.0 mmol/L, at any age');
    expect(change?.text).toContain('→ critical above 6.2 mmol/L, at any age');
    expect(diffRuleSets(higher, rules)[0]?.effect).toBe('stricter');
    expect(showChanges(rules, higher)).toMatch(
      /^Rule set starter version 1, signed by .+ → Rule set starter version 2, draft, not signed: 1 change\n\nPotassium\n {2}~ limit potassium-high: .+\(catches fewer\)$/,
    );
  });

  test('S000-96: whatever is changed in a rule set is seen', () => {
    const leaves: (readonly (string | number)[])[] = [];
    const walk = (value: unknown, path: readonly (string | number)[]): void => {
      if (Array.isArray(value)) value.forEach((one, at) => walk(one, [...path, at]));
      else if (value !== null && typeof value === 'object')
        for (const [key, one] of Object.entries(value)) walk(one, [...path, key]);
      else if (value !== null) leaves.push(path);
    };
    walk(rules, []);
    const facts = leaves.filter(([top]) => !['version', 'signedBy', 'id'].includes(String(top)));
    const unseen = facts
      .filter((_, at) => at % 101 === 0)
      .filter((path) => {
        const copy = structuredClone(rules) as unknown as Record<string | number, unknown>;
        const holder = path.slice(0, -1).reduce((one, key) => one[key] as typeof copy, copy);
        const last = path.at(-1)!;
        const value = holder[last];
        holder[last] =
          typeof value === 'boolean' ? !value : typeof value === 'number' ? value + 1 : `${String(value)}9`;
        return diffRuleSets(rules, copy as unknown as RuleSet).length === 0 && isUsable(copy);
      });
    expect(facts.length).toBeGreaterThan(1000);
    expect(unseen).toEqual([]);
  });
});

describe('S000-26: a draft tried on stored results', () => {
  const stored = (
    ref: string,
    rows: ClassifiableVersion['observations'],
    more: Partial<ClassifiableVersion> = {},
    laboratory: string | null = 'labcorp',
  ): StoredVersion => {
    const content = version(rows, more);
    const context = { laboratory };
    return {
      ref,
      version: content,
      patient: man,
      context,
      tier: classify(content, rules, man, context).tier,
    };
  };
  const high = potassium('6.1', { range: '3.5-5.2' });

  test('how often each rule fires, the silent ones too, and which results change tier', () => {
    const draft = changed((one) => {
      potassiumHigh(one).value = '6.1';
    });
    const outcome = simulate(draft, [
      stored('a', [high]),
      stored('b', [potassium('6.2')]),
      stored('c', normalBmp(), bmp),
    ]);
    expect(outcome.tiers).toMatchObject({ critical: 1, abnormal: 1, normal: 1, review: 0 });
    expect(outcome.changes).toEqual([
      {
        ref: 'a',
        from: 'critical',
        to: 'abnormal',
        rule: expect.any(String),
        because: expect.stringContaining('6.1'),
      },
    ]);
    const fired = (rule: string) => outcome.fired.find((one) => one.rule === rule);
    expect(fired('potassium-high')).toMatchObject({ subject: 'Potassium', times: 1, results: 1 });
    expect(fired('glucose-high')).toMatchObject({ times: 0, results: 0 });
    for (const limit of draft.analytes.flatMap((one) => one.limits)) expect(fired(limit.id)).toBeDefined();
  });

  test('an unsigned draft runs here and nowhere else', () => {
    const draft = draftFrom(rules);
    expect(simulate(draft, [stored('a', [high])]).versions).toBe(1);
    expect(() => classify(version([high]), draft, man)).toThrow(/not signed/);
  });

  test('why results need a person, per laboratory and test, with the mapping that would mend it', () => {
    const local = { code: 'K001', system: 'local', range: '3.5-5.2' } as const;
    const outcome = simulate(draftFrom(rules), [
      stored('a', [potassium('4.2', local)]),
      stored('b', [potassium('4.3', local)]),
      stored('c', [potassium('4.2', { unit: 'mmol/dL', range: '3.5-5.2' })], {}, 'quest'),
      stored('d', [row('11156-7', 'Quaint', { name: 'White cell morphology' })]),
      stored('e', [row('55555-5', '4', { name: 'Kryptonite' })], {}, null),
    ]);
    expect(outcome.tiers.review).toBe(5);
    expect(outcome.reviews[0]).toEqual({
      laboratory: 'labcorp',
      test: 'Potassium',
      code: 'K001',
      cause: 'name-only',
      results: 2,
      mend: 'map code K001 (“Potassium”) of Labcorp, which looks like Potassium',
      mapping: { kind: 'laboratory-code', laboratory: 'labcorp', code: 'K001', analyteId: 'potassium' },
    });
    const of = (cause: string, code: string) =>
      outcome.reviews.find((one) => one.cause === cause && one.code === code);
    expect(of('unit-unknown', '2823-3')).toMatchObject({
      laboratory: 'quest',
      mapping: { kind: 'unit', analyteId: 'potassium', unit: 'mmol/dL' },
    });
    expect(of('text-unlisted', '11156-7')).toMatchObject({
      mapping: { kind: 'answer', text: 'quaint' },
    });
    expect(of('unknown-test', '55555-5')).toMatchObject({
      laboratory: null,
      mapping: { kind: 'laboratory-code', analyteId: null },
    });
  });

  test('the mapping that is proposed mends it', () => {
    const local = { code: 'K001', system: 'local', range: '3.5-5.2' } as const;
    const before = stored('a', [potassium('4.2', local)]);
    const [group] = simulate(draftFrom(rules), [before]).reviews;
    const mended = changed((draft) => {
      if (group?.mapping?.kind !== 'laboratory-code' || group.mapping.analyteId === null) return;
      const { laboratory, code, analyteId } = group.mapping;
      draft.laboratories.find((one) => one.id === laboratory)?.codes.push({ code, analyteId });
    });
    expect(simulate(mended, [before]).tiers).toMatchObject({ normal: 1, review: 0 });
  });
});

describe('the policy page', () => {
  const page = printPolicy(rules, defaultPolicy, {
    practiceName: 'Harbor Family Medicine',
    staffedHours: '08:00 to 17:00, Monday to Friday',
    people: [{ role: 'Medical director', name: 'Dr. Ada Winter' }],
  });

  test('G28: has definitions, tiers, clocks, channels, responsibilities and every limit with its source', () => {
    for (const title of ['Definitions', 'Clocks', 'Channels', 'Responsibilities', 'Rules'])
      expect(page).toContain(`\n## ${title}\n`);
    for (const tier of ['critical', 'abnormal', 'normal', 'review', 'void'])
      expect(page).toContain(`\n| ${tier} | `);
    for (const limit of rules.analytes.flatMap((one) => one.limits)) expect(page).toContain(limit.source);
    expect(page).toContain('critical above 6.0 mmol/L, at any age [S000-58');
    expect(page).toContain('| Medical director | Dr. Ada Winter |');
  });

  test('30 minutes are practice policy and no rule of an accreditation body', () => {
    expect(page).toMatch(
      /\| critical \| action: first attempt to reach the patient \| 30 min, practice policy \|/,
    );
    expect(page).toContain('Within (practice policy)');
    expect(page).not.toMatch(/\bCAP\b|Joint Commission|HIPAA-compliant|certified/);
    const faster = { ...defaultPolicy, criticalAttemptMs: 20 * 60_000 };
    expect(printPolicy(rules, faster, { practiceName: 'X' })).toContain('| 20 min, practice policy |');
  });

  test('L7, L9: the clocks of same-day and minor are printed from the policy that runs', () => {
    expect(page).toContain('| same day | provider decides or calls | 4 h of staffed time |');
    expect(page).toContain('on-call provider decides at closing; silent for 1 h, the supervising physician');
    expect(page).toContain('| minor | receipt: provider signs off | 48 h | covering colleague |');
    expect(page).toContain('| minor | not signed off | 72 h | owner and coordinator |');
  });

  test('a draft says that it is one', () => {
    const draft = printPolicy(draftFrom(rules), defaultPolicy, { practiceName: 'X' });
    expect(draft).toContain('A draft. It does not run until the medical director has signed it.');
    expect(page).not.toContain('A draft.');
  });
});
