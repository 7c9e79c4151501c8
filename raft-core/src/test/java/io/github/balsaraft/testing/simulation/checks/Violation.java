package io.github.balsaraft.testing.simulation.checks;

import org.jspecify.annotations.Nullable;

/**
 * Something that must never happen has happened.
 *
 * @param kind which rule was broken; the same for every way to break it, so that two runs can be told to fail alike
 * @param message for people: who, where and what
 * @param cause what a check has failed with by itself; else null
 */
public record Violation(Kind kind, String message, @Nullable RuntimeException cause) {

  /** Which rule was broken. */
  public enum Kind {
    /** Two leaders in one term, or one whom no quorum has chosen (Raft paper 5.2). */
    ELECTION_SAFETY,
    /** A leader has removed an entry (Raft paper 5.3). */
    LEADER_APPEND_ONLY,
    /** Two logs have an entry of the same term and index, and differ up to it; or nobody has made it (Raft paper 5.3). */
    LOG_MATCHING,
    /** The log time of an entry is before that of the entry before it (decision 7). */
    LOG_TIME,
    /** A leader lacks what was committed before (Raft paper 5.4). */
    LEADER_COMPLETENESS,
    /** Two replicas have different entries committed, or applied, at one index (Raft paper 5.4.3). */
    STATE_MACHINE_SAFETY,
    /** What was taken for committed is not (Raft paper 5.4.2). */
    COMMIT_RULE,
    /** A commit index has gone back within a process. */
    COMMIT_REGRESSED,
    /** A term that was stored or told has gone back, or a vote has changed. */
    TERM_OR_VOTE_REGRESSED,
    /** An entry was removed that is committed. */
    COMMITTED_TRUNCATED,
    /** The configuration in force is not the latest of the log, or a change of it was not a safe step (Raft paper 6). */
    CONFIGURATION,
    /** Something was told, counted or applied before it was durable, or what was durable is gone. */
    DURABILITY,
    /** The same index of the same log has given different results: the state machine is not deterministic. */
    APPLY_DIVERGED,
    /** One attempt of a client was applied at two indexes, or an entry to a state on disk that had it already. */
    APPLIED_TWICE,
    /** A state machine was restored from something that is not the state of that moment. */
    SNAPSHOT,
    /** A trace contradicts itself: see {@link io.github.balsaraft.model.trace.TraceReplayer}. */
    TRACE,
    /** A disk was used as no disk may be, such as after a failure. */
    DISK,
    /** A check could not be made, because it failed itself. */
    CHECK_FAILED
  }

  /** A violation that a check has found. */
  public static Violation of(Kind kind, String message) {
    return new Violation(kind, message, null);
  }

  /** What a test fails with. */
  public AssertionError toError() {
    return new AssertionError(toString(), cause);
  }

  @Override
  public String toString() {
    return kind + ": " + message;
  }
}
