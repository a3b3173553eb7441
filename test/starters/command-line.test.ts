import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parsePanelTemplates } from '../../src/domain/messages/panel-template.js';
import { rosterSchema } from '../../src/domain/routing/roster.js';
import { parseRuleSet } from '../../src/domain/rules/rule-set.js';
import { attemptBody } from '../../src/starters/attempt.js';
import { closeCommand } from '../../src/starters/close.js';
import { requireDemoPolicy } from '../../src/starters/act.js';
import { attemptCommand } from '../../src/starters/attempt.js';
import { dueWords } from '../../src/starters/due-words.js';
import { eventWords } from '../../src/starters/event-words.js';
import { failureWords } from '../../src/starters/failure-words.js';
import { rosterFaults } from '../../src/domain/routing/roster-faults.js';
import { templateFaults } from '../../src/starters/template-faults.js';
import { readPracticeFiles } from '../../src/starters/practice-files.js';
import { signEach } from '../../src/starters/batch.js';
import { CommandFailed } from '../../src/starters/outcome.js';
import { signOffBody, signOffCommand } from '../../src/starters/sign-off.js';
import { table } from '../../src/starters/table.js';
import { hour, monday9, roster, staff } from './desk-practice.js';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** The command in an empty folder, with nothing in its environment. */
function resultloop(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const cwd = mkdtempSync(join(tmpdir(), 'resultloop-cli-'));
  folders.push(cwd);
  return spawnSync(process.execPath, [join(process.cwd(), 'bin/resultloop.js'), ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
}

describe('the command line', () => {
  test('ends with 0 when done, 1 when it could not, 2 when it was not understood', () => {
    const keys = resultloop('keys', 'new');
    expect([keys.status, Object.keys(JSON.parse(keys.stdout) as object)]).toEqual([
      0,
      ['active', 'keys', 'index'],
    ]);

    const worklist = resultloop('worklist');
    expect([worklist.status, worklist.stdout]).toEqual([1, '']);
    expect(worklist.stderr).toContain('resultloop start');

    const signOff = resultloop('sign-off', 'abcdef12');
    expect([signOff.status, signOff.stderr]).toEqual([2, expect.stringContaining("'--as <person>'")]);
    expect(resultloop('attempt', 'abcdef12', '--as', 'okafor', '--outcome', 'waved').status).toBe(2);
  });

  test('S003-45, 67: closing work and recording a call need a note', async () => {
    const desk = { as: staff.provider, note: '  ' };
    await expect(closeCommand('abcdef12', { ...desk, reason: 'handled' })).rejects.toThrow(/--note/);
    await expect(attemptCommand('abcdef12', { ...desk, outcome: 'voicemail' })).rejects.toThrow(/--note/);
  });

  test('L20: --as counts only under the demo policy', () => {
    const practice = (demoPolicy: boolean) => ({ id: 'riverside', settings: { demoPolicy } }) as never;
    expect(() => requireDemoPolicy(practice(true))).not.toThrow();
    expect(() => requireDemoPolicy(practice(false))).toThrow(/only under the demo policy/);
  });

  test('L34: two different identifiers, known ones, make a patient reached', () => {
    const body = (identifiers?: string) =>
      attemptBody({ outcome: 'reached', ...(identifiers !== undefined && { identifiers }) });
    expect(body('name,birth-date')).toMatchObject({ twoIdentifiers: true });
    expect(body('name, name')).toMatchObject({ twoIdentifiers: false });
    expect(body()).toMatchObject({ twoIdentifiers: false });
    expect(() => body('name,voice')).toThrow(/not voice/);
  });

  test('a tier goes with change-tier, and the other way round', () => {
    expect(signOffBody({})).toEqual({ kind: 'sign-off', decision: 'release' });
    expect(signOffBody({ tier: 'critical' })).toEqual({
      kind: 'sign-off',
      decision: 'change-tier',
      tier: 'critical',
    });
    expect(() => signOffBody({ decision: 'change-tier' })).toThrow(/--tier/);
    expect(() => signOffBody({ decision: 'release', tier: 'normal' })).toThrow(/--tier/);
  });

  test('a foreign error is told without its text, which may quote a patient', () => {
    const words = failureWords(new Error('invalid input syntax: "Thistlewood"'));
    expect(words).not.toContain('Thistlewood');
  });
});

describe('signing several at once (L9)', () => {
  const several = ['abcdef12', 'abcdef13'];
  test('what is about one content goes with one result only', async () => {
    const desk = { as: staff.provider };
    await expect(signOffCommand(several, { ...desk, seen: 2 })).rejects.toThrow(/--seen/);
    await expect(signOffCommand(several, { ...desk, tier: 'normal' })).rejects.toThrow(/--tier/);
    const tooMany = Array.from({ length: 201 }, (_, i) => `abcdef${String(i).padStart(3, '0')}`);
    await expect(signOffCommand(tooMany, desk)).rejects.toThrow(/200/);
  });

  test('each is decided once, with its draw; one that is refused stops none of the others and is named', async () => {
    const asked: string[] = [];
    const ids = ['result-aaaaaaaa', 'result-bbbbbbbb', 'result-cccccccc', 'result-dddddddd'];
    const signing = signEach(ids, async (id) => {
      asked.push(id);
      if (id === ids[2]) throw new CommandFailed('stale-version', 'A newer version arrived.');
      return id === ids[0] ? [ids[0], 'result-bbbbbbbb'] : [id];
    });
    await expect(signing).rejects.toMatchObject({
      code: 'some-refused',
      message: '1 of 4 results were not signed: cccccccc. The others were.',
    });
    expect(asked).toEqual([ids[0], ids[2], ids[3]]);
  });
});

describe('words', () => {
  test('due times are told from now', () => {
    expect(dueWords(monday9 + 3 * hour + 5 * 60_000, monday9)).toBe('in 3 h 5 min');
    expect(dueWords(monday9 - 20 * 60_000, monday9)).toBe('overdue by 20 min');
    expect(dueWords(monday9 - 52 * hour, monday9)).toBe('overdue by 2 d 4 h');
  });

  test('a table is aligned, and no text of a laboratory can steer the terminal', () => {
    const columns = [
      { title: 'A', text: (row: string) => row },
      { title: 'B', text: () => 'x' },
    ];
    expect(table(columns, ['ñ', 'two\u001b[2J\nlines'])).toBe(
      ['A              B', 'ñ              x', 'two [2J lines  x'].join('\n'),
    );
  });

  test('an event that has no sentence yet is shown with its codes, not left out', () => {
    const practice = { roster: rosterSchema.parse(roster), settings: {} } as never;
    expect(eventWords(practice, { kind: 'brand-new', data: { step: 'v1/x' } })).toBe('brand new (step v1/x)');
    expect(eventWords(practice, { kind: 'paged', data: { to: ['okafor', 'gone'], step: 's' } })).toBe(
      'Paged Dr. Chidi Okafor, gone (s)',
    );
  });

  test('L5, L7: what nobody has found yet, who found it, and what on-call decides are sentences', () => {
    const practice = { roster: rosterSchema.parse(roster), settings: { zone: 'America/New_York' } } as never;
    const words = (kind: string, data: Record<string, string | number>) =>
      eventWords(practice, { kind, data });
    expect(words('unmatched', { why: 'no-patient' })).toBe(
      'Nobody knows whose it is: athenahealth has not matched it to a patient yet',
    );
    expect(words('unmatched', { why: 'brand-new' })).toBe('Nobody knows whose it is: brand new');
    expect(words('patient-found', { source: 'hospital' })).toBe(
      'Said whose it is; later results of that patient from hospital are known by it',
    );
    expect(words('on-call-decides', { task: 'sign-off' })).toBe('On-call decides now: sign-off is theirs');
    expect(words('step-due', { step: 'v1/same-day/on-call', dueAt: monday9 })).toBe(
      'Clock ran out: same-day, not done at closing, v1/same-day/on-call, due 2026-03-02 09:00 EST',
    );
    expect(words('sla-missed', { clock: 'same-day-act' })).toBe(
      'Missed in time: a provider to act on a same-day result',
    );
  });
});

const named = readFileSync('config/example/connections.json', 'utf8').matchAll(/\$\{(\w+)\}/g);
const secrets = Object.fromEntries([...named].map(([, name]) => [name, 'secret-of-a-test']));

describe("a practice's files", () => {
  const copy = (change: (folder: string) => void): string => {
    const folder = mkdtempSync(join(tmpdir(), 'resultloop-practice-'));
    folders.push(folder);
    cpSync('config/example', folder, { recursive: true });
    change(folder);
    return folder;
  };

  test('the example is complete: five providers with cover, one coordinator, signed rules, no secret in it', async () => {
    const input = await readPracticeFiles('config/example', secrets);
    const { people, onCall } = rosterSchema.parse(input.roster);
    expect(people.filter((p) => p.roles.includes('provider'))).toHaveLength(5);
    expect(rosterFaults(rosterSchema.parse(input.roster), monday9)).toEqual([]);
    expect(new Date(onCall[0]?.from ?? 0).toISOString()).toBe('2026-01-05T13:00:00.000Z');
    expect(input.ruleSet).toMatchObject({ signedBy: { name: 'Dr. Helene Wirth' } });
    expect(input.connections).toMatchObject({ twilio: { authTokens: ['secret-of-a-test'] } });
  });

  test('what does not fit is named by file and field, and no secret is repeated', async () => {
    const without = { ...secrets, SPRUCE_TOKEN: '', TWILIO_AUTH_TOKEN: undefined };
    const missing = readPracticeFiles('config/example', without);
    await expect(missing).rejects.toThrow(/TWILIO_AUTH_TOKEN.*SPRUCE_TOKEN/);
    const broken = copy((f) => writeFileSync(join(f, 'connections.json'), '{"token":"hunter2"'));
    await expect(readPracticeFiles(broken, secrets)).rejects.toThrow(
      'connections.json cannot be used: it is not valid JSON',
    );
    const zone = copy((f) => {
      const settings = JSON.parse(readFileSync(join(f, 'settings.json'), 'utf8')) as object;
      writeFileSync(join(f, 'settings.json'), JSON.stringify({ ...settings, zone: 'Riverside' }));
    });
    await expect(readPracticeFiles(zone, secrets)).rejects.toThrow(/settings\.json.*IANA/);
    const folder = copy((f) => rmSync(join(f, 'roster.json')));
    await expect(readPracticeFiles(folder, secrets)).rejects.toThrow(/roster\.json cannot be read/);
  });

  test('S000-25: unsigned rules are refused', async () => {
    const folder = copy((f) => {
      const rules = JSON.parse(readFileSync(join(f, 'rules.json'), 'utf8')) as object;
      writeFileSync(join(f, 'rules.json'), JSON.stringify({ ...rules, signedBy: null }));
    });
    await expect(readPracticeFiles(folder, secrets)).rejects.toMatchObject({ code: 'RULE_SET_UNSIGNED' });
  });

  test('S000-56: words per panel are the library’s until the practice has signed its own, each linted', async () => {
    expect((await readPracticeFiles('config/example', secrets)).panelTemplates).toBeUndefined();
    const exported = (...args: string[]) => resultloop('templates', 'export', ...args).stdout;
    const folderWith = (text: string) => copy((f) => writeFileSync(join(f, 'panel-templates.json'), text));
    await expect(readPracticeFiles(folderWith(exported()), secrets)).rejects.toMatchObject({
      code: 'TEMPLATES_UNSIGNED',
    });
    const signed = exported('--signed-by', 'Dr. Helene Wirth', '--translated-by', 'Luz Prado');
    const folder = folderWith(signed);
    expect(resultloop('templates', 'check', join(folder, 'panel-templates.json')).stdout).toContain(
      'no faults',
    );
    const input = await readPracticeFiles(folder, secrets);
    const set = parsePanelTemplates(input.panelTemplates);
    const people = rosterSchema.parse(input.roster);
    const rules = parseRuleSet(input.ruleSet);
    expect(templateFaults(set, people, rules)).toEqual([]);
    const [first] = set.templates;
    const own = { ...set, templates: [{ ...first!, providerId: 'somebody', panelId: 'no-panel' }] };
    expect(templateFaults(own, people, rules)).toEqual([
      'panel-templates.json has words for "no-panel", which is no panel of the rules or of the library.',
      'panel-templates.json has words of "somebody", who is no credentialed person of the roster.',
    ]);
    const withValue = signed.replace('Everything is within the expected range.', 'Your value is 5.1.');
    await expect(readPracticeFiles(folderWith(withValue), secrets)).rejects.toThrow(/holds a number/);
  });

  test('S003-87: a roster that would leave a result without a person is refused', () => {
    const faults = rosterFaults(
      rosterSchema.parse({
        ...roster,
        cover: { [staff.provider]: 'somebody' },
        medicalDirector: staff.coordinator,
      }),
      monday9,
    );
    expect(faults).toEqual([
      'cover names "somebody", who is not among "people".',
      'medicalDirector is "abara", who is not credentialed and could not sign off.',
      'Provider "moreau" has no cover. Add one to "cover".',
    ]);
  });
});
