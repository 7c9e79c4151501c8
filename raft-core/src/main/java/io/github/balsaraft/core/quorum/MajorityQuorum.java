package io.github.balsaraft.core.quorum;

import io.github.balsaraft.model.ReplicaId;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/** More than half of a set of voters (Raft paper 5). An empty set decides nothing and never agrees. */
final class MajorityQuorum {

  private final ReplicaId[] voters;
  private final long[] scratch;

  MajorityQuorum(List<ReplicaId> voters) {
    this.voters = voters.toArray(new ReplicaId[0]);
    this.scratch = new long[this.voters.length];
  }

  /** The highest value that a majority has reached. */
  long reached(ToLongFunction<ReplicaId> value) {
    for (int i = 0; i < voters.length; i++) {
      scratch[i] = value.applyAsLong(voters[i]);
    }
    Arrays.sort(scratch);
    // Sorted ascending, the element with a majority at or above it: of 3 the second, of 4 the
    // second, of 5 the third.
    return scratch[(scratch.length - 1) / 2];
  }

  boolean isEmpty() {
    return voters.length == 0;
  }
}
