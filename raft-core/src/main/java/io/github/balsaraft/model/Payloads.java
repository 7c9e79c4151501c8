package io.github.balsaraft.model;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Payloads of entries that don't have a place in the log yet, already in the form in which they are stored: each with its
 * length and its CRC32C. Appending places them as one {@link EntryBatch} without copying.
 *
 * <p>Not thread-safe while it is filled; must not change after it was handed over.
 */
public final class Payloads {

  /** What each entry takes besides its payload: length and CRC32C. */
  public static final int ENTRY_OVERHEAD_BYTES = 8;

  private final EntryType type;
  private byte[] body;
  private int length;
  private int count;

  /**
   * Starts a batch of entries of one type; {@code expectedBytes} only avoids growing, with which 256 B x 1,024 allocates 1,842
   * bytes instead of 1,130 for each write (docs/benchmarks.md).
   */
  public Payloads(EntryType type, int expectedBytes) {
    this.type = type;
    this.body = new byte[Math.max(expectedBytes, ENTRY_OVERHEAD_BYTES)];
  }

  /** A batch of one entry. */
  public static Payloads single(EntryType type, byte[] payload) {
    Payloads payloads = new Payloads(type, payload.length + ENTRY_OVERHEAD_BYTES);
    payloads.add(payload, checksum(payload));
    return payloads;
  }

  /** The CRC32C of a payload: taken by its proposer, checked at every later stop. */
  public static int checksum(byte[] payload) {
    return StoredRecord.crc32c(payload, 0, payload.length);
  }

  /** Adds a payload with the checksum that its proposer took. */
  public Payloads add(byte[] payload, int crc32c) {
    int needed = Math.addExact(length, payload.length + ENTRY_OVERHEAD_BYTES);
    if (needed > body.length) {
      body = Arrays.copyOf(body, Math.max(needed, body.length + (body.length >> 1)));
    }
    ByteBuffer.wrap(body, length, ENTRY_OVERHEAD_BYTES).putInt(payload.length).putInt(crc32c);
    System.arraycopy(payload, 0, body, length + ENTRY_OVERHEAD_BYTES, payload.length);
    length = needed;
    count++;
    return this;
  }

  /** What the entries mean. */
  public EntryType type() {
    return type;
  }

  /** How many entries there are. */
  public int count() {
    return count;
  }

  /** What they take in the log, without the header of the batch. */
  public int sizeInBytes() {
    return length;
  }

  /** Gives the entries their place. */
  public EntryBatch place(EntryId first, long logTimeMillis) {
    if (count == 0) {
      throw new IllegalStateException("an empty batch has no place in the log");
    }
    return new EntryBatch(first, type, logTimeMillis, count, body, 0, length);
  }
}
