import type { OpenInbound } from '../../store/inbound.js';

/** Real work at once: telling a workflow takes far longer than deciding what to tell it. */
const lanesAtOnce = 4;

/**
 * Works on rows side by side, but on those of one text, one phone, one conversation or one message in the order in
 * which they came. `work` must not throw.
 */
export async function inLanes(
  rows: readonly OpenInbound[],
  work: (row: OpenInbound) => Promise<void>,
): Promise<void> {
  const lanes = new Map<string, OpenInbound[]>();
  for (const row of rows) {
    const lane = laneOf(row);
    lanes.set(lane, [...(lanes.get(lane) ?? []), row]);
  }
  const waiting = [...lanes.values()].values();
  await Promise.all(
    Array.from({ length: lanesAtOnce }, async () => {
      for (const lane of waiting) for (const row of lane) await work(row);
    }),
  );
}

function laneOf({ id, kind, body }: OpenInbound): string {
  switch (kind) {
    case 'text-status':
      return text(at(body, 'form', 'MessageSid')) ?? id;
    case 'text':
      return text(at(body, 'From')) ?? id;
    case 'spruce-event':
      return text(at(read(body), 'data', 'object', 'conversationId')) ?? id;
    case 'page-opened':
    case 'page-answered':
      return text(at(body, 'noticeId')) ?? id;
    default:
      // What has no order of its own keeps that of its kind.
      return kind;
  }
}

function read(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    return null;
  }
}

function at(body: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (here, name) =>
      typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[name] : undefined,
    body,
  );
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
