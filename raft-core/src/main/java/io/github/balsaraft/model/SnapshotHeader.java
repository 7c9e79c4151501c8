package io.github.balsaraft.model;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * What a snapshot says about the log that it stands in for (Raft paper 7: last included index and term, and the latest
 * configuration as of that index). Everything up to {@link #last} was committed when it was taken.
 *
 * @param last the last entry that it covers
 * @param configuration the configuration in force at that entry
 * @param configurationIndex the index of that configuration's entry; 0 if it is one that the replica was born with
 * @param logTimeMillis at least the log time of that entry
 */
public record SnapshotHeader(
    EntryId last, Configuration configuration, long configurationIndex, long logTimeMillis) {

  private static final int RECORD_VERSION = 1;

  /**
   * A header.
   *
   * @throws IllegalArgumentException if no entry is covered, or the configuration is empty or not among what is covered
   */
  public SnapshotHeader {
    if (last.index() < 1
        || configuration.isEmpty()
        || configurationIndex < 0
        || configurationIndex > last.index()) {
      throw new IllegalArgumentException("no snapshot covers the log up to " + last
          + " with the configuration " + configuration + " at " + configurationIndex);
    }
  }

  /** The stored form. */
  public byte[] encode() {
    byte[] members = configuration.encode();
    return StoredRecord.encode(
        RECORD_VERSION,
        out -> out.putLong(last.term())
            .putLong(last.index())
            .putLong(configurationIndex)
            .putLong(logTimeMillis)
            .putInt(members.length)
            .put(members),
        36 + members.length);
  }

  /**
   * Reads the stored form.
   *
   * @throws CorruptDataException if a checksum doesn't match or the content contradicts itself
   * @throws UnknownFormatException if a newer version wrote it
   */
  public static SnapshotHeader decode(byte[] stored) {
    ByteBuffer in = StoredRecord.decode("snapshot header", RECORD_VERSION, stored);
    try {
      EntryId last = new EntryId(in.getLong(), in.getLong());
      long configurationIndex = in.getLong();
      long logTimeMillis = in.getLong();
      int length = in.getInt();
      if (length != in.remaining()) {
        throw new CorruptDataException("a stored snapshot header claims " + length
            + " bytes of configuration where " + in.remaining() + " follow");
      }
      byte[] members = new byte[length];
      in.get(members);
      return new SnapshotHeader(
          last, Configuration.decode(members), configurationIndex, logTimeMillis);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new CorruptDataException(
          "a stored snapshot header contradicts itself: " + e.getMessage());
    }
  }
}
