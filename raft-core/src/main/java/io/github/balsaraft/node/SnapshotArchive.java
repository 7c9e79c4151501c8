package io.github.balsaraft.node;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotId;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.RecoveredGroup;
import io.github.balsaraft.storage.SnapshotStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of one replica. The newest is the one that counts; those before it are deleted once it is durable. What a start has
 * found besides, such as a damaged one, stays for whoever looks into it, and goes before the next one is written; but if it is all that
 * is left of the state here, only once another is durable, or the disk has no room for both. Thread-safe.
 */
final class SnapshotArchive {

  private final GroupId group;
  private final SnapshotStore store;
  private final HostEnvironment environment;
  private final RateLimitedLog log;

  /** Invariant: its last index never decreases. Guarded by this, as what follows. */
  private @Nullable SnapshotManifest newest;

  /** When it came to be here; -1 if it was before the start. */
  private long newestSinceNanos = -1;

  /** What nothing rests on: the newest and the log have all that it holds. Deleted before the next one is written at the latest. */
  private final Set<SnapshotId> others = new LinkedHashSet<>();

  /** What is deleted just now, without the lock, for that may take long. Nobody begins to write the same files anew meanwhile. */
  private final Set<SnapshotId> inDeletion = new HashSet<>();

  /** What a start has found in place of the snapshot that the log goes on from; null if that is here. */
  private @Nullable LostSnapshot lost;

  /** What is damaged stays although another one is written. */
  private boolean keepsDamaged;

  /** Of which one a part was received; null if there is none, or all of it is here. */
  private @Nullable SnapshotManifest receivedInPart;

  /** What somebody is about to open. */
  private final List<Kept> kept = new ArrayList<>();

  private SnapshotArchive(
      GroupId group, SnapshotStore store, HostEnvironment environment, RateLimitedLog log) {
    this.group = group;
    this.store = store;
    this.environment = environment;
    this.log = log;
  }

  /**
   * Finds what an earlier process has left, and verifies the snapshot that the replica starts from.
   *
   * @param recovered what is left of its log; null for a new replica, to which no old snapshot belongs
   * @param knowsOthers whether there may be other members if the log doesn't say so
   * @throws LogStoreException if the log begins where no intact snapshot ends, and there is no other member that may have one
   */
  static SnapshotArchive open(
      GroupId group,
      SnapshotStore store,
      @Nullable RecoveredGroup recovered,
      boolean knowsOthers,
      HostEnvironment environment,
      RateLimitedLog log) {
    SnapshotArchive archive = new SnapshotArchive(group, store, environment, log);
    try {
      List<SnapshotManifest> found = store.recover(group);
      if (recovered == null) {
        archive.deleteThoseOfAnEarlierReplica(found);
        archive.receivedInPart = store.receivedInPart(group);
      } else {
        archive.receivedInPart = store.receivedInPart(group);
        archive.choose(found, store.damaged(group), recovered, knowsOthers);
      }
    } catch (IOException e) {
      throw new LogStoreException("the snapshots of group " + group + " can't be read: " + e, e);
    }
    return archive;
  }

  /** That of a group which was removed from this host, or whose log is gone. */
  private void deleteThoseOfAnEarlierReplica(List<SnapshotManifest> found) throws IOException {
    List<SnapshotId> old = new ArrayList<>();
    found.forEach(manifest -> old.add(manifest.id()));
    store.damaged(group).forEach(one -> old.add(one.snapshot()));
    if (!old.isEmpty()) {
      log.warn(
          environment.nowNanos(),
          Subject.START,
          "is a new replica, and deletes the snapshots of an earlier one that are here: " + old);
    }
    for (SnapshotId one : old) {
      store.delete(group, one);
    }
  }

