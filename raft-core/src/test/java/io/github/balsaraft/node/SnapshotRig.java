package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.storage.FolderSnapshotStore;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.storage.SnapshotStore;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** A replica on a simulated machine, without a core: for tests of what it does with snapshots. Keeps what it sends and logs. */
final class SnapshotRig {

  static final GroupId GROUP = GroupId.DEFAULT;
  static final ReplicaId SELF = new ReplicaId(1);
  static final ReplicaId OTHER = new ReplicaId(2);
  static final Configuration MEMBERS = Configuration.of(List.of(
      Member.voter(SELF, new HostId("n1"), "n1"), Member.voter(OTHER, new HostId("n2"), "n2")));

  /** So small that a few bytes are several. */
  static final int CHUNK_BYTES = 4;

  final VirtualTime time = new VirtualTime();
  final SimulatedEnvironment environment = SimulatedEnvironment.alone(time);
  final FragileFolder folder = new FragileFolder(Chance.of(1, "folder"));
  final SnapshotStore store;
  final RecordedLines lines = new RecordedLines();
  final FakeTransport transport = new FakeTransport();
  final ReplicaContext context;
  final SnapshotArchive archive;

  /** What closing a receipt ends with from now on; null for nothing. */
  @Nullable
  Error closingFails;

  /** What it ends with to hand something to the threads of snapshots the next time; null for nothing. */
  @Nullable
  Error handOverFails;

  /** Whether they have it all the same by then. */
  boolean handsOverAllTheSame;

  private List<Message> sent = new ArrayList<>();

  SnapshotRig(RaftOptions options) {
    this(options, CHUNK_BYTES);
  }

  SnapshotRig(RaftOptions options, int chunkBytes) {
    this(options, chunkBytes, new EmptySnapshots());
  }

  /**
   * A replica with a state machine of the test's.
   *
   * @param machine whose snapshots it takes
   */
  SnapshotRig(RaftOptions options, int chunkBytes, StateMachine machine) {
    this.store = new FolderSnapshotStore(folder, chunkBytes) {
      @Override
      public Receipt receive(GroupId group, SnapshotManifest manifest) throws IOException {
        return new FailingReceipt(super.receive(group, manifest));
      }
    };
    RateLimitedLog log = new RateLimitedLog("n1/g0", lines);
    transport.onSend = message -> sent.add(message);
    HostRuntime host = new HostRuntime(
        new HostId("n1"), new MemoryLogStore(), transport, new Threads(), Duration.ZERO);
    GroupSettings settings = new GroupSettings(
        GROUP, new BirthPlan(BirthPlan.Kind.BOOTSTRAP, List.of()), machine, options, TraceSink.OFF);
    GroupPeers peers = new GroupPeers(host, GROUP, settings.birth());
    peers.follow(MEMBERS);
    this.context = new ReplicaContext(
        host,
        settings,
        SELF,
        log,
        peers,
        new NodeMetrics(new Histogram()),
        new NodeEvents(environment.listeners(), peers::hostOf, failure -> {}, dropped -> {}));
    this.archive = SnapshotArchive.open(GROUP, store, null, false, environment, log);
  }

  /** What was sent since this was asked last. */
  List<Message> takeSent() {
    List<Message> taken = sent;
    sent = new ArrayList<>();
    return taken;
  }

  /** How it answers a member that wants a snapshot from an index on, and says nothing else. */
  SnapshotChunk.Status answerToOneOf(SnapshotFlow flow, long atLeast) {
    flow.onRequest(new SnapshotRequest(
        OTHER,
        SELF,
        5,
        new EntryId(3, atLeast),
        0,
        SnapshotRequest.MANIFEST,
        0,
        Integer.MAX_VALUE));
    time.runFor(10 * VirtualTime.MILLIS);
    List<Message> answers = takeSent();
    assertThat(answers).hasSize(1);
    return ((SnapshotChunk) answers.get(0)).status();
  }

  static SnapshotHeader header(long index) {
    return new SnapshotHeader(new EntryId(3, index), 3, MEMBERS, 1, 1000);
  }

  /** A snapshot of one file, in any store. */
  static SnapshotManifest write(SnapshotStore into, long index, long unique, byte[] content)
      throws IOException {
    try (SnapshotStore.Draft draft = into.create(GROUP, header(index), unique)) {
      OutputStream out = draft.file("state");
      out.write(content);
      return draft.commit();
    }
  }

  /** A snapshot of this replica's. */
  SnapshotManifest save(long index, byte[] content) throws IOException {
    SnapshotManifest manifest = write(store, index, 100 + index, content);
    archive.saved(manifest);
    return manifest;
  }

  /** What the newest snapshot here holds. */
  byte[] newestContent() throws IOException {
    SnapshotManifest newest = archive.newest();
    if (newest == null) {
      throw new AssertionError("there is no snapshot");
    }
    try (SnapshotStore.Stored stored = archive.open(newest.id());
        InputStream in = stored.file("state")) {
      return in.readAllBytes();
    }
  }

  private final class Threads extends ForwardedEnvironment {

    Threads() {
      super(environment);
    }

    @Override
    public Executor snapshots() {
      return task -> {
        Error failure = handOverFails;
        handOverFails = null;
        if (failure == null || handsOverAllTheSame) {
          environment.snapshots().execute(task);
        }
        if (failure != null) {
          throw failure;
        }
      };
    }

    @Override
    public Executor loads() {
      return environment.loads();
    }

    @Override
    public Executor listeners() {
      return environment.listeners();
    }

    @Override
    public void pause(long nanos) {
      environment.pause(nanos);
    }

    @Override
    public long maxWriteBytes() {
      return environment.maxWriteBytes();
    }

    @Override
    public Logger logger() {
      return environment.logger();
    }
  }

  private final class FailingReceipt implements SnapshotStore.Receipt {
    private final SnapshotStore.Receipt receipt;

    FailingReceipt(SnapshotStore.Receipt receipt) {
      this.receipt = receipt;
    }

    @Override
    public int received(int file) {
      return receipt.received(file);
    }

    @Override
    public void add(int file, byte[] chunk) throws IOException {
      receipt.add(file, chunk);
    }

    @Override
    public void commit() throws IOException {
      receipt.commit();
    }

    @Override
    public void discard() throws IOException {
      receipt.discard();
    }

    @Override
    public void close() throws IOException {
      receipt.close();
      if (closingFails != null) {
        throw closingFails;
      }
    }
  }
}
