/**
 * Codes that performing laboratories use for themselves. Analyte codes only where genuine messages print them beside
 * a LOINC code or a plain name; order codes as the laboratories publish them. Confirm before signing.
 */
import type { RuleSetInput } from '../rules/rule-set.js';

export const starterLaboratories: NonNullable<RuleSetInput['laboratories']> = [
  {
    id: 'labcorp',
    name: 'Labcorp',
    codes: [
      { code: '162548', analyteId: 'hiv-viral-load' },
      { code: '162549', analyteId: 'hiv-viral-load' },
      { code: '006072', analyteId: 'syphilis-nontreponemal' },
      { code: '006464', analyteId: 'syphilis-nontreponemal' },
      { code: '098012', analyteId: 'chlamydia' },
      { code: '717009', analyteId: 'lead' },
    ],
    panels: [
      { code: '005009', panelId: 'cbc' },
      { code: '322000', panelId: 'cmp' },
      { code: '322758', panelId: 'bmp' },
      { code: '322755', panelId: 'hepatic' },
      { code: '303756', panelId: 'lipid' },
      { code: '001453', panelId: 'a1c' },
      { code: '004259', panelId: 'tsh' },
      { code: '010322', panelId: 'psa' },
      { code: '081950', panelId: 'vitamin-d' },
    ],
  },
  {
    id: 'quest',
    name: 'Quest Diagnostics',
    panels: [
      { code: '6399', panelId: 'cbc' },
      { code: '10231', panelId: 'cmp' },
      { code: '10165', panelId: 'bmp' },
      { code: '10256', panelId: 'hepatic' },
      { code: '7600', panelId: 'lipid' },
      { code: '496', panelId: 'a1c' },
      { code: '899', panelId: 'tsh' },
      { code: '5363', panelId: 'psa' },
      { code: '17306', panelId: 'vitamin-d' },
    ],
  },
];
