package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.RecoveredGroup;
import io.github.balsaraft.storage.SnapshotFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a start does with the snapshots that it finds. */
class SnapshotArchiveTest {

  private final SnapshotRig rig = new SnapshotRig(RaftOptions.defaults());

  /** A start with a log that was cut up to there. */
  private SnapshotArchive open(EntryId base) {
    return SnapshotArchive.open(
        SnapshotRig.GROUP,
        rig.store,
        new RecoveredGroup(
            Birth.bornRecord(SnapshotRig.SELF),
            HardState.INITIAL,
            base,
            base,
            List.of(),
            List.of(),
            0),
        rig.environment,
        new RateLimitedLog("n1/g0", rig.lines));
  }

  private String fileEndingWith(String end) throws IOException {
    return rig.folder.list().stream()
        .filter(name -> name.endsWith(end))
        .findAny()
        .orElseThrow();
  }

  private void rewrite(String name, int lengthLess, int flip) throws IOException {
    byte[] content;
    try (SnapshotFolder.Opened file = rig.folder.open(name)) {
      content = new byte[(int) file.bytes()];
      file.read(0, content);
    }
    content[content.length / 2] ^= (byte) flip;
    try (SnapshotFolder.Appended file = rig.folder.create(name)) {
      file.write(content, 0, content.length - lengthLess);
    }
  }

  /** Decision 9: the message names the damage, and the folder that was refused is left as it is. */
  @Test
  @DisplayName(
      "trap 42: a start that a damaged manifest or file forbids names it, and keeps what is there")
  void trap42_damageIsNamedAndKept() throws IOException {
    SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    rewrite(fileEndingWith(".manifest"), 0, 1);
    List<String> before = rig.folder.list();
    for (int start = 0; start < 2; start++) {
      assertThatThrownBy(() -> open(new EntryId(3, 9)))
          .isInstanceOf(LogStoreException.class)
          .hasMessageContaining("the snapshot 9@3#10: its manifest fails its checksum")
          .hasMessageContaining("join anew");
    }
    assertThat(rig.folder.list()).isEqualTo(before);
    assertThat(rig.lines.lines("the snapshot 9@3#10 is not used, because it is damaged"))
        .hasSize(2);
  }

  @Test
  void aFileOfAnotherLengthIsNamedToo() throws IOException {
    SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    rewrite(fileEndingWith(".0"), 1, 0);
    assertThatThrownBy(() -> open(new EntryId(3, 9)))
        .hasMessageContaining("the snapshot 9@3#10: its file state (10 bytes) has a length of 9");
    assertThat(rig.folder.list()).hasSize(2);
  }

  @Test
  void anOlderOneIsUsedThatReachesTheLogAndTheDamagedOneStaysUntilThereIsANewer()
      throws IOException {
    SnapshotManifest older = SnapshotRig.write(rig.store, 5, 1, new byte[10]);
    SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    rewrite("g" + SnapshotRig.GROUP.value() + "-9-3-10.manifest", 0, 1);
    SnapshotArchive archive = open(new EntryId(3, 5));
    assertThat(archive.newest()).extracting(SnapshotManifest::id).isEqualTo(older.id());
    assertThat(rig.lines.lines("is damaged: its manifest fails its checksum")).hasSize(1);
    assertThat(rig.folder.list()).hasSize(4);
    archive.saved(SnapshotRig.write(rig.store, 12, 3, new byte[10]));
    List<String> left = new ArrayList<>(rig.folder.list());
    assertThat(left).hasSize(2).allMatch(name -> name.contains("-12-3-"));
  }

  /** It was another replica's. */
  @Test
  void aNewReplicaRemovesWhatIsDamagedToo() throws IOException {
    SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    rewrite(fileEndingWith(".manifest"), 0, 1);
    SnapshotArchive.open(
        SnapshotRig.GROUP,
        rig.store,
        null,
        rig.environment,
        new RateLimitedLog("n1/g0", rig.lines));
    assertThat(rig.folder.list()).isEmpty();
  }
}
