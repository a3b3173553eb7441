import { describe, expect, test } from '@jest/globals';
import type { Arrival, Life } from './build.js';
import { at, day, hour, minute, posted } from './build.js';

/** How the patient or a person came to know of the first version. */
const told = {
  nobody: () => undefined,
  released: (l) => void l.release(),
  'on its way': (l) => void (released(l), l.message('sending')),
  left: (l) => void (released(l), l.message('sending').message('left')),
  delivered: (l) => void (released(l), l.told()),
  'read and confirmed': (l) => void (released(l), l.told().confirmPage()),
  'closed with its note': (l) => void (released(l), l.told().confirmPage().charted()),
  'closed unanswered': (l) => void (l.told(), l.after(3 * day + hour), l.charted()),
  'by hand': (l) => void (l.after(3 * day), l.close('told', 'dr-owner', 'release')),
  'called, sign-off open': (l) => void (l.accept(), l.attempt('reached')),
  'called and signed': (l) =>
    void (l.accept(), l.command({ kind: 'sign-off', decision: 'call-instead' }), l.attempt('reached')),
  'to emergency care': (l) =>
    void (
      l.accept(),
      l.command({ kind: 'sign-off', decision: 'call-instead' }),
      l.attempt('emergency-care'),
      l.charted()
    ),
  'voicemail only': (l) => void (l.accept(), l.attempt('voicemail')),
  accepted: (l) => void l.accept(),
} satisfies Record<string, (life: Life) => void>;

function released(life: Life): void {
  if (life.state.decision.kind === 'awaited') life.release();
}

interface Then {
  /** Open work, in the order it was opened. */
  readonly tasks: readonly string[];
  /** Messages asked for from the second version on, before anybody signs. */
  readonly asked?: readonly string[];
  /** Pages that left because of the second version, as `roles` with `!` when critical. */
  readonly pages?: readonly string[];
  readonly tier?: string | null;
  /** Which version is current; 2 unless it was not taken over. */
  readonly current?: number;
  readonly closure?: string | null;
  /** How the patient is told once the provider releases; without it nobody can release. */
  readonly onRelease?: string;
  readonly event?: string;
}

type Row = readonly [first: Arrival, how: keyof typeof told, second: Arrival, then: Then];

const final = (tier: Arrival['tier'], more: Partial<Arrival> = {}): Arrival => ({
  tier,
  status: 'final',
  ...more,
});
const corrected = (tier: Arrival['tier'], more: Partial<Arrival> = {}): Arrival => ({
  tier,
  status: 'corrected',
  ...more,
});
const prelim = (tier: Arrival['tier'], more: Partial<Arrival> = {}): Arrival => ({
  tier,
  status: 'preliminary',
  ...more,
});
const cosmetic = { change: 'cosmetic' } as const;
const late = { late: true } as const;
const withdrawn: Arrival = { tier: 'void', status: 'withdrawn' };
const cancelled: Arrival = { tier: null, status: 'cancelled' };

