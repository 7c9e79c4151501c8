package io.github.balsaraft.node;

import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.SnapshotStore;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;

/** How far somebody is who reads a snapshot. Any thread may look. */
final class ReadProgress {

  private final HostEnvironment environment;
  private final AtomicLong bytes = new AtomicLong();
  private volatile long sinceNanos;

  /** Nothing has been read. */
  ReadProgress(HostEnvironment environment) {
    this.environment = environment;
    this.sinceNanos = environment.nowNanos();
  }

  /** How much was read; what was read twice counts twice. */
  long bytes() {
    return bytes.get();
  }

  /** When something was read the last time; before that, when somebody began to read, or this was made. */
  long sinceNanos() {
    return sinceNanos;
  }

  /** The same snapshot, of which is counted what is read. To be called right before something is. */
  SnapshotStore.Stored counting(SnapshotStore.Stored stored) {
    sinceNanos = environment.nowNanos();
    return new Counted(stored);
  }

  private void read(long count) {
    if (count > 0) {
      sinceNanos = environment.nowNanos();
      bytes.addAndGet(count);
    }
  }

  private final class Counted implements SnapshotStore.Stored {
    private final SnapshotStore.Stored stored;

    Counted(SnapshotStore.Stored stored) {
      this.stored = stored;
    }

    @Override
    public SnapshotManifest manifest() {
      return stored.manifest();
    }

    @Override
    public byte[] chunk(int file, int chunk) throws IOException {
      byte[] read = stored.chunk(file, chunk);
      read(read.length);
      return read;
    }

    @Override
    public InputStream file(String name) throws IOException {
      return new CountedStream(stored.file(name));
    }

    @Override
    public void close() throws IOException {
      stored.close();
    }
  }

  private final class CountedStream extends FilterInputStream {

    CountedStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int one = in.read();
      ReadProgress.this.read(one < 0 ? 0 : 1);
      return one;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = in.read(into, offset, length);
      ReadProgress.this.read(count);
      return count;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = in.skip(count);
      ReadProgress.this.read(skipped);
      return skipped;
    }
  }
}
