import { describe, expect, test } from '@jest/globals';
import { defaultPolicy } from '../../../src/domain/lifecycle/policy.js';
import { at, day, hour, Life, minute, posted } from './build.js';

const signed = (startAt?: number): Life => {
  const life = posted({ tier: 'abnormal' }, startAt);
  life.release();
  return life;
};

describe('normal results (L9, L38)', () => {
  test('G26: a normal is asked for at once, without a decision, and only once', () => {
    const life = posted({ tier: 'normal' });
    expect(life.asked()).toEqual(['results v1']);
    life.until(at(1));
    expect(life.asked()).toHaveLength(1);
    expect(life.tasks).toEqual([]);
  });

  test('L9, S003-35, 72: without proof of delivery 72 h after detection it becomes a release task, told at once', () => {
    const life = posted({ tier: 'normal' });
    life.until(at(3, 8, 59));
    expect(life.tasks).toEqual([]);
    life.until(at(3, 9));
    expect(life.tasks).toEqual(['release']);
    expect(life.pages.map((p) => p.roles)).toEqual([['owner', 'coordinator']]);
    life.until(at(4, 9));
    expect(life.pages.at(-1)?.roles).toEqual(['supervising-physician']);
  });

  test('a receipt that overtakes the answer to the sending says both: sent and delivered, once', () => {
    const life = posted({ tier: 'normal' });
    life.message('sending').message('confirmed').message('left');
    const said = life.lines('event').map((l) => l.kind);
    expect(said.filter((kind) => /^message-(left|confirmed)$/.test(kind))).toEqual([
      'message-left',
      'message-confirmed',
    ]);
    expect(life.state.telling).toMatchObject({ kind: 'confirmed' });
  });

  test.each(['sending', 'left'] as const)(
    'L48: a message that is %s for 24 h is the owner’s to release, quietly until it is due at 72 h (L9)',
    (how) => {
      const life = posted({ tier: 'normal' });
      life.after(hour).message('sending');
      if (how === 'left') life.message('left');
      life.until(at(1, 9, 59));
      expect(life.tasks).toEqual([]);
      life.until(at(1, 10));
      expect(life.state.tasks).toMatchObject([{ kind: 'release', role: 'owner', dueAt: at(3, 9) }]);
      life.until(at(3, 8, 59));
      expect(life.pages).toEqual([]);
      life.until(at(4, 9));
      expect(life.pages.map((p) => p.roles)).toEqual([['owner', 'coordinator'], ['supervising-physician']]);
      expect(life.lines('open-task')).toHaveLength(1);
      expect(life.asked()).toHaveLength(1);
    },
  );

  test('L48: told by hand after 24 h without a receipt, a late receipt or failure changes nothing', () => {
    for (const late of ['confirmed', 'failed'] as const) {
      const life = posted({ tier: 'normal' });
      life.message('left').until(at(2, 9));
      life.close('told', 'dr-owner', 'release');
      life.message(late).until(at(5, 8, 59));
      expect(life.tasks).toEqual([]);
      expect(life.asked()).toHaveLength(1);
      life.until(at(5, 9));
      expect(life.closure).toBe('notified-unopened');
    }
  });

  test('L48: a run under an earlier policy keeps its clocks', () => {
    const life = new Life();
    const { outcomeKnownMs: _, ...earlier } = defaultPolicy;
    life.policy = earlier;
    life
      .post(1, { tier: 'normal' })
      .message('left')
      .until(at(3, 8, 59));
    expect(life.tasks).toEqual([]);
    life.until(at(3, 9));
    expect(life.tasks).toEqual(['release']);
  });

  test('L9: a late proof of delivery ends the release task', () => {
    const life = posted({ tier: 'normal' });
    life.message('left').until(at(3, 10)).message('confirmed');
    expect(life.tasks).toEqual([]);
    life.until(at(7));
    expect(life.closure).toBe('notified-unopened');
  });

  test.each([
    ['opened', 'notified-opened'],
    ['unopened', 'notified-unopened'],
  ])('L38: 72 h after the confirmation, %s, it is settled as %s', (how, closure) => {
    const life = posted({ tier: 'normal' });
    life.after(hour).told();
    if (how === 'opened') life.fact({ kind: 'link-opened' });
    life.until(at(3, 9, 59));
    expect(life.closure).toBeNull();
    life.until(at(3, 10));
    expect(life.closure).toBe(closure);
  });

  test('L31: what was left to ResultsCall is told, and settled as such 72 h later; nothing of ours left', () => {
    const life = posted({ tier: 'normal' });
    life.after(hour).message('confirmed', 1, { channel: 'resultscall' });
    expect(life.events('left-to-resultscall')).toHaveLength(1);
    expect([...life.events('message-left'), ...life.events('message-confirmed')]).toEqual([]);
    expect(life.state.toldVersion).toBe(1);
    life.until(at(3, 9, 59));
    expect(life.closure).toBeNull();
    life.until(at(3, 10));
    expect(life.closure).toBe('notified-by-resultscall');
    expect(life.pages).toEqual([]);
  });

  test('L31, L41: what ResultsCall told and was corrected is told again, as an update', () => {
    const life = posted({ tier: 'normal' });
    life.message('confirmed', 1, { channel: 'resultscall' }).after(day);
    life.post(2, { tier: 'normal' });
    expect(life.asked()).toEqual(['results v1', 'update v2']);
  });

  test('L38: no timer closes a result over a question of the patient', () => {
    const life = posted({ tier: 'normal' });
    life.told().reply(false);
    life.until(at(4));
    expect(life.closure).toBeNull();
    life.close('handled', 'coordinator', 'reply');
    life.after(minute);
    expect(life.closure).toBe('notified-unopened');
  });

  test.each(['copy', 'told-at-visit'] as const)('L1: a normal in lane %s sends nothing by itself', (lane) => {
    const life = posted({ tier: 'normal', lane });
    expect(life.asked()).toEqual([]);
    expect(life.closure).toBe(lane);
  });

  test('L1: a normal in an unknown lane waits for a person', () => {
    const life = posted({ tier: 'normal', lane: 'review' });
    expect(life.asked()).toEqual([]);
    expect(life.tasks).toEqual(['review']);
    life.release();
    expect(life.asked()).toEqual(['results v1']);
  });
});

