/** What lists and timelines say, from what was read for them. */
import { describe, expect, test } from '@jest/globals';
import { sourceSchema } from '../../src/domain/practice/source.js';
import { rosterSchema } from '../../src/domain/routing/roster.js';
import { sourcesText } from '../../src/starters/sources.js';
import { timelineText } from '../../src/starters/timeline-text.js';
import { worklistText } from '../../src/starters/worklist-text.js';
import type { Timeline, TimelineMessage, TimelineVersion } from '../../src/store/timeline.js';
import type { Worklist } from '../../src/store/worklist.js';
import { labSource } from '../intake/source.js';
import { hour, monday9, roster, staff } from './desk-practice.js';

const practice = {
  name: 'Riverside Family Medicine',
  roster: rosterSchema.parse(roster),
  settings: { zone: 'America/New_York' },
} as never;

test('S003-26, G7: work says who owns it and who ordered it, where they differ too', () => {
  const list: Worklist = {
    at: monday9,
    tasks: [
      {
        taskId: 'task-1',
        kind: 'sign-off',
        state: 'open',
        ownerId: staff.cover,
        acceptedBy: null,
        openedAt: monday9,
        dueAt: monday9 + 18 * hour,
        isOverdue: false,
        isAgeing: false,
        tier: 'abnormal',
        patient: { name: 'Quillfeather, Dana', birthDate: '1968-07-19', chartId: '4401' },
        members: [
          {
            resultId: 'result-aaaaaaaa',
            version: 1,
            tier: 'abnormal',
            urgency: 'standard',
            test: 'Potassium',
            orderedBy: staff.provider,
            phase: 'sign-off',
          },
        ],
      },
    ],
    waiting: [],
    unrouted: [],
    unread: 0,
  };
  expect(worklistText(practice, list, {})).toMatch(/ Dr\. Elise Moreau +Dr\. Chidi Okafor +open/);
});

describe('the timeline', () => {
  const version = (number: number, tier: string, text: string): TimelineVersion => ({
    number,
    isCurrent: number === 2,
    documentId: `900${number}`,
    status: number === 2 ? 'corrected' : 'final',
    hash: `${number}`.repeat(64),
    test: 'Potassium',
    collectedAt: monday9 - 20 * hour,
    reportedAt: monday9 - hour,
    postedAt: monday9,
    detectedAt: monday9,
    publishedAt: null,
    change: number === 2 ? 'clinical' : 'first',
    tier,
    urgency: 'standard',
    ruleSetVersion: 1,
    sensitive: [],
    reasons: [{ text, rule: 'normal-proof', ruleVersion: 1, step: 10, observationKey: '2823-3' } as never],
    decidedBy: null,
    observations: [],
  });
  const sent: TimelineMessage = {
    noticeId: 'n1',
    version: 1,
    purpose: 'results',
    isLive: true,
    state: 'confirmed',
    channel: 'text',
    failedChannels: [],
    language: 'eng',
    waitsFor: null,
    createdAt: monday9,
    sentAt: monday9 + hour,
    confirmedAt: monday9 + 2 * hour,
    openedAt: monday9 + 3 * hour,
    acknowledgedAt: null,
  };
  const timeline: Timeline = {
    resultId: 'result-aaaaaaaa',
    patient: null,
    lane: 'notify',
    phase: 'sign-off',
    tier: 'abnormal',
    urgency: 'standard',
    ownerId: staff.cover,
    orderedBy: staff.provider,
    waitsFor: null,
    dueAt: null,
    closure: null,
    closedAt: null,
    versions: [version(1, 'normal', 'K 4.1 mmol/L'), version(2, 'abnormal', 'K 5.4 mmol/L')],
    events: [],
    commands: [],
    pages: [],
    messages: [sent, { ...sent, confirmedAt: null, openedAt: null }],
    notes: [],
    brokenEvent: null,
  };
  const lines = timelineText(practice, timeline).split('\n');

  test('G16: of an amended result the old version and the new one stand with their values', () => {
    const at = (start: RegExp) => lines.findIndex((line) => start.test(line));
    const [old, current] = [
      at(/^VERSION 1: final, normal/),
      at(/^VERSION 2 \(current\): corrected, abnormal/),
    ];
    expect(old).toBeGreaterThan(0);
    expect(lines.slice(old, current).join()).toContain('K 4.1 mmol/L');
    expect(lines.slice(current, current + 3).join()).toContain('K 5.4 mmol/L');
  });

  test('S000-19: of each message when it was sent, delivered and opened, or that it was not', () => {
    const title = lines.findIndex((line) => /SENT +DELIVERED +OPENED +ACKNOWLEDGED$/.test(line.trim()));
    const [read, unread] = lines.slice(title + 1);
    expect(read).toMatch(/ 2026-03-02 10:00 EST +2026-03-02 11:00 EST +2026-03-02 12:00 EST +-$/);
    expect(unread).toMatch(/ 2026-03-02 10:00 EST +- +- +-$/);
  });
});

test('S003-70: the inventory of sources says when each was last seen, and which is silent', () => {
  const source = (id: string, lastSeenAt: number | null) => ({
    practiceId: 'riverside',
    config: sourceSchema.parse({ ...labSource, id, silentAfterHours: 72 }),
    hasToken: false,
    createdAt: monday9 - 100 * hour,
    lastSeenAt,
    lastSeenRealAt: lastSeenAt,
    received: 1,
  });
  const sources = [
    source('heard', monday9 - hour),
    source('silent', monday9 - 73 * hour),
    source('never', null),
  ];
  const lineOf = (id: string) =>
    sourcesText(practice, sources, monday9)
      .split('\n')
      .find((line) => line.startsWith(id));
  expect(lineOf('heard')).toMatch(/2026-03-02 08:00 EST$/);
  expect(lineOf('silent')).toMatch(/2026-02-27 08:00 EST \(SILENT\)$/);
  expect(lineOf('never')).toMatch(/never \(SILENT\)$/);
});
