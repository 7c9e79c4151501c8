package io.github.balsaraft.testing;

import static io.github.balsaraft.testing.SnapshotStoreContract.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.SnapshotId;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.storage.FolderSnapshotStore;
import io.github.balsaraft.storage.SnapshotStore;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Does to a snapshot store and its {@link FaultySnapshotDisk} what disks do, at each step of a snapshot that takes the place of an
 * older one, and fails if the store then breaks a promise of {@link SnapshotStore}. {@link SnapshotStoreFaultsContract} runs all of
 * it; the methods can also be called one by one.
 *
 * <p>What has returned is there afterwards, what has not is there as a whole or not at all, the older snapshot is there as long as
 * nobody has begun to delete it, and another one can be written.
 */
public final class SnapshotStoreFaults {

  /** More than any scenario has. */
  private static final int MOST_STEPS = 1000;

  private static final int DAMAGES = 200;

  /** So small that a snapshot has many. */
  private static final int SOURCE_CHUNK_BYTES = 64;

  private final LongFunction<FaultySnapshotDisk> emptyDisks;
  private final int draws;

  /**
   * The faults.
   *
   * @param emptyDisks makes a new disk for a seed
   * @param draws how often each step is tried, each time with another seed: what is left of the unsynced is drawn
   */
  public SnapshotStoreFaults(LongFunction<FaultySnapshotDisk> emptyDisks, int draws) {
    this.emptyDisks = emptyDisks;
    this.draws = draws;
  }

  /** The power goes at each step of writing a snapshot and of deleting the one before. */
  public void cutPowerWhileWriting() throws IOException {
    atEachStep(SnapshotStoreFaults::replace, Fault.POWER_CUT);
  }

  /** The power goes at each step of receiving a snapshot, in two parts. */
  public void cutPowerWhileReceiving() throws IOException {
    atEachStep(SnapshotStoreFaults::receive, Fault.POWER_CUT);
  }

  /**
   * The process is killed at each step of writing and of receiving, another recovers and carries on, and then the power goes: what
   * was recovered must be there, also what was in the page cache only.
   */
  public void cutPowerAfterRecovery() throws IOException {
    atEachStep(SnapshotStoreFaults::replace, Fault.KILL_AND_POWER_CUT);
    atEachStep(SnapshotStoreFaults::receive, Fault.KILL_AND_POWER_CUT);
  }

  /** Each operation of writing fails. */
  public void failWriting() throws IOException {
    atEachStep(SnapshotStoreFaults::replace, Fault.FAILURE);
  }

  /** Each operation of receiving fails. */
  public void failReceiving() throws IOException {
    atEachStep(SnapshotStoreFaults::receive, Fault.FAILURE);
  }

  /**
   * The power goes at each step of claiming the snapshots of another host: they have one owner or the other, and keep the other once the
   * claim has returned. A store that keeps no owner has none.
   */
  public void cutPowerWhileClaiming() throws IOException {
    HostRecord first = new HostRecord(new HostId("n1"), 77, null);
    HostRecord second = first.inCluster(new ClusterIdentity(5, 1));
    for (int step = 0; step < MOST_STEPS; step++) {
      boolean stopped = false;
      for (int draw = 0; draw < draws; draw++) {
        FaultySnapshotDisk disk = emptyDisks.apply(step * 1000L + draw);
        SnapshotStore store = disk.open();
        assertThat(store.recover(GROUP)).isEmpty();
        store.claim(first);
        if (store.owner() == null) {
          return;
        }
        disk.stopAfter(step);
        List<HostRecord> possible = List.of(second);
        try {
          store.claim(second);
        } catch (IOException expected) {
          possible = List.of(first, second);
          stopped = true;
        }
        disk.powerCut();
        SnapshotStore next = disk.open();
        assertThat(next.recover(GROUP)).isEmpty();
        assertThat(ownerOf(next, step)).as("the owner, at step %s", step).isIn(possible);
      }
      if (!stopped) {
        return;
      }
    }
    throw new AssertionError("it never came to its end");
  }

  /** No power cut leaves a damaged record: it is written in one step. */
  private static @Nullable HostRecord ownerOf(SnapshotStore store, int step) throws IOException {
    try {
      return store.owner();
    } catch (CorruptDataException e) {
      throw new AssertionError("nobody can tell who the owner is, at step " + step, e);
    }
  }

