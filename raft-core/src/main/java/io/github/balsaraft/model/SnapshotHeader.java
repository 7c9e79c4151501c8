package io.github.balsaraft.model;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * What a snapshot says about the log that it stands in for (Raft paper 7: last included index and term, and the latest
 * configuration as of that index).
 *
 * <p>Invariant: everything up to {@link #last} was committed by a leader of {@link #takenInTerm} or of an earlier term. Any
 * leader of {@code takenInTerm} or a later term therefore has it (leader completeness, Raft paper 5.4.3), and a leader of an
 * earlier term may lack it, even one of a later term than that of {@code last}: an entry of term 2 may be what a leader of
 * term 4 has committed. Who takes the snapshot over must not follow such a leader any more, and so moves to {@code
 * takenInTerm} first.
 *
 * @param last the last entry that it covers
 * @param takenInTerm the term of the replica that took it, at the moment when its state was captured; a later one is safe, an
 *     earlier one isn't
 * @param configuration the configuration in force at that entry
 * @param configurationIndex the index of that configuration's entry; 0 if it is one that the replica was born with
 * @param logTimeMillis the log time of {@code last}
 */
public record SnapshotHeader(
    EntryId last,
    long takenInTerm,
    Configuration configuration,
    long configurationIndex,
    long logTimeMillis) {

  private static final int RECORD_VERSION = 1;

  /**
   * A header.
   *
   * @throws IllegalArgumentException if no entry is covered, the last is of a term after that in which it was taken, or the
   *     configuration is empty or not among what is covered
   */
  public SnapshotHeader {
    if (last.index() < 1
        || takenInTerm < last.term()
        || configuration.isEmpty()
        || configurationIndex < 0
        || configurationIndex > last.index()) {
      throw new IllegalArgumentException("no snapshot covers the log up to " + last + " in term "
          + takenInTerm + " with the configuration " + configuration + " at " + configurationIndex);
    }
  }

  /** The stored form. */
  public byte[] encode() {
    byte[] members = configuration.encode();
    return StoredRecord.encode(
        RECORD_VERSION,
        out -> out.putLong(last.term())
            .putLong(last.index())
            .putLong(takenInTerm)
            .putLong(configurationIndex)
            .putLong(logTimeMillis)
            .putInt(members.length)
            .put(members),
        44 + members.length);
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
      long takenInTerm = in.getLong();
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
          last, takenInTerm, Configuration.decode(members), configurationIndex, logTimeMillis);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new CorruptDataException(
          "a stored snapshot header contradicts itself: " + e.getMessage());
    }
  }
}
