/**
 * The clocks of a result's life. Every number is practice policy with these defaults, signed with the rule set
 * (lifecycle §2). The 30 minutes of criticals are a practice policy, never a CAP rule (requirements 6-10).
 */
export interface LifecyclePolicy {
  /** L10: repeat to all rung so far. */
  readonly criticalRepeatMs: number;
  /** L10: next rung. */
  readonly criticalNextRungMs: number;
  /** L12: verified longer ago than this when it is detected: owner and on-call together. */
  readonly lateArrivalMs: number;
  /**
   * A call about another version or before anybody accepted does not count, and what is matched after its end lives on.
   * Left out in earlier policies: runs under them have decided otherwise, and have to replay.
   */
  readonly checksContact?: true;
  /** L6: first contact attempt, else owner, coordinator and an alarm. */
  readonly criticalAttemptMs: number;
  /** L6: supervising physician. */
  readonly criticalSupervisorMs: number;
  /** L6, S000-63: unreachable, the on-call provider decides. */
  readonly criticalUnreachedMs: number;
  /** L6: medical director. */
  readonly criticalDirectorMs: number;
  /** L10: page state is polled this often while a critical is open, in real time. */
  readonly pagePollRealMs: number;
  /** L8, S000-83: the covering colleague is paged. */
  readonly signOffCoverMs: number;
  /** L8, S003-34: owner and coordinator. */
  readonly signOffOwnerMs: number;
  /** L8, S003-38: second miss, supervising physician; marked as ageing. */
  readonly signOffSupervisorMs: number;
  /** L7. Left out in policies of 0.1.0, under which same-day results had the clocks of standard ones. */
  readonly sameDay?: {
    /** Staffed time in which a provider acts: sign-off decided or first attempt. */
    readonly actStaffedMs: number;
    /** Nobody accepted, decided or called since on-call was told: supervising physician. */
    readonly onCallSilentMs: number;
  };
  /** L9. Left out in policies of 0.1.0, as above. */
  readonly minor?: {
    /** No page before; then the covering colleague. */
    readonly coverMs: number;
    /** Sign-off is due: owner and coordinator. */
    readonly ownerMs: number;
    /** As for standard, a day after the miss. */
    readonly supervisorMs: number;
    /** Contact is never due earlier: as for standard, a day after the sign-off. */
    readonly contactMs: number;
  };
  /** L8: after a missed contact-by, supervising physician. */
  readonly contactSupervisorMs: number;
  /** L33: staffed time after the message before the patient is called. */
  readonly callbackAfterStaffedMs: number;
  /** L33: a callback never opens earlier after the message left. */
  readonly callbackNotBeforeStaffedMs: number;
  /** L33: a released message without confirmed effect becomes a callback. */
  readonly unconfirmedStaffedMs: number;
  /**
   * L48: what was sent and has no known outcome by then is somebody's work. Left out in earlier policies: their runs keep
   * the clocks they have, so that their histories replay.
   */
  readonly outcomeKnownMs?: number;
  /** L33, S003-81: "we tried to reach you" at the third business hour of no contact. */
  readonly triedToReachStaffedMs: number;
  /** L33: attempts before the provider chooses, on at least {@link attemptDays} days. */
  readonly attemptsBeforeChoice: number;
  readonly attemptDays: number;
  /** L9: a normal without proof of delivery goes to a person. */
  readonly normalUntoldMs: number;
  /** L38: a told normal without answer closes. */
  readonly normalUnansweredMs: number;
  /** L35: reply tasks. */
  readonly replyWhileCriticalMs: number;
  readonly replyStaffedMs: number;
  /** L41: a preliminary result that never becomes final. */
  readonly notFinalMs: number;
  /** A task that is overdue by this much goes to the supervising physician (L8, L9). */
  readonly overdueSupervisorMs: number;
  /**
   * S003-91: a result without a version whose last step has fired is shown to a person again this often. Left out in
   * policies of before, under which nothing came after that step.
   */
  readonly stillWaitingMs?: number;
  /** Chart notes that are not written by then raise an alarm (L44, L49). */
  readonly chartLateMs: number;
}

const minute = 60_000;
const hour = 60 * minute;

export const defaultPolicy: LifecyclePolicy = {
  criticalRepeatMs: 5 * minute,
  criticalNextRungMs: 10 * minute,
  lateArrivalMs: 60 * minute,
  checksContact: true,
  criticalAttemptMs: 30 * minute,
  criticalSupervisorMs: 60 * minute,
  criticalUnreachedMs: 2 * hour,
  criticalDirectorMs: 24 * hour,
  pagePollRealMs: 30_000,
  signOffCoverMs: 18 * hour,
  signOffOwnerMs: 24 * hour,
  signOffSupervisorMs: 48 * hour,
  sameDay: { actStaffedMs: 4 * hour, onCallSilentMs: 60 * minute },
  minor: { coverMs: 48 * hour, ownerMs: 72 * hour, supervisorMs: 96 * hour, contactMs: 96 * hour },
  contactSupervisorMs: 24 * hour,
  callbackAfterStaffedMs: 24 * hour,
  callbackNotBeforeStaffedMs: 4 * hour,
  unconfirmedStaffedMs: 4 * hour,
  outcomeKnownMs: 24 * hour,
  triedToReachStaffedMs: 3 * hour,
  attemptsBeforeChoice: 3,
  attemptDays: 2,
  normalUntoldMs: 72 * hour,
  normalUnansweredMs: 72 * hour,
  replyWhileCriticalMs: 15 * minute,
  replyStaffedMs: 4 * hour,
  notFinalMs: 5 * 24 * hour,
  overdueSupervisorMs: 24 * hour,
  stillWaitingMs: 24 * hour,
  chartLateMs: 24 * hour,
};
