package io.github.balsaraft.api;

import io.github.balsaraft.model.HostId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** This member isn't the leader, so nothing was appended. Propose again at the leader, if one is known. */
public final class NotLeaderException extends NotAppendedException {

  private static final long serialVersionUID = 1L;

  // Strings, for they survive serialization.
  private final @Nullable String leader;
  private final @Nullable String leaderAddress;

  /** No leader is known, or its address isn't. */
  public NotLeaderException(@Nullable HostId leader, String reason) {
    this(leader, null, reason);
  }

  /**
   * @param leader who leads, or null if nobody is known to, or only where
   * @param leaderAddress where members reach the leader, or null if that isn't known
   */
  public NotLeaderException(
      @Nullable HostId leader, @Nullable String leaderAddress, String reason) {
    super(reason);
    this.leader = leader == null ? null : leader.name();
    this.leaderAddress = leaderAddress;
  }

  /** Who this member thinks leads, if anybody. A client in another process is told only where: see {@link #leaderAddress}. */
  public Optional<HostId> leader() {
    return Optional.ofNullable(leader).map(HostId::new);
  }

  /**
   * Where that leader is reached by the other members, as the configuration has it: the address of its transport, which need
   * not be the one at which an application serves its clients. Empty if no leader is known, or its address isn't.
   */
  public Optional<String> leaderAddress() {
    return Optional.ofNullable(leaderAddress);
  }

  @Override
  public boolean isRetryable() {
    return true;
  }
}
