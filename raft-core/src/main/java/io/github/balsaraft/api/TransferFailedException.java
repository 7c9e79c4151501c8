package io.github.balsaraft.api;

import io.github.balsaraft.model.HostId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Leadership was not seen to pass to the target, for the reason in the message. If the attempt had begun, the target may still
 * come to lead. Asking again is safe; {@link #leader} says whom.
 */
public final class TransferFailedException extends RaftException {

  private static final long serialVersionUID = 1L;

  // Strings, for they survive serialization.
  private final @Nullable String leader;
  private final @Nullable String leaderAddress;

  /** No leader is known. */
  public TransferFailedException(String reason) {
    this(null, null, reason);
  }

  /**
   * @param leader who leads, or null if nobody is known to
   * @param leaderAddress where members reach the leader, or null if that isn't known
   */
  public TransferFailedException(
      @Nullable HostId leader, @Nullable String leaderAddress, String reason) {
    super(reason, null);
    this.leader = leader == null ? null : leader.name();
    this.leaderAddress = leader == null ? null : leaderAddress;
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
    return true;
  }
}
