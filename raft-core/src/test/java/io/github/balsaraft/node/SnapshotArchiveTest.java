package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.SnapshotFile;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.FolderSnapshotStore;
import io.github.balsaraft.storage.ForwardedFolder;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.MemorySnapshotStore;
import io.github.balsaraft.storage.RecoveredGroup;
import io.github.balsaraft.storage.SnapshotFolder;
import io.github.balsaraft.storage.SnapshotStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a start does with the snapshots that it finds. */
class SnapshotArchiveTest {

  private final SnapshotRig rig = new SnapshotRig(RaftOptions.defaults());

  /** A start with a log that was cut up to there. */
  private SnapshotArchive open(EntryId base) {
    return open(base, rig.store);
  }

  private SnapshotArchive open(EntryId base, SnapshotStore store) {
    return open(base, store, false);
  }

  /** One of several members, perhaps. */
  private SnapshotArchive open(EntryId base, SnapshotStore store, boolean knowsOthers) {
    return SnapshotArchive.open(
        SnapshotRig.GROUP,
        store,
        new RecoveredGroup(
            Birth.bornRecord(SnapshotRig.SELF),
            HardState.INITIAL,
            base,
            base,
            List.of(),
            List.of(),
            0),
        knowsOthers,
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

  /** Nobody else is known: the message names the damage, and the folder that was refused is left as it is (decision 9). */
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
  @DisplayName(
      "where there are other members it says what is lost and whom it knows, and keeps what is damaged until another is durable")
  void keepsWhatIsDamagedUntilThereIsAnother() throws IOException {
    SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    rewrite(stemOf(9, 16) + ".0", 0, 1);
    SnapshotArchive archive = open(new EntryId(3, 9));
    LostSnapshot lost = archive.lost();
    assertThat(lost).isNotNull();
    assertThat(lost.base()).isEqualTo(new EntryId(3, 9));
    assertThat(lost.configuration()).isEqualTo(SnapshotRig.MEMBERS);
    assertThat(lost.problem()).contains("no intact snapshot holds what was before", "9@3#10");
    assertThat(archive.newest()).isNull();
    SnapshotManifest offered = SnapshotRig.write(new MemorySnapshotStore(), 12, 3, new byte[10]);
    try (SnapshotStore.Receipt receipt = archive.receive(offered)) {
      assertThat(stems()).contains(stemOf(9, 16));
      add(receipt, offered);
      receipt.commit();
    }
    archive.verify(offered, new ReadProgress(rig.environment));
    assertThat(stems()).contains(stemOf(9, 16));
    assertThat(archive.isLost()).isTrue();
    archive.saved(offered);
    assertThat(stems()).containsExactly(stemOf(12, 3));
    assertThat(archive.isLost()).isFalse();
  }

  @Test
  @DisplayName("on a disk that has no room for both, what is damaged goes before the next try")
  void makesRoomOnceStoringHasFailed() throws IOException {
    SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    rewrite(stemOf(9, 16) + ".0", 0, 1);
    SnapshotArchive archive = open(new EntryId(3, 9));
    SnapshotManifest offered = SnapshotRig.write(new MemorySnapshotStore(), 12, 3, new byte[10]);
    rig.folder.full(true);
    assertThatThrownBy(() -> archive.receive(offered)).isInstanceOf(IOException.class);
    assertThat(stems()).containsExactly(stemOf(9, 16));
    archive.storingFailed();
    rig.folder.full(false);
    archive.receive(offered).close();
    assertThat(stems()).doesNotContain(stemOf(9, 16));
    assertThat(archive.isLost()).isTrue();
  }

  @Test
  @DisplayName("the same one again takes the place of its damaged files")
  void receivesTheSameOneAgain() throws Exception {
    SnapshotManifest damaged = SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    rewrite(stemOf(9, 16) + ".0", 0, 1);
    SnapshotArchive archive = open(new EntryId(3, 9));
    receiveAll(archive, damaged);
    assertThat(archive.isLost()).isFalse();
    try (SnapshotStore.Stored stored = archive.open(damaged.id())) {
      stored.verify();
    }
  }

  @Test
  @DisplayName(
      "a process that ends while the same one comes again still knows the others by what has come")
  void knowsTheOthersByWhatHasCome() throws Exception {
    SnapshotManifest damaged = SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    rewrite(stemOf(9, 16) + ".0", 0, 1);
    try (SnapshotStore.Receipt receipt = open(new EntryId(3, 9)).receive(damaged)) {
      receipt.add(0, new byte[damaged.files().get(0).lengthOf(0)]);
    }
    LostSnapshot lost = open(new EntryId(3, 9)).lost();
    assertThat(lost).isNotNull();
    assertThat(lost.configuration()).isEqualTo(SnapshotRig.MEMBERS);
  }

  @Test
  @DisplayName(
      "without a manifest nobody is known by name; the founders that were named may be there")
  void nobodyIsKnownWithoutAManifest() throws IOException {
    SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    rewrite(fileEndingWith(".manifest"), 0, 1);
    assertThat(open(new EntryId(3, 9), rig.store, true).lost().configuration().isEmpty())
        .isTrue();
  }

  @Test
  void aFileOfAnotherLengthIsNamedToo() throws IOException {
    SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    rewrite(fileEndingWith(".0"), 1, 0);
    LostSnapshot lost = open(new EntryId(3, 9), rig.store, true).lost();
    assertThat(lost).isNotNull();
    assertThat(lost.problem())
        .contains("the snapshot 9@3#10: its file state (10 bytes) has a length of 9");
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

  /** An older snapshot that is intact, and a newer one that isn't; the log reaches back to the older. */
  private SnapshotArchive openBesideDamage() throws IOException {
    SnapshotRig.write(rig.store, 5, 1, new byte[10]);
    SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    rewrite(stemOf(9, 16) + ".manifest", 0, 1);
    return open(new EntryId(3, 5));
  }

  private static String stemOf(long index, long unique) {
    return "g" + SnapshotRig.GROUP.value() + "-" + index + "-3-" + Long.toHexString(unique);
  }

  private List<String> stems() throws IOException {
    return rig.folder.list().stream()
        .map(name -> name.substring(0, name.lastIndexOf('.')))
        .distinct()
        .toList();
  }

  @Test
  @DisplayName("a disk that is full of a damaged snapshot has room for the next")
  void makesRoomForOneOfItsOwn() throws IOException {
    SnapshotArchive archive = openBesideDamage();
    rig.folder.full(true);
    archive.create(SnapshotRig.header(12), 3);
    assertThat(stems()).containsExactly(stemOf(5, 1));
    assertThat(archive.newest()).extracting(SnapshotManifest::id).hasToString("5@3#1");
  }

  @Test
  @DisplayName("a disk that is full of a damaged snapshot has room for one of another member")
  void makesRoomForOneOfAnother() throws IOException {
    SnapshotArchive archive = openBesideDamage();
    SnapshotManifest offered = SnapshotRig.write(new MemorySnapshotStore(), 12, 3, new byte[10]);
    rig.folder.full(true);
    assertThatThrownBy(() -> archive.receive(offered)).isInstanceOf(IOException.class);
    assertThat(stems()).containsExactly(stemOf(5, 1));
  }

  @Test
  @DisplayName("what a crash has left of older ones goes too, but not what somebody reads")
  void makesRoomButForWhatIsKept() throws IOException {
    SnapshotManifest older = SnapshotRig.write(rig.store, 5, 1, new byte[10]);
    SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    SnapshotArchive archive = open(new EntryId(3, 5));
    Runnable free = archive.keep(older.id());
    archive.create(SnapshotRig.header(12), 3);
    assertThat(stems()).containsExactly(stemOf(5, 1), stemOf(9, 16));
    free.run();
    assertThat(stems()).containsExactly(stemOf(9, 16));
  }

  @Test
  @DisplayName("what can't be deleted is tried again before the next one is written")
  void deletesAgain() throws IOException {
    SnapshotArchive archive = openBesideDamage();
    rig.folder.failOperation(0);
    archive.create(SnapshotRig.header(12), 3);
    assertThat(rig.lines.lines("deleting the snapshot 9@3#10 failed")).hasSize(1);
    archive.create(SnapshotRig.header(12), 4);
    assertThat(stems()).containsExactly(stemOf(5, 1));
  }

  /** A damaged one that is deleted for room, while another member sends it anew: they have the same file names. */
  @Test
  @DisplayName(
      "what another member sends is not written while an earlier copy of it is being deleted")
  void receivesBehindADeletion() throws Exception {
    HeldFolder folder = new HeldFolder(rig.folder);
    SnapshotStore store = new FolderSnapshotStore(folder, SnapshotRig.CHUNK_BYTES);
    SnapshotRig.write(store, 5, 1, new byte[10]);
    SnapshotManifest offered = SnapshotRig.write(store, 9, 16, new byte[10]);
    rewrite(stemOf(9, 16) + ".manifest", 0, 1);
    SnapshotArchive archive = open(new EntryId(3, 5), store);
    folder.hold();
    FutureTask<Void> taking = new FutureTask<>(() -> {
      archive.create(SnapshotRig.header(12), 3).close();
      return null;
    });
    FutureTask<Void> fetching = new FutureTask<>(() -> {
      receiveAll(archive, offered);
      return null;
    });
    Thread taker = new Thread(taking);
    taker.start();
    folder.awaitHeld();
    Thread fetcher = new Thread(fetching);
    fetcher.start();
    // It waits, or is through with all of it.
    while (!fetching.isDone() && fetcher.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    folder.goOn();
    taking.get();
    fetching.get();
    assertThat(archive.newest()).isEqualTo(offered);
    try (SnapshotStore.Stored stored = archive.open(offered.id())) {
      stored.verify();
    }
  }

  @Test
  @DisplayName("what could not be deleted before it was received again is not deleted while it is")
  void keepsWhatIsReceivedAgain() throws IOException {
    SnapshotRig.write(rig.store, 5, 1, new byte[10]);
    SnapshotManifest offered = SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    rewrite(stemOf(9, 16) + ".manifest", 0, 1);
    SnapshotArchive archive = open(new EntryId(3, 5));
    rig.folder.failOperation(0);
    try (SnapshotStore.Receipt receipt = archive.receive(offered)) {
      assertThat(rig.lines.lines("deleting the snapshot 9@3#10 failed")).hasSize(1);
      add(receipt, offered);
      archive.create(SnapshotRig.header(7), 3).close();
      receipt.commit();
    }
    archive.verify(offered, new ReadProgress(rig.environment));
    archive.saved(offered);
    assertThat(stems()).containsExactly(stemOf(9, 16));
  }

  private void receiveAll(SnapshotArchive archive, SnapshotManifest offered) throws IOException {
    try (SnapshotStore.Receipt receipt = archive.receive(offered)) {
      add(receipt, offered);
      receipt.commit();
    }
    archive.verify(offered, new ReadProgress(rig.environment));
    archive.saved(offered);
  }

  /** All chunks of the only file, which holds zeros. */
  private static void add(SnapshotStore.Receipt receipt, SnapshotManifest offered)
      throws IOException {
    SnapshotFile file = offered.files().get(0);
    for (int chunk = 0; chunk < file.chunks(); chunk++) {
      receipt.add(0, new byte[file.lengthOf(chunk)]);
    }
  }

  /** A folder whose next sync takes as long as a test wants. What is done to it is done by one thread at a time, but for that. */
  private static final class HeldFolder extends ForwardedFolder {
    private final AtomicBoolean holds = new AtomicBoolean();
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    HeldFolder(SnapshotFolder folder) {
      super(folder);
    }

    void hold() {
      holds.set(true);
    }

    void awaitHeld() throws InterruptedException {
      held.await();
    }

    void goOn() {
      released.countDown();
    }

    @Override
    public void sync() throws IOException {
      if (holds.getAndSet(false)) {
        held.countDown();
        try {
          released.await();
        } catch (InterruptedException e) {
          throw new InterruptedIOException();
        }
      }
      super.sync();
    }
  }

  /** Or the log could never be cut again, once most of the state was deleted. */
  @Test
  @DisplayName("one that is smaller than the newest is written where another like that doesn't fit")
  void smallerThanTheNewest() throws IOException {
    long[] usable = {1000};
    SnapshotStore store = new FolderSnapshotStore(
        new ForwardedFolder(rig.folder) {
          @Override
          public long usableBytes() {
            return usable[0];
          }
        },
        SnapshotRig.CHUNK_BYTES);
    SnapshotArchive archive = open(EntryId.NONE, store);
    archive.saved(SnapshotRig.write(store, 9, 17, new byte[40]));
    usable[0] = 30;
    try (SnapshotStore.Draft draft = archive.create(SnapshotRig.header(12), 18)) {
      draft.file("state").write(new byte[5]);
      assertThat(draft.commit().bytes()).isEqualTo(5);
    }
  }

  /** Of a large one that takes long, and nothing else can be asked before it is done. */
  @Test
  void aStartSaysWhatItReads() throws IOException {
    SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    SnapshotArchive unused = open(new EntryId(3, 9));
    assertThat(rig.lines.lines("verifies its snapshot 9@3#10 of 10 bytes before it starts from it"))
        .hasSize(1);
  }

  /** They were another replica's, and an operator may want to know. */
  @Test
  void aNewReplicaRemovesWhatIsThereAndWhatIsDamagedTooAndSaysSo() throws IOException {
    SnapshotRig.write(rig.store, 9, 16, new byte[10]);
    rewrite(fileEndingWith(".manifest"), 0, 1);
    SnapshotRig.write(rig.store, 12, 17, new byte[10]);
    assertThat(rig.lines.lines()).isEmpty();
    SnapshotArchive.open(
        SnapshotRig.GROUP,
        rig.store,
        null,
        false,
        rig.environment,
        new RateLimitedLog("n1/g0", rig.lines));
    assertThat(rig.folder.list()).isEmpty();
    assertThat(rig.lines.lines())
        .containsExactly(
            "n1/g0 is a new replica, and deletes the snapshots of an earlier one that are here: [12@3#11, 9@3#10]");
  }
}
