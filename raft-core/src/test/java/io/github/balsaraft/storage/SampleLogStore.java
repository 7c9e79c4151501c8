package io.github.balsaraft.storage;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.testing.simulation.world.StoredWrite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The simplest durable store on a {@link ByteDisk}, right as it stands, and wrong in the ways that it is told to be. */
final class SampleLogStore implements LogStore {

  /** What can be wrong with a store. */
  enum Mistake {
    /** A write is acknowledged when it is in the page cache. */
    DOES_NOT_SYNC,
    /** The sync comes before the bytes that it should make durable. */
    SYNCS_TOO_EARLY,
    /** The parts of one write are records of their own. */
    SPLITS_WRITES,
    /** A failed sync is tried again, and its success believed. */
    TRIES_SYNC_AGAIN,
    /** The write after a failed one is taken. */
    GOES_ON_AFTER_FAILURE,
    /** What a process finds at its start is not made durable anew. */
    TRUSTS_WHAT_IT_READS,
    /** The remains of a write that was cut short stay, and the next write follows them. */
    LEAVES_TORN_END,
    /** Records are believed whatever their checksum. */
    IGNORES_CHECKSUMS,
    /** A damaged record ends the log, wherever it is. */
    ENDS_AT_DAMAGE,
    /** A failure to make durable what was found is not told. */
    SWALLOWS_FAILURE_OF_RECOVERY,
    /** A failure that no write is there to throw is not told. */
    TELLS_NO_FAILURE,
    /** Nor is one that came before somebody listened. */
    TELLS_NO_EARLIER_FAILURE,
    /** A failure in the background is told again by each write. */
    TELLS_FAILURE_AGAIN
  }

  private static final int HEADER_BYTES = 16;

  private final ByteDisk disk;
  private final Set<Mistake> mistakes;
  private final MemoryLogStore index = new MemoryLogStore();
  private long records;
  private boolean failed;
  private @Nullable LogStoreException inBackground;
  private Consumer<LogStoreException> listener = failure -> {};

  SampleLogStore(ByteDisk disk, Set<Mistake> mistakes) {
    this.disk = disk;
    this.mistakes = mistakes;
  }

  /** Where the last record of a file begins. */
  static int startOfLastRecord(byte[] file) {
    int start = 0;
    for (int end = 0; end < file.length; end += ByteBuffer.wrap(file).getInt(end)) {
      start = end;
    }
    return start;
  }

  @Override
  public RecoveredState recover() {
    byte[] file = disk.read();
    ByteArrayOutputStream intact = new ByteArrayOutputStream();
    int start = 0;
    while (start < file.length) {
      byte[] stored = recordAt(file, start);
      boolean believed = stored.length > HEADER_BYTES
          && (StoredWrite.isIntact(stored, records + 1)
              || mistakes.contains(Mistake.IGNORES_CHECKSUMS));
      if (!believed) {
        if (!mistakes.contains(Mistake.ENDS_AT_DAMAGE) && isFollowedByRecord(file, start)) {
          throw new LogStoreException("the record at byte " + start + " is damaged");
        }
        break;
      }
      index.write(decode(stored));
      intact.writeBytes(stored);
      records++;
      start += stored.length;
    }
    makeDurable(intact.toByteArray());
    return index.recover();
  }

  private static LogWrite decode(byte[] stored) {
    try {
      return StoredWrite.decode(stored);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException e) {
      throw new LogStoreException("a record makes no sense", e);
    }
  }

  private static byte[] recordAt(byte[] file, int start) {
    if (file.length - start < HEADER_BYTES) {
      return Arrays.copyOfRange(file, start, file.length);
    }
    int length = ByteBuffer.wrap(file).getInt(start);
    boolean plausible = length >= HEADER_BYTES && length <= file.length - start;
    return Arrays.copyOfRange(file, start, plausible ? start + length : file.length);
  }

  /** Whether what begins somewhere behind is an intact record of a higher number: then this one was acknowledged. */
  private boolean isFollowedByRecord(byte[] file, int from) {
    for (int start = from + 1; start < file.length - HEADER_BYTES; start++) {
      ByteBuffer header = ByteBuffer.wrap(file, start, HEADER_BYTES);
      int length = header.getInt();
      long number = header.getLong();
      if (length > HEADER_BYTES
          && length <= file.length - start
          && number > records
          && StoredWrite.isIntact(Arrays.copyOfRange(file, start, start + length), number)) {
        return true;
      }
    }
    return false;
  }

  private void makeDurable(byte[] intact) {
    try {
      if (mistakes.contains(Mistake.LEAVES_TORN_END)) {
        disk.sync();
      } else if (mistakes.contains(Mistake.TRUSTS_WHAT_IT_READS)) {
        if (intact.length < disk.read().length) {
          disk.replace(intact);
        }
      } else {
        disk.replace(intact);
      }
    } catch (IOException e) {
      if (!mistakes.contains(Mistake.SWALLOWS_FAILURE_OF_RECOVERY)) {
        throw new LogStoreException("what was found can't be made durable", e);
      }
    }
  }

  /** As when work that no call waits for goes wrong. */
  void failInBackground() {
    inBackground = new LogStoreException("work in the background has failed");
    failed = true;
    if (mistakes.contains(Mistake.TELLS_NO_FAILURE)) {
      // The suite waits for half a minute, and nothing will come.
      Thread.currentThread().interrupt();
    } else {
      listener.accept(inBackground);
    }
  }

  @Override
  public void onFailure(Consumer<LogStoreException> newListener) {
    listener = newListener;
    if (inBackground != null && !mistakes.contains(Mistake.TELLS_NO_EARLIER_FAILURE)) {
      listener.accept(inBackground);
    }
  }

  @Override
  public void write(LogWrite write) {
    if (inBackground != null && mistakes.contains(Mistake.TELLS_FAILURE_AGAIN)) {
      listener.accept(inBackground);
    }
    if (failed && !mistakes.contains(Mistake.GOES_ON_AFTER_FAILURE)) {
      throw new LogStoreException("an earlier write has failed");
    }
    failed = true;
    try {
      if (mistakes.contains(Mistake.SYNCS_TOO_EARLY)) {
        disk.sync();
      }
      for (LogWrite part : parts(write)) {
        disk.append(StoredWrite.encode(records + 1, part));
        records++;
      }
      sync();
    } catch (IOException e) {
      throw new LogStoreException("the write has failed", e);
    }
    index.write(write);
    failed = false;
  }

  private List<LogWrite> parts(LogWrite write) {
    if (!mistakes.contains(Mistake.SPLITS_WRITES)) {
      return List.of(write);
    }
    List<LogWrite> parts = new ArrayList<>();
    if (write.host() != null) {
      parts.add(new LogWrite(write.host(), List.of()));
    }
    write.groups().forEach(group -> parts.add(LogWrite.of(List.of(group))));
    return parts;
  }

  private void sync() throws IOException {
    if (mistakes.contains(Mistake.DOES_NOT_SYNC) || mistakes.contains(Mistake.SYNCS_TOO_EARLY)) {
      return;
    }
    try {
      disk.sync();
    } catch (IOException e) {
      if (!mistakes.contains(Mistake.TRIES_SYNC_AGAIN)) {
        throw e;
      }
      disk.sync();
    }
  }

  @Override
  public List<EntryBatch> read(GroupId group, long fromIndex, long toIndex, long maxBytes) {
    return index.read(group, fromIndex, toIndex, maxBytes);
  }

  @Override
  public Durability durability() {
    return Durability.SYNCED;
  }

  @Override
  public void close() {
    index.close();
  }
}
