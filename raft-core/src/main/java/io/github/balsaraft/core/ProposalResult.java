package io.github.balsaraft.core;

import io.github.balsaraft.model.EntryId;

/** What became of a proposal at once. */
public sealed interface ProposalResult {

  /**
   * Appended to this replica's log as its leader; whether it commits is told later.
   *
   * @param first the position of the first entry; the others follow without a gap
   */
  record Appended(EntryId first) implements ProposalResult {}

  /**
   * Not appended. It is safe to propose it again.
   *
   * @param reason why
   * @param detail for an operator
   */
  record Refused(Reason reason, String detail) implements ProposalResult {}

  /** Why a proposal is refused. */
  enum Reason {
    /** This replica isn't the leader. */
    NOT_LEADER,
    /** Too much is appended and not committed. */
    OVERLOADED,
    /** This replica hands leadership over; soon another will lead, or this one again. */
    TRANSFERRING
  }
}
