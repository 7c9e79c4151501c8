package io.github.balsaraft.storage.rocksdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads one file of RocksDB's write-ahead log and tells a torn end from damage. RocksDB's own judgement isn't enough: some
 * damage makes it drop intact records silently, and one kind makes it loop for ever (docs/storage.md has the table).
 *
 * <p>The file consists of blocks of 32 KiB. A record is one fragment of type 1 (full) or several of types 2 (first), 3
 * (middle), 4 (last); a fragment doesn't cross a block. Little-endian:
 *
 * <pre>
 * 4  CRC32C of type and data, masked (rotated right by 15, plus 0xa282ead8)
 * 2  length of the data
 * 1  type
 *    data; that of a record begins with a sequence number (8) and the number of its operations (4)
 * </pre>
 *
 * <p><b>The rule.</b> One write is under way at a time and each is synced before the next. So if a record is bad and an
 * intact one begins after it, the bad one was acknowledged: damage. If nothing follows, it is a torn end if the file ends
 * before the record does, is zero from a sector's border to its end, or has a hole: a sector of the bad fragment that is
 * zero, since a file system may show a file's new length before all its sectors. Anything else was there in full length and
 * isn't right any more: it counts as damage, because it may have been acknowledged.
 */
final class WalScan implements AutoCloseable {

  /** Blocks and fragments as RocksDB writes them. */
  private static final int BLOCK_BYTES = 32 * 1024;

  private static final int HEADER_BYTES = 7;
  private static final int SECTOR_BYTES = 512;

  /** Fewer zeros, at the end of a file or between a record's start and the next sector, are taken for content. */
  private static final int MIN_ZEROED_BYTES = 32;

  private static final int FULL = 1;
  private static final int FIRST = 2;
  private static final int MIDDLE = 3;
  private static final int LAST = 4;

  /** From here on RocksDB skips types that it doesn't know; it writes one of them at the beginning of each file. */
  private static final int FIRST_IGNORABLE_TYPE = 128;

  private final FileChannel channel;
  private final long size;
  private final boolean sequenced;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private long blockStart = -1;
  private int blockLength;

  private long recordStart;
  private boolean inRecord;
  private final ByteBuffer recordHead = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
  private long nextSequence;

  private WalScan(FileChannel channel, boolean sequenced) throws IOException {
    this.channel = channel;
    this.size = channel.size();
    this.sequenced = sequenced;
  }

  /** What a file is like. */
  enum Verdict {
    /** Every record is right. */
    INTACT,
    /** The last record is incomplete: its write was never acknowledged. */
    TORN_END,
    /** Something that may have been acknowledged isn't right. */
    DAMAGED
  }

  /**
   * The result of a scan.
   *
   * @param intactBytes where the last intact record ends
   * @param lastSequence of the last intact record, or 0 if there is none
   * @param finding what was found where, for people
   */
  record Result(Verdict verdict, long intactBytes, long lastSequence, String finding) {}

  /** Scans a file of the write-ahead log. */
  static Result scan(Path file) throws IOException {
    return scan(file, true);
  }

  /** Scans a MANIFEST: the same blocks and fragments, but its records carry no sequence numbers. */
  static Result scanManifest(Path file) throws IOException {
    return scan(file, false);
  }

