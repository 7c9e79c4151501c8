package io.github.balsaraft.api;

import io.github.balsaraft.model.HostId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** This member isn't the leader, so nothing was appended. Propose again at the leader, if one is known. */
public final class NotLeaderException extends NotAppendedException {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable HostId leader;

  public NotLeaderException(@Nullable HostId leader, String reason) {
    super(reason);
    this.leader = leader;
  }

  /** Who this member thinks leads, if anybody. */
  public Optional<HostId> leader() {
    return Optional.ofNullable(leader);
  }
}
