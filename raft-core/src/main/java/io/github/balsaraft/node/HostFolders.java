package io.github.balsaraft.node;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.SnapshotStore;
import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure, at the start of a host, that its log and its snapshots are its own and belong together: a snapshot of another cluster
 * would be taken for the state that a log rests on, and nobody would notice.
 *
 * <p>Whoever has a new log is a new host, to which no snapshot of an earlier log belongs. It is refused, not given them: a log that
 * is new because its folder was mistyped would otherwise take the snapshots from the right one, which could not start any more.
 */
final class HostFolders {

  private final HostId self;
  private final LogStore store;
  private final @Nullable SnapshotStore snapshots;
  private final HostEnvironment environment;
  private final RateLimitedLog log;

  HostFolders(
      HostId self,
      LogStore store,
      @Nullable SnapshotStore snapshots,
      HostEnvironment environment,
      RateLimitedLog log) {
    this.self = self;
    this.store = store;
    this.snapshots = snapshots;
    this.environment = environment;
    this.log = log;
  }

  /**
   * Claims both.
   *
   * @param found what the log store says; null if it is new
   * @param incarnation draws that of a new log store
   * @return what the log store says from now on
   * @throws LogStoreException if one of them is not this host's, or they don't belong together
   */
  HostRecord claim(@Nullable HostRecord found, LongSupplier incarnation) {
    if (found != null && !found.host().equals(self)) {
      throw new LogStoreException("the log store belongs to host " + found.host() + ", not to "
          + self + ": start it as " + found.host() + ", or choose another folder");
    }
    HostRecord owner = snapshots == null ? null : owner(snapshots, found);
    if (owner != null) {
      refuseForeign(owner, found);
    }
    HostRecord record = found;
    if (record == null) {
      record = new HostRecord(self, incarnation.getAsLong(), null);
      // Before the snapshots: were only those claimed when the power
      // goes, the next start, whose log is new again, would be refused.
      store.write(new LogWrite(record, List.of()));
    }
    if (snapshots != null && !record.equals(owner)) {
      claimSnapshots(snapshots, record);
    }
    return record;
  }

  private void claimSnapshots(SnapshotStore present, HostRecord record) {
    try {
      present.claim(record);
    } catch (IOException e) {
      // The next start does it. A full disk must not keep a host from starting.
      log.warn(
          environment.nowNanos(),
          Subject.START,
          "whose snapshots these are could not be written down: " + e);
    }
  }

  /** Null if nobody has claimed them, or nobody knows any more who has and the log is no new one: that they lie beside it says enough. */
  private @Nullable HostRecord owner(SnapshotStore present, @Nullable HostRecord record) {
    try {
      return present.owner();
    } catch (CorruptDataException e) {
      if (record == null) {
        throw new LogStoreException(
            "the log is new, and the snapshots belong to an earlier one, of which host nobody knows ("
                + e.getMessage()
                + "): name the folder of that log; if it is lost, set the snapshots aside, "
                + "start this host with new, empty folders and let it join anew",
            e);
      }
      log.warn(
          environment.nowNanos(),
          Subject.START,
          "takes the snapshots for its own, and claims them anew: " + e.getMessage());
      return null;
    } catch (IOException e) {
      throw new LogStoreException("whose snapshots these are can't be read: " + e, e);
    }
  }

  private void refuseForeign(HostRecord owner, @Nullable HostRecord record) {
    if (!owner.host().equals(self)) {
      throw new LogStoreException("the snapshots belong to host " + named(owner) + ", not to "
          + self + ": name the folder with the snapshots of " + self + ", or an empty one");
    }
    if (record == null) {
      throw new LogStoreException(
          "the log is new, and the snapshots belong to an earlier one of host "
              + named(owner)
              + ": name the folder of that log; if it is lost, set the snapshots aside, "
              + "start this host with new, empty folders and let it join anew");
    }
    if (!belongTogether(owner, record)) {
      throw new LogStoreException("the snapshots belong to another log of host " + named(owner)
          + " than this one: name the folder with the snapshots of this log; if those are lost, set log and "
          + "snapshots aside, start this host with new, empty folders and let it join anew");
    }
  }

  /** Folders that were copied before the host was in a cluster have one incarnation, and may be in two by now. */
  private static boolean belongTogether(HostRecord owner, HostRecord record) {
    ClusterIdentity one = owner.cluster();
    ClusterIdentity other = record.cluster();
    return owner.incarnation() == record.incarnation()
        && (one == null || other == null || one.id() == other.id());
  }

  private static String named(HostRecord owner) {
    return owner.cluster() == null
        ? owner.host().name()
        : owner.host() + " in cluster " + owner.cluster();
  }
}
