package io.github.balsaraft.api;

import io.github.balsaraft.model.HostId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Leadership was not seen to pass to the target, for the reason in the message. {@link #failure} says whether it may still, and
 * {@link #leader} whom to ask next. Asking again for the same target is always safe; after an unknown outcome, asking without a
 * target may move leadership once more.
 */
public final class TransferFailedException extends RaftException {

  private static final long serialVersionUID = 1L;

  /** What is certain. */
  public enum Failure {
    /**
     * This request has moved nothing and never will: nobody suitable can take over as things are, or the target did not answer or
     * catch up in time. Each attempt may cost an election timeout in which nothing is proposed.
     */
    REFUSED,
    /** This request has moved nothing and never will; the same may be done a little later, or by the {@link #leader}. */
    NOT_DONE,
    /** The target was told to take over, or may have been: it may come to lead, or have led. */
    OUTCOME_UNKNOWN
  }

  // Strings, for they survive serialization.
  private final @Nullable String leader;
  private final @Nullable String leaderAddress;
  private final Failure failure;

  /**
   * @param leader who leads, or null if nobody is known to
   * @param leaderAddress where members reach the leader, or null if that isn't known
   * @param failure what is certain
   */
  public TransferFailedException(
      @Nullable HostId leader, @Nullable String leaderAddress, Failure failure, String reason) {
    super(reason, null);
    this.leader = leader == null ? null : leader.name();
    this.leaderAddress = leader == null ? null : leaderAddress;
    this.failure = failure;
  }

  /** What is certain. */
  public Failure failure() {
    return failure;
  }

  /**
   * Who leads, as far as the member knows that was asked: that one itself, if it goes on leading; empty if it knows of nobody, such
   * as while an election is under way.
   */
  public Optional<HostId> leader() {
    return Optional.ofNullable(leader).map(HostId::new);
  }

  /** Where that leader is reached by the other members; see {@link NotLeaderException#leaderAddress}. */
  public Optional<String> leaderAddress() {
    return Optional.ofNullable(leaderAddress);
  }

  @Override
  public boolean isRetryable() {
    return failure == Failure.NOT_DONE;
  }
}
