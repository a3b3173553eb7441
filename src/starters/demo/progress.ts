import { DateTime } from 'luxon';
import type { EpochMs } from '../../domain/result/report.js';
import type { Store } from '../../store/store.js';
import { clinic } from './clinic.js';

/** Where a run stands, for the line that moves. */
export interface Standing {
  readonly results: number;
  readonly byPhase: ReadonlyMap<string, number>;
  readonly texts: number;
  readonly secure: number;
  readonly pages: number;
  readonly notesWritten: number;
  /** Notes queued or being written. */
  readonly notesOpen: number;
  /** Notices that have not ended. */
  readonly noticesOpen: number;
}

export async function standing(store: Store, practiceId: string): Promise<Standing> {
  const { db } = store;
  const [phases, effects, notes, notices] = await Promise.all([
    db
      .selectFrom('result')
      .select((e) => ['phase', e.fn.countAll<number>().as('n')])
      .where('practice_id', '=', practiceId)
      .groupBy('phase')
      .execute(),
    db
      .selectFrom('effect')
      .select((e) => ['kind', e.fn.countAll<number>().as('n')])
      .where('practice_id', '=', practiceId)
      .where('called_at', 'is not', null)
      .groupBy('kind')
      .execute(),
    db
      .selectFrom('chart_note')
      .select((e) => ['state', e.fn.countAll<number>().as('n')])
      .where('practice_id', '=', practiceId)
      .groupBy('state')
      .execute(),
    db
      .selectFrom('notice')
      .select((e) => ['state', e.fn.countAll<number>().as('n')])
      .where('practice_id', '=', practiceId)
      .groupBy('state')
      .execute(),
  ]);
  const sum = (rows: readonly { n: number }[]) => rows.reduce((all, r) => all + Number(r.n), 0);
  return {
    results: sum(phases),
    byPhase: new Map(phases.map((r) => [r.phase, Number(r.n)])),
    texts: sum(effects.filter((r) => r.kind === 'text')),
    secure: sum(effects.filter((r) => r.kind === 'secure' || r.kind === 'portal-note')),
    pages: sum(effects.filter((r) => r.kind === 'page')),
    notesWritten: sum(notes.filter((r) => r.state === 'confirmed')),
    notesOpen: sum(notes.filter((r) => r.state === 'queued' || r.state === 'called')),
    noticesOpen: sum(notices.filter((r) => r.state === 'waiting' || r.state === 'sending')),
  };
}

const shownPhases = [
  ['sign-off', 'sign-off'],
  ['callback', 'call'],
  ['telling', 'telling'],
  ['awaiting-acknowledgement', 'told'],
  ['follow-up', 'follow-up'],
  ['closed', 'closed'],
] as const;

/** One line without control characters: it reads as well in a log. */
export function progressLine(now: EpochMs, total: number, s: Standing): string {
  const at = DateTime.fromMillis(now, { zone: clinic.zone }).toFormat('ccc HH:mm');
  const phases = shownPhases.map(([phase, word]) => `${word} ${s.byPhase.get(phase) ?? 0}`).join(', ');
  return `${at}  results ${s.results}/${total}: ${phases}  | texts ${s.texts}, messages ${s.secure}, pages ${s.pages}, notes ${s.notesWritten}`;
}

const movingEveryMs = 300;
const lineEveryMs = 4_000;

/** Shows progress: in place on a terminal, one line every few seconds elsewhere. */
export class ProgressView {
  #lastLine = 0;

  constructor(private readonly out: NodeJS.WriteStream) {}

  get everyMs(): number {
    return this.out.isTTY ? movingEveryMs : 1_000;
  }

  show(line: string): void {
    if (this.out.isTTY) {
      this.out.write(`\r\u001b[2K${line.slice(0, (this.out.columns || 120) - 1)}`);
      return;
    }
    if (Date.now() - this.#lastLine < lineEveryMs) return;
    this.#lastLine = Date.now();
    this.out.write(`${line}\n`);
  }

  /** Ends the moving line. */
  end(): void {
    if (this.out.isTTY) this.out.write('\n');
  }
}