const table: readonly Row[] = [
  // Normal first.
  [final('normal'), 'nobody', corrected('normal'), { tasks: [], asked: ['results v2'] }],
  [
    final('normal'),
    'nobody',
    corrected('abnormal'),
    { tasks: ['sign-off'], asked: [], onRelease: 'results v2' },
  ],
  [final('normal'), 'nobody', corrected('critical'), { tasks: ['callback', 'sign-off'], pages: ['owner!'] }],
  [final('normal'), 'on its way', corrected('abnormal'), { tasks: ['sign-off'], onRelease: 'update v2' }],
  [final('normal'), 'delivered', corrected('normal'), { tasks: [], asked: ['update v2'] }],
  [
    final('normal'),
    'delivered',
    corrected('critical'),
    { tasks: ['callback', 'sign-off'], pages: ['owner!'] },
  ],
  [
    final('normal'),
    'closed unanswered',
    corrected('abnormal'),
    { tasks: ['sign-off'], onRelease: 'update v2' },
  ],
  [final('normal'), 'by hand', corrected('abnormal'), { tasks: ['sign-off'], onRelease: 'update v2' }],
  [
    final('normal'),
    'nobody',
    corrected('abnormal', { toldElsewhere: ['portal'] }),
    { tasks: ['sign-off'], onRelease: 'update v2', event: 'told-elsewhere' },
  ],
  [
    final('normal'),
    'nobody',
    corrected('normal', { toldElsewhere: ['resultscall'] }),
    { tasks: [], asked: ['update v2'], event: 'told-elsewhere' },
  ],
  [final('normal'), 'delivered', corrected('normal', cosmetic), { tasks: [], asked: [] }],
  [final('normal'), 'nobody', corrected('normal', cosmetic), { tasks: [], asked: ['results v2'] }],
  [
    final('normal'),
    'nobody',
    corrected('review', { marks: ['equal-times'] }),
    { tasks: ['review'], asked: [] },
  ],
  [
    final('normal'),
    'closed with its note',
    corrected('abnormal'),
    { tasks: ['sign-off'], onRelease: 'update v2' },
  ],
  [final('normal'), 'delivered', withdrawn, { tasks: ['retraction'], tier: 'void' }],
  [final('normal'), 'nobody', withdrawn, { tasks: [], tier: 'void', closure: 'void' }],
  [
    final('normal'),
    'nobody',
    { ...withdrawn, toldElsewhere: ['portal'] },
    { tasks: ['retraction'], tier: 'void' },
  ],
  [final('normal'), 'nobody', cancelled, { tasks: ['follow-up'], tier: null, pages: ['owner'] }],
  [
    final('normal'),
    'delivered',
    cancelled,
    { tasks: ['retraction', 'follow-up'], tier: null, pages: ['owner'] },
  ],
  // Abnormal first.
  [final('abnormal'), 'nobody', corrected('abnormal'), { tasks: ['sign-off'], onRelease: 'results v2' }],
  [final('abnormal'), 'released', corrected('abnormal'), { tasks: ['sign-off'], onRelease: 'results v2' }],
  [final('abnormal'), 'released', corrected('normal'), { tasks: [], asked: ['results v2'] }],
  [final('abnormal'), 'left', corrected('abnormal'), { tasks: ['sign-off'], onRelease: 'update v2' }],
  [final('abnormal'), 'left', corrected('normal'), { tasks: [], asked: ['update v2'] }],
  [
    final('abnormal'),
    'read and confirmed',
    corrected('abnormal'),
    { tasks: ['sign-off'], onRelease: 'update v2' },
  ],
  [
    final('abnormal'),
    'closed with its note',
    corrected('abnormal', cosmetic),
    { tasks: [], closure: 'acknowledged' },
  ],
  [
    final('abnormal'),
    'closed with its note',
    corrected('critical'),
    { tasks: ['callback', 'sign-off'], pages: ['owner!'] },
  ],
  [final('abnormal'), 'delivered', withdrawn, { tasks: ['retraction'], tier: 'void' }],
  [
    final('abnormal'),
    'nobody',
    corrected('abnormal', cosmetic),
    { tasks: ['sign-off'], onRelease: 'results v2' },
  ],
  // Critical first.
  [
    final('critical'),
    'nobody',
    corrected('normal'),
    { tasks: ['follow-up'], pages: ['owner!'], asked: ['results v2'] },
  ],
  [
    final('critical'),
    'accepted',
    corrected('abnormal'),
    { tasks: ['follow-up', 'sign-off'], pages: ['owner!'] },
  ],
  [final('critical'), 'voicemail only', corrected('normal'), { tasks: ['follow-up'], pages: ['owner!'] }],
  [
    final('critical'),
    'called, sign-off open',
    corrected('normal'),
    { tasks: ['follow-up'], pages: ['owner!'], asked: ['update v2'] },
  ],
  [
    final('critical'),
    'called and signed',
    corrected('abnormal'),
    { tasks: ['follow-up', 'sign-off'], pages: ['owner!'], onRelease: 'update v2' },
  ],
  [
    final('critical'),
    'to emergency care',
    corrected('normal'),
    { tasks: ['follow-up'], pages: ['owner!'], asked: ['update v2'] },
  ],
  [
    final('critical'),
    'accepted',
    corrected('critical'),
    { tasks: ['callback', 'sign-off'], pages: ['owner,cover!'] },
  ],
  [
    final('critical'),
    'called and signed',
    corrected('critical'),
    { tasks: ['callback', 'sign-off'], pages: ['owner!'] },
  ],
  [
    final('critical'),
    'accepted',
    corrected('critical', cosmetic),
    { tasks: ['callback', 'sign-off'], pages: [] },
  ],
  [
    final('critical'),
    'to emergency care',
    withdrawn,
    { tasks: ['follow-up', 'retraction'], tier: 'void', pages: ['owner!'] },
  ],
  // Preliminary first.
  [prelim('review'), 'nobody', final('normal'), { tasks: [], asked: ['results v2'] }],
  [prelim('abnormal'), 'nobody', final('abnormal'), { tasks: ['sign-off'], onRelease: 'results v2' }],
  // Word for word the same, only final now.
  [
    prelim('abnormal'),
    'nobody',
    final('abnormal', cosmetic),
    { tasks: ['sign-off'], onRelease: 'results v2' },
  ],
  [prelim('critical'), 'accepted', final('critical'), { tasks: ['callback', 'sign-off'], pages: [] }],
  [prelim('critical'), 'called and signed', final('critical', cosmetic), { tasks: [], closure: 'reached' }],
  [
    prelim('critical'),
    'called and signed',
    final('normal'),
    { tasks: ['follow-up'], pages: ['owner!'], asked: ['update v2'] },
  ],
  [prelim('abnormal'), 'nobody', prelim('critical'), { tasks: ['callback', 'sign-off'], pages: ['owner!'] }],
  // Out of order: kept, not taken over.
  [
    final('normal'),
    'delivered',
    prelim('abnormal', late),
    { tasks: [], current: 1, tier: 'normal', asked: [] },
  ],
  [
    final('normal'),
    'delivered',
    prelim('critical', late),
    { tasks: ['review'], current: 1, tier: 'normal', pages: ['owner,on-call!'] },
  ],
  [
    final('normal'),
    'closed unanswered',
    final('critical', late),
    { tasks: ['review'], current: 1, tier: 'normal', pages: ['owner,on-call!'] },
  ],
  [
    final('abnormal'),
    'nobody',
    prelim('critical', late),
    {
      tasks: ['sign-off', 'follow-up'],
      current: 1,
      tier: 'abnormal',
      pages: ['owner,on-call!'],
      onRelease: 'results v1',
    },
  ],
  [
    final('critical'),
    'accepted',
    prelim('critical', late),
    { tasks: ['callback', 'sign-off'], current: 1, tier: 'critical', pages: [] },
  ],
  [corrected('normal'), 'delivered', final('abnormal', late), { tasks: [], current: 1, tier: 'normal' }],
  [
    corrected('normal'),
    'delivered',
    { ...withdrawn, ...late, marks: ['duplicate-withdrawn'] },
    { tasks: [], current: 1, tier: 'normal' },
  ],
  // The other feed.
  [
    final('normal'),
    'nobody',
    final('abnormal', { ...late, marks: ['second-feed'] }),
    { tasks: ['review'], current: 1, tier: 'normal' },
  ],
  [
    final('abnormal'),
    'nobody',
    final('normal', { ...late, marks: ['second-feed'] }),
    { tasks: ['sign-off'], current: 1, tier: 'abnormal', onRelease: 'results v1' },
  ],
];

