import type { Arena, Sent } from './attack-arena.js';

/** What the record says about an attack: figures, and whatever breaks a promise. */
export function judge(arena: Arena): { figures: object; violations: string[] } {
  const asked = arena.commands.filter((c) => c.isAsked);
  const answered = asked.filter((c) => c.answer);
  const accepted = answered.filter((c) => c.answer?.refusal === null);
  const refused = answered.filter((c) => c.answer?.refusal);
  const broken = (words: string, list: readonly (string | Sent)[]) =>
    list.map((item) => `${words}: ${typeof item === 'string' ? item : `${item.body.kind} ${item.id}`}`);
  const violations = [
    ...broken('lost', arena.missing()),
    ...broken('doubled', arena.doubled()),
    ...broken('batch', arena.record.conflicts),
    ...broken(
      'never answered',
      asked.filter((c) => !c.answer),
    ),
    ...broken(
      'accepted and not once in the timeline',
      accepted.filter((c) => arena.decisionsOf(c).length !== 1),
    ),
    ...broken(
      'refused and applied',
      refused.filter((c) => arena.decisionsOf(c).length > 0),
    ),
    ...broken(
      'applied twice',
      arena.commands.filter((c) => arena.decisionsOf(c).length > 1),
    ),
    ...broken(
      'answered in two ways',
      arena.commands.filter((c) => c.isContradicted),
    ),
    ...broken(
      'stale sign-off applied',
      arena.commands.filter((c) => isStale(arena, c)),
    ),
    ...broken('clock fired twice', stepsThatCameTwice(arena)),
  ];
  const figures = {
    sent: arena.sends,
    marked: arena.marks.size,
    commands: arena.commands.length,
    answers: tally(answered.map((c) => c.answer?.refusal ?? 'accepted')),
    lost: arena.missing().length,
    doubled: arena.doubled().length,
    reopened: arena.reopened,
    askedAgain: arena.askedAgain,
    answerMs: percentiles(answered.map((c) => c.ms)),
  };
  return { figures, violations };
}

/** True for a sign-off that was applied although a newer version had been taken over before. */
function isStale(arena: Arena, sent: Sent): boolean {
  if (sent.body.kind !== 'sign-off') return false;
  let current = 0;
  for (const event of arena.events(sent.resultId)) {
    if (event.kind === 'classified') current = Number(event.data.version);
    if (event.actor === sent.by && sent.hash !== `${sent.resultId}#${current}`) return true;
  }
  return false;
}

function stepsThatCameTwice(arena: Arena): string[] {
  return [...arena.record.results.keys()].flatMap((id) =>
    arena.steps(id).flatMap((step, i, all) => (all.indexOf(step) === i ? [] : [`${id} ${step}`])),
  );
}

export function times<T>(n: number, make: (i: number) => Promise<T>): Promise<T>[] {
  return [...Array(n).keys()].map((i) => make(i));
}

export function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** In whole units of the values. */
export function percentiles(values: readonly number[]): { p50: number; p99: number; max: number } {
  const sorted = [...values].map(Math.round).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

export function report(what: string, figures: object): void {
  process.stderr.write(`${what}: ${JSON.stringify(figures)}\n`);
}