  private void choose(
      List<SnapshotManifest> found,
      List<SnapshotStore.Damaged> unreadable,
      RecoveredGroup recovered,
      boolean knowsOthers) {
    EntryId base = recovered.base();
    List<String> damage = new ArrayList<>();
    SnapshotHeader legible = null;
    EntryId reached =
        receivedInPart == null ? base : later(base, receivedInPart.header().last());
    for (SnapshotStore.Damaged one : unreadable) {
      // It stays for now: if nothing else reaches the log, there is only this.
      others.add(one.snapshot());
      warnOf(one.snapshot(), one.problem());
      if (reaches(one.snapshot().last(), base)) {
        damage.add("the snapshot " + one.snapshot() + ": " + one.problem());
        reached = later(reached, one.snapshot().last());
      }
    }
    for (SnapshotManifest manifest : found) {
      if (newest == null && reaches(manifest.header().last(), base)) {
        log.info(
            environment.nowNanos(),
            Subject.START,
            "verifies its snapshot " + manifest.id() + " of " + Wording.bytes(manifest.bytes())
                + " before it starts from it");
        String problem = problemWith(manifest);
        if (problem == null) {
          newest = manifest;
          continue;
        }
        damage.add(problem);
        reached = later(reached, manifest.header().last());
        legible = legible == null ? manifest.header() : legible;
        warnOf(manifest.id(), problem);
      }
      others.add(manifest.id());
    }
    if (newest == null && base.index() > 0) {
      String problem = "the log of group " + group + " starts after " + base
          + ", and no intact snapshot holds what was before"
          + (damage.isEmpty() ? "" : " (" + String.join(", ", damage) + ")");
      Configuration configuration = newestConfiguration(recovered, legible);
      if (!hasOthers(configuration, recovered.replica().replica(), knowsOthers)) {
        throw new LogStoreException(problem
            + ", and there is no other member that may have one: put a copy of the snapshot back, or give "
            + "this host a new, empty folder and let it join anew");
      }
      lost = new LostSnapshot(base, reached, configuration, problem);
      keepsDamaged = true;
    }
  }

  private static EntryId later(EntryId one, EntryId other) {
    return other.index() > one.index() ? other : one;
  }

  private Configuration newestConfiguration(
      RecoveredGroup recovered, @Nullable SnapshotHeader legible) {
    List<EntryBatch> inLog = recovered.configurations();
    if (!inLog.isEmpty()) {
      return Configuration.decode(inLog.get(inLog.size() - 1).singlePayload());
    }
    if (legible != null) {
      return legible.configuration();
    }
    // The damaged one may have made way already for the same one, which was not received to its
    // end.
    return receivedInPart == null
        ? Configuration.EMPTY
        : receivedInPart.header().configuration();
  }

  private static boolean hasOthers(
      Configuration configuration, ReplicaId self, boolean knowsOthers) {
    return configuration.isEmpty()
        ? knowsOthers
        : configuration.members().stream().anyMatch(member -> !member.replica().equals(self));
  }

  private static boolean reaches(EntryId last, EntryId base) {
    return last.index() > base.index() || last.equals(base);
  }

  private void warnOf(SnapshotId snapshot, String problem) {
    log.warn(
        environment.nowNanos(),
        Subject.SNAPSHOT,
        "the snapshot " + snapshot + " is not used, because it is damaged: " + problem);
  }

  /** Null if there is none. */
  private @Nullable String problemWith(SnapshotManifest manifest) {
    try (SnapshotStore.Stored stored = store.open(group, manifest.id())) {
      stored.verify();
      return null;
    } catch (IOException | CorruptDataException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** The newest verified snapshot; null if there is none. */
  synchronized @Nullable SnapshotManifest newest() {
    return newest;
  }

  /** What is here in place of the snapshot that the log goes on from; null if there is one, or the log has its beginning. */
  synchronized @Nullable LostSnapshot lost() {
    return newest == null ? lost : null;
  }

  /** Whether what the log goes on from is gone. */
  boolean isLost() {
    return lost() != null;
  }

  /** When the newest came to be here; -1 if it was before the start. */
  synchronized long newestSinceNanos() {
    return newestSinceNanos;
  }

  /** As {@link SnapshotStore#create}, with the room that there can be. */
  SnapshotStore.Draft create(SnapshotHeader header, long unique) throws IOException {
    makeRoom(null);
    return store.create(group, header, unique);
  }

  /**
   * As {@link SnapshotStore#receive}, with the room that there can be. From now on a part of this one is here, and of no other. If an
   * earlier snapshot of that id, such as a damaged one, is being deleted on another thread, waits for that: the deletion goes by the
   * names of files, and would take away the new ones.
   */
  SnapshotStore.Receipt receive(SnapshotManifest manifest) throws IOException {
    makeRoom(manifest.id());
    synchronized (this) {
      awaitDeletion(manifest.id());
      // If that has failed: its files are the new one's from now on.
      others.remove(manifest.id());
      receivedInPart = manifest;
    }
    return store.receive(group, manifest);
  }

  /** With the lock, which is given back meanwhile. */
  private void awaitDeletion(SnapshotId snapshot) throws InterruptedIOException {
    while (inDeletion.contains(snapshot)) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException(
            "interrupted while the damaged snapshot " + snapshot + " is deleted");
      }
    }
  }

  /**
   * A disk that is full of what nobody needs would stay full: no newer one could be written, which is what removes it otherwise.
   *
   * @param written whose files are about to be written, where it goes anew by the names of an earlier one; else null
   */
  private void makeRoom(@Nullable SnapshotId written) {
    List<SnapshotId> outdated;
    synchronized (this) {
      outdated = takeOutdated(one -> !keepsDamaged || one.equals(written));
    }
    deleteAll(outdated);
  }

