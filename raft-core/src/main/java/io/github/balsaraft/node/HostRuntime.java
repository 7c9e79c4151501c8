package io.github.balsaraft.node;

import io.github.balsaraft.model.BirthAnswer;
import io.github.balsaraft.model.BirthQuery;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import io.github.balsaraft.session.Patience;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.RecoveredGroup;
import io.github.balsaraft.storage.RecoveredState;
import io.github.balsaraft.storage.SnapshotStore;
import io.github.balsaraft.transport.Transport;
import io.github.balsaraft.transport.TransportReceiver;
import io.github.balsaraft.transport.UnreadableEntries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the groups of one process share: its identity, one log store with one writer, one transport, and the threads.
 *
 * <p>A failed write or sync ends the participation of the whole host, at once and visibly: one log serves all groups, and
 * what it holds is unknown (trap 3).
 */
public final class HostRuntime implements AutoCloseable {

  private final HostId self;
  private final HostEnvironment environment;
  private final LogStore store;
  private final @Nullable SnapshotStore snapshots;

  /** Taken while a snapshot is written out: one at a time, whatever the number of groups. */
  private final AtomicReference<@Nullable LongSupplier> snapshotSlot = new AtomicReference<>();

  private final Transport transport;
  private final HostRoutes routes;
  private final GroupCommitWriter writer;
  private final RateLimitedLog log;
  private final Closer closer;

  /** Groups that were closed while they hung. */
  private final Set<GroupNode> hanging = ConcurrentHashMap.newKeySet();

  private final Map<GroupId, GroupNode> groups = new ConcurrentHashMap<>();

  private final GroupStarts starts = new GroupStarts();

  private final AtomicLong misdirected = new AtomicLong();

  private volatile HostRecord record;
  /** Whether the cluster in {@link #record} is durable, so that others may rely on what is said about it. */
  private volatile boolean clusterDurable;

  // Both are written with the lock.
  private volatile @Nullable String failure;
  private volatile boolean closed;

  /** Leadership is being handed over, and then everything is closed. */
  private volatile boolean handingOver;

  /**
   * Opens the store and starts the transport.
   *
   * @param closeTimeout how long closing waits, at most about
   * @throws LogStoreException if the store can't be opened, or it or the snapshots belong to another host
   * @throws io.github.balsaraft.transport.TransportException if the transport can't listen
   */
  public HostRuntime(
      HostId self,
      LogStore store,
      Transport transport,
      HostEnvironment environment,
      Duration closeTimeout) {
    this(self, store, null, transport, environment, closeTimeout);
  }

  /**
   * As above, with snapshots in another place than beside the log.
   *
   * @param snapshotStore null for beside the log, if the log store knows such a place; closed with the host
   */
  public HostRuntime(
      HostId self,
      LogStore store,
      @Nullable SnapshotStore snapshotStore,
      Transport transport,
      HostEnvironment environment,
      Duration closeTimeout) {
    this.self = self;
    this.store = store;
    this.transport = transport;
    this.routes = new HostRoutes(transport);
    this.environment = environment;
    this.log = new RateLimitedLog(self.name(), environment.logger());
    this.closer = new Closer(self, environment, closeTimeout, log);
    this.writer = new GroupCommitWriter(store, environment, new WriterFailures());
    RecoveredState state = store.recover();
    this.snapshots = snapshotStore == null ? store.openSnapshots() : snapshotStore;
    boolean started = false;
    try {
      if (snapshots != null) {
        snapshots.chunksOfAtMost(SnapshotServer.roomForParts(transport));
      }
      begin(state);
      started = true;
    } finally {
      if (!started && snapshots != null) {
        // Whoever tries again must not find them in use.
        snapshots.close();
      }
    }
  }

  private void begin(RecoveredState state) {
    starts.recovered(state.groups());
    this.record = new HostFolders(self, store, snapshots, environment, log)
        .claim(state.host(), this::nonZeroRandom);
    this.clusterDurable = record.cluster() != null;
    if (store.durability() != LogStore.Durability.SYNCED) {
      log.warn(
          environment.nowNanos(),
          Subject.START,
          "the log is " + store.durability()
              + ": what is acknowledged may be lost when machines fail");
    }
    store.onFailure(this::storeFailed);
    transport.start(() -> record, new Receiver());
  }

