package io.github.balsaraft.model;

import java.nio.ByteBuffer;

/**
 * What a host remembers of its replica of a group besides log and hard state. The id is durable before it is told
 * to anybody.
 *
 * @param replica drawn when the record was created, never used again
 * @param state how far its birth has come
 */
public record ReplicaRecord(ReplicaId replica, State state) {

  private static final int RECORD_VERSION = 1;

  /** How far a replica's birth has come. */
  public enum State {
    /** It has an id and nothing else: it may still found the group with the others, or join it. */
    UNBORN(1),
    /** It may hold votes and entries that others rely on. */
    MEMBER(2);

    private final byte code;

    State(int code) {
      this.code = (byte) code;
    }
  }

  /** The stored form. */
  public byte[] encode() {
    return StoredRecord.encode(
        RECORD_VERSION, out -> out.putLong(replica.value()).put(state.code), 9);
  }

  /**
   * Reads the stored form.
   *
   * @throws CorruptDataException if the checksum doesn't match
   * @throws UnknownFormatException if a newer version wrote it
   */
  public static ReplicaRecord decode(byte[] stored) {
    ByteBuffer in = StoredRecord.decode("replica record", RECORD_VERSION, stored);
    ReplicaId replica = new ReplicaId(in.getLong());
    byte code = in.get();
    for (State state : State.values()) {
      if (state.code == code) {
        return new ReplicaRecord(replica, state);
      }
    }
    throw new UnknownFormatException("replica state " + code + " was written by a newer version");
  }
}
