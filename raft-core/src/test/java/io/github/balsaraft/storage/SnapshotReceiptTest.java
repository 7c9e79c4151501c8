package io.github.balsaraft.storage;

import static io.github.balsaraft.storage.SampleSnapshot.GROUP;
import static io.github.balsaraft.storage.SampleSnapshot.HEADER;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.SnapshotManifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A snapshot of many files is received with few of them open, and none is closed that is not synced. */
class SnapshotReceiptTest {

  private static final int FILES = 200;
  private static final int CHUNK_BYTES = 4;
  private static final int CHUNKS = 2;

  /** A folder in memory that counts. */
  private static final class CountingFolder extends ForwardedFolder {
    /** Those that were closed with something in them that was not synced. */
    final List<String> closedUnsynced = new ArrayList<>();

    int openFiles;
    int mostOpen;
    boolean hasUnsyncedNames;

    CountingFolder() {
      super(new MemorySnapshotFolder());
    }

    @Override
    public Appended create(String name) throws IOException {
      Appended file = super.create(name);
      mostOpen = Math.max(mostOpen, ++openFiles);
      hasUnsyncedNames = true;
      return new Appended() {
        private boolean isSynced;

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          isSynced = false;
          file.write(bytes, offset, length);
        }

        @Override
        public void sync() throws IOException {
          isSynced = true;
          file.sync();
        }

        @Override
        public void close() throws IOException {
          openFiles--;
          if (!isSynced) {
            closedUnsynced.add(name);
          }
          file.close();
        }
      };
    }

    @Override
    public void rename(String from, String to) throws IOException {
      hasUnsyncedNames = true;
      super.rename(from, to);
    }

    @Override
    public void sync() throws IOException {
      hasUnsyncedNames = false;
      super.sync();
    }
  }

  private final FolderSnapshotStore source =
      new FolderSnapshotStore(new MemorySnapshotFolder(), CHUNK_BYTES);
  private final CountingFolder folder = new CountingFolder();
  private final FolderSnapshotStore store = new FolderSnapshotStore(folder, CHUNK_BYTES);
  private SnapshotManifest manifest;

  @BeforeEach
  void write() throws IOException {
    try (SnapshotStore.Draft draft = source.create(GROUP, HEADER, 7)) {
      for (int file = 0; file < FILES; file++) {
        draft.file("file " + file).write(content(file));
      }
      draft.file("empty");
      manifest = draft.commit();
    }
  }

  private static byte[] content(int file) {
    return ByteBuffer.allocate(CHUNKS * CHUNK_BYTES).putInt(file).putInt(~file).array();
  }

  /** Of the files from the first on, so many. */
  private void receive(SnapshotStore.Receipt receipt, int files) throws IOException {
    try (SnapshotStore.Stored stored = source.open(GROUP, manifest.id())) {
      for (int file = 0; file < files; file++) {
        for (int chunk = receipt.received(file); chunk < CHUNKS; chunk++) {
          receipt.add(file, stored.chunk(file, chunk));
        }
      }
    }
  }

  private void assertIsThere() throws IOException {
    assertThat(folder.openFiles).isZero();
    assertThat(folder.hasUnsyncedNames).isFalse();
    try (SnapshotStore.Stored stored = store.open(GROUP, manifest.id())) {
      stored.verify();
      assertThat(stored.file("file 7").readAllBytes()).isEqualTo(content(7));
      assertThat(stored.file("empty").readAllBytes()).isEmpty();
    }
  }

  @Test
  void aFileIsSyncedAndClosedWithItsLastChunk() throws IOException {
    try (SnapshotStore.Receipt receipt = store.receive(GROUP, manifest)) {
      receive(receipt, FILES);
      receipt.commit();
    }
    assertThat(folder.mostOpen).isEqualTo(1);
    assertThat(folder.closedUnsynced).isEmpty();
    assertIsThere();
  }

  @Test
  void whatIsTakenUpAgainIsClosedToo() throws IOException {
    try (SnapshotStore.Receipt receipt = store.receive(GROUP, manifest)) {
      receive(receipt, FILES / 2);
    }
    try (SnapshotStore.Receipt receipt = store.receive(GROUP, manifest)) {
      assertThat(receipt.received(FILES / 2 - 1)).isEqualTo(CHUNKS);
      assertThat(receipt.received(FILES / 2)).isZero();
      receive(receipt, FILES);
      receipt.commit();
    }
    assertThat(folder.mostOpen).isEqualTo(1);
    assertThat(folder.closedUnsynced).isEmpty();
    assertIsThere();
  }

  /** A part of each: of most of them it is not kept. */
  @Test
  void filesThatADamagedDiskHasCutOffAreOpenInABoundedNumber() throws IOException {
    try (SnapshotStore.Receipt receipt = store.receive(GROUP, manifest)) {
      receive(receipt, FILES);
    }
    String stem = SnapshotNames.stem(GROUP, manifest.id());
    for (int file = 0; file < FILES; file++) {
      try (SnapshotFolder.Appended cut = folder.create(SnapshotNames.data(stem, file))) {
        cut.write(content(file), 0, CHUNK_BYTES);
      }
    }
    try (SnapshotStore.Receipt receipt = store.receive(GROUP, manifest)) {
      assertThat(receipt.received(0)).isEqualTo(1);
      assertThat(receipt.received(FILES - 1)).isZero();
      receive(receipt, FILES);
      receipt.commit();
    }
    assertThat(folder.mostOpen).isLessThan(20);
    assertIsThere();
  }
}
