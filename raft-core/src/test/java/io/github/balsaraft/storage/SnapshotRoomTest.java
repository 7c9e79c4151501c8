package io.github.balsaraft.storage;

import static io.github.balsaraft.storage.SampleSnapshot.GROUP;
import static io.github.balsaraft.storage.SampleSnapshot.HEADER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.SnapshotManifest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot for which the disk has no room doesn't fill it: the log is on it, too. */
class SnapshotRoomTest {

  private static final int CHUNK_BYTES = 10;

  /** In two files, of three chunks and of one. */
  private static final int BYTES = 40;

  private final SmallFolder folder = new SmallFolder();
  private final FolderSnapshotStore store = new FolderSnapshotStore(folder, CHUNK_BYTES);

  /** A disk that has less room the more is on it. */
  private static final class SmallFolder extends ForwardedFolder {
    private long usable;
    private boolean isAsked = true;

    SmallFolder() {
      super(new MemorySnapshotFolder());
    }

    @Override
    public long usableBytes() throws IOException {
      if (!isAsked) {
        throw new IOException("Mount point not found (a test)");
      }
      return usable;
    }

    @Override
    public Appended create(String name) throws IOException {
      delete(name);
      return new ForwardedFile(super.create(name)) {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          usable -= length;
          super.write(bytes, offset, length);
        }
      };
    }

    @Override
    public void delete(String name) throws IOException {
      if (list().contains(name)) {
        try (Opened file = open(name)) {
          usable += file.bytes();
        }
      }
      super.delete(name);
    }
  }

  private static SnapshotManifest offered() throws IOException {
    FolderSnapshotStore source = new FolderSnapshotStore(new MemorySnapshotFolder(), CHUNK_BYTES);
    try (SnapshotStore.Draft draft = source.create(GROUP, HEADER, 7)) {
      OutputStream first = draft.file("first");
      first.write(new byte[3 * CHUNK_BYTES]);
      OutputStream second = draft.file("second");
      second.write(new byte[CHUNK_BYTES]);
      return draft.commit();
    }
  }

  @Test
  @DisplayName("one of its own ends before the room does")
  void ownSnapshot() throws IOException {
    folder.usable = 30;
    try (SnapshotStore.Draft draft = store.create(GROUP, HEADER, 8)) {
      OutputStream out = draft.file("state");
      assertThatThrownBy(() -> out.write(new byte[BYTES]))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no room on the disk")
          .hasMessageContaining("20 bytes of it were written, and 10 are free, of which 3 stay so");
      assertThat(folder.usable).isPositive();
    }
    assertThat(folder.list()).isEmpty();
    assertThat(folder.usable).isEqualTo(30);
    try (SnapshotStore.Draft draft = store.create(GROUP, HEADER, 8)) {
      draft.file("state").write(new byte[20]);
      assertThat(draft.commit().bytes()).isEqualTo(20);
    }
  }

  @Test
  @DisplayName("of a large disk no more stays free than is worth it")
  void largeDisk() throws IOException {
    folder.usable = 1L << 40;
    try (SnapshotStore.Draft draft = store.create(GROUP, HEADER, 8)) {
      OutputStream out = draft.file("state");
      out.write(new byte[CHUNK_BYTES]);
      // Others write, too: it looks again after a while.
      folder.usable = 64 << 20;
      out.write(new byte[4 << 20]);
      assertThatThrownBy(() -> out.write(new byte[8 << 20]))
          .hasMessageContaining("of which " + (64 << 20) + " stay so");
    }
  }

  /** As in a chroot. It has been written to that disk before. */
  @Test
  @DisplayName("a disk that can't say how much room it has takes everything")
  void roomThatIsNotKnown() throws IOException {
    folder.isAsked = false;
    try (SnapshotStore.Draft draft = store.create(GROUP, HEADER, 8)) {
      draft.file("state").write(new byte[BYTES]);
      assertThat(draft.commit().bytes()).isEqualTo(BYTES);
    }
    try (SnapshotStore.Receipt receipt = store.receive(GROUP, offered())) {
      receipt.add(0, new byte[CHUNK_BYTES]);
    }
    try (SnapshotStore.Receipt receipt = store.receive(GROUP, offered())) {
      assertThat(receipt.received(0)).isEqualTo(1);
    }
  }

  /** Its own part would stand in its way for ever. */
  @Test
  @DisplayName("a part that can't be gone on with goes if all of it fits then")
  void beginsAnew() throws IOException {
    SnapshotManifest offered = offered();
    folder.usable = 1000;
    try (SnapshotStore.Receipt receipt = store.receive(GROUP, offered)) {
      receipt.add(0, new byte[CHUNK_BYTES]);
      receipt.add(0, new byte[CHUNK_BYTES]);
      receipt.add(1, new byte[CHUNK_BYTES]);
    }
    folder.usable = 21;
    try (SnapshotStore.Receipt receipt = store.receive(GROUP, offered)) {
      assertThat(receipt.received(0)).isZero();
      assertThat(receipt.received(1)).isZero();
      for (int chunk = 0; chunk < 3; chunk++) {
        receipt.add(0, new byte[CHUNK_BYTES]);
      }
      receipt.add(1, new byte[CHUNK_BYTES]);
      receipt.commit();
    }
    assertThat(store.recover(GROUP)).hasSize(1);
  }

  @Test
  @DisplayName("one that is fetched is begun if it fits, and gone on with if its rest does")
  void fetchedSnapshot() throws IOException {
    SnapshotManifest offered = offered();
    folder.usable = 44;
    assertThatThrownBy(() -> store.receive(GROUP, offered))
        .hasMessageContaining("about 45 bytes are needed, and 44 are free");
    assertThat(folder.list()).isEmpty();
    folder.usable++;
    try (SnapshotStore.Receipt receipt = store.receive(GROUP, offered)) {
      receipt.add(0, new byte[CHUNK_BYTES]);
      receipt.add(0, new byte[CHUNK_BYTES]);
      receipt.add(1, new byte[CHUNK_BYTES]);
    }
    // More than the rest: the 20 bytes of the first file are written once more, and then the old
    // ones go.
    folder.usable = 14;
    assertThatThrownBy(() -> store.receive(GROUP, offered))
        .hasMessageContaining("about 22 bytes are needed, and 14 are free");
    assertThat(folder.list()).as("for the next attempt").hasSize(3);
    folder.usable = 22;
    try (SnapshotStore.Receipt receipt = store.receive(GROUP, offered)) {
      assertThat(receipt.received(0)).isEqualTo(2);
      assertThat(receipt.received(1)).isEqualTo(1);
      receipt.add(0, new byte[CHUNK_BYTES]);
      receipt.commit();
    }
    assertThat(store.recover(GROUP)).hasSize(1);
  }

  /** Nobody knows how much there is on the machine of a test. */
  @Test
  void aFolderOfAFileSystemSaysHowMuchThereIs(@TempDir Path directory) throws IOException {
    assertThat(new NioSnapshotFolder(directory).usableBytes())
        .isBetween(1L, Files.getFileStore(directory).getTotalSpace());
    assertThat(new MemorySnapshotFolder().usableBytes()).isEqualTo(Long.MAX_VALUE);
  }
}
