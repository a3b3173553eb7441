/** Text results per test (clinical rules §4), sensitive results (§6.1) and the templates of the library. */
import { describe, expect, test } from '@jest/globals';
import { nextSteps } from '../../src/domain/library/next-steps.js';
import { signedPanelTemplates, starterPanelTemplates } from '../../src/domain/library/panel-templates.js';
import { patientNames } from '../../src/domain/library/patient-names.js';
import { lintNeutral } from '../../src/domain/messages/lint.js';
import { templateTiers } from '../../src/domain/messages/panel-template-shape.js';
import { lintPanelTemplate } from '../../src/domain/messages/lint-panel-template.js';
import {
  panelTemplateFor,
  parsePanelTemplates,
  renderChartNote,
  withVariant,
} from '../../src/domain/messages/panel-template.js';
import { renderSecureMessage, type SecureParams } from '../../src/domain/messages/secure-message.js';
import { classified, row, rules, woman } from './rules-builders.js';

const tierOf = (loinc: string, value: string, more = {}) => classified([row(loinc, value, more)], {}, woman);

describe('§4, G2: whole strings per test', () => {
  test.each([
    ['urine culture', '630-4', 'No growth', 'normal', 'minor'],
    ['urine culture', '630-4', 'Mixed urogenital flora', 'normal', 'minor'],
    ['urine culture', '630-4', '<10,000 CFU/mL', 'normal', 'minor'],
    ['urine culture', '630-4', '>100,000 CFU/mL', 'abnormal', 'standard'],
    ['urine culture', '630-4', 'Escherichia coli', 'abnormal', 'standard'],
    ['urine culture', '630-4', 'No growth to date', 'review', 'standard'],
    ['blood culture', '600-7', 'No growth 5 days', 'normal', 'minor'],
    ['blood culture', '600-7', 'No growth to date', 'review', 'standard'],
    ['blood culture', '600-7', 'Gram positive cocci in clusters', 'critical', 'critical'],
    ['blood culture', '600-7', 'STAPHYLOCOCCUS AUREUS', 'critical', 'critical'],
    ['blood culture', '600-7', '^^^M315^LISTERIA MONOCYTOGENES^L', 'critical', 'critical'],
    ['blood culture', '600-7', 'Normal flora', 'review', 'standard'],
    ['CSF culture', '606-4', 'Neisseria meningitidis', 'critical', 'critical'],
    ['throat culture', '626-2', 'Normal flora', 'normal', 'minor'],
    ['throat culture', '626-2', 'Group A Streptococcus', 'abnormal', 'same-day'],
    ['stool culture', '625-4', '66543000^Campylobacter jejuni^SCT', 'abnormal', 'same-day'],
    [
      'malaria smear',
      '41451-6',
      '608934005^Trophozoite of Genus Plasmodium (organism)^SCT',
      'critical',
      'critical',
    ],
    ['HIV', '56888-1', 'Non-Reactive', 'normal', 'minor'],
    ['HIV', '56888-1', 'Reactive', 'abnormal', 'standard'],
    ['HIV', '56888-1', 'Indeterminate', 'abnormal', 'standard'],
    ['HIV viral load', '20447-9', 'Not Detected', 'normal', 'minor'],
    ['HCV antibody', '16128-1', 'Nonreactive', 'normal', 'minor'],
    ['HCV antibody', '16128-1', 'Reactive', 'abnormal', 'standard'],
    ['HBs antibody', '10900-9', 'Reactive', 'review', 'standard'],
    ['HBs antibody', '10900-9', 'Nonreactive', 'review', 'standard'],
    ['chlamydia', '21613-5', 'Not Detected', 'normal', 'minor'],
    ['chlamydia', '21613-5', 'Detected', 'abnormal', 'standard'],
    ['chlamydia', '21613-5', 'Equivocal', 'abnormal', 'standard'],
    ['chlamydia', '20993-2', 'L-2A901^Chlamydia trachomatis^SNM^MCTP^POSITIVE:^L', 'abnormal', 'standard'],
    ['gonorrhea', '24111-7', 'Invalid', 'abnormal', 'standard'],
    ['RPR', '20507-0', 'Non Reactive', 'normal', 'minor'],
    ['RPR', '5292-8', '^^^REA^Reactive^L', 'abnormal', 'same-day'],
    ['RPR', '31147-2', '1:8', 'abnormal', 'same-day'],
    ['treponemal', '24110-9', 'Equivocal', 'abnormal', 'same-day'],
    ['Pap', '10524-7', 'NILM', 'review', 'standard'],
    ['Pap', '10524-7', 'HSIL', 'abnormal', 'same-day'],
    ['Pap', '10524-7', 'Unsatisfactory', 'abnormal', 'same-day'],
    ['HPV', '21440-3', 'Negative', 'normal', 'minor'],
    ['HPV', '21440-3', 'Positive', 'abnormal', 'standard'],
    ['HPV 16', '77399-4', 'Positive', 'abnormal', 'same-day'],
    ['strep A', '78012-2', 'Positive', 'abnormal', 'same-day'],
    ['influenza A', '92142-9', 'Detected', 'abnormal', 'same-day'],
    ['COVID', '94500-6', 'Not detected', 'normal', 'minor'],
    ['COVID antigen', '94558-4', '260373001^Detected^SCT', 'abnormal', 'same-day'],
    ['hCG', '2118-8', 'Negative', 'review', 'standard'],
    ['hCG', '2106-3', 'Positive', 'abnormal', 'standard'],
    ['FIT', '29771-3', 'Negative', 'normal', 'minor'],
    ['FIT', '57905-2', 'Positive', 'abnormal', 'standard'],
    ['guaiac', '2335-8', 'Positive', 'abnormal', 'standard'],
    ['Factor V Leiden', '21668-9', 'Negative', 'review', 'standard'],
    ['urine protein', '5804-0', 'Trace', 'normal', 'minor'],
    ['urine glucose', '5792-7', 'Trace', 'review', 'standard'],
    ['urine ketones', '5797-6', 'Moderate', 'abnormal', 'standard'],
    ['urine color', '5778-6', 'Yellow', 'normal', 'minor'],
    ['urine color', '5778-6', 'Red', 'review', 'standard'],
    ['urine WBC', '5821-4', '0-5', 'normal', 'minor'],
    ['urine WBC', '5821-4', 'TNTC', 'abnormal', 'standard'],
    ['urine RBC', '13945-1', '3-10', 'abnormal', 'standard'],
    ['Rh: no answer is normal by itself', '10331-7', 'Positive', 'review', 'standard'],
    ['Rh', '10331-7', 'Negative', 'review', 'standard'],
    ['ABO', '883-9', 'Group O', 'review', 'standard'],
    ['blood type', '882-1', 'O Pos', 'review', 'standard'],
    ['blood type', '882-1', 'AB neg', 'review', 'standard'],
  ])('%s (%s) “%s”: %s, %s', (_, loinc, value, tier, urgency) => {
    expect(tierOf(loinc, value)).toMatchObject({ tier, urgency });
  });

  test('susceptibilities set no class, whatever letter they carry', () => {
    for (const flag of ['R', 'S', 'I']) expect(tierOf('630-4', 'No growth', { flag }).tier).toBe('normal');
  });
});

