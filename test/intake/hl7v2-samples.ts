/**
 * What each genuine message says, written down from reading it: patient (id, family, given, birth date, sex), ordering
 * provider (id, NPI, family, given), placer and filler, test, status, number of observations, tier.
 */
export type Expected = readonly [
  patient: string,
  provider: string,
  order: string,
  test: string,
  status: string,
  observations: number,
  tier: string | null,
];

export const hl7Samples: Readonly<
  Record<string, { readonly tier: string; readonly results: readonly Expected[] }>
> = {
  '01-cbc-preliminary.hl7': {
    tier: 'review',
    results: [
      [
        '10006579 DUCK DONALD 1924-10-10 M',
        '- - URO -',
        '88502218 82503246',
        '24317-0',
        'preliminary',
        5,
        'review',
      ],
      [
        '10006579 DUCK DONALD 1924-10-10 M',
        '- - URO -',
        '855238581 890775544',
        '26464-8',
        'preliminary',
        5,
        'review',
      ],
    ],
  },
  '02-cbc-final-same-orders.hl7': {
    tier: 'review',
    results: [
      [
        '10006579 DUCK DONALD 1924-10-10 M',
        '- - URO -',
        '855238581 890775544',
        '26464-8',
        'final',
        5,
        'review',
      ],
      [
        '10006579 DUCK DONALD 1924-10-10 M',
        '- - URO -',
        '88502218 82503246',
        '24317-0',
        'final',
        5,
        'review',
      ],
    ],
  },
  '03-glucose-high-sn.hl7': {
    tier: 'abnormal',
    results: [
      [
        '555-44-4444 EVERYWOMAN EVE 1962-03-20 F',
        '555-55-5555 - PRIMARY PATRICIA P',
        '845439 1045813',
        '15545',
        'final',
        1,
        'abnormal',
      ],
    ],
  },
  '04-lead-high.hl7': {
    tier: 'critical',
    results: [
      [
        '9817566735 Johnson Philip 2007-05-26 M',
        '1234 - Admit Alan',
        '- 9700123',
        '10368-9',
        'final',
        1,
        'critical',
      ],
    ],
  },
  '05-lead-corrected.hl7': {
    tier: 'abnormal',
    results: [
      [
        '9817566735 Johnson Philip 2007-05-26 M',
        '1234 - Admit Alan',
        '- 9700123',
        '10368-9',
        'corrected',
        1,
        'abnormal',
      ],
    ],
  },
  '06-stool-culture-text.hl7': {
    tier: 'review',
    results: [
      ['987488015 Whiteagle Adam 1980-03-21 M', 'nobody', '- 2233817', '625-4', 'final', 3, 'review'],
    ],
  },
  '07-lead-high-cerner.hl7': {
    tier: 'critical',
    results: [
      [
        '9339683996 Miller Paul 2005-07-15 M',
        'Harrison , Kyle - Harrison Kyle',
        '- 2010273000015',
        '10368-9',
        'final',
        1,
        'critical',
      ],
    ],
  },
  '08-athena-order-no-obx.hl7': {
    tier: 'review',
    results: [
      [
        'V001047 test michael 1987-07-11 M',
        'SMIJ - SMITH JOHN',
        '1618-1 1023:RC00001R-1',
        'AMY',
        'corrected',
        0,
        'review',
      ],
    ],
  },
  '09-two-orders-culture-and-lead.hl7': {
    tier: 'critical',
    results: [
      [
        '36363636 Everyman Adam 1980-06-02 M',
        '1234 - Admit Alan',
        '23456 9700123',
        '625-4',
        'preliminary',
        1,
        'abnormal',
      ],
      [
        '36363636 Everyman Adam 1980-06-02 M',
        '1234 - Admit Alan',
        '23456 9700123',
        '10368-9',
        'final',
        1,
        'critical',
      ],
    ],
  },
  '10-hcv-antibody-misaligned.hl7': {
    tier: 'abnormal',
    results: [
      [
        '36363636 Everyman Adam 1980-06-02 M',
        '1234 - Admit Alan',
        '23456 9700123',
        '5198-7',
        'unknown',
        3,
        'abnormal',
      ],
    ],
  },
  '11-genetic-factor-v-negative.hl7': {
    tier: 'review',
    results: [
      [
        'MRN LAST NAME FIRST - -',
        '90111 - BLANCHET PAULETTE',
        '1008303116 23MAYO-265S0173',
        'F5DNA',
        'final',
        3,
        'review',
      ],
    ],
  },
  '12-covid-negative-elr.hl7': {
    tier: 'normal',
    results: [
      [
        '09d12345-0987-1234-1234-111b1ee0879f Bunny Bugs 1900-01-01 M',
        '1679892871 1679892871 Doolittle Doctor',
        '1234d1d1-95fe-462c-8ac6-46728dba581c 1234d1d1-95fe-462c-8ac6-46728dba581c',
        'SARS-CoV-2 (COVID-19) Ag [Presence] in Respiratory specimen by Rapid immunoassay',
        'final',
        5,
        'normal',
      ],
    ],
  },
  '13-batch-two-messages.hl7': {
    tier: 'normal',
    results: [
      [
        '2a14112c-ece1-4f82-915c-7b3a8d152eda Buckridge Kareem 1958-08-10 F',
        '1629082607 1629082607 Eddin Husam',
        '73a6e9bd-aaec-418e-813a-0ad33366ca85 0cba76f5-35e0-4a28-803a-2f31308aae9b',
        '94558-4',
        'final',
        5,
        'normal',
      ],
      [
        'a40ea680-51bc-4a05-bf23-786dd08e64f2 Keeling Tyson 1955-02-06 M',
        '1629082607 1629082607 Eddin Husam',
        '4ba0f2c4-5f39-4716-9daa-d450573e7019 b518ef23-1d9a-40c1-ac4b-ed7b438dfc4b',
        '94558-4',
        'final',
        5,
        'normal',
      ],
    ],
  },
  '14-covid-negative-2.3.hl7': {
    tier: 'normal',
    results: [
      [
        '2000005 X7TEST DONOTUSE 1963-02-02 F',
        'Z9PHYSICIAN - zModel Physician',
        '- 2107662558',
        '94500-6',
        'final',
        1,
        'normal',
      ],
    ],
  },
  '15-newborn-screen-odd-codes.hl7': {
    tier: 'abnormal',
    results: [
      [
        '123456 CDPHTHREE BOY  MOMTHREE 2024-10-15 M',
        '101234567 - DOCTOR TEST',
        '123456 -',
        '57086-1',
        'final',
        9,
        'abnormal',
      ],
      [
        '123456 CDPHTHREE BOY  MOMTHREE 2024-10-15 M',
        '101234567 - DOCTOR TEST',
        '123456 -',
        '57086-1',
        'final',
        9,
        'abnormal',
      ],
    ],
  },
  '16-invalid-almost-empty.hl7': {
    tier: 'review',
    results: [['- - - - -', 'nobody', '- -', '68991-9', 'unknown', 1, 'review']],
  },
  '17-flags-variety-batch.hl7': {
    tier: 'critical',
    results: [
      [
        '78htgd51d Jenkins Christin 1924-07-17 -',
        '1079986956 - Barton Tyler',
        '388257 280009',
        '94558-4',
        'final',
        9,
        'critical',
      ],
      [
        '4a5lxlit Howe Lawanna 1966-02-13 M',
        '5740821389 - Pacocha Jeanett',
        '279881 372251',
        '94558-4',
        'corrected',
        9,
        'critical',
      ],
      [
        'c3xcnnfkn Kassulke Joey 1991-07-14 -',
        '3751018715 - Hermiston Xuan',
        '776416 143285',
        '95209-3',
        'corrected',
        9,
        'abnormal',
      ],
      [
        'e7g98scw3 Durgan Dustin 1932-03-07 -',
        '6463537713 - Schultz Janee',
        '039781 947836',
        '95209-3',
        'final',
        9,
        'review',
      ],
      [
        'tvzguha0n Mayer Ludie 1925-11-29 M',
        '9086139169 - Cassin Misha',
        '645016 087049',
        '95209-3',
        'corrected',
        9,
        'abnormal',
      ],
    ],
  },
  '18-cmp-no-flags-no-ranges.hl7': {
    tier: 'abnormal',
    results: [
      ['4223161584 Hanso Alvar - M', 'ShephardJ - Shephard Jack', '123 -', '801887', 'final', 17, 'abnormal'],
    ],
  },
  '19-cbc-clinic-flags.hl7': {
    tier: 'abnormal',
    results: [
      ['12345 MOUSE MINNIE 1924-01-01 F', '71 - DUCK DONALD', '- 12376', 'cbc', 'final', 14, 'abnormal'],
    ],
  },
  '20-micro-sign-encoding.hl7': {
    tier: 'review',
    results: [
      [
        '80008836 CDPHSIX BOY  MOMSIX - M',
        '- - JOHNSON KATHRYN',
        '7181233072 -',
        '54089-8',
        'final',
        1,
        'review',
      ],
    ],
  },
  '21-parasite-text.hl7': {
    tier: 'critical',
    results: [
      [
        'PID04021548 Man Bat 1999-10-20 M',
        'nobody',
        'M23041092 52_3004181818_5068110_810',
        '673-4',
        'final',
        2,
        'critical',
      ],
    ],
  },
  '22-invalid-missing-msh.hl7': { tier: 'reject', results: [] },
  '23-escape-sequences.hl7': { tier: 'reject', results: [] },
  '24-batch-biosense-count-mismatch.hl7': {
    tier: 'abnormal',
    results: [
      ['P281112205 - - - M', 'nobody', '- EM-811', '6412-1', 'final', 1, 'abnormal'],
      ['P311112205 - - - F', 'nobody', '- EM-84', '096479', 'final', 1, 'abnormal'],
      ['P531112205 - - - M', 'nobody', '- MS-2', '008144', 'final', 1, 'abnormal'],
    ],
  },
  '25-hiv-viral-load.hl7': {
    tier: 'abnormal',
    results: [['P371112205 - - - M', 'nobody', '- EM-9.1', '550285', 'final', 2, 'abnormal']],
  },
  '26-syphilis-rpr-reactive.hl7': {
    tier: 'abnormal',
    results: [['P361112205 - - - M', 'nobody', '- EM-8.14', '5292-8', 'final', 2, 'abnormal']],
  },
  '27-blood-culture-positive.hl7': {
    tier: 'critical',
    results: [['P511112205 - - - M', '- - HENDRICKSON -', '- 36484902650', '600-7', 'final', 3, 'critical']],
  },
  '28-lead-on-wrong-order.hl7': {
    tier: 'abnormal',
    results: [['P541112205 - - - F', '- - LEMON -', '- PA-3', '5196-1', 'corrected', 1, 'abnormal']],
  },
  '29-creatinine-high-umol.hl7': {
    tier: 'abnormal',
    results: [
      [
        '2590157853 Esterkin AKI Scenario 6 1989-01-18 F',
        'C006 - Woolfson Kathleen',
        '1892929505 4262718364',
        'us-0003',
        'final',
        1,
        'abnormal',
      ],
    ],
  },
  '30-electrolytes-normal.hl7': {
    tier: 'review',
    results: [
      [
        '1076943130 Trivedi Jacqueline 1937-12-27 F',
        'C002 - Smith Elizabeth',
        '3529823179 2427424202',
        'us-0003',
        'final',
        5,
        'review',
      ],
    ],
  },
  '31-lipid-no-flags.hl7': {
    tier: 'review',
    results: [
      [
        '573194018 Mudu Jacqueline 1942-10-25 F',
        'C004 - Walsh Joyce',
        '1290249886 478676737',
        'us-0001',
        'final',
        4,
        'review',
      ],
    ],
  },
  '32-imaging-not-lab.hl7': {
    tier: 'review',
    results: [
      [
        '2508395164 Dicuffa Thelma 1929-08-27 F',
        'C003 - Cuddy Kevin',
        '566401398 2765717671',
        'us-0004',
        'final',
        2,
        'review',
      ],
    ],
  },
};
