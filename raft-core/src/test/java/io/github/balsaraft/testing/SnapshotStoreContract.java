package io.github.balsaraft.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotFile;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.SnapshotStore;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every {@link SnapshotStore} must do. To be inherited by the test of an implementation. What happens when the power goes or
 * the disk fails is asked by {@link SnapshotStoreFaultsContract}.
 */
public abstract class SnapshotStoreContract {

  protected static final GroupId GROUP = new GroupId(1);

  /** Begins with the same digits as the other. */
  private static final GroupId OTHER_GROUP = new GroupId(10);

  /** Opens a store over what an earlier one has left; at first over nothing. */
  protected abstract SnapshotStore open() throws IOException;

  protected static SnapshotHeader header(long index) {
    return new SnapshotHeader(
        new EntryId(3, index),
        4,
        Configuration.of(List.of(Member.voter(new ReplicaId(1), new HostId("n1"), "n1:1"))),
        1,
        99);
  }

  /** Writes a snapshot of two files, of which one is empty, and a third of many chunks. */
  protected static SnapshotManifest write(
      SnapshotStore store, GroupId group, long index, String text) throws IOException {
    try (SnapshotStore.Draft draft = store.create(group, header(index), index + 7)) {
      draft.file("state").write(text.getBytes(UTF_8));
      draft.file("empty");
      draft.file("a/name that no file system takes\n").write(text.repeat(100).getBytes(UTF_8));
      return draft.commit();
    }
  }

  protected static String read(SnapshotStore store, GroupId group, SnapshotManifest manifest)
      throws IOException {
    try (SnapshotStore.Stored stored = store.open(group, manifest.id())) {
      stored.verify();
      return new String(stored.file("state").readAllBytes(), UTF_8);
    }
  }

  /** The contents of all files, after each other. */
  static String readAll(SnapshotStore store, SnapshotManifest manifest) throws IOException {
    StringBuilder all = new StringBuilder();
    try (SnapshotStore.Stored stored = store.open(GROUP, manifest.id())) {
      for (SnapshotFile file : stored.manifest().files()) {
        all.append(new String(stored.file(file.name()).readAllBytes(), UTF_8));
      }
    }
    return all.toString();
  }

  /** What {@link #readAll} finds in a snapshot of that text. */
  static String allOf(String text) {
    return text.repeat(101);
  }