  /** A step of storing another one has failed, perhaps for want of room: before the next try there is as much as can be. */
  synchronized void storingFailed() {
    keepsDamaged = false;
  }

  SnapshotStore.Stored open(SnapshotId snapshot) throws IOException {
    return store.open(group, snapshot);
  }

  /**
   * Reads a snapshot again that was just written: nothing may rest on it before that. One that can't be read is deleted.
   *
   * @param progress follows that
   */
  void verify(SnapshotManifest manifest, ReadProgress progress) throws IOException {
    boolean intact = false;
    try {
      try (SnapshotStore.Stored stored = progress.counting(open(manifest.id()))) {
        stored.verify();
      }
      intact = true;
    } finally {
      // Another try writes new files. If these stayed, the disk would be full after some of them.
      if (!intact) {
        List<SnapshotId> unusable = List.of(manifest.id());
        synchronized (this) {
          inDeletion.addAll(unusable);
        }
        deleteAll(unusable);
      }
    }
  }

  /** The newest, if it covers this entry: none is needed then, and an older one must not take its place (trap 41). */
  synchronized @Nullable SnapshotManifest newestCovering(EntryId entry) {
    SnapshotManifest present = newest;
    return present == null || present.header().last().index() < entry.index() ? null : present;
  }

  /** The rest of it can't be had, or what was here is gone: nobody asks for it any more. */
  synchronized void forgetPart(SnapshotId snapshot) {
    if (receivedInPart != null && receivedInPart.id().equals(snapshot)) {
      receivedInPart = null;
    }
  }

  /** Of which snapshot a part is here, if it covers this entry; else null. */
  synchronized @Nullable SnapshotManifest receivedInPart(EntryId atLeast) {
    SnapshotManifest part = receivedInPart;
    return part == null || part.header().last().index() < atLeast.index() ? null : part;
  }

  /** A snapshot is durable and verified. Those before it go, and it goes itself if there is a newer one. */
  void saved(SnapshotManifest manifest) {
    List<SnapshotId> outdated;
    synchronized (this) {
      forgetPart(manifest.id());
      SnapshotManifest before = newest;
      if (before != null
          && before.header().last().index() > manifest.header().last().index()) {
        outdated = List.of(manifest.id());
        inDeletion.addAll(outdated);
      } else {
        if (before != null && !before.id().equals(manifest.id())) {
          others.add(before.id());
        }
        newest = manifest;
        newestSinceNanos = environment.nowNanos();
        // It may have failed once before, and deleting it then too.
        others.remove(manifest.id());
        keepsDamaged = false;
        outdated = takeOutdated(one -> true);
      }
    }
    deleteAll(outdated);
  }

  /** What is to be deleted of those, by the caller, once it has given the lock back. */
  private List<SnapshotId> takeOutdated(Predicate<SnapshotId> which) {
    List<SnapshotId> outdated = new ArrayList<>(others);
    outdated.removeIf(which.negate());
    kept.forEach(one -> outdated.remove(one.snapshot));
    outdated.forEach(others::remove);
    inDeletion.addAll(outdated);
    return outdated;
  }

  /**
   * Lets a snapshot stay, even if there is a newer one meanwhile.
   *
   * @return ends that, on any thread; does nothing the second time
   */
  Runnable keep(SnapshotId snapshot) {
    Kept one = new Kept(snapshot);
    synchronized (this) {
      kept.add(one);
    }
    return () -> {
      List<SnapshotId> outdated;
      synchronized (this) {
        outdated = kept.remove(one) ? takeOutdated(any -> !keepsDamaged) : List.of();
      }
      deleteAll(outdated);
    };
  }

  private static final class Kept {
    private final SnapshotId snapshot;

    Kept(SnapshotId snapshot) {
      this.snapshot = snapshot;
    }
  }

  /** Deletes those that are {@linkplain #inDeletion noted} for that. Without the lock. */
  private void deleteAll(List<SnapshotId> noted) {
    try {
      noted.forEach(this::delete);
    } finally {
      synchronized (this) {
        noted.forEach(inDeletion::remove);
        notifyAll();
      }
    }
  }

  private void delete(SnapshotId snapshot) {
    try {
      store.delete(group, snapshot);
    } catch (IOException e) {
      log.warn(
          environment.nowNanos(),
          Subject.SNAPSHOT,
          "deleting the snapshot " + snapshot + " failed, and is tried again before another is "
              + "written: " + e);
      synchronized (this) {
        others.add(snapshot);
      }
    }
  }
}
