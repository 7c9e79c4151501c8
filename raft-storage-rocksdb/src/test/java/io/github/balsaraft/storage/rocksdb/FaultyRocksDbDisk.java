package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.testing.FaultyDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Statistics;
import org.rocksdb.TickerType;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A real folder whose power is cut by copying it while it is open: of each file of the write-ahead log what RocksDB has synced
 * stays, and of the rest a part. What is synced is taken from RocksDB's own count of syncs. Files that RocksDB writes in the
 * background are taken as they are: it syncs them before it names them in its MANIFEST.
 *
 * <p>A write has two operations: RocksDB's write, of which a part is then in the file, and its sync. A recovery has the steps of
 * the store's own, each failing before it is done and behind; what RocksDB does by itself is made to fail by {@code FileSizeLimitIT}.
 */
final class FaultyRocksDbDisk implements FaultyDisk {

  private static final List<UnsyncedLoss> LOSSES = List.of(UnsyncedLoss.values());

  /** What all disks of one test share. */
  static final class Rack implements AutoCloseable {
    private final Path temporary;
    private final AtomicInteger disks = new AtomicInteger();
    private final List<Statistics> counters = new ArrayList<>();
    private final Map<UnsyncedLoss, Integer> losses = new EnumMap<>(UnsyncedLoss.class);
    private final Random random;

    /**
     * @param seed decides how much of a write that fails is done
     */
    Rack(Path temporary, long seed) {
      this.temporary = temporary;
      this.random = new Random(seed);
    }

    /** How often something was lost, by the way in which. */
    Map<UnsyncedLoss, Integer> losses() {
      return losses;
    }

    private Path newFolder() {
      return temporary.resolve(Integer.toString(disks.incrementAndGet()));
    }

    @Override
    public void close() {
      counters.forEach(Statistics::close);
    }
  }

  private final Rack rack;
  private final Path folder;

  /** Of each file of the write-ahead log, how much is synced. */
  private final Map<String, Long> synced;

  private Map<String, Long> atWriteBegin = Map.of();
  private @Nullable Statistics counters;
  private @Nullable RocksDB database;
  private int failing = -1;
  private boolean failed;

  /** An empty disk. */
  FaultyRocksDbDisk(Rack rack) {
    this(rack, rack.newFolder(), Map.of());
  }

  private FaultyRocksDbDisk(Rack rack, Path folder, Map<String, Long> synced) {
    this.rack = rack;
    this.folder = folder;
    this.synced = new TreeMap<>(synced);
  }

  @Override
  public LogStore open() {
    NativeLibrary.load();
    counters = new Statistics();
    rack.counters.add(counters);
    return RocksDbLogStore.builder()
        .directory(folder)
        .memtableBytes(64 << 10)
        .statistics(counters)
        .writer(this::write)
        .betweenSteps(this::betweenSteps)
        .build();
  }

  private void betweenSteps() throws IOException {
    if (failing >= 0 && failing-- == 0) {
      failed = true;
      throw new IOException("a step of opening has failed");
    }
  }

  private void write(RocksDB db, WriteOptions options, WriteBatch batch) throws RocksDBException {
    database = db;
    if (failing == 0) {
      failed = true;
      failing = -1;
      tear(db, options, batch);
      throw new RocksDBException("the write has failed");
    }
    long syncs = counters.getTickerCount(TickerType.WAL_FILE_SYNCED);
    Map<String, Long> before = walSizes(folder);
    db.write(options, batch);
    boolean isSynced = counters.getTickerCount(TickerType.WAL_FILE_SYNCED) > syncs;
    if (failing == 1) {
      failed = true;
      failing = -1;
      // Whatever comes later of syncs, it has nothing to do with this.
      synced.putAll(before);
      throw new RocksDBException("the sync has failed");
    }
    if (isSynced) {
      synced.putAll(walSizes(folder));
    }
  }

