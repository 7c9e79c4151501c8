package io.github.balsaraft.model;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a replica must remember through a power loss besides its log (Raft paper, figure 2): its term and its vote in that
 * term. Made durable before any message that depends on it leaves.
 *
 * @param term zero before the first election
 * @param votedFor the candidate that got this replica's vote in {@code term}, or null
 */
public record HardState(long term, @Nullable ReplicaId votedFor) {

  /** The state of a replica that has never taken part in an election. */
  public static final HardState INITIAL = new HardState(0, null);

  public HardState {
    if (term < 0) {
      throw new IllegalArgumentException("a term is zero or more, not " + term);
    }
  }

  /** The stored form: record version 1, term, vote (zero for none). */
  public byte[] encode() {
    return StoredRecord.encode(
        1, out -> out.putLong(term).putLong(votedFor == null ? 0 : votedFor.value()), 16);
  }

  /**
   * Reads the stored form.
   *
   * @throws CorruptDataException if the checksum doesn't match
   * @throws UnknownFormatException if a newer version wrote it
   */
  public static HardState decode(byte[] stored) {
    ByteBuffer in = StoredRecord.decode("hard state", 1, stored);
    long term = in.getLong();
    long vote = in.getLong();
    return new HardState(term, vote == 0 ? null : new ReplicaId(vote));
  }
}
