package io.github.balsaraft.model;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Contiguous entries of one term, one type and one log time, appended together by one leader. It is the unit in which
 * entries are held in memory, sent and stored: its bytes are made once, on the leader, and shared by all followers and
 * all disks.
 *
 * <p>A batch for each entry has 0.68 times the writes of 256 B x 1,024, at 1.7 times the processor time; bytes made anew for each
 * follower and each disk take 1.2 times the processor time, and 3.4 times what is allocated (docs/benchmarks.md). One value of
 * RocksDB for each batch stores 1.14 to 1.39 times the small entries that one for each entry does (docs/storage.md).
 *
 * <p>Stored form, big-endian, version 1:
 *
 * <pre>
 * offset size
 *      0    1  format version
 *      1    1  entry type
 *      2    2  zero
 *      4    4  number of entries
 *      8    8  index of the first entry
 *     16    8  term
 *     24    8  log time, milliseconds since 1970
 *     32    4  length of the body in bytes
 *     36    4  CRC32C of the 36 bytes before
 *     40       body: for each entry its length (4), the CRC32C of its payload (4), its payload
 * </pre>
 *
 * <p>Every later version begins with the same 40 bytes, so that an earlier one can tell newer from damaged, and say what it
 * is that it can't read.
 *
 * <p>Immutable. A slice shares the bytes of the batch that it was cut from.
 */
public final class EntryBatch {

  /** The length of the header in front of the body. */
  public static final int HEADER_BYTES = 40;

  private static final byte FORMAT_VERSION = 1;

  private final EntryId first;
  private final EntryType type;
  private final long logTimeMillis;
  private final int count;
  private final byte[] bytes;
  private final int bodyOffset;
  private final int bodyLength;

  EntryBatch(
      EntryId first,
      EntryType type,
      long logTimeMillis,
      int count,
      byte[] bytes,
      int bodyOffset,
      int bodyLength) {
    this.first = first;
    this.type = type;
    this.logTimeMillis = logTimeMillis;
    this.count = count;
    this.bytes = bytes;
    this.bodyOffset = bodyOffset;
    this.bodyLength = bodyLength;
  }

  /** The index of the first entry. */
  public long firstIndex() {
    return first.index();
  }

  /** The index of the last entry. */
  public long lastIndex() {
    return first.index() + count - 1;
  }

  /** The term of all entries. */
  public long term() {
    return first.term();
  }

  /** The position of the last entry. */
  public EntryId last() {
    return new EntryId(first.term(), lastIndex());
  }

  /** What all entries mean. */
  public EntryType type() {
    return type;
  }

  /** The leader's log time when it appended them, in milliseconds since 1970; never less than that of earlier entries. */
  public long logTimeMillis() {
    return logTimeMillis;
  }

  /** How many entries there are; at least one. */
  public int count() {
    return count;
  }

  /** The length of the stored form. */
  public int sizeInBytes() {
    return HEADER_BYTES + bodyLength;
  }

  /** The entries, as views. For a pass over many entries a {@link Cursor} makes less garbage (how much was not measured). */
  public List<Entry> entries() {
    List<Entry> entries = new ArrayList<>(count);
    for (Cursor cursor = cursor(); cursor.next(); ) {
      entries.add(new Entry(
          new EntryId(term(), cursor.index()),
          type,
          logTimeMillis,
          cursor.payload().slice()));
    }
    return entries;
  }

  /** The payload of the only entry; for types of which a batch holds one. */
  public byte[] singlePayload() {
    if (count != 1) {
      throw new IllegalStateException("the batch has " + count + " entries");
    }
    return entries().get(0).payloadBytes();
  }

  /** A pass over the entries, standing before the first. */
  public Cursor cursor() {
    return new Cursor();
  }

  /** The entries from one index on; this batch itself if that is its first. */
  public EntryBatch from(long fromIndex) {
    return slice(fromIndex, lastIndex());
  }

  /** The entries up to and including one index; this batch itself if that is its last. */
  public EntryBatch upTo(long toIndex) {
    return slice(first.index(), toIndex);
  }

  private EntryBatch slice(long fromIndex, long toIndex) {
    if (fromIndex < first.index() || toIndex > lastIndex() || fromIndex > toIndex) {
      throw new IndexOutOfBoundsException(
          "[" + fromIndex + ", " + toIndex + "] of [" + first.index() + ", " + lastIndex() + "]");
    }
    if (fromIndex == first.index() && toIndex == lastIndex()) {
      return this;
    }
    Cursor cursor = cursor();
    int start = bodyOffset;
    while (cursor.next() && cursor.index < fromIndex) {
      start = cursor.nextEntryOffset;
    }
    while (cursor.index < toIndex) {
      cursor.next();
    }
    int newCount = (int) (toIndex - fromIndex + 1);
    EntryId newFirst = new EntryId(first.term(), fromIndex);
    return new EntryBatch(
        newFirst, type, logTimeMillis, newCount, bytes, start, cursor.nextEntryOffset - start);
  }

  /**
   * The longest beginning whose stored form has at most {@code maxBytes}, but at least one entry.
   */
  public EntryBatch beginningOfAtMost(long maxBytes) {
    if (sizeInBytes() <= maxBytes) {
      return this;
    }
    Cursor cursor = cursor();
    cursor.next();
    long lastFitting = cursor.index;
    while (cursor.next() && HEADER_BYTES + cursor.nextEntryOffset - bodyOffset <= maxBytes) {
      lastFitting = cursor.index;
    }
    return upTo(lastFitting);
  }