  /** A part of the write gets into the file, from nothing to all but a byte. */
  private void tear(RocksDB db, WriteOptions options, WriteBatch batch) throws RocksDBException {
    Map<String, Long> before = walSizes(folder);
    db.write(options, batch);
    for (Map.Entry<String, Long> wal : walSizes(folder).entrySet()) {
      long from = before.getOrDefault(wal.getKey(), 0L);
      long written = wal.getValue() - from;
      if (written > 0) {
        // RocksDB writes no more to it: the store has failed.
        try (FileChannel file =
            FileChannel.open(folder.resolve(wal.getKey()), StandardOpenOption.WRITE)) {
          file.truncate(from + partOf(written));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private long partOf(long written) {
    return switch (rack.random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> written - 1;
      default -> rack.random.nextLong(written);
    };
  }

  @Override
  public void writeBegins() {
    atWriteBegin = walSizes(folder);
  }

  @Override
  public List<FaultyDisk> cutDuringWrite(Random random) {
    return cut(atWriteBegin, random);
  }

  @Override
  public List<FaultyDisk> cutNow(Random random) {
    return cut(synced, random);
  }

  /**
   * Copies the folder, and takes away some of the newest file of the log behind what is known to be there: in each of the ways that
   * there are, each as a copy that is made when it is asked for.
   */
  private List<FaultyDisk> cut(Map<String, Long> there, Random random) {
    FaultyRocksDbDisk whole = killNow();
    try {
      List<Path> wals = WalCheck.files(whole.folder);
      if (wals.isEmpty()) {
        return List.of(whole);
      }
      for (Path older : wals.subList(0, wals.size() - 1)) {
        whole.cutOlder(older, there);
      }
      Path newest = wals.get(wals.size() - 1);
      byte[] bytes = Files.readAllBytes(newest);
      int from = Math.toIntExact(there.getOrDefault(newest.getFileName().toString(), 0L));
      if (from >= bytes.length) {
        return List.of(whole);
      }
      return new AbstractList<>() {
        @Override
        public FaultyDisk get(int index) {
          UnsyncedLoss loss = LOSSES.get(index);
          rack.losses.merge(loss, 1, Integer::sum);
          return whole.withWal(newest, loss.left(bytes, from, random));
        }

        @Override
        public int size() {
          return LOSSES.size();
        }
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** RocksDB has gone on with another file, which doesn't make what it found in this one durable. */
  private void cutOlder(Path wal, Map<String, Long> there) throws IOException {
    byte[] bytes = Files.readAllBytes(wal);
    long length = there.getOrDefault(wal.getFileName().toString(), (long) bytes.length);
    if (length < bytes.length) {
      Files.write(wal, Arrays.copyOf(bytes, Math.toIntExact(length)));
    }
  }

  private FaultyRocksDbDisk withWal(Path newest, byte[] content) {
    FaultyRocksDbDisk copy = killNow();
    try {
      Files.write(copy.folder.resolve(newest.getFileName()), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    copy.synced.put(newest.getFileName().toString(), (long) content.length);
    return copy;
  }

  @Override
  public FaultyRocksDbDisk killNow() {
    try {
      Path copy = rack.newFolder();
      Folders.copy(folder, copy);
      return new FaultyRocksDbDisk(rack, copy, synced);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

  /** While the folder is elsewhere no table file can be created: a flush fails, of something that the store never looks at. */
  @Override
  public boolean failInBackground() {
    RocksDB db = Objects.requireNonNull(database);
    Path elsewhere = rack.newFolder();
    try (WriteOptions notInTheLog = new WriteOptions().setDisableWAL(true);
        FlushOptions flush = new FlushOptions()) {
      db.put(notInTheLog, new byte[] {1}, new byte[] {1});
      Files.move(folder, elsewhere);
      try {
        db.flush(flush);
        throw new AssertionError("a flush without a folder has succeeded");
      } catch (RocksDBException expected) {
        return true;
      } finally {
        Files.move(elsewhere, folder);
      }
    } catch (RocksDBException | IOException e) {
      throw new AssertionError("the flush can't be made to fail", e);
    }
  }

  @Override
  public List<FaultyDisk> flipBits(Random random) {
    List<FaultyDisk> left = new ArrayList<>();
    try {
      FaultyRocksDbDisk killed = killNow();
      List<Path> files = Folders.list(killed.folder);
      for (Path file : files) {
        // Each kind of file, a large one not more often than a small one.
        long size = Files.size(file);
        for (int i = 0; size > 0 && i < 2; i++) {
          FaultyRocksDbDisk damaged = killed.killNow();
          byte[] bytes = Files.readAllBytes(file);
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
          Files.write(damaged.folder.resolve(file.getFileName()), bytes);
          left.add(damaged);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return left;
  }

  private static Map<String, Long> walSizes(Path folder) {
    Map<String, Long> sizes = new TreeMap<>();
    try {
      if (Files.exists(folder)) {
        for (Path wal : WalCheck.files(folder)) {
          sizes.put(wal.getFileName().toString(), Files.size(wal));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sizes;
  }
}
