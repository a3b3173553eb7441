import { describe, expect, test } from '@jest/globals';
import { apply, obligations } from '../../../src/domain/lifecycle/apply.js';
import { at, day, hour, minute, posted, type Life } from './build.js';

const told = (): Life => {
  const life = posted({ tier: 'abnormal' });
  life.release();
  return life.told();
};
const closingNotes = (life: Life) => life.lines('note').filter((n) => n.kind === 'closing');

describe('acknowledged, charted, closed (S000-T22, L35, L44, L45)', () => {
  test('S000-T22: an opened link never acknowledges', () => {
    const life = told();
    life.fact({ kind: 'link-opened' });
    expect(life.closure).toBeNull();
    life.until(at(1, 9));
    expect(life.tasks).toEqual(['callback']);
  });

  test.each([
    ['page button', (l: Life) => l.confirmPage(), 'acknowledged'],
    ['signed-list reply', (l: Life) => l.reply(true), 'acknowledged'],
    ['call', (l: Life) => l.attempt('reached'), 'reached'],
  ] as const)(
    'S000-T22, 43, S003-43: %s acknowledges; closed only when the note is in the chart',
    (_how, act, closure) => {
      const life = told();
      act(life);
      expect(life.closure).toBe(closure);
      expect(life.phase).toBe('recording');
      expect(closingNotes(life)).toMatchObject([{ key: 'closing/1', code: closure }]);
      life.charted();
      expect(life.phase).toBe('closed');
      expect(life.lines('close')).toMatchObject([{ closure }]);
      expect(life.tasks).toEqual([]);
    },
  );

  test('L35: a text acknowledges a normal, never an abnormal', () => {
    const normal = posted({ tier: 'normal' }).told().reply(true, 'text');
    expect(normal.closure).toBe('acknowledged');
    const abnormal = told().reply(true, 'text');
    expect(abnormal.closure).toBeNull();
    expect(abnormal.tasks).toEqual(['reply']);
  });

  test('L35: any other reply is work due in 4 staffed hours, and holds the end until it is answered', () => {
    const life = told().reply(false);
    expect(life.state.tasks[0]).toMatchObject({ kind: 'reply', role: 'coordinator', dueAt: at(0, 13) });
    life.confirmPage();
    expect(life.closure).toBeNull();
    life.close('handled', 'coordinator');
    expect(life.closure).toBe('acknowledged');
  });

  test('a patient who asks for a call is called, also when they press "read" as well', () => {
    const life = told().confirmPage(true);
    life.confirmPage();
    expect(life.tasks).toEqual(['callback']);
    expect(life.closure).toBeNull();
    life.attempt('reached');
    expect(life.closure).toBe('reached');
  });

  test('architecture §5: a question after closing reopens, is answered, and it ends as before', () => {
    const life = posted({ tier: 'normal' }).told();
    life.after(72 * hour).charted();
    expect(life.phase).toBe('closed');
    life.reply(false);
    expect(life.tasks).toEqual(['reply']);
    life.close('handled', 'coordinator');
    expect(life.closure).toBe('notified-unopened');
    expect(closingNotes(life).map((n) => n.key)).toEqual(['closing/1', 'closing/2']);
    life.charted('confirmed', 1);
    expect(life.phase).toBe('recording');
    life.charted();
    expect(life.phase).toBe('closed');
  });

  test('architecture §5: the button after closing ends it as acknowledged', () => {
    const life = posted({ tier: 'normal' }).told();
    life
      .after(72 * hour)
      .charted()
      .confirmPage();
    expect(life.closure).toBe('acknowledged');
  });

  test('"handled" ends the work it names', () => {
    const life = told().reply(false);
    life.fact({ kind: 'patient-changed', status: 'inactive' });
    life.close('handled', 'dr-owner', 'follow-up');
    expect(life.tasks).toEqual(['reply']);
  });

  test('L30: a letter tells; L25: sent by hand is told', () => {
    const letter = posted({ tier: 'normal' }).message('needs-person', 1, { task: 'letter' });
    letter.close('mailed', 'coordinator');
    expect(letter.closure).toBe('notified-by-letter');
    const byHand = posted({ tier: 'normal' }).message('needs-person', 1, { task: 'tell-patient' });
    byHand.close('told', 'coordinator');
    byHand.after(73 * hour);
    expect(byHand.closure).toBe('notified-unopened');
  });
});

