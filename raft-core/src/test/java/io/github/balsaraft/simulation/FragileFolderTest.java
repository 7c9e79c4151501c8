package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.storage.SnapshotFolder;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a simulated disk keeps of the files of snapshots. */
class FragileFolderTest {

  private static final int SEEDS = 40;
  private static final byte[] BYTES = new byte[100];

  private static SnapshotFolder.Appended written(FragileFolder folder) throws IOException {
    SnapshotFolder.Appended file = folder.create("file");
    folder.sync();
    file.write(BYTES, 0, BYTES.length);
    return file;
  }

  private static long kept(FragileFolder folder) throws IOException {
    folder.powerCut();
    try (SnapshotFolder.Opened file = folder.open("file")) {
      return file.bytes();
    }
  }

  @Test
  void whatIsSyncedIsKept() throws IOException {
    for (int seed = 1; seed <= SEEDS; seed++) {
      FragileFolder folder = new FragileFolder(Chance.of(seed, "folder"));
      written(folder).sync();
      assertThat(kept(folder)).isEqualTo(BYTES.length);
    }
  }

  @Test
  @DisplayName("what a failed sync has left out no later sync of the file makes durable")
  void syncIsNotRetried() throws IOException {
    int lost = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      FragileFolder folder = new FragileFolder(Chance.of(seed, "folder"));
      SnapshotFolder.Appended file = written(folder);
      folder.failOperation(0);
      assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
      file.sync();
      file.write(BYTES, 0, BYTES.length);
      file.sync();
      lost += kept(folder) < 2L * BYTES.length ? 1 : 0;
    }
    // A sync that fails has had its effect as often as not.
    assertThat(lost).isBetween(SEEDS / 4, 3 * SEEDS / 4);
  }

  @Test
  @DisplayName("damage is gone with its file, once that can't come back")
  void damage() throws IOException {
    FragileFolder folder = new FragileFolder(Chance.of(1, "folder"));
    written(folder).sync();
    assertThat(folder.isDamaged()).isFalse();
    assertThat(folder.flipABit()).isTrue();
    assertThat(folder.isDamaged()).isTrue();
    assertThat(folder.copy(Chance.of(2, "copy")).isDamaged()).isTrue();
    folder.delete("file");
    assertThat(folder.isDamaged()).as("a power cut may bring it back").isTrue();
    folder.sync();
    assertThat(folder.isDamaged()).isFalse();
    assertThat(folder.flips()).isEqualTo(1);
  }

  @Test
  @DisplayName("damage is gone with what was never synced")
  void damageOfUnsynced() throws IOException {
    FragileFolder folder = new FragileFolder(Chance.of(1, "folder"));
    SnapshotFolder.Appended file = folder.create("file");
    file.write(BYTES, 0, BYTES.length);
    assertThat(folder.flipABit()).isTrue();
    assertThat(folder.isDamaged()).isTrue();
    folder.wipe();
    assertThat(folder.isDamaged()).isFalse();
  }

  @Test
  void afterAPowerCutSyncsCountAgain() throws IOException {
    for (int seed = 1; seed <= SEEDS; seed++) {
      FragileFolder folder = new FragileFolder(Chance.of(seed, "folder"));
      SnapshotFolder.Appended file = written(folder);
      folder.failOperation(0);
      assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
      long left = kept(folder);
      file.write(BYTES, 0, BYTES.length);
      file.sync();
      assertThat(kept(folder)).isEqualTo(left + BYTES.length);
    }
  }
}