describe('numbers of tests that have no interval', () => {
  test.each([
    ['hCG 4: neither answer is normal', '21198-7', '4', 'mIU/mL', 'review'],
    ['hCG 5', '21198-7', '5', 'mIU/mL', 'abnormal'],
    ['HIV viral load 200', '20447-9', '200', 'copies/mL', 'abnormal'],
    ['HIV viral load 40 without an interval', '20447-9', '40', 'copies/mL', 'review'],
    ['HCV RNA: any quantity', '11011-4', '12', 'IU/mL', 'abnormal'],
    ['FIT 170 under a code of presence', '57905-2', '170', 'ng/mL', 'abnormal'],
    ['FIT 20 under a code of presence', '57905-2', '20', 'ng/mL', 'review'],
    ['FIT 100', '58453-2', '100', 'ng/mL', 'normal'],
    ['FIT 101', '58453-2', '101', 'ng/mL', 'abnormal'],
    ['lead 50 of an adult', '10368-9', '50', 'ug/dL', 'critical'],
  ])('%s', (_, loinc, value, unit, tier) => {
    expect(tierOf(loinc, value, { unit }).tier).toBe(tier);
  });

  test('lead of a child: under 3.5 normal inside the interval sent, from 3.5 abnormal although inside it', () => {
    const child = { sex: 'M', ageYears: 4, pregnant: null } as const;
    const lead = (value: string) =>
      classified([row('77307-7', value, { unit: 'mcg/dL', range: '0-9' })], {}, child);
    expect(lead('3.4').tier).toBe('normal');
    expect(lead('3.5')).toMatchObject({ tier: 'abnormal', urgency: 'standard' });
    expect(lead('20')).toMatchObject({ tier: 'abnormal', urgency: 'same-day' });
    expect(lead('45').tier).toBe('critical');
  });
});