  /** A bit flips in a snapshot: it is called damaged at the start or when it is read, or does no harm; it is never believed. */
  public void flipBits() throws IOException {
    damage(FaultySnapshotDisk::flipBit);
  }

  /** A file of a snapshot loses its end: the same. */
  public void cutFiles() throws IOException {
    damage(FaultySnapshotDisk::cutFile);
  }

  private void damage(Consumer<FaultySnapshotDisk> kind) throws IOException {
    int noticed = 0;
    for (int draw = 0; draw < DAMAGES; draw++) {
      FaultySnapshotDisk disk = emptyDisks.apply(draw);
      SnapshotStore store = disk.open();
      assertThat(store.recover(GROUP)).isEmpty();
      SnapshotId older = SnapshotStoreContract.write(store, GROUP, 9, "older").id();
      kind.accept(disk);
      noticed += isNoticed(disk, older, draw) ? 1 : 0;
    }
    assertThat(noticed).as("damage that the store has noticed").isPositive();
  }

  private static boolean isNoticed(FaultySnapshotDisk disk, SnapshotId damaged, int draw)
      throws IOException {
    SnapshotStore store = disk.open();
    List<SnapshotManifest> found = store.recover(GROUP);
    if (found.isEmpty()) {
      assertReported(disk, store, damaged, "damage " + draw);
      return true;
    }
    try {
      assertThat(SnapshotStoreContract.readAll(store, found.get(0)))
          .as("damage %d is believed", draw)
          .isEqualTo(SnapshotStoreContract.allOf("older"));
      return false;
    } catch (CorruptDataException | UnknownFormatException e) {
      return true;
    }
  }

  /** What isn't found any more is told of, by each process, until it is deleted. */
  private static void assertReported(
      FaultySnapshotDisk disk, SnapshotStore store, SnapshotId damaged, String story)
      throws IOException {
    assertThat(store.damaged(GROUP))
        .as("%s is reported", story)
        .extracting(SnapshotStore.Damaged::snapshot)
        .containsExactly(damaged);
    SnapshotStore next = disk.open();
    assertThat(next.recover(GROUP)).as(story).isEmpty();
    assertThat(next.damaged(GROUP))
        .as("%s is reported by the next process too", story)
        .extracting(SnapshotStore.Damaged::snapshot)
        .containsExactly(damaged);
    next.delete(GROUP, damaged);
    assertThat(next.damaged(GROUP)).as("%s was deleted", story).isEmpty();
    SnapshotStore last = disk.open();
    assertThat(last.recover(GROUP)).as(story).isEmpty();
    assertThat(last.damaged(GROUP)).as("%s was deleted", story).isEmpty();
  }

  private enum Fault {
    POWER_CUT,
    KILL_AND_POWER_CUT,
    FAILURE
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
    SnapshotStoreContract.write(store, GROUP, 20, "newer");
    progress.committed = true;
    progress.deleting = true;
    store.delete(GROUP, older.id());
    progress.finished = true;
  }

  private static void receive(SnapshotStore store, SnapshotManifest older, Progress progress)
      throws IOException {
    SnapshotStore source =
        new FolderSnapshotStore(new FragileFolder(Chance.of(0, "source")), SOURCE_CHUNK_BYTES);
    SnapshotManifest manifest = SnapshotStoreContract.write(source, GROUP, 20, "newer");
    try (SnapshotStore.Stored stored = source.open(GROUP, manifest.id())) {
      try (SnapshotStore.Receipt receipt = store.receive(GROUP, manifest)) {
        SnapshotStoreContract.receive(stored, receipt, 3);
      }
      try (SnapshotStore.Receipt receipt = store.receive(GROUP, manifest)) {
        SnapshotStoreContract.receive(stored, receipt, Integer.MAX_VALUE);
        receipt.commit();
        progress.committed = true;
      }
    }
    progress.deleting = true;
    store.delete(GROUP, older.id());
    progress.finished = true;
  }

