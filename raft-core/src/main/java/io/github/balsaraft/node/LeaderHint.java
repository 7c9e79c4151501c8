package io.github.balsaraft.node;

import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import org.jspecify.annotations.Nullable;

/** Who leads, for whoever has asked another. Both are null if nobody is known to. */
record LeaderHint(@Nullable HostId host, @Nullable String address) {

  static final LeaderHint NONE = new LeaderHint(null, null);

  static LeaderHint of(CoreView core) {
    return of(core, core.leader());
  }

  /** Who leads, or is about to. */
  static LeaderHint of(CoreView core, @Nullable ReplicaId leader) {
    Member member = leader == null ? null : core.configuration().member(leader);
    return member == null ? NONE : new LeaderHint(member.host(), member.address());
  }
}