  /**
   * Starts this host's replica of a group.
   *
   * @throws IllegalStateException if the group runs already or was closed, or the host is closed or has failed
   */
  public GroupNode startGroup(GroupSettings settings) {
    GroupId group = settings.group();
    RecoveredGroup recovered;
    synchronized (this) {
      requireOpen();
      GroupNode present = groups.get(group);
      if (present != null && !present.isClosing()) {
        throw new IllegalStateException("group " + group + " runs already");
      }
      recovered = starts.begin(settings, transport.maxMessageBytes());
    }
    try {
      // Without the lock: whole snapshots are read here, and who ends the host must not wait.
      GroupNode node = new GroupNode(this, settings, recovered);
      synchronized (this) {
        // Whoever has ended the host meanwhile has not seen this group.
        requireOpen();
        starts.succeeded(group);
        groups.put(group, node);
        node.start();
      }
      return node;
    } finally {
      starts.ended(group);
    }
  }

  private void requireOpen() {
    String failed = failure;
    if (closed || handingOver || failed != null) {
      throw new IllegalStateException(failed == null ? "the host is closed" : failed);
    }
  }

  HostId self() {
    return self;
  }

  /** What its log store says of it. */
  HostRecord record() {
    return record;
  }

  HostEnvironment environment() {
    return environment;
  }

  LogStore store() {
    return store;
  }

  /** Where snapshots are kept; null if nowhere. */
  @Nullable
  SnapshotStore snapshots() {
    return snapshots;
  }

  /** How far the group of this host is that is writing a snapshot, as a number that grows while it gets on; null if none is. */
  AtomicReference<@Nullable LongSupplier> snapshotSlot() {
    return snapshotSlot;
  }

  Transport transport() {
    return transport;
  }

  HostRoutes routes() {
    return routes;
  }

  GroupCommitWriter writer() {
    return writer;
  }

  long nonZeroRandom() {
    long random = environment.nextRandom();
    return random == 0 ? 1 : random;
  }

  @Nullable
  ClusterIdentity cluster() {
    return record.cluster();
  }

  /** The cluster, once a crash can't make this host forget it. */
  @Nullable
  ClusterIdentity durableCluster() {
    return clusterDurable ? record.cluster() : null;
  }

  /** The cluster that was claimed is durable. */
  void clusterIsDurable() {
    clusterDurable = true;
  }

  /** Messages that no replica here was meant to get. On any thread. */
  long misdirectedMessages() {
    return misdirected.get();
  }

  void misdirected() {
    misdirected.incrementAndGet();
  }

  /**
   * Makes this host a member of a cluster, unless it is one of another. The returned record must be made durable with
   * whatever relies on it.
   *
   * @return the host's record from now on, or null if it belongs to another cluster
   */
  synchronized @Nullable HostRecord claimCluster(ClusterIdentity cluster) {
    ClusterIdentity present = record.cluster();
    if (present == null) {
      record = record.inCluster(cluster);
      return record;
    }
    return present.equals(cluster) ? record : null;
  }

  /** Makes this host a member of a new cluster, unless it is one already, and says of which. See {@link #claimCluster}. */
  synchronized ClusterIdentity claimAnyCluster() {
    ClusterIdentity present = record.cluster();
    if (present == null) {
      present = new ClusterIdentity(nonZeroRandom(), 1);
      record = record.inCluster(present);
    }
    return present;
  }

  void removeGroup(GroupId group, GroupNode node) {
    groups.remove(group, node);
    routes.release(group);
  }

  /** Closes one of the groups, in bounded time. */
  void close(GroupNode group) {
    closer.close(deadlineNanos -> stop(group, deadlineNanos));
  }

  /** As {@link #close(GroupNode)}, after it has handed leadership over if that takes no longer than this. */
  void close(GroupNode group, Duration handover) {
    Duration patience = Duration.ofNanos(Patience.nanosOf(handover));
    closer.handOverAndClose(List.of(group), patience, deadlineNanos -> stop(group, deadlineNanos));
  }

  private void stop(GroupNode group, long deadlineNanos) {
    hanging.addAll(closer.stop(List.of(group), deadlineNanos));
    List<String> busy = busyGroups();
    if (hanging.contains(group)) {
      closer.goesOnWithout(busy, ". Its callers were told");
    }
  }

  private List<String> busyGroups() {
    List<String> busy = new ArrayList<>();
    for (GroupNode group : hanging) {
      String what = group.busyWith();
      if (what != null) {
        busy.add(what);
      }
    }
    return busy;
  }

  private void storeFailed(Throwable cause) {
    failed("the log store failed", "restart it once the disk is in order", cause);
  }

  private final class WriterFailures implements GroupCommitWriter.Failures {

    @Override
    public void storeFailed(Throwable cause) {
      HostRuntime.this.storeFailed(cause);
    }

    @Override
    public void reportFailed(Throwable cause) {
      failed("a write was durable and its group could not be told", "restart it", cause);
    }
  }