describe('amendments: first version, told how, second version → what happens (L40, L41)', () => {
  test('the table is long enough', () => expect(table.length).toBeGreaterThanOrEqual(40));

  test.each(
    table.map(([first, how, second, then]) => ({
      name: nameOf(first, how, second),
      first,
      how,
      second,
      then,
    })),
  )('$name', ({ first, how, second, then }) => {
    const life = posted(first);
    told[how](life);
    life.after(10 * minute);
    const [asked, pages] = [life.asked().length, life.pages.length];
    life.post(2, second);
    const roles = life.pages.slice(pages).map((p) => `${p.roles.join()}${p.critical ? '!' : ''}`);
    expect(life.tasks).toEqual(then.tasks);
    expect(life.state.version?.number).toBe(then.current ?? 2);
    expect(life.state.version?.tier).toBe(then.tier === undefined ? second.tier : then.tier);
    if (then.asked) expect(life.asked().slice(asked)).toEqual(then.asked);
    expect(roles).toEqual(then.pages ?? []);
    if (then.closure !== undefined) expect(life.closure).toBe(then.closure);
    if (then.event) expect(life.events(then.event)).toHaveLength(1);
    if (then.onRelease) {
      expect(life.release()).toBeNull();
      expect(life.asked().at(-1)).toBe(then.onRelease);
    }
    // L20: what was decided about the old content is void, whatever it was.
    if (life.tasks.includes('sign-off') && then.current === undefined)
      expect(life.release('hash-1')).toBe('stale-version');
  });
});

