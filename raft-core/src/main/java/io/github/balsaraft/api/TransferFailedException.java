package io.github.balsaraft.api;

import io.github.balsaraft.model.HostId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Leadership was not seen to pass to the target, for the reason in the message. {@link #failure} says whether it may still, and
 * {@link #leader} whom to ask next. Asking again for the same target is always safe; without a target it moves leadership once
 * more if it has moved already.
 */
public final class TransferFailedException extends RaftException {

  private static final long serialVersionUID = 1L;

  /** What is certain. */
  public enum Failure {
    /** Nothing has changed, and nothing will by this request: that target can't be handed leadership as things are. */
    REFUSED,
    /** Nothing has changed, and nothing will by this request; what was in the way passes by itself. */
    NOT_DONE,
    /** The target was told to take over, or may have been: it may still come to lead. */
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
    return failure != Failure.REFUSED;
  }
}