describe('abnormal: message, then call (L33)', () => {
  test('L33: not acknowledged after 24 staffed hours a callback opens', () => {
    // Contact is due on Wednesday 9:00; one business day before would be sooner, but for the 4 h after leaving.
    const life = signed(at(0, 9));
    life.told();
    life.until(at(1, 8, 59));
    expect(life.tasks).toEqual([]);
    life.until(at(1, 9));
    expect(life.tasks).toEqual(['callback']);
  });

  test('L33: never within 4 staffed hours after the message left', () => {
    const life = posted({ tier: 'abnormal' }, at(0, 9));
    life.until(at(2, 8));
    life.release();
    life.told();
    life.until(at(2, 11, 59));
    expect(life.tasks).not.toContain('callback');
    life.until(at(2, 12));
    expect(life.tasks).toContain('callback');
  });

  test('L33: an acknowledged one is never called', () => {
    const life = signed();
    life.told().confirmPage();
    expect(life.closure).toBe('acknowledged');
  });

  test.each(['asked', 'sending', 'left'] as const)(
    'L33: a message that is only %s is cancelled, called instead and never asked again',
    (how) => {
      const life = signed();
      if (how !== 'asked') life.message('sending');
      if (how === 'left') life.message('left');
      life.until(at(2));
      expect(life.tasks).toEqual(['callback']);
      expect(life.lines('withdraw-notice').map((l) => l.why)).toEqual(['not-confirmed']);
      life.until(at(8));
      expect(life.asked().filter((a) => a.startsWith('results'))).toHaveLength(1);
    },
  );

  test('L48: what left before a weekend is a callback after 24 h, not after 4 staffed hours', () => {
    const life = signed(at(4, 14));
    life
      .message('sending')
      .message('left')
      .until(at(5, 13, 59));
    expect(life.tasks).toEqual([]);
    life.until(at(5, 14));
    // Nobody is there on Saturday: it is Monday's first work.
    expect(life.state.tasks).toMatchObject([{ kind: 'callback', dueAt: at(7, 12) }]);
  });

  test('L33, S003-42, 69, 81: two attempts, a message at the third staffed hour, callback the next business day', () => {
    const life = signed();
    life.told().until(at(1, 9));
    life.attempt('voicemail');
    life.after(hour);
    life.attempt('no-answer');
    expect(life.state.tasks[0]).toMatchObject({ kind: 'callback', dueAt: at(2, 8) });
    life.until(at(1, 11, 59));
    expect(life.asked()).toEqual(['results v1']);
    life.until(at(1, 12));
    expect(life.asked()).toEqual(['results v1', 'tried-to-reach v1']);
    life.until(at(4));
    expect(life.asked()).toHaveLength(2);
  });

  test('L33: after 3 attempts on 2 days the provider chooses; nothing closes by itself', () => {
    const life = signed();
    life.told().until(at(1, 9));
    for (let i = 0; i < 3; i += 1) life.attempt('no-answer');
    expect(life.tasks).toEqual(['callback']);
    life.until(at(2, 9));
    life.attempt('no-answer');
    expect(life.tasks).toContain('follow-up');
    life.until(at(14));
    expect(life.closure).toBeNull();
    expect(life.close('providers-choice', 'coordinator')).toBe('not-credentialed');
    expect(life.close('providers-choice')).toBeNull();
    expect(life.closure).toBe('providers-choice');
  });

  test('L8, S000-3: missed contact pages owner and coordinator about a call that exists, then the supervisor', () => {
    const life = signed(at(0, 9));
    life.told().until(at(2, 9));
    const contact = () => life.pages.filter((p) => p.step.includes('contact-by'));
    expect(contact().map((p) => [p.roles.join(), p.task])).toEqual([['owner,coordinator', 'callback']]);
    life.until(at(3, 9));
    expect(contact().at(-1)?.roles).toEqual(['supervising-physician']);
    const tried = signed(at(0, 9));
    tried.told().until(at(1, 10));
    tried.attempt('voicemail');
    tried.until(at(4));
    expect(tried.pages.filter((p) => p.step.includes('contact-by'))).toEqual([]);
  });

  test('S003-89: "call instead" opens a callback and sends no message, whatever is corrected later', () => {
    const life = posted({ tier: 'abnormal' });
    life.command({ kind: 'sign-off', decision: 'call-instead' });
    life.attempt('wrong-number');
    life.close('corrected', 'coordinator');
    expect(life.asked()).toEqual([]);
    expect(life.tasks).toEqual(['callback']);
    life.attempt('reached');
    expect(life.closure).toBe('reached');
  });

  test('S003-88: a call before the sign-off is refused, a missed call is recorded', () => {
    const life = posted({ tier: 'abnormal' });
    expect(life.attempt('reached')).toBe('sign-off-first');
    expect(life.attempt('voicemail')).toBeNull();
    expect(life.lines('attempt')).toHaveLength(1);
  });
});