describe('touches (L44)', () => {
  test('S000-6, S000-57, S003-83: each touch of an abnormal goes to the chart, calls that reached nobody too', () => {
    const life = told();
    life.after(hour).fact({ kind: 'link-opened' });
    life.after(hour).reply(false);
    life.after(minute).attempt('no-answer');
    life.after(hour).attempt('voicemail');
    life.after(hour).attempt('reached');
    life.close('handled', 'coordinator');
    const said = life.lines('note').map(({ kind, code, data }) => [kind, code, data.outcome ?? data.channel]);
    expect(said).toEqual([
      ['action', 'release', undefined],
      ['touch', 'message-sent', 'secure'],
      ['touch', 'message-delivered', 'secure'],
      ['touch', 'opened', undefined],
      ['touch', 'replied', 'secure'],
      ['touch', 'attempt', 'no-answer'],
      ['touch', 'attempt', 'voicemail'],
      ['touch', 'attempt', 'reached'],
      ['closing', 'reached', undefined],
    ]);
  });
});

describe('when the chart does not take it (L44, L49)', () => {
  test('an alarm every day until the closing note is there', () => {
    const life = told().confirmPage();
    life.after(3 * day);
    expect(life.lines('alarm').map((a) => a.key)).toEqual([
      'chart-late/1/0',
      'chart-late/1/1',
      'chart-late/1/2',
    ]);
    life.charted();
    expect(life.phase).toBe('closed');
  });

  test('a failed closing note becomes work with a clock; a person who writes it by hand closes it', () => {
    const life = told().confirmPage().charted('failed');
    expect(life.tasks).toEqual(['follow-up']);
    life.after(8 * hour);
    expect(life.pages.at(-1)).toMatchObject({ task: 'follow-up', roles: ['owner', 'coordinator'] });
    life.close('handled');
    expect(life.phase).toBe('closed');
  });

  test('a closing note that the chart took and does not show becomes work, and closes when it turns up', () => {
    const life = told().confirmPage().charted('unread');
    expect(life.tasks).toEqual(['follow-up']);
    expect(life.lines('alarm')).toMatchObject([{ code: 'chart-note-unread' }]);
    life.charted();
    expect(life.phase).toBe('closed');
    expect(life.tasks).toEqual([]);
  });

  test('a failed touch note alone never closes anything', () => {
    const life = told().confirmPage();
    life.fact({ kind: 'chart-changed', noteKey: 'v1/opened/1', noteKind: 'touch', state: 'failed' });
    life.close('handled');
    expect(life.phase).toBe('recording');
  });
});

describe('duties that give up', () => {
  test('staging and the record come again after a minute; sign-off works afterwards', () => {
    const life = posted({ tier: 'abnormal' });
    life.arrive(2);
    life.fact({ kind: 'duty-failed', dutyId: 'stage/2', code: 'x' }, 'failed/stage/2');
    expect(obligations(life.state)).toEqual([]);
    life.after(minute);
    expect(obligations(life.state)).toMatchObject([{ id: 'stage/2~1', kind: 'stage', version: 2 }]);
    life.fact({ kind: 'duty-failed', dutyId: 'stage/2~1', code: 'x' }, 'failed/stage/2~1');
    life.after(minute);
    life.stage(2, { tier: 'abnormal' });
    expect(life.release()).toBeNull();
    expect(life.lines('alarm')).toMatchObject([{ code: 'duty-failed', key: 'stage/2' }]);
  });

  test('no line is lost when a record gives up, and nothing is recorded past it', () => {
    const before = posted({ tier: 'normal' }).state;
    const opened = apply(before, { kind: 'link-opened', id: 'l', at: at(0, 10) }).state;
    const duty = opened.duties.find((d) => d.kind === 'record');
    if (duty?.kind !== 'record') throw new Error('nothing to record');
    const failed = apply(opened, {
      kind: 'duty-failed',
      id: 'f',
      at: at(0, 10),
      dutyId: duty.id,
      code: 'x',
    }).state;
    expect(obligations(failed).filter((d) => d.kind === 'record')).toEqual([]);
    const step = `again/${duty.id}`;
    const again = apply(failed, { kind: 'deadline', id: 'd', at: at(0, 11), step, dueAt: at(0, 11) }).state;
    expect(obligations(again)).toContainEqual({ ...duty, id: `${duty.id}~1` });
  });

  test('a single page that cannot be sent is tried again, alarmed once, and stops with its task', () => {
    const life = posted({ tier: 'abnormal' }, at(0, 15));
    let tries = 0;
    life.onPage = (p) => {
      tries += 1;
      return { sentTo: [], failedFor: [...p.roles] };
    };
    life.until(at(1, 12, 30));
    expect(tries).toBe(4);
    expect(new Set(life.lines('alarm').map((a) => a.key)).size).toBe(1);
    life.release();
    life.until(at(1, 16));
    expect(tries).toBe(4);
  });
});