function nameOf(first: Arrival, how: string, second: Arrival): string {
  const words = (a: Arrival) =>
    [
      a.status,
      a.tier ?? 'cancelled',
      a.change,
      a.late && 'late',
      ...(a.marks ?? []),
      ...(a.toldElsewhere ?? []),
    ]
      .filter(Boolean)
      .join(' ');
  return `${words(first)}; ${how}; then ${words(second)}`;
}

describe('who a result is (L4, L39, L42)', () => {
  test('L39: a result that was joined ends as superseded and tells nobody', () => {
    const life = posted({ tier: 'critical' });
    life.identity('joined');
    expect(life.tasks).toEqual([]);
    expect(life.closure).toBe('superseded');
    life.charted().after(day);
    expect(life.pages).toHaveLength(1);
    const waiting = posted({ tier: 'normal' });
    waiting.identity('joined');
    expect(waiting.lines('withdraw-notice')).toHaveLength(1);
  });

  test('L42: of another patient and told: retraction; not told: void; both alarm, neither is told again', () => {
    const knows = posted({ tier: 'abnormal' });
    knows.release();
    knows.told().confirmPage().charted();
    knows.identity('moved');
    expect(knows.tasks).toEqual(['retraction']);
    expect(knows.alarmPages).toHaveLength(1);
    knows.confirmPage();
    expect(knows.closure).toBeNull();
    knows.close('handled', 'coordinator');
    expect(knows.closure).toBe('void');

    const untold = posted({ tier: 'normal' });
    untold.identity('moved');
    expect(untold.closure).toBe('void');
    expect(untold.lines('withdraw-notice')).toHaveLength(1);
    expect(untold.lines('alarm').map((l) => l.code)).toEqual(['result-of-another-patient']);
  });

  test('L42: a critical of another patient stops ringing, and its owner hears at once', () => {
    const life = posted({ tier: 'critical' });
    life.identity('moved');
    expect(life.pages.at(-1)).toMatchObject({ roles: ['owner'], task: 'follow-up', critical: true });
    const pages = life.pages.length;
    life.after(20 * minute);
    expect(life.pages).toHaveLength(pages);
  });

  test('L42: a version that is still on its way does not revive a result of another patient', () => {
    const life = posted({ tier: 'normal' });
    life.arrive(2).identity('moved').stage(2, { tier: 'abnormal' });
    expect(life.closure).toBe('void');
  });

  test('L42: a disputed filler stops the message until somebody has looked', () => {
    const life = posted({ tier: 'normal' });
    life.identity('disputed');
    expect(life.lines('withdraw-notice')).toHaveLength(1);
    expect(life.tasks).toEqual(['follow-up']);
    life.close('handled');
    expect(life.asked()).toEqual(['results v1', 'results v1']);
  });

  test('L4: what only the second feed knows is nobody’s message, but a critical pages at once', () => {
    const normal = posted({ tier: 'normal', lane: 'unmatched' });
    expect(normal.tasks).toEqual(['match']);
    expect(normal.asked()).toEqual([]);
    expect(posted({ tier: 'critical', lane: 'unmatched' }).pages.map((p) => p.roles)).toEqual([['owner']]);
  });

  test('L42: what is nobody’s rings when critical, and closes without a chart note', () => {
    const life = posted({ tier: 'critical', lane: 'unmatched', unclaimed: true });
    expect(life.pages).toHaveLength(1);
    const settled = posted({ tier: 'review', lane: 'unmatched', unclaimed: true });
    settled.identity('joined');
    expect(settled.phase).toBe('closed');
    expect(settled.lines('note')).toEqual([]);
  });

  test('L4: the master matches it: it is told like any other', () => {
    const normal = posted({ tier: 'normal', lane: 'unmatched' });
    normal.post(2, { tier: 'normal', change: 'cosmetic', lane: 'notify' });
    expect(normal.tasks).toEqual([]);
    expect(normal.asked()).toEqual(['results v2']);
    const abnormal = posted({ tier: 'abnormal', lane: 'unmatched' });
    abnormal.post(2, { tier: 'abnormal', lane: 'notify' });
    expect(abnormal.tasks).toEqual(['sign-off']);
    const critical = posted({ tier: 'critical', lane: 'unmatched' });
    critical.accept();
    critical.post(2, { tier: 'critical', change: 'cosmetic', lane: 'notify' });
    expect(critical.tasks).toEqual(['callback', 'sign-off']);
    expect(critical.pages).toHaveLength(1);
  });

  test('L4: never matched: the keeper may end a normal, anything else goes to a provider', () => {
    const normal = posted({ tier: 'normal', lane: 'unmatched' });
    normal.command({ kind: 'close', reason: 'handled' }, 'keeper');
    expect(normal.closure).toBe('superseded');
    const abnormal = posted({ tier: 'abnormal', lane: 'unmatched' });
    abnormal.command({ kind: 'close', reason: 'handled' }, 'keeper');
    expect(abnormal.tasks).toEqual(['review']);
    expect(abnormal.asked()).toEqual([]);
    abnormal.release();
    expect(abnormal.asked()).toEqual(['results v1']);
  });
});

