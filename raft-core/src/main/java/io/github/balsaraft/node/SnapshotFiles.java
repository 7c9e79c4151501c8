package io.github.balsaraft.node;

import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotWriter;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.SnapshotFile;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.SnapshotStore;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The files of a snapshot as an application sees them: its own, and not the library's. */
final class SnapshotFiles {

  private SnapshotFiles() {}

  /** What an application writes goes to a draft, no faster than the limit allows, and only until it is given up. */
  static SnapshotWriter writer(
      SnapshotStore.Draft draft,
      RateLimit limit,
      HostEnvironment environment,
      BooleanSupplier givenUp) {
    return name -> {
      if (name.startsWith(SnapshotManifest.RESERVED_PREFIX)) {
        throw new IOException("names of files of a snapshot that begin with "
            + SnapshotManifest.RESERVED_PREFIX + " are the library's: " + name);
      }
      return new Paced(draft.file(name), limit, environment, givenUp);
    };
  }

  /** So goes the library's own state, which may be as large as an application's. */
  static OutputStream sessionsWriter(
      SnapshotStore.Draft draft,
      RateLimit limit,
      HostEnvironment environment,
      BooleanSupplier givenUp)
      throws IOException {
    return new Paced(draft.file(SnapshotManifest.SESSIONS_FILE), limit, environment, givenUp);
  }

  /** The library's own state; null if there is none. */
  static byte @Nullable [] sessions(SnapshotStore.Stored stored) throws IOException {
    if (stored.manifest().file(SnapshotManifest.SESSIONS_FILE).isEmpty()) {
      return null;
    }
    try (InputStream in = stored.file(SnapshotManifest.SESSIONS_FILE)) {
      return in.readAllBytes();
    }
  }

  static SnapshotReader reader(SnapshotStore.Stored stored) {
    return new Reader(stored);
  }

  private static final class Paced extends FilterOutputStream {
    private static final int PIECE_BYTES = 1 << 20;
    private static final long PAUSE_NANOS = 100_000_000;

    private final RateLimit limit;
    private final HostEnvironment environment;
    private final BooleanSupplier givenUp;

    Paced(OutputStream out, RateLimit limit, HostEnvironment environment, BooleanSupplier givenUp) {
      super(out);
      this.givenUp = givenUp;
      this.limit = limit;
      this.environment = environment;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      for (int done = 0; done < length; done += PIECE_BYTES) {
        int piece = Math.min(PIECE_BYTES, length - done);
        pause(limit.takeNanos(piece, environment.nowNanos()));
        out.write(bytes, offset + done, piece);
      }
    }

    /** Not all at once: it may be given up meanwhile, and the host wait for that. */
    private void pause(long waitNanos) throws IOException {
      requireWanted();
      for (long left = waitNanos; left > 0; left -= PAUSE_NANOS) {
        environment.pause(Math.min(PAUSE_NANOS, left));
        requireWanted();
      }
    }

    private void requireWanted() throws IOException {
      if (givenUp.getAsBoolean()) {
        throw new IOException("the snapshot was given up, because this node stops");
      }
    }
  }

  private record Reader(SnapshotStore.Stored stored) implements SnapshotReader {

    @Override
    public EntryId lastEntry() {
      return stored.manifest().header().last();
    }

    @Override
    public List<String> files() {
      return stored.manifest().files().stream()
          .map(SnapshotFile::name)
          .filter(name -> !name.startsWith(SnapshotManifest.RESERVED_PREFIX))
          .toList();
    }

    @Override
    public InputStream file(String name) throws IOException {
      return stored.file(name);
    }
  }
}
