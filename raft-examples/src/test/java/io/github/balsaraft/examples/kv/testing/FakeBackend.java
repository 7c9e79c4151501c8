package io.github.balsaraft.examples.kv.testing;

import io.github.balsaraft.api.BatchingStateMachine;
import io.github.balsaraft.api.Distribution;
import io.github.balsaraft.api.Membership;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.NodeStatus.Peer;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.RaftMetrics;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.examples.kv.server.KvBackend;
import io.github.balsaraft.examples.kv.state.Batch;
import io.github.balsaraft.examples.kv.state.KvStateMachine;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.LogStore.Durability;
import io.github.balsaraft.testing.MadeUpCommand;
import io.github.balsaraft.transport.PeerConnection;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A backend that applies at once, holds everything back, or fails, as the test wants. n1 is this server; n2 and n3 are the
 * others of the cluster.
 */
public final class FakeBackend implements KvBackend, AutoCloseable {

  /** Stands for the thread that applies. */
  private final ExecutorService applier =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "fake-applier"));

  private final KvStateMachine state;
  private final List<Batch> proposed = new ArrayList<>();
  private boolean holdsLease;
  private final List<ReadConsistency> reads = new ArrayList<>();
  private final Deque<Runnable> held = new ArrayDeque<>();
  private final FakeMembership members = new FakeMembership();

  private final RaftMetrics metrics = noMetrics();
  private SnapshotStatus snapshots = SnapshotStatus.NONE;
  private boolean holding;
  private boolean sameThread;
  private @Nullable RuntimeException proposalFailure;
  private @Nullable RuntimeException readFailure;
  private @Nullable RuntimeException statusFailure;
  private @Nullable Error nextStatusError;
  private @Nullable Error thrown;
  private Health health = Health.RUNNING;
  private Role role = Role.LEADER;
  private @Nullable String leader = "n1";
  private @Nullable String transferTarget;
  private List<String> connected = List.of("n2", "n3");
  private PeerConnection.State elsewhere = PeerConnection.State.UNREACHABLE;
  private Optional<Duration> contact = Optional.of(Duration.ofMillis(7));
  private LongSupplier clockMillis = System::currentTimeMillis;
  private long term = 4;
  private long index;
  private int looks;

  /** With its state in memory. */
  public FakeBackend() {
    this(new KvStateMachine());
  }

  /** With its state elsewhere. */
  public FakeBackend(KvStateMachine state) {
    this.state = state;
  }

  private byte[] apply(MadeUpCommand command) {
    byte[] result = state.apply(command);
    if (state instanceof BatchingStateMachine batching) {
      batching.endBatch();
    }
    return result;
  }

  /** The state behind it. */
  public KvStateMachine state() {
    return state;
  }

  /** What was proposed so far. */
  public synchronized List<Batch> proposed() {
    return List.copyOf(proposed);
  }

  /** Waits until so many were proposed; bounded by the time that JUnit gives a test. */
  public synchronized void awaitProposed(int count) throws InterruptedException {
    while (proposed.size() < count) {
      wait();
    }
  }

  /** How fresh the reads so far were to be. */
  public synchronized List<ReadConsistency> reads() {
    return List.copyOf(reads);
  }

  /** How often the status was asked for so far. */
  public synchronized int looks() {
    return looks;
  }

  /** From now on nothing completes until {@link #release}. */
  public synchronized void hold() {
    holding = true;
  }

  /** Lets everything that is held complete, and holds no more. */
  public synchronized void release() {
    holding = false;
    while (!held.isEmpty()) {
      applier.execute(held.removeFirst());
    }
  }

  /** From now on the log time follows this clock; that of the system before. */
  public synchronized void setClock(LongSupplier newClockMillis) {
    clockMillis = newClockMillis;
  }

  /** Whether futures are complete when they are returned. */
  public synchronized void completeAtOnce(boolean atOnce) {
    sameThread = atOnce;
  }

  /** From now on proposals fail, or no longer if null. */
  public synchronized void failProposals(@Nullable RuntimeException failure) {
    proposalFailure = failure;
  }

  /** From now on neither proposals nor reads can even be begun, or again if null. */
  public synchronized void throwAtOnce(@Nullable Error error) {
    thrown = error;
  }

  private void throwIfSet() {
    if (thrown != null) {
      throw thrown;
    }
  }

  /** From now on linearizable reads fail, or no longer if null. */
  public synchronized void failReads(@Nullable RuntimeException failure) {
    readFailure = failure;
  }

  /** Sets what the status says. */
  public synchronized void setStatus(
      Role newRole,
      @Nullable String newLeader,
      List<String> newConnected,
      Optional<Duration> newContact) {
    role = newRole;
    leader = newLeader;
    connected = newConnected;
    contact = newContact;
  }

  /** Sets what the status says of the leader. */
  public synchronized void setStatus(Role newRole, String newLeader, long newTerm) {
    setStatus(newRole, newLeader, List.of(newLeader), Optional.empty());
    term = newTerm;
  }

  /** From now on the status says that leadership is being handed over to that one, or to nobody. */
  public synchronized void setTransferTarget(@Nullable String target) {
    transferTarget = target;
  }

  /** From now on the status can't be had. */
  public synchronized void failStatus(RuntimeException failure) {
    statusFailure = failure;
  }

  /** The next who asks for the status gets this error. */
  public synchronized void failStatusOnce(Error error) {
    nextStatusError = error;
  }

  /** Sets what the status says of the way to those that aren't connected; UNREACHABLE at first. */
  public synchronized void setUnconnected(PeerConnection.State state) {
    elsewhere = state;
  }

  /** Sets what the status says of the node's health. */
  public synchronized void setHealth(Health newHealth) {
    health = newHealth;
  }

  @Override
  public synchronized CompletableFuture<byte[]> propose(byte[] bytes) {
    throwIfSet();
    Batch batch = Batch.decode(ByteBuffer.wrap(bytes));
    proposed.add(batch);
    notifyAll();
    RuntimeException failure = proposalFailure;
    long at = ++index;
    long millis = clockMillis.getAsLong();
    return run(() -> apply(new MadeUpCommand(at, 4, millis, bytes)), failure);
  }

  @Override
  public synchronized <T> CompletableFuture<T> read(
      ReadConsistency consistency, Supplier<T> reader) {
    throwIfSet();
    reads.add(consistency);
    return run(reader, consistency == ReadConsistency.STALE ? null : readFailure);
  }

  private <T> CompletableFuture<T> run(Supplier<T> task, @Nullable RuntimeException failure) {
    CompletableFuture<T> future = new CompletableFuture<>();
    Runnable step = () -> {
      if (failure != null) {
        future.completeExceptionally(failure);
      } else {
        future.complete(task.get());
      }
    };
    if (holding) {
      held.addLast(step);
    } else if (sameThread) {
      step.run();
    } else {
      applier.execute(step);
    }
    return future;
  }

  @Override
  public RaftMetrics metrics() {
    return metrics;
  }

  private static RaftMetrics noMetrics() {
    Map<RaftMetric, Long> values = new EnumMap<>(RaftMetric.class);
    Map<RaftMetric, Distribution> distributions = new EnumMap<>(RaftMetric.class);
    for (RaftMetric metric : RaftMetric.values()) {
      if (metric.kind() == RaftMetric.Kind.DISTRIBUTION) {
        distributions.put(metric, new Distribution(new long[Distribution.BUCKETS], 0, 0));
      } else {
        values.put(metric, 0L);
      }
    }
    return new RaftMetrics(1, values, distributions);
  }

  /** Sets what the status says of snapshots. */
  public synchronized void setSnapshots(SnapshotStatus newSnapshots) {
    snapshots = newSnapshots;
  }

  /** From now on this server holds a lease, which has answered three reads. */
  public synchronized void holdLease() {
    holdsLease = true;
  }

  /** What is asked of the members; the test ends it. */
  public FakeMembership members() {
    return members;
  }

  @Override
  public Membership membership() {
    return members;
  }

  @Override
  public CompletableFuture<HostId> transferLeadership() {
    return members.transfer(Optional.empty());
  }

  @Override
  public CompletableFuture<HostId> transferLeadership(HostId target) {
    return members.transfer(Optional.of(target));
  }

  @Override
  public synchronized NodeStatus status() {
    looks++;
    if (statusFailure != null) {
      throw statusFailure;
    }
    if (nextStatusError != null) {
      Error error = nextStatusError;
      nextStatusError = null;
      throw error;
    }
    List<Member> members = new ArrayList<>();
    List<Peer> peers = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      HostId host = new HostId("n" + i);
      members.add(Member.voter(new ReplicaId(i), host, "127.0.0.1:" + (9000 + i)));
      if (i > 1) {
        PeerConnection.State way =
            connected.contains(host.name()) ? PeerConnection.State.CONNECTED : elsewhere;
        peers.add(new Peer(
            new ReplicaId(i),
            host,
            true,
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            new PeerConnection(way, "")));
      }
    }
    return NodeStatus.builder(GroupId.DEFAULT, new HostId("n1"), new ReplicaId(1))
        .health(health)
        .healthDetail(health == Health.FAILED ? "a sync failed" : "")
        .role(role)
        .term(term)
        .leader(leader == null ? null : new HostId(leader))
        .transferTarget(transferTarget == null ? null : new HostId(transferTarget))
        .commitIndex(index)
        .appliedIndex(index)
        .durableIndex(index)
        .lastIndex(index)
        .configuration(Configuration.of(members))
        .durability(Durability.UNSAFE_IN_MEMORY)
        .sinceLeaderContact(contact)
        .staleness(contact)
        .peers(peers)
        .holdsLease(holdsLease)
        .snapshots(snapshots)
        .counters(new NodeStatus.Counters(holdsLease ? 3 : 0, 0, 0, 0))
        .explanation(look -> "n2 and n3 are missing")
        .build();
  }

  @Override
  public void close() {
    applier.shutdownNow();
  }
}