describe('clocks of an amendment (L41)', () => {
  test('clock = higher of old and new: same-day stays same-day', () => {
    const life = posted({ tier: 'abnormal', urgency: 'same-day' });
    life.post(2, { tier: 'abnormal' });
    expect(life.state.version?.urgency).toBe('same-day');
  });

  test('who was told a critical that is none hears within the 30 minutes of a critical', () => {
    const life = posted({ tier: 'critical' });
    told['to emergency care'](life);
    life.post(2, { tier: 'normal', status: 'corrected' });
    expect(life.state.tasks).toMatchObject([{ kind: 'follow-up', dueAt: at(0, 9, 30) }]);
  });

  test('not final after 5 days counts from the first preliminary, however many follow', () => {
    const life = posted({ tier: 'abnormal', status: 'preliminary' });
    for (const n of [2, 3, 4]) life.until(at(n)).post(n, { tier: 'abnormal', status: 'preliminary' });
    life.until(at(5, 9));
    expect(life.tasks).toEqual(['review']);
  });

  test('a late version in between does not make the next one look clinical', () => {
    const life = posted({ tier: 'abnormal' });
    life.release();
    life.post(2, { tier: 'abnormal', status: 'preliminary', late: true });
    life.post(3, { tier: 'abnormal', change: 'cosmetic', comparedWith: 1 });
    expect(life.tasks).toEqual([]);
  });

  test('a late critical is heard in whatever order the two are staged', () => {
    for (const order of [
      [2, 3],
      [3, 2],
    ]) {
      const life = posted({ tier: 'normal', status: 'final' });
      life.arrive(2, true).arrive(3);
      for (const n of order)
        life.stage(n, n === 2 ? { tier: 'critical', status: 'preliminary', late: true } : { tier: 'normal' });
      expect(life.pages.filter((p) => p.step === 'v2/late-critical')).toHaveLength(1);
      expect(life.state.version?.number).toBe(3);
    }
  });
});
