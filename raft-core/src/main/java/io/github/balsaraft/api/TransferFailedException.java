package io.github.balsaraft.api;

import io.github.balsaraft.model.HostId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Leadership was not seen to pass to the target, for the reason in the message. {@link #hasBegun} says whether the target may
 * still come to lead. Asking again is safe; {@link #leader} says whom.
 */
public final class TransferFailedException extends RaftException {

  private static final long serialVersionUID = 1L;

  // Strings, for they survive serialization.
  private final @Nullable String leader;
  private final @Nullable String leaderAddress;
  private final boolean begun;

  /** It has not begun, and no leader is known. */
  public TransferFailedException(String reason) {
    this(null, null, false, reason);
  }

  /**
   * @param leader who leads, or null if nobody is known to
   * @param leaderAddress where members reach the leader, or null if that isn't known
   * @param begun whether the target may still come to lead
   */
  public TransferFailedException(
      @Nullable HostId leader, @Nullable String leaderAddress, boolean begun, String reason) {
    super(reason, null);
    this.leader = leader == null ? null : leader.name();
    this.leaderAddress = leader == null ? null : leaderAddress;
    this.begun = begun;
  }

  /**
   * Whether handing over had begun: then the target may still come to lead. If it hadn't, nothing has changed, and nothing will by
   * this request.
   */
  public boolean hasBegun() {
    return begun;
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
