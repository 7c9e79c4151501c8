package io.github.balsaraft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.testing.SnapshotStoreContract;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The contract on a disk that loses what was not synced; and the power goes, or something fails, at each step. */
class SnapshotPowerCutTest extends SnapshotStoreContract {

  private static final int CHUNK_BYTES = 64;

  /** More than any of the scenarios has. */
  private static final int MOST_STEPS = 100;

  /** What is left of what was not synced is drawn: so often for each step. */
  private static final int DRAWS = 20;

  private FragileFolder folder = new FragileFolder(Chance.of(1, "contract"));

  @Override
  protected SnapshotStore open() {
    return new FolderSnapshotStore(folder, CHUNK_BYTES);
  }

  /** What is done, and how far it got. */
  private static final class Progress {
    private boolean committed;
    private boolean deleting;
    private boolean finished;
  }

  private interface Scenario {
    void run(SnapshotStore store, SnapshotManifest older, Progress progress) throws IOException;
  }

  private static void replace(SnapshotStore store, SnapshotManifest older, Progress progress)
      throws IOException {
    write(store, GROUP, 20, "newer");
    progress.committed = true;
    progress.deleting = true;
    store.delete(GROUP, older.id());
    progress.finished = true;
  }

  private static void receive(SnapshotStore store, SnapshotManifest older, Progress progress)
      throws IOException {
    MemorySnapshotStore source = new MemorySnapshotStore(new MemorySnapshotFolder(), CHUNK_BYTES);
    SnapshotManifest manifest = write(source, GROUP, 20, "newer");
    try (SnapshotStore.Stored stored = source.open(GROUP, manifest.id())) {
      try (SnapshotStore.Receipt receipt = store.receive(GROUP, manifest)) {
        receive(stored, receipt, 3);
      }
      try (SnapshotStore.Receipt receipt = store.receive(GROUP, manifest)) {
        receive(stored, receipt, Integer.MAX_VALUE);
        receipt.commit();
        progress.committed = true;
      }
    }
    progress.deleting = true;
    store.delete(GROUP, older.id());
    progress.finished = true;
  }

  @Test
  @DisplayName("trap 40: the power goes at each step of writing a snapshot")
  void trap40_powerCutWhileWriting() throws IOException {
    atEachStep(SnapshotPowerCutTest::replace, true);
  }

  @Test
  @DisplayName("trap 40: the power goes at each step of receiving a snapshot")
  void trap40_powerCutWhileReceiving() throws IOException {
    atEachStep(SnapshotPowerCutTest::receive, true);
  }

  @Test
  void eachStepOfWritingFailsInTurn() throws IOException {
    atEachStep(SnapshotPowerCutTest::replace, false);
  }

  @Test
  void eachStepOfReceivingFailsInTurn() throws IOException {
    atEachStep(SnapshotPowerCutTest::receive, false);
  }

  /**
   * What has returned is there afterwards, what has not is there as a whole or not at all, and the older one is there as long as
   * nobody has begun to delete it.
   */
  private void atEachStep(Scenario scenario, boolean cut) throws IOException {
    int lastStep = 0;
    for (int step = 0; step < MOST_STEPS; step++) {
      boolean finished = false;
      for (int draw = 0; draw < DRAWS; draw++) {
        folder = new FragileFolder(Chance.of(step * 1000L + draw, "power"));
        SnapshotStore store = open();
        assertThat(store.recover(GROUP)).isEmpty();
        SnapshotManifest older = write(store, GROUP, 9, "older");
        Progress progress = new Progress();
        if (cut) {
          folder.powerOffAfter(step);
        } else {
          folder.failOperation(step);
        }
        try {
          scenario.run(store, older, progress);
        } catch (IOException expected) {
          lastStep = step;
        }
        finished = progress.finished;
        folder.powerCut();
        check(progress, older);
      }
      if (finished) {
        assertThat(lastStep).as("steps before the last").isGreaterThan(10);
        return;
      }
    }
    throw new AssertionError("it never came to its end");
  }

  private void check(Progress progress, SnapshotManifest older) throws IOException {
    SnapshotStore store = open();
    List<SnapshotManifest> found = store.recover(GROUP);
    for (SnapshotManifest manifest : found) {
      assertThat(read(store, GROUP, manifest))
          .isEqualTo(manifest.id().equals(older.id()) ? "older" : "newer");
    }
    boolean hasNewer = found.stream().anyMatch(one -> one.header().last().index() == 20);
    boolean hasOlder = found.stream().anyMatch(one -> one.id().equals(older.id()));
    assertThat(hasNewer || !progress.committed)
        .as("what was committed is there")
        .isTrue();
    assertThat(hasOlder || progress.deleting).as("what nobody deleted is there").isTrue();
    assertThat(hasOlder && progress.finished).as("what was deleted is there").isFalse();
    // And a new one can be written.
    SnapshotManifest next = write(store, GROUP, 30, "next");
    assertThat(read(store, GROUP, next)).isEqualTo("next");
  }

  @Test
  @DisplayName("trap 42: whichever bit of a snapshot changes, it is found")
  void trap42_bitFlips() throws IOException {
    for (int draw = 0; draw < 500; draw++) {
      folder = new FragileFolder(Chance.of(draw, "flip"));
      SnapshotStore store = open();
      assertThat(store.recover(GROUP)).isEmpty();
      SnapshotManifest written = write(store, GROUP, 9, "older");
      assertThat(folder.flipABit()).isTrue();
      List<SnapshotManifest> found = open().recover(GROUP);
      if (!found.isEmpty()) {
        SnapshotStore again = open();
        assertThatThrownBy(() -> read(again, GROUP, written))
            .isInstanceOf(CorruptDataException.class);
      }
    }
  }
}
