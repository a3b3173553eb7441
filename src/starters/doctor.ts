import type { CheckResult } from '../process/doctor/check.js';
import { examinePractice, type DoctorReport } from '../process/doctor/doctor.js';
import { observeClosing } from './observe-closing.js';
import { say } from './outcome.js';
import { table } from './table.js';

/** `resultloop doctor`: exit code 0 when nothing failed, else 1. */
export async function doctorCommand(options: {
  practice?: string;
  json?: boolean;
  observeClosing?: string;
  by?: string;
}): Promise<void> {
  const { practice, json } = options;
  if (options.observeClosing !== undefined) return observeClosing(options.observeClosing, options);
  const report = await examinePractice({ env: process.env, ...(practice !== undefined && { practice }) });
  say(json ? JSON.stringify(report, null, 2) : textOf(report));
  if (!report.passed) process.exitCode = 1;
}

const words: Readonly<Record<CheckResult['state'], string>> = {
  pass: 'pass',
  fail: 'FAIL',
  warn: 'warn',
  skipped: 'skipped',
};

/** A table with everything, and below it what there is to do. */
export function textOf({ practice, at, checks }: DoctorReport): string {
  const counts = (['pass', 'warn', 'fail', 'skipped'] as const)
    .map((state) => [state, checks.filter((one) => one.state === state).length] as const)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const list = table<CheckResult>(
    [
      { title: 'STATE', text: ({ state }) => words[state] },
      { title: 'CHECK', text: ({ id }) => id },
      { title: 'SAYS', text: ({ says }) => says },
    ],
    checks,
  );
  const todo = checks.flatMap(({ id, todo: what }) => (what === null ? [] : [`- ${id}: ${what}`]));
  return [
    `Practice ${practice ?? '(not known)'}, ${at}`,
    '',
    list,
    '',
    `${counts.join(', ')}.`,
    ...(todo.length > 0 ? ['', 'To do:', ...todo] : []),
  ].join('\n');
}
