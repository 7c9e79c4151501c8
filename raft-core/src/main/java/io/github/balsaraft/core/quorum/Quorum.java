package io.github.balsaraft.core.quorum;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.ReplicaId;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Who must agree under a configuration: a majority of its voters, or while it is joint a majority of each half (Raft paper
 * 6). A replica counts exactly in the halves that contain it, the leader included.
 *
 * <p>Not thread-safe.
 */
public final class Quorum {

  private final MajorityQuorum incoming;
  private final MajorityQuorum outgoing;

  /** The quorum of a configuration. */
  public Quorum(Configuration configuration) {
    this.incoming = new MajorityQuorum(configuration.incomingVoters());
    this.outgoing = new MajorityQuorum(configuration.outgoingVoters());
  }

  /**
   * The highest value that a quorum has reached, or {@link Long#MIN_VALUE} if nobody has a vote.
   *
   * @param value of each voter; may be asked twice for a member of both halves
   */
  public long reached(ToLongFunction<ReplicaId> value) {
    if (incoming.isEmpty()) {
      return Long.MIN_VALUE;
    }
    long byIncoming = incoming.reached(value);
    return outgoing.isEmpty() ? byIncoming : Math.min(byIncoming, outgoing.reached(value));
  }

  /** Whether a quorum satisfies the condition. */
  public boolean agrees(Predicate<ReplicaId> condition) {
    return reached(voter -> condition.test(voter) ? 1 : 0) == 1;
  }
}
