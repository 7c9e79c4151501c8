package io.github.balsaraft.storage;

import static io.github.balsaraft.storage.SampleSnapshot.GROUP;
import static io.github.balsaraft.storage.SampleSnapshot.HEADER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

/** A snapshot that is given up leaves nothing. */
class SnapshotDraftTest {

  private final MemorySnapshotFolder files = new MemorySnapshotFolder();

  /** As a file system may that writes late, and finds no room then. */
  @Test
  void leavesNothingEvenIfAFileCanNotBeClosed() throws IOException {
    SnapshotStore.Draft draft =
        new FolderSnapshotStore(new Unclosable(), 4).create(GROUP, HEADER, 7);
    OutputStream out = draft.file("state");
    out.write(new byte[6]);
    assertThat(files.list()).isNotEmpty();
    assertThatThrownBy(draft::close).hasMessageContaining("no room");
    assertThat(files.list()).isEmpty();
  }

  /** A folder whose files end with an exception. */
  private final class Unclosable extends ForwardedFolder {

    Unclosable() {
      super(files);
    }

    @Override
    public Appended create(String name) throws IOException {
      return new ForwardedFile(super.create(name)) {
        @Override
        public void close() throws IOException {
          super.close();
          throw new IOException("no room for what was written (a test)");
        }
      };
    }
  }
}
