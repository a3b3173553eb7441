import { versionOf } from './amending.js';
import { apart, isStrong, nameOtherSpecimens, sameCollection, sameTest, timeOf } from './identity.js';
import type { Incoming, KnownResult, Mark, Placing } from './placement.js';
import type { Report, ReportIdentifier } from './report.js';

/** Laboratories begin their numbers anew; after this long an equal filler proves no mix-up. */
const fillerReuseMs = 365 * 24 * 3_600_000;

/**
 * Decides what a delivery is (L4, L39 to L42), from what is known under its identifiers. Pure and deterministic: the
 * caller holds the locks. `join`, `rekey` and `disown` are carried out first, then it is asked again.
 */
export function place(incoming: Incoming, known: readonly KnownResult[]): Placing {
  if (incoming.deliveredTo !== null)
    return { kind: 'known', resultId: incoming.deliveredTo, why: 'delivery' };
  return (
    otherPatient(incoming, known) ??
    ofPatient(
      incoming,
      known.filter((k) => isMine(incoming, k)),
    )
  );
}

/** L42. The lab result id outranks the patient; a filler does not, it only says that something is wrong. */
function otherPatient(incoming: Incoming, known: readonly KnownResult[]): Placing | null {
  const others = known.filter((k) => !isMine(incoming, k) && !k.isQuarantined);
  const documents = others.filter((k) => isHitBy(k, 'lab-result'));
  const fillers = others.filter(
    (k) => isHitBy(k, 'filler') && apart(incoming.report, collectedOf(k)) <= fillerReuseMs,
  );
  const once = [...documents, ...fillers].filter((k) => incoming.onceKnownAs.includes(k.patientId));
  if (once.length > 0) return { kind: 'rekey', from: [...new Set(once.map((k) => k.patientId))] };
  if (documents.length > 0) return { kind: 'disown', resultIds: documents.map((k) => k.resultId) };
  const isApartAlready = known.some((k) => isMine(incoming, k) && k.isQuarantined && isHitBy(k, 'filler'));
  if (fillers.length === 0 || isApartAlready) return null;
  return {
    kind: 'new',
    why: 'quarantine',
    against: fillers.map((k) => k.resultId),
    marks: ['filler-of-another-patient'],
  };
}

function ofPatient(incoming: Incoming, mine: readonly KnownResult[]): Placing {
  const marks: Mark[] = incoming.isFromAnother ? ['patient-changed'] : [];
  const matches = mine.filter((k) => isSame(incoming, k)).sort((a, b) => compare(incoming.report, a, b));
  const [best, ...rest] = matches;
  if (!best) {
    const why =
      incoming.feed === 'second'
        ? 'not-matched'
        : incoming.report.identifiers.length === 0
          ? 'no-identifiers'
          : 'unseen';
    return { kind: 'new', why, against: [], marks };
  }
  const bridged = rest.filter((k) => isBridge(best, k));
  if (bridged.length > 0) return join([best, ...bridged]);
  return versionOf(incoming, best, marks);
}

/** L39: which of the patient's results this report speaks of. */
function isSame({ report, feed }: Incoming, k: KnownResult): boolean {
  // A document is always itself, whatever it says now.
  if (isHitBy(k, 'lab-result')) return true;
  const strong = k.hits.some((hit) => isStrong(hit.namespace));
  // L4: the second feed is matched by accession, patient and test; an order alone is too little.
  if (!strong && (feed === 'second' || k.hits.length === 0)) return false;
  const { report: current } = k.current;
  if (!sameTest(report.test, current.test) || nameOtherSpecimens(report, current)) return false;
  return sameCollection(report, collectedOf(k), strong);
}

/** Its own document first, then the stronger identifier, then the nearest in time. */
function compare(report: Report, a: KnownResult, b: KnownResult): number {
  const grade = (k: KnownResult) =>
    isHitBy(k, 'lab-result') ? 2 : k.hits.some((hit) => isStrong(hit.namespace)) ? 1 : 0;
  return (
    grade(b) - grade(a) ||
    apart(report, collectedOf(a)) - apart(report, collectedOf(b)) ||
    a.firstSeenAt - b.firstSeenAt ||
    (a.resultId < b.resultId ? -1 : 1)
  );
}

/** L39: two hits. Each is known under an identifier the other has not, and nothing keeps them apart. */
function isBridge(a: KnownResult, b: KnownResult): boolean {
  const lacks = (one: KnownResult, other: KnownResult) =>
    one.hits.some((hit) => !other.hits.some((h) => h.namespace === hit.namespace && h.value === hit.value));
  if (!lacks(a, b) || !lacks(b, a) || a.isQuarantined !== b.isQuarantined) return false;
  const strong = [...a.hits, ...b.hits].some((hit) => isStrong(hit.namespace));
  return (
    sameTest(a.current.report.test, b.current.report.test) &&
    !nameOtherSpecimens(a.current.report, b.current.report) &&
    sameCollection(a.current.report, collectedOf(b), strong)
  );
}

/** L39: one told-state. Whoever the patient has heard of survives; then what a master spoke of; then the older. */
function join(results: readonly KnownResult[]): Placing {
  const [survivor, ...others] = [...results].sort(
    (a, b) =>
      b.told - a.told ||
      Number(a.isUnmatched) - Number(b.isUnmatched) ||
      a.firstSeenAt - b.firstSeenAt ||
      (a.resultId < b.resultId ? -1 : 1),
  );
  if (!survivor) throw new Error('nothing to join');
  return { kind: 'join', survivor: survivor.resultId, others: others.map((k) => k.resultId) };
}

function isMine(incoming: Incoming, k: KnownResult): boolean {
  return k.patientId === incoming.patientId;
}

function isHitBy(k: KnownResult, namespace: ReportIdentifier['namespace']): boolean {
  return k.hits.some((hit) => hit.namespace === namespace);
}

function collectedOf({ current }: KnownResult) {
  return { collectedAt: current.report.collectedAt, time: timeOf(current.report, current.time) };
}