test.each(['left', 'confirmed', 'failed'] as const)(
  'L25: the text that goes with a note tells nothing, when it is %s: it is recorded, the note goes on to count',
  (status) => {
    const life = signed().told();
    const before = life.state.telling;
    life.message(status, 1, { purpose: 'note-text', channel: 'text' });
    expect(life.state.telling).toEqual(before);
    expect(life.events(`message-${status}`).at(-1)?.data).toMatchObject({ purpose: 'note-text' });
    expect(life.tasks).toEqual([]);
    life.until(at(1, 9));
    expect(life.tasks).toEqual(['callback']);
  },
);

describe('the patient changed (L23)', () => {
  test('a dead patient gets nothing more; active again, the message goes on', () => {
    const life = signed();
    life.fact({ kind: 'patient-changed', status: 'deceased' });
    expect(life.lines('withdraw-notice')).toHaveLength(1);
    expect(life.tasks).toEqual(['follow-up']);
    life.attempt('no-answer');
    life.attempt('no-answer');
    life.patientStatus = 'deceased';
    life.until(at(3));
    expect(life.asked()).toEqual(['results v1']);
    life.fact({ kind: 'patient-changed', status: 'active' });
    expect(life.asked().slice(0, 2)).toEqual(['results v1', 'results v1']);
  });

  test('S003-91: with every step fired and nothing done, a person still looks every day', () => {
    const life = signed();
    life.message('needs-person', 1, { task: 'tell-patient' });
    life.until(at(12));
    const late = life.pages.length;
    life.after(3 * day);
    expect(life.pages.length).toBeGreaterThan(late);
    expect(life.closure).toBeNull();
  });
});

describe('L35, L41: an answer counts for the message that was answered', () => {
  const amendedAndTold = () => {
    const life = posted({ tier: 'abnormal' });
    life.release();
    life.told(1);
    life.post(2, { tier: 'abnormal' });
    life.release();
    life.told(2);
    return life;
  };
  const confirm = (told: number | null) => ({ kind: 'page-confirmed', wantsCall: false, told }) as const;

  test('the page of the message before the update acknowledges nothing, that of the update does', () => {
    const life = amendedAndTold();
    life.fact(confirm(1));
    expect(life.events('page-confirmed')).toHaveLength(1);
    expect(life.events('acknowledged')).toEqual([]);
    life.fact(confirm(2));
    expect(life.closure).toBe('acknowledged');
  });

  test('"OK" to the message before the update acknowledges nothing; a call that is asked for there is work', () => {
    const life = amendedAndTold();
    life.fact({ kind: 'patient-replied', channel: 'secure', acknowledges: true, told: 1 });
    expect(life.events('acknowledged')).toEqual([]);
    life.fact({ kind: 'page-confirmed', wantsCall: true, told: 1 });
    expect(life.tasks).toContain('callback');
  });

  test('L25: "we tried to reach you" told nothing, so its page acknowledges nothing', () => {
    const life = posted({ tier: 'abnormal' });
    life.release();
    life.told(1);
    life.fact(confirm(null));
    expect(life.events('acknowledged')).toEqual([]);
  });

  test('a cosmetic change leaves the answer to the message before it valid', () => {
    const life = posted({ tier: 'abnormal' });
    life.release();
    life.told(1);
    life.post(2, { tier: 'abnormal', change: 'cosmetic' });
    life.fact(confirm(1));
    expect(life.closure).toBe('acknowledged');
  });
});
