package io.github.balsaraft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotHeader;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A snapshot that is given up leaves nothing. */
class SnapshotDraftTest {

  private static final SnapshotHeader HEADER = new SnapshotHeader(
      new EntryId(3, 9),
      4,
      Configuration.of(List.of(Member.voter(new ReplicaId(1), new HostId("n1"), "n1:1"))),
      1,
      99);

  private final MemorySnapshotFolder files = new MemorySnapshotFolder();

  /** As a file system may that writes late, and finds no room then. */
  @Test
  void leavesNothingEvenIfAFileCanNotBeClosed() throws IOException {
    SnapshotStore.Draft draft =
        new FolderSnapshotStore(new Unclosable(), 4).create(new GroupId(1), HEADER, 7);
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
      Appended file = super.create(name);
      return new Appended() {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          file.write(bytes, offset, length);
        }

        @Override
        public void sync() throws IOException {
          file.sync();
        }

        @Override
        public void close() throws IOException {
          file.close();
          throw new IOException("no room for what was written (a test)");
        }
      };
    }
  }
}