describe('combinations (§5)', () => {
  const glucose = row('2345-7', '260', { unit: 'mg/dL' });
  test.each([
    ['large ketones in words', row('5797-6', 'Large', { name: 'Ketones, urine' }), 'critical'],
    ['large ketones as a number', row('5797-6', '80', { name: 'Ketones', unit: 'mg/dL' }), 'critical'],
    ['small ketones', row('5797-6', 'Small', { name: 'Ketones, urine' }), 'abnormal'],
  ])('glucose over 250 with %s', (_, ketones, tier) => {
    expect(classified([glucose, ketones]).tier).toBe(tier);
  });

  test('a select agent named in a comment is critical', () => {
    expect(tierOf('6463-4', 'Growth', { note: 'Bacillus anthracis presumptively identified' }).tier).toBe(
      'critical',
    );
  });
});

describe('sensitive results (§6.1)', () => {
  test.each([
    ['hiv', '56888-1'],
    ['hiv', '20447-9'],
    ['sti', '21613-5'],
    ['sti', '24111-7'],
    ['sti', '46154-1'],
    ['sti', '24110-9'],
    ['hepatitis', '5195-3'],
    ['hepatitis', '22314-9'],
    ['pregnancy', '21198-7'],
    ['pregnancy', '2106-3'],
    ['genetic', '21668-9'],
    ['oncology', '10524-7'],
    ['oncology', '58453-2'],
    ['mental-health', '14334-7'],
  ] as const)('%s: %s, whatever it says', (category, loinc) => {
    for (const value of ['Not Detected', 'Detected', 'QNS'])
      expect(tierOf(loinc, value).sensitive).toContain(category);
  });

  test.each([
    ['hiv', 'HIV-1/2 Ag/Ab panel ordered on the same draw'],
    ['hiv', 'See PrEP panel.'],
    ['sti', 'STI panel to follow'],
    ['sti', 'RPR reflexed'],
    ['hepatitis', 'Hepatitis panel pending'],
    ['pregnancy', 'Add-on: beta hCG'],
    ['genetic', 'Sent for carrier screening'],
    ['oncology', 'Pap test received'],
    ['substance-use', 'Urine drug screen ordered'],
    ['mental-health', 'Lithium level in same tube'],
  ] as const)('%s by a panel named only in a comment: “%s”', (category, note) => {
    const potassium = row('2823-3', '4.2', { unit: 'mmol/L', range: '3.5-5.2' });
    expect(classified([{ ...potassium, note }]).sensitive).toContain(category);
    expect(classified([potassium], { note }).sensitive).toContain(category);
  });

  test.each([
    'BRCA1+BRCA2 gene mutations tested for in Blood or Tissue by Molecular genetics method',
    'Pharmacogenetics Report',
    'CYP2C19 diplotype',
  ])('genetic by its name: %s', (name) => {
    const unknown = { ...row('2823-3', '4.2'), code: null, system: null, name };
    expect(classified([unknown]).sensitive).toEqual(['genetic']);
  });

  test('ordinary comments make nothing sensitive', () => {
    for (const note of [
      'Collected in lithium heparin.',
      'Fasting. Reference interval for pregnancy differs.',
    ])
      expect(tierOf('2823-3', '4.2', { unit: 'mmol/L', note }).sensitive).toEqual([]);
  });
});

