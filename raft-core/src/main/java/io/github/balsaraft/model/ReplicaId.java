package io.github.balsaraft.model;

import java.util.Locale;

/**
 * Identity of one replica of one group. It is drawn at random when the replica is created and never used again: a wiped
 * disk, or a member that was removed and added again, is a new replica and can't vote with the old one's promises.
 *
 * <p>Configurations, votes, acknowledgements and tallies use this id and nothing else; host names and addresses
 * identify nobody.
 *
 * @param value any value but zero, which stands for "nobody" in encodings
 */
public record ReplicaId(long value) implements Comparable<ReplicaId> {

  public ReplicaId {
    if (value == 0) {
      throw new IllegalArgumentException("a replica id is never zero");
    }
  }

  @Override
  public int compareTo(ReplicaId other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "r%016x", value);
  }
}
