package io.github.balsaraft.storage;

import io.github.balsaraft.testing.FaultyDisk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A disk with one file, to which a store appends and which it syncs or replaces. It has a page cache: what is unsynced is
 * read like the rest, and what a failed sync has dropped too.
 */
final class ByteDisk implements FaultyDisk {

  private static final int SECTOR_BYTES = 32;

  /** What was asked of the disk: an append, a replacement of all, or a sync. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares it.
  private record Operation(Kind kind, byte[] bytes) {}

  private enum Kind {
    APPEND,
    REPLACE,
    SYNC
  }

  private final Function<ByteDisk, SampleLogStore> stores;

  /** What a process reads. */
  private byte[] seen;

  /** What is there without power; only its beginning is what {@link #seen} is, where syncs have failed. */
  private byte[] stored;

  /** Where the part begins that the next sync stores. */
  private int syncedTo;

  private List<Operation> sinceWriteBegan = new ArrayList<>();
  private ByteDisk atWriteBegin = this;
  private @Nullable SampleLogStore opened;
  private int failing = -1;
  private boolean failed;

  /** An empty disk. */
  ByteDisk(Function<ByteDisk, SampleLogStore> stores) {
    this(stores, new byte[0], new byte[0], 0);
  }

  private ByteDisk(
      Function<ByteDisk, SampleLogStore> stores, byte[] seen, byte[] stored, int syncedTo) {
    this.stores = stores;
    this.seen = seen;
    this.stored = stored;
    this.syncedTo = syncedTo;
  }

  byte[] read() {
    return seen.clone();
  }

  void append(byte[] bytes) throws IOException {
    ask(new Operation(Kind.APPEND, bytes.clone()));
  }

  void sync() throws IOException {
    ask(new Operation(Kind.SYNC, new byte[0]));
  }

  /** Writes a new file, syncs it and renames it over the old one. */
  void replace(byte[] bytes) throws IOException {
    ask(new Operation(Kind.REPLACE, bytes.clone()));
  }

  private void ask(Operation operation) throws IOException {
    sinceWriteBegan.add(operation);
    if (failing >= 0 && failing-- == 0) {
      failed = true;
      if (operation.kind == Kind.APPEND) {
        seen = concat(seen, Arrays.copyOf(operation.bytes, operation.bytes.length / 2));
      } else if (operation.kind == Kind.SYNC) {
        syncedTo = seen.length;
      }
      throw new IOException("the disk has failed");
    }
    carryOut(operation);
  }

  private void carryOut(Operation operation) {
    switch (operation.kind) {
      case APPEND -> seen = concat(seen, operation.bytes);
      case REPLACE -> {
        seen = operation.bytes;
        stored = operation.bytes;
        syncedTo = seen.length;
      }
      case SYNC -> {
        // What an earlier sync has failed to store is missing for ever; a hole stays there.
        byte[] more = Arrays.copyOf(stored, seen.length);
        System.arraycopy(seen, syncedTo, more, syncedTo, seen.length - syncedTo);
        stored = more;
        syncedTo = seen.length;
      }
    }
  }

  @Override
  public LogStore open() {
    opened = stores.apply(this);
    return opened;
  }

  @Override
  public boolean failInBackground() {
    Objects.requireNonNull(opened).failInBackground();
    return true;
  }

  @Override
  public void writeBegins() {
    atWriteBegin = killNow();
    sinceWriteBegan = new ArrayList<>();
  }

  @Override
  public List<FaultyDisk> cutDuringWrite(Random random) {
    List<FaultyDisk> left = new ArrayList<>();
    for (int done = 0; done <= sinceWriteBegan.size(); done++) {
      for (int i = 0; i < 8; i++) {
        ByteDisk disk = atWriteBegin.killNow();
        sinceWriteBegan.subList(0, done).forEach(disk::carryOut);
        left.addAll(disk.cutNow(random));
      }
    }
    return left;
  }

  @Override
  public List<FaultyDisk> cutNow(Random random) {
    int length = stored.length;
    if (seen.length > stored.length) {
      length += random.nextInt(seen.length - stored.length + 1);
    }
    byte[] left = Arrays.copyOf(stored, length);
    boolean holes = random.nextBoolean();
    for (int from = Math.max(syncedTo, stored.length); from < length; ) {
      int to = Math.min(length, (from / SECTOR_BYTES + 1) * SECTOR_BYTES);
      if (!holes || random.nextBoolean()) {
        System.arraycopy(seen, from, left, from, to - from);
      }
      from = to;
    }
    return List.of(new ByteDisk(stores, left, left, left.length));
  }

  @Override
  public ByteDisk killNow() {
    return new ByteDisk(stores, seen, stored, syncedTo);
  }

  @Override
  public void failOperation(int number) {
    failing = number;
    failed = false;
  }

  @Override
  public boolean hasFailed() {
    return failed;
  }

  /** In the last record damage can't be told from a write that was cut short. */
  @Override
  public List<FaultyDisk> flipBits(Random random) {
    int records = SampleLogStore.startOfLastRecord(stored);
    List<FaultyDisk> left = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      byte[] damaged = stored.clone();
      damaged[random.nextInt(records)] ^= (byte) (1 << random.nextInt(8));
      left.add(new ByteDisk(stores, damaged, damaged, damaged.length));
    }
    return left;
  }

  private static byte[] concat(byte[] first, byte[] second) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(first);
    out.writeBytes(second);
    return out.toByteArray();
  }
}