  @Test
  void whatIsCommittedIsFoundByTheNextStoreAndReadAsItWasWritten() throws IOException {
    SnapshotManifest written;
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).isEmpty();
      written = write(store, GROUP, 9, "nine");
    }
    try (SnapshotStore store = open()) {
      List<SnapshotManifest> found = store.recover(GROUP);
      assertThat(found).hasSize(1);
      assertSame(found.get(0), written);
      assertThat(found.get(0).header()).isEqualTo(header(9));
      assertThat(found.get(0).files())
          .extracting(SnapshotFile::name)
          .containsExactly("state", "empty", "a/name that no file system takes\n");
      assertThat(read(store, GROUP, written)).isEqualTo("nine");
      try (SnapshotStore.Stored stored = store.open(GROUP, written.id())) {
        assertSame(stored.manifest(), written);
        assertThat(stored.file("empty").readAllBytes()).isEmpty();
        assertThat(stored.file("a/name that no file system takes\n").readAllBytes())
            .hasSize(400);
        assertThatThrownBy(() -> stored.file("absent")).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void theNewestIsFirstAndGroupsAreApart() throws IOException {
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).isEmpty();
      write(store, GROUP, 9, "nine");
      write(store, GROUP, 100, "hundred");
      write(store, GROUP, 20, "twenty");
      write(store, OTHER_GROUP, 5, "other");
    }
    try (SnapshotStore store = open()) {
      assertThat(
              store.recover(GROUP).stream().map(found -> found.header().last().index()))
          .containsExactly(100L, 20L, 9L);
      assertThat(store.recover(OTHER_GROUP)).hasSize(1);
    }
  }

  @Test
  void whatIsNotCommittedIsNotThere() throws IOException {
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).isEmpty();
      try (SnapshotStore.Draft draft = store.create(GROUP, header(9), 1)) {
        draft.file("state").write(new byte[1_000_000]);
      }
    }
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).isEmpty();
    }
  }

  @Test
  void aSnapshotIsReadToItsEndAlthoughItWasDeleted() throws IOException {
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).isEmpty();
      SnapshotManifest written = write(store, GROUP, 9, "nine");
      try (SnapshotStore.Stored stored = store.open(GROUP, written.id())) {
        store.delete(GROUP, written.id());
        stored.verify();
        assertThat(stored.file("state").readAllBytes()).isEqualTo("nine".getBytes(UTF_8));
      }
      assertThatThrownBy(() -> store.open(GROUP, written.id())).isInstanceOf(IOException.class);
    }
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).isEmpty();
    }
  }

  @Test
  void aReceiptTakesTheChunksOfItsManifestAndNoOthers() throws IOException {
    try (SnapshotStore source = open()) {
      assertThat(source.recover(GROUP)).isEmpty();
      SnapshotManifest manifest = write(source, OTHER_GROUP, 9, "nine");
      try (SnapshotStore.Stored stored = source.open(OTHER_GROUP, manifest.id());
          SnapshotStore.Receipt receipt = source.receive(GROUP, manifest)) {
        assertThatThrownBy(() -> receipt.add(0, new byte[4]))
            .isInstanceOf(CorruptDataException.class);
        assertThatThrownBy(receipt::commit).isInstanceOf(IllegalStateException.class);
        receive(stored, receipt, Integer.MAX_VALUE);
        receipt.commit();
      }
      assertThat(read(source, GROUP, manifest)).isEqualTo("nine");
    }
    try (SnapshotStore store = open()) {
      List<SnapshotManifest> found = store.recover(GROUP);
      assertThat(found).hasSize(1);
      assertSame(found.get(0), store.recover(OTHER_GROUP).get(0));
    }
  }

  /** A host joins with a snapshot of another one's: what it says of itself is as its writer said. */
  private static void assertSame(SnapshotManifest found, SnapshotManifest written) {
    assertThat(found.id()).isEqualTo(written.id());
    assertThat(found.header()).isEqualTo(written.header());
    assertThat(found.files())
        .extracting(SnapshotFile::name)
        .isEqualTo(written.files().stream().map(SnapshotFile::name).toList());
    assertThat(found.encode()).as("checksums and the rest").isEqualTo(written.encode());
  }

  @Test
  void aReceiptGoesOnWithWhatIsThere() throws IOException {
    SnapshotManifest manifest;
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).isEmpty();
      assertThat(store.receivedInPart(GROUP)).isNull();
      manifest = write(store, OTHER_GROUP, 9, "nine");
      try (SnapshotStore.Stored stored = store.open(OTHER_GROUP, manifest.id());
          SnapshotStore.Receipt receipt = store.receive(GROUP, manifest)) {
        receive(stored, receipt, 1);
      }
    }
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).isEmpty();
      assertThat(store.recover(OTHER_GROUP)).hasSize(1);
      SnapshotManifest part = store.receivedInPart(GROUP);
      assertThat(part).as("what receive would go on with").isNotNull();
      assertSame(part, manifest);
      assertThat(store.receivedInPart(OTHER_GROUP)).isNull();
      try (SnapshotStore.Stored stored = store.open(OTHER_GROUP, manifest.id());
          SnapshotStore.Receipt receipt = store.receive(GROUP, manifest)) {
        assertThat(receipt.received(0)).isEqualTo(1);
        receive(stored, receipt, Integer.MAX_VALUE);
        receipt.commit();
      }
      assertThat(store.receivedInPart(GROUP)).as("all of it is here").isNull();
      assertThat(read(store, GROUP, manifest)).isEqualTo("nine");
    }
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).hasSize(1);
      assertThat(store.receivedInPart(GROUP)).isNull();
    }
  }

  @Test
  void aDiscardedReceiptLeavesNothing() throws IOException {
    SnapshotManifest manifest;
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).isEmpty();
      manifest = write(store, OTHER_GROUP, 9, "nine");
      try (SnapshotStore.Stored stored = store.open(OTHER_GROUP, manifest.id());
          SnapshotStore.Receipt receipt = store.receive(GROUP, manifest)) {
        receive(stored, receipt, Integer.MAX_VALUE);
        receipt.discard();
      }
      assertThat(store.receivedInPart(GROUP)).isNull();
    }
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).isEmpty();
      assertThat(store.receivedInPart(GROUP)).isNull();
      assertNothingReceived(store, manifest);
      assertThat(store.recover(OTHER_GROUP)).hasSize(1);
      assertThat(read(store, OTHER_GROUP, manifest)).as("the other group's").isEqualTo("nine");
    }
  }

  @Test
  void whatWasReceivedOfAnotherSnapshotIsRemoved() throws IOException {
    SnapshotManifest abandoned;
    SnapshotManifest newer;
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).isEmpty();
      abandoned = write(store, OTHER_GROUP, 9, "nine");
      newer = write(store, OTHER_GROUP, 20, "twenty");
      for (SnapshotManifest manifest : List.of(abandoned, newer)) {
        try (SnapshotStore.Stored stored = store.open(OTHER_GROUP, manifest.id());
            SnapshotStore.Receipt receipt = store.receive(GROUP, manifest)) {
          receive(stored, receipt, 1);
        }
      }
    }
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).isEmpty();
      SnapshotManifest part = store.receivedInPart(GROUP);
      assertThat(part).isNotNull();
      assertSame(part, newer);
      assertNothingReceived(store, abandoned);
    }
  }

  private static void assertNothingReceived(SnapshotStore store, SnapshotManifest manifest)
      throws IOException {
    try (SnapshotStore.Receipt receipt = store.receive(GROUP, manifest)) {
      for (int file = 0; file < manifest.files().size(); file++) {
        assertThat(receipt.received(file)).as("chunks of file %s", file).isZero();
      }
      receipt.discard();
    }
  }

  /** A store that keeps no owner never has one. */
  @Test
  void whoseTheSnapshotsAreIsWhatWasClaimedLast() throws IOException {
    HostRecord unborn = new HostRecord(new HostId("n1"), 77, null);
    HostRecord born = unborn.inCluster(new ClusterIdentity(5, 1));
    boolean keeps;
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).isEmpty();
      assertThat(store.owner()).isNull();
      store.claim(unborn);
      keeps = store.owner() != null;
      assertThat(store.owner()).isEqualTo(keeps ? unborn : null);
      write(store, GROUP, 9, "nine");
    }
    try (SnapshotStore store = open()) {
      assertThat(store.owner()).isEqualTo(keeps ? unborn : null);
      assertThat(store.recover(GROUP)).as("it is no snapshot, and removes none").hasSize(1);
      store.claim(born);
    }
    try (SnapshotStore store = open()) {
      assertThat(store.recover(GROUP)).hasSize(1);
      assertThat(store.owner()).isEqualTo(keeps ? born : null);
    }
  }

  /** Hands over as many chunks, of those that are missing. */
  protected static void receive(SnapshotStore.Stored from, SnapshotStore.Receipt to, int mostChunks)
      throws IOException {
    int left = mostChunks;
    for (int file = 0; file < from.manifest().files().size(); file++) {
      int chunks = from.manifest().files().get(file).chunks();
      for (int chunk = to.received(file); chunk < chunks && left > 0; chunk++) {
        to.add(file, from.chunk(file, chunk));
        left--;
      }
    }
  }
}
