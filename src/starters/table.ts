/** One column of a plain table. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
}

const gap = '  ';

/** Rows as aligned text, two spaces between columns; no colours, no lines, so that it can be piped on. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = [columns.map((c) => c.title), ...rows.map((row) => columns.map((c) => oneLine(c.text(row))))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => width(line[i] ?? ''))));
  return cells
    .map((line) =>
      line
        .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - width(cell)))
        .join(gap)
        .trimEnd(),
    )
    .join('\n');
}

/** A lab's text may hold line ends and control characters; a terminal must never obey them. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}

function width(text: string): number {
  return [...text].length;
}
