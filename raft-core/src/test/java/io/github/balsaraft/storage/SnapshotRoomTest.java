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

  private static final class SmallFolder extends ForwardedFolder {
    private long usable;

    SmallFolder() {
      super(new MemorySnapshotFolder());
    }

    @Override
    public long usableBytes() {
      return usable;
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
  @DisplayName("one of its own is begun if one like the last fits, and a little more")
  void ownSnapshot() throws IOException {
    folder.usable = BYTES + BYTES / 8 - 1;
    assertThatThrownBy(() -> store.create(GROUP, HEADER, 8, BYTES))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no room on the disk")
        .hasMessageContaining("about 45 bytes are needed, and 44 are free");
    assertThat(folder.list()).isEmpty();
    folder.usable++;
    store.create(GROUP, HEADER, 8, BYTES).close();
    folder.usable = 0;
    store.create(GROUP, HEADER, 8, 0).close();
  }

  @Test
  @DisplayName("of a large one no more stays free than is worth it")
  void largeSnapshot() throws IOException {
    long large = 1L << 40;
    folder.usable = large + (64 << 20) - 1;
    assertThatThrownBy(() -> store.create(GROUP, HEADER, 8, large)).isInstanceOf(IOException.class);
    folder.usable++;
    store.create(GROUP, HEADER, 8, large).close();
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
    folder.usable = 21;
    assertThatThrownBy(() -> store.receive(GROUP, offered))
        .hasMessageContaining("about 22 bytes are needed, and 21 are free");
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