  private void atEachStep(Scenario scenario, Fault fault) throws IOException {
    boolean everStopped = false;
    for (int step = 0; step < MOST_STEPS; step++) {
      boolean stopped = false;
      for (int draw = 0; draw < draws; draw++) {
        stopped |= atStep(scenario, fault, step, emptyDisks.apply(step * 1000L + draw));
      }
      if (!stopped) {
        assertThat(everStopped).as("a snapshot has at least one operation").isTrue();
        return;
      }
      everStopped = true;
    }
    throw new AssertionError("it never came to its end");
  }

  /** Whether the scenario was stopped by the fault at that step. */
  private static boolean atStep(Scenario scenario, Fault fault, int step, FaultySnapshotDisk disk)
      throws IOException {
    SnapshotStore store = disk.open();
    assertThat(store.recover(GROUP)).isEmpty();
    SnapshotManifest older = SnapshotStoreContract.write(store, GROUP, 9, "older");
    Progress progress = new Progress();
    if (fault == Fault.FAILURE) {
      disk.failOperation(step);
    } else {
      disk.stopAfter(step);
    }
    boolean stopped = false;
    try {
      scenario.run(store, older, progress);
    } catch (IOException expected) {
      stopped = true;
    }
    List<SnapshotManifest> promised = new ArrayList<>();
    stopped |= fault == Fault.FAILURE && disk.hasFailed();
    if (fault == Fault.FAILURE && stopped) {
      promised.add(SnapshotStoreContract.write(store, GROUP, 25, "after the failure"));
    } else if (fault == Fault.KILL_AND_POWER_CUT) {
      disk.processKilled();
      promised.addAll(goOn(disk.open(), scenario, older, progress));
    }
    disk.powerCut();
    check(disk.open(), progress, older, promised, fault + " at step " + step);
    return stopped;
  }

  /** Another process recovers, and does again what wasn't done. What it must keep. */
  private static List<SnapshotManifest> goOn(
      SnapshotStore store, Scenario scenario, SnapshotManifest older, Progress progress)
      throws IOException {
    List<SnapshotManifest> found = store.recover(GROUP);
    if (found.stream().anyMatch(one -> one.header().last().index() == 20)) {
      return found;
    }
    scenario.run(store, older, progress);
    return List.of();
  }

  private static void check(
      SnapshotStore store,
      Progress progress,
      SnapshotManifest older,
      List<SnapshotManifest> promised,
      String story)
      throws IOException {
    List<SnapshotManifest> found = recover(store, story);
    for (SnapshotManifest manifest : found) {
      assertIntact(store, manifest, story);
    }
    assertThat(found.stream().map(SnapshotManifest::id))
        .as("%s: what was written later, or found before, is there", story)
        .containsAll(promised.stream().map(SnapshotManifest::id).toList());
    boolean hasNewer = found.stream().anyMatch(one -> one.header().last().index() == 20);
    boolean hasOlder = found.stream().anyMatch(one -> one.id().equals(older.id()));
    assertThat(hasNewer || !progress.committed)
        .as("%s: what was committed is there", story)
        .isTrue();
    assertThat(hasOlder || progress.deleting)
        .as("%s: what nobody deleted is there", story)
        .isTrue();
    assertThat(hasOlder && progress.finished)
        .as("%s: what was deleted is there", story)
        .isFalse();
    assertIntact(store, SnapshotStoreContract.write(store, GROUP, 30, "next"), story);
  }

  private static List<SnapshotManifest> recover(SnapshotStore store, String story) {
    try {
      return store.recover(GROUP);
    } catch (IOException e) {
      throw new AssertionError(story + ", and nothing can be recovered", e);
    }
  }

  private static void assertIntact(SnapshotStore store, SnapshotManifest manifest, String story) {
    try {
      assertThat(SnapshotStoreContract.readAll(store, manifest))
          .as("%s: %s", story, manifest.id())
          .isEqualTo(SnapshotStoreContract.allOf(textAt(manifest.header().last().index())));
    } catch (IOException | CorruptDataException e) {
      throw new AssertionError(story + ", and what is found can't be read: " + manifest.id(), e);
    }
  }

  private static String textAt(long index) {
    if (index == 9) {
      return "older";
    }
    if (index == 20) {
      return "newer";
    }
    return index == 25 ? "after the failure" : "next";
  }
}