  /** Ends the participation of all groups, once. */
  private void failed(String what, String advice, Throwable cause) {
    synchronized (this) {
      if (failure != null || closed) {
        return;
      }
      // First of all. Out of memory all that follows may fail, too.
      failure = what;
    }
    String reason = what;
    try {
      reason = what + ": " + Wording.message(cause);
      failure = reason;
      log.error("stops taking part, because " + what + "; " + advice, cause);
    } finally {
      failGroups(reason);
    }
  }

  private void failGroups(String reason) {
    try {
      groups.values().forEach(group -> group.fail(reason));
    } finally {
      // Peers then see at once that nobody is here any more. Not on this thread, which may be the
      // store's own, nor on one that groups share: it waits for what the transport is delivering.
      environment.runApart("close-transport", this::closeTransport);
    }
  }

  private void closeTransport() {
    try {
      transport.close();
    } catch (Throwable e) {
      log.error("closing the transport failed; others may go on believing that it is here", e);
    }
  }

  @Override
  public void close() {
    if (beginToClose()) {
      closer.close(this::closeAll);
    }
  }

  /** As {@link #close()}, after the groups have handed over the leadership that they have, if that takes no longer than this. */
  public void close(Duration handover) {
    Duration patience = Duration.ofNanos(Patience.nanosOf(handover));
    synchronized (this) {
      if (closed || handingOver) {
        return;
      }
      handingOver = true;
    }
    closer.handOverAndClose(List.copyOf(groups.values()), patience, deadlineNanos -> {
      if (beginToClose()) {
        closeAll(deadlineNanos);
      }
    });
  }

  /** Nothing is taken in any more once this returns. Returns false if that was so before. */
  private boolean beginToClose() {
    synchronized (this) {
      if (closed) {
        return false;
      }
      closed = true;
    }
    groups.values().forEach(GroupNode::beginToStop);
    return true;
  }

  private void closeAll(long deadlineNanos) {
    hanging.addAll(closer.stop(List.copyOf(groups.values()), deadlineNanos));
    try {
      transport.close();
    } finally {
      // A start that is under way reads snapshots, or removes old ones.
      List<CompletableFuture<Void>> ends = starts.ends();
      ends.add(environment.shutdown());
      CompletableFuture<Void> ended =
          CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
      if (closer.isDoneBy(ended, deadlineNanos)) {
        closeStores();
      } else {
        List<String> waitedFor = busyGroups();
        waitedFor.addAll(starts.busyWith());
        if (writer.isWriting()) {
          waitedFor.add("the log store is still making a write durable");
        }
        if (waitedFor.isEmpty()) {
          waitedFor.add("its threads have not come to their end");
        }
        closer.goesOnWithout(waitedFor, ". The log store is closed after that");
        // By whichever thread is the last that may be using it.
        CompletableFuture<Void> unused = ended.thenRun(this::closeStoreLate);
      }
    }
  }

  private void closeStores() {
    try {
      if (snapshots != null) {
        snapshots.close();
      }
    } finally {
      store.close();
    }
  }

  private void closeStoreLate() {
    try {
      closeStores();
      log.info(environment.nowNanos(), Subject.CLOSING, "the log store is closed now");
    } catch (RuntimeException | Error e) {
      log.error("closing the log store failed", e);
    }
  }

  /** Passes what arrives to the groups it is for. */
  private final class Receiver implements TransportReceiver {

    @Override
    public void onMessages(HostRecord from, List<GroupMessage> messages) {
      boolean fellow = record.cluster() != null && record.cluster().equals(from.cluster());
      int start = 0;
      while (start < messages.size()) {
        GroupId group = messages.get(start).group();
        List<Message> run = new ArrayList<>();
        while (start < messages.size() && messages.get(start).group().equals(group)) {
          Message message = messages.get(start++).message();
          // A host that is in no cluster yet, or for which
          // we are in none, may only talk about its birth.
          if (fellow || message instanceof BirthQuery || message instanceof BirthAnswer) {
            run.add(message);
          } else {
            misdirected();
          }
        }
        GroupNode node = groups.get(group);
        if (node == null) {
          misdirected.addAndGet(run.size());
        } else if (!run.isEmpty()) {
          node.deliver(from.host(), run);
        }
      }
    }

    @Override
    public void onUnreadableEntries(HostRecord from, UnreadableEntries entries) {
      ClusterIdentity cluster = record.cluster();
      GroupNode node = groups.get(entries.group());
      if (node == null || (cluster != null && !cluster.equals(from.cluster()))) {
        misdirected();
      } else {
        node.unreadable(from.host(), entries);
      }
    }

    @Override
    public void onPeerGone(HostId peer) {
      groups.values().forEach(group -> group.peerGone(peer));
    }

    @Override
    public void onWritabilityChanged(HostId peer, boolean writable) {
      groups.values().forEach(group -> group.writable(peer, writable));
    }
  }
}