  private static Result scan(Path file, boolean sequenced) throws IOException {
    try (WalScan scan = new WalScan(FileChannel.open(file, StandardOpenOption.READ), sequenced)) {
      return scan.run();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private Result run() throws IOException {
    long position = 0;
    while (position < size) {
      load(position);
      int offset = (int) (position - blockStart);
      if (!inRecord) {
        recordStart = position;
      }
      if (BLOCK_BYTES - offset < HEADER_BYTES) {
        if (!isZero(offset, blockLength)) {
          return judge(position, Problem.BAD_CONTENT);
        }
        position = blockStart + BLOCK_BYTES;
        continue;
      }
      Problem problem = check(offset);
      if (problem == null) {
        problem = take(offset);
      }
      if (problem != null) {
        return judge(position, problem);
      }
      position += HEADER_BYTES + length(offset);
    }
    if (inRecord) {
      return result(Verdict.TORN_END, "the file ends inside the record at " + recordStart);
    }
    recordStart = size;
    return result(Verdict.INTACT, "intact");
  }

  private enum Problem {
    CUT_OFF("is cut off"),
    BAD_TYPE("has an unknown type"),
    BAD_LENGTH("has an impossible length"),
    BAD_CONTENT("fails its checksum"),
    OUT_OF_PLACE("doesn't follow the one before"),
    BAD_SEQUENCE("leaves a gap in the sequence");

    private final String text;

    Problem(String text) {
      this.text = text;
    }
  }

  /** What is wrong with the fragment in itself, or null. */
  private @Nullable Problem check(int offset) {
    if (blockLength - offset < HEADER_BYTES) {
      return Problem.CUT_OFF;
    }
    int type = type(offset);
    if ((type < FULL || type > LAST) && type < FIRST_IGNORABLE_TYPE) {
      return Problem.BAD_TYPE;
    }
    int end = offset + HEADER_BYTES + length(offset);
    if (end > BLOCK_BYTES) {
      return Problem.BAD_LENGTH;
    }
    if (end > blockLength) {
      return Problem.CUT_OFF;
    }
    return block.getInt(offset) == checksum(offset, length(offset)) ? null : Problem.BAD_CONTENT;
  }

  /** Adds an intact fragment to its record; what is wrong with its place, or null. */
  private @Nullable Problem take(int offset) {
    int type = type(offset);
    if (type >= FIRST_IGNORABLE_TYPE) {
      return inRecord ? Problem.OUT_OF_PLACE : null;
    }
    boolean begins = type == FULL || type == FIRST;
    if (begins == inRecord) {
      return Problem.OUT_OF_PLACE;
    }
    if (begins) {
      recordHead.clear();
    }
    int headBytes = Math.min(length(offset), recordHead.remaining());
    recordHead.put(block.array(), offset + HEADER_BYTES, headBytes);
    inRecord = type == FIRST || type == MIDDLE;
    if (inRecord || !sequenced) {
      return null;
    }
    if (recordHead.hasRemaining()) {
      return Problem.BAD_LENGTH;
    }
    long sequence = recordHead.getLong(0);
    if (nextSequence > 0 && sequence != nextSequence) {
      return Problem.BAD_SEQUENCE;
    }
    nextSequence = sequence + recordHead.getInt(8);
    return null;
  }

  private Result judge(long position, Problem problem) throws IOException {
    String what = "the record at " + recordStart + " " + problem.text;
    if (problem == Problem.BAD_SEQUENCE) {
      return result(Verdict.DAMAGED, what);
    }
    long zerosFrom = zeroedEnd();
    if (zerosFrom <= recordStart) {
      return result(Verdict.TORN_END, "only zeros from " + recordStart + " on");
    }
    long next = nextIntactRecord(position);
    if (next >= 0) {
      return result(Verdict.DAMAGED, what + ", but an intact one follows at " + next);
    }
    if (problem == Problem.CUT_OFF) {
      return isCompleteWithWrongLength(position)
          ? result(Verdict.DAMAGED, what + " only by its length field")
          : result(Verdict.TORN_END, what);
    }
    long border = (zerosFrom + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
    if (size - border >= MIN_ZEROED_BYTES) {
      return result(Verdict.TORN_END, what + ", only zeros from " + border + " on");
    }
    long hole = hole(position);
    if (sequenced && hole >= 0) {
      return result(Verdict.TORN_END, what + ", with a hole at " + hole);
    }
    return result(Verdict.DAMAGED, what + " at full length");
  }

  /**
   * Where a sector of the bad fragment is zero, or -1. Fragments before it were right, whatever is zero in them; where one ends
   * that isn't right nobody knows, but none goes on in the next block.
   */
  private long hole(long position) throws IOException {
    load(position);
    int from = (int) (position - blockStart);
    while (from < blockLength) {
      int to = Math.min((from / SECTOR_BYTES + 1) * SECTOR_BYTES, blockLength);
      if (to - from >= MIN_ZEROED_BYTES && isZero(from, to)) {
        return blockStart + from;
      }
      from = to;
    }
    return -1;
  }

  private Result result(Verdict verdict, String finding) {
    return new Result(verdict, recordStart, Math.max(0, nextSequence - 1), finding);
  }

  /** Where the zeros at the end of the file begin. */
  private long zeroedEnd() throws IOException {
    long start = (size - 1) / BLOCK_BYTES * BLOCK_BYTES;
    for (; start >= 0; start -= BLOCK_BYTES) {
      load(start);
      for (int i = blockLength - 1; i >= 0; i--) {
        if (block.get(i) != 0) {
          return start + i + 1;
        }
      }
    }
    return 0;
  }

  /** The first place at which an intact record begins, however far the bad one goes, or -1. */
  private long nextIntactRecord(long from) throws IOException {
    long position = from;
    while (position < size) {
      load(position);
      int offset = (int) (position - blockStart);
      for (; offset + HEADER_BYTES <= blockLength; offset++) {
        int type = type(offset);
        if ((type == FULL || type == FIRST) && check(offset) == null && isLaterRecord(offset)) {
          return blockStart + offset;
        }
      }
      position = blockStart + BLOCK_BYTES;
    }
    return -1;
  }

  /** An application may store such bytes as its own; those of a later write have a later sequence number. */
  private boolean isLaterRecord(int offset) {
    return !sequenced
        || length(offset) < 8
        || Long.compareUnsigned(block.getLong(offset + HEADER_BYTES), nextSequence) >= 0;
  }

  /** Whether the last fragment is right if it is taken to end with the file. */
  private boolean isCompleteWithWrongLength(long position) throws IOException {
    load(position);
    int offset = (int) (position - blockStart);
    int actualLength = blockLength - offset - HEADER_BYTES;
    return actualLength > 0 && block.getInt(offset) == checksum(offset, actualLength);
  }

  private void load(long position) throws IOException {
    long start = position / BLOCK_BYTES * BLOCK_BYTES;
    if (start == blockStart) {
      return;
    }
    block.clear();
    while (block.hasRemaining() && channel.read(block, start + block.position()) > 0) {
      // Reads until the block is full or the file ends.
    }
    blockLength = block.position();
    blockStart = start;
  }

  private int length(int offset) {
    return block.getShort(offset + 4) & 0xffff;
  }

  private int type(int offset) {
    return block.get(offset + 6) & 0xff;
  }

  private int checksum(int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(block.array(), offset + 6, length + 1);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  private boolean isZero(int from, int to) {
    for (int i = from; i < to; i++) {
      if (block.get(i) != 0) {
        return false;
      }
    }
    return true;
  }
}