  /** The stored form, in an array of its own. */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(sizeInBytes());
    encodeTo(out);
    return out.array();
  }

  /** Puts the stored form. */
  public void encodeTo(ByteBuffer out) {
    out.put(encodeHeader()).put(bytes, bodyOffset, bodyLength);
  }

  /** The first {@link #HEADER_BYTES} bytes of the stored form. */
  public byte[] encodeHeader() {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.put(FORMAT_VERSION).put(type.code()).putShort((short) 0).putInt(count);
    header.putLong(first.index()).putLong(first.term()).putLong(logTimeMillis).putInt(bodyLength);
    header.putInt(StoredRecord.crc32c(header.array(), 0, HEADER_BYTES - 4));
    return header.array();
  }

  /** A read-only view of the body: the stored form without its header. */
  public ByteBuffer body() {
    return ByteBuffer.wrap(bytes, bodyOffset, bodyLength).slice().asReadOnlyBuffer();
  }

  /**
   * Reads the stored form and checks every checksum. The array is kept, not copied: it must not change any more.
   *
   * @throws CorruptDataException if a checksum doesn't match or the lengths contradict each other
   * @throws UnknownFormatException if a newer version wrote it
   */
  public static EntryBatch decode(byte[] stored) {
    return decode(stored, 0, stored.length);
  }

  /** As {@link #decode(byte[])}, for a part of an array. */
  public static EntryBatch decode(byte[] bytes, int offset, int length) {
    if (length < HEADER_BYTES) {
      throw new CorruptDataException("a batch of entries has only " + length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
    int version = in.get() & 0xff;
    byte typeCode = in.get();
    in.getShort();
    int count = in.getInt();
    long firstIndex = in.getLong();
    long term = in.getLong();
    long logTimeMillis = in.getLong();
    int bodyLength = in.getInt();
    if (in.getInt() != StoredRecord.crc32c(bytes, offset, HEADER_BYTES - 4)) {
      throw new CorruptDataException("the header of a batch of entries fails its checksum");
    }
    if (version != FORMAT_VERSION) {
      throw unknown(firstIndex, count, term, "in format " + version);
    }
    EntryType type = EntryType.find(typeCode);
    if (type == null) {
      throw unknown(firstIndex, count, term, "of type " + (typeCode & 0xff));
    }
    if (count < 1 || firstIndex < 1 || term < 1 || bodyLength != length - HEADER_BYTES) {
      throw new CorruptDataException("the header of the batch of entries at " + firstIndex
          + " contradicts itself: term " + term + ", " + count + " entries, " + bodyLength
          + " bytes of body where " + (length - HEADER_BYTES) + " follow");
    }
    EntryBatch batch = new EntryBatch(
        new EntryId(term, firstIndex),
        type,
        logTimeMillis,
        count,
        bytes,
        offset + HEADER_BYTES,
        bodyLength);
    batch.verifyBody();
    return batch;
  }

  private static UnknownFormatException unknown(long first, int count, long term, String what) {
    return new UnknownFormatException(
        (count == 1 ? "entry " + first : "entries " + first + " to " + (first + count - 1))
            + " of term " + term + (count == 1 ? " is " : " are ") + what);
  }

  private void verifyBody() {
    ByteBuffer in = ByteBuffer.wrap(bytes, bodyOffset, bodyLength);
    CRC32C crc = new CRC32C();
    for (long index = first.index(); index <= lastIndex(); index++) {
      if (in.remaining() < Payloads.ENTRY_OVERHEAD_BYTES) {
        throw new CorruptDataException("the entry at " + index + " is cut off");
      }
      int length = in.getInt();
      int expected = in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw new CorruptDataException("the entry at " + index + " claims " + length
            + " bytes where " + in.remaining() + " remain");
      }
      crc.reset();
      crc.update(bytes, in.position(), length);
      if ((int) crc.getValue() != expected) {
        throw new CorruptDataException("the entry at " + index + " fails its checksum");
      }
      in.position(in.position() + length);
    }
    if (in.hasRemaining()) {
      throw new CorruptDataException(
          in.remaining() + " bytes follow the last entry of the batch at " + first.index());
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EntryBatch that
        && first.equals(that.first)
        && type == that.type
        && logTimeMillis == that.logTimeMillis
        && count == that.count
        && body().equals(that.body());
  }

  @Override
  public int hashCode() {
    return first.hashCode() * 31 + Arrays.hashCode(new int[] {count, bodyLength});
  }

  /** Writes {@code COMMAND 7..9@2}. */
  @Override
  public String toString() {
    return type + " " + first.index() + (count == 1 ? "" : ".." + lastIndex()) + "@" + first.term();
  }

  /** A pass over the entries of a batch. Not thread-safe. */
  public final class Cursor {

    private long index = first.index() - 1;
    private int payloadOffset;
    private int nextEntryOffset = bodyOffset;

    private Cursor() {}

    /** Steps to the next entry; false after the last. */
    public boolean next() {
      if (index == lastIndex()) {
        return false;
      }
      index++;
      payloadOffset = nextEntryOffset + Payloads.ENTRY_OVERHEAD_BYTES;
      nextEntryOffset = payloadOffset + ByteBuffer.wrap(bytes).getInt(nextEntryOffset);
      return true;
    }

    /** The index of the entry it stands at. */
    public long index() {
      return index;
    }

    /** A read-only view of the payload it stands at. */
    public ByteBuffer payload() {
      return ByteBuffer.wrap(bytes, payloadOffset, nextEntryOffset - payloadOffset)
          .slice()
          .asReadOnlyBuffer();
    }

    /** A copy of the payload it stands at. */
    public byte[] payloadBytes() {
      return Arrays.copyOfRange(bytes, payloadOffset, nextEntryOffset);
    }
  }
}
