import { ageOf, neverReopens } from './age.js';
import { canonicalContent, changes } from './content.js';
import { contradict, isPartOf, isSnapshot, mergePieces } from './pieces.js';
import type { Incoming, KnownResult, Mark, Placing } from './placement.js';
import { sameValues } from './same-values.js';

/** L4, L40, L41: what the report does to the result that it belongs to. */
export function versionOf(
  incoming: Pick<Incoming, 'report' | 'hash' | 'feed'>,
  k: KnownResult,
  marks: readonly Mark[] = [],
): Extract<Placing, { kind: 'known' | 'version' }> {
  const { report, feed } = incoming;
  const { current } = k;
  const version = (
    take: 'current' | 'late',
    more: Partial<Extract<Placing, { kind: 'version' }>> = {},
  ): Extract<Placing, { kind: 'version' }> => ({
    kind: 'version',
    resultId: k.resultId,
    take,
    content: report,
    matches: false,
    standsOn: null,
    ...more,
    marks: [...marks, ...(more.marks ?? [])],
  });
  if (k.isUnmatched && !k.isQuarantined && feed === 'master') return version('current', { matches: true });
  if (incoming.hash === current.hash) return { kind: 'known', resultId: k.resultId, why: 'content' };
  if (!k.isUnmatched && feed === 'second')
    return sameValues(current.report, report)
      ? { kind: 'known', resultId: k.resultId, why: 'second-feed' }
      : version('late', { marks: ['second-feed'] });
  const isOwn = isPartOf(current.report, report);
  if (report.status === 'withdrawn') {
    const [standsOn = null] = isOwn ? k.alsoIn : [];
    if (standsOn !== null) return version('late', { marks: ['duplicate-withdrawn'], standsOn });
    // In a chart each document is deleted by itself; a message that withdraws speaks of the result.
    if (!isOwn && isSnapshot(report)) return version('late', { marks: ['other-document-withdrawn'] });
  }
  if (isOwn && neverReopens(report.status, current.report.status))
    return version('late', { marks: ['preliminary-after-final'] });
  // What is read from a chart is what it says at this moment; what is sent may have been overtaken on its way.
  const age = isOwn && report.source === 'athenahealth' ? 'newer' : ageOf(report, current);
  const merged = mergePieces(current.report, report, age !== 'older');
  if (merged) {
    if (canonicalContent(merged.content) === canonicalContent(current.report))
      return { kind: 'known', resultId: k.resultId, why: 'content' };
    const doubts: Mark[] = ['pieces'];
    if (merged.isDoubtful) doubts.push('rows-carried');
    if (age === 'equal' && contradict(current.report, report)) doubts.push('equal-times');
    return version('current', { content: merged.content, marks: doubts });
  }
  if (age === 'older') return version('late');
  const isOpen = age === 'equal' && changes(current.report, report) === 'clinical';
  return version('current', { marks: isOpen ? ['equal-times'] : [] });
}