describe('panel templates (S000-56)', () => {
  const set = starterPanelTemplates;
  const ada = { panelId: 'lipid', tier: 'abnormal', providerId: 'ada' } as const;

  test('every panel has a message and a chart note per tier in both languages, all lint clean', () => {
    for (const { id } of [...rules.panels, { id: 'other' }]) {
      for (const tier of templateTiers) {
        const template = panelTemplateFor(set, { panelId: id, tier, providerId: null });
        expect(template.panelId).toBe(id);
        expect({ id, tier, found: lintPanelTemplate(template) }).toEqual({ id, tier, found: [] });
        if (tier !== 'normal') expect(template.message.spa.nextStep).toBeTruthy();
      }
    }
    expect(parsePanelTemplates(JSON.parse(JSON.stringify(set)))).toEqual(set);
  });

  test('every panel has a name and a next step in both languages', () => {
    for (const { id } of rules.panels) {
      for (const words of [patientNames[id], nextSteps[id]]) {
        expect({ id, words: Boolean(words?.eng && words.spa) }).toEqual({ id, words: true });
      }
    }
  });

  test('L29: messages of sensitive panels say nothing clinical', () => {
    for (const { id } of rules.panels.filter((one) => one.sensitive !== null)) {
      for (const tier of templateTiers) {
        const { message } = panelTemplateFor(set, { panelId: id, tier, providerId: null });
        for (const { summary, nextStep } of [message.eng, message.spa])
          expect(lintNeutral(`${summary} ${nextStep}`, { practiceName: 'Harbor' })).toEqual([]);
      }
    }
  });

  test('they are versioned and signed; a provider’s own wording comes first and needs a new signature', () => {
    const signed = signedPanelTemplates('Dr. Ada Winter', 'Luz Prado', '2026-01-05');
    expect(signed).toMatchObject({
      version: 1,
      signedBy: { name: 'Dr. Ada Winter' },
      translatedBy: { name: 'Luz Prado' },
    });
    const base = panelTemplateFor(signed, ada);
    expect(base.providerId).toBeNull();
    const own = {
      ...base,
      providerId: 'ada',
      message: {
        eng: { summary: 'Your cholesterol is above our goal.', nextStep: 'See me within a month.' },
        spa: { summary: 'Su colesterol supera la meta.', nextStep: 'Venga a verme en un mes.' },
      },
    };
    const varied = withVariant(signed, own);
    expect(varied).toMatchObject({ version: 2, signedBy: null, translatedBy: null });
    expect(panelTemplateFor(varied, ada)).toEqual(own);
    expect(panelTemplateFor(varied, { ...ada, providerId: 'ben' }).providerId).toBeNull();
    expect(panelTemplateFor(varied, { ...ada, panelId: 'no-such-panel' }).panelId).toBe('other');

    const params: SecureParams = {
      firstName: 'Maria',
      practiceName: 'Harbor Family Medicine',
      providerName: 'Dr. Ada Winter',
      phone: '+16175550142',
      link: 'https://rl.example/p/AbCdEf',
      schedulingLink: 'https://harbor.example/schedule',
      isUpdate: false,
      members: [
        {
          panelId: 'lipid',
          testName: 'Lipids',
          tier: 'abnormal',
          isSensitive: false,
          findings: [
            { analyteId: 'ldl', name: 'LDL', value: '162', unit: 'mg/dL', range: '<100', direction: 'high' },
          ],
        },
      ],
    };
    const spanish = renderSecureMessage('spa', params, { templates: varied, providerId: 'ada' }).body;
    expect(spanish).toContain('Su colesterol supera la meta.');
    expect(spanish).toContain('Venga a verme en un mes.');
    expect(spanish).toContain('https://harbor.example/schedule');
    expect(renderSecureMessage('eng', params).body).toContain('talk about your cholesterol');
  });

  test('the lint refuses a template without next step, with a value, a link or a placeholder of its own', () => {
    const good = panelTemplateFor(set, ada);
    const codes = (eng: { summary: string; nextStep: string | null }, chartNote = good.chartNote) =>
      lintPanelTemplate({ ...good, message: { ...good.message, eng }, chartNote }).map((one) => one.code);
    expect(codes({ summary: 'High.', nextStep: null })).toEqual(['no-next-step']);
    expect(codes({ summary: 'Your LDL is 162.', nextStep: 'Call us.' })).toEqual(['own-number']);
    expect(codes({ summary: 'See www.example.org', nextStep: 'Call us.' })).toEqual(['own-link']);
    expect(codes({ summary: 'Hi {firstName}', nextStep: 'Call us.' })).toEqual(['unknown-placeholder']);
    expect(codes({ summary: 'x'.repeat(301), nextStep: 'Call us.' })).toEqual(['too-long']);
    expect(codes(good.message.eng, { ...good.chartNote, eng: 'Told {firstName}' })).toEqual([
      'unknown-placeholder',
    ]);
    expect(() =>
      withVariant(set, { ...good, message: { ...good.message, eng: { summary: 'Bad 9', nextStep: 'x' } } }),
    ).toThrow(/holds a number/);
  });

  test('a chart note says what was told, by whom, under which rules', () => {
    const params = { providerName: 'Dr. Ada Winter', nextStep: 'Visit.', ruleSet: 'starter v1' };
    expect(renderChartNote(set, ada, 'eng', params)).toBe(
      'Cholesterol panel: outside the expected range. Message released by Dr. Ada Winter: summary, next step, scheduling link. Next step: Visit. Rules starter v1.',
    );
    expect(renderChartNote(set, { ...ada, tier: 'normal' }, 'spa', params)).toMatch(
      /^Perfil de colesterol: dentro/,
    );
    expect(() => renderChartNote(set, ada, 'eng', { ...params, nextStep: ' ' })).toThrow(/nextStep/);
  });
});
