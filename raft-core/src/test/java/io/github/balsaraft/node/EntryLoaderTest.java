package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.storage.CompactedException;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.storage.RecoveredState;
import io.github.balsaraft.testing.EchoMachine;
import io.github.balsaraft.testing.UnprintableError;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EntryLoaderTest {

  private static final ReplicaId FOLLOWER = new ReplicaId(3);
  private static final EntryBatch BATCH =
      Payloads.single(EntryType.COMMAND, new byte[3]).place(new EntryId(1, 17), 0);

  private final VirtualTime time = new VirtualTime();
  private final Store store = new Store();
  private final Completions completions = new Completions();
  private final EntryLoader loader = new EntryLoader(context(), completions);

  /** Returns or throws what the test says. */
  private static final class Store implements LogStore {
    @Nullable
    RuntimeException failure;

    @Nullable
    Error error;

    List<EntryBatch> found = List.of(BATCH);

    @Override
    public RecoveredState recover() {
      return new MemoryLogStore().recover();
    }

    @Override
    public void write(LogWrite write) {}

    @Override
    public List<EntryBatch> read(GroupId group, long fromIndex, long toIndex, long maxBytes) {
      if (failure != null) {
        throw failure;
      }
      if (error != null) {
        throw error;
      }
      return found;
    }

    @Override
    public Durability durability() {
      return Durability.SYNCED;
    }

    @Override
    public void close() {}
  }

  private final class Completions implements LoopOutput.Completions {
    final List<String> events = new ArrayList<>();

    @Override
    public void written(long sequence) {}

    @Override
    public void loaded(Ready.Load load, List<EntryBatch> batches) {
      events.add(batches.size() + " at " + time.nowNanos() / MILLIS + " ms");
    }

    @Override
    public void broken(Throwable cause) {
      events.add("broken: " + cause);
    }
  }

  private ReplicaContext context() {
    HostRuntime host = new HostRuntime(
        new HostId("n1"),
        store,
        new FakeTransport(),
        SimulatedEnvironment.alone(time),
        Duration.ZERO);
    GroupSettings settings = new GroupSettings(
        GroupId.DEFAULT,
        new BirthPlan(BirthPlan.Kind.BOOTSTRAP, List.of()),
        new EchoMachine(),
        RaftOptions.defaults(),
        TraceSink.OFF);
    GroupPeers peers = new GroupPeers(host, GroupId.DEFAULT, settings.birth());
    peers.follow(Configuration.of(List.of(Member.voter(FOLLOWER, new HostId("n3"), "n3"))));
    NodeMetrics metrics = new NodeMetrics(new Histogram());
    NodeEvents events =
        new NodeEvents(host.environment().listeners(), peers::hostOf, failure -> {}, dropped -> {});
    return new ReplicaContext(
        host, settings, new ReplicaId(1), new RateLimitedLog("n1/g0"), peers, metrics, events);
  }

  private String lineOf(int generation) {
    try (CapturedLog log = new CapturedLog()) {
      loader.load(new Ready.Load(FOLLOWER, generation, 17, 90, 1000));
      time.runFor(3 * SECONDS);
      return String.join("\n", log.lines("reading the entries"));
    }
  }

  /** The log is compacted while a follower still needs it: once is normal, again and again is not, and must be seen. */
  @Test
  void aFailureNamesTheFollowerTheRangeTheCauseAndWhenItIsTriedAgain() {
    store.failure = new CompactedException(17, 40);
    assertThat(lineOf(1))
        .endsWith(
            "reading the entries from 17 to 90 for n3 failed and is tried again in 100 ms if it "
                + "is still needed: io.github.balsaraft.storage.CompactedException: the entry at 17 was "
                + "compacted away, the log starts at 40");
    assertThat(lineOf(2)).contains("failed 2 times in a row and is tried again in 200 ms");
    assertThat(lineOf(3)).contains("failed 3 times in a row and is tried again in 400 ms");
    assertThat(completions.events).containsExactly("0 at 100 ms", "0 at 3200 ms", "0 at 6400 ms");
    for (int i = 4; i < 100; i++) {
      lineOf(i);
    }
    assertThat(lineOf(100)).as("the pause ends").contains("is tried again in 2 s");
  }

  @Test
  void afterASuccessItCountsAnew() {
    store.failure = new LogStoreException("unreadable");
    lineOf(1);
    store.failure = null;
    assertThat(lineOf(2)).isEmpty();
    assertThat(completions.events).last().asString().startsWith("1 at 3");
    store.failure = new LogStoreException("unreadable");
    assertThat(lineOf(3)).contains("failed and is tried again in 100 ms");
  }

  /** It is tried again all the same. */
  @Test
  void aFailureThatCanNotBeDescribedIsOne() {
    store.error = new UnprintableError();
    assertThat(lineOf(1)).endsWith("is still needed: " + UnprintableError.class.getName());
    assertThat(completions.events).containsExactly("0 at 100 ms");
  }

  /** Handed to the core it would be asked for again at once, for ever. */
  @Test
  void aStoreThatReturnsNothingHasFailed() {
    store.found = List.of();
    assertThat(lineOf(1)).contains("for n3 failed", "the log store returned nothing");
    assertThat(completions.events).containsExactly("0 at 100 ms");
  }
}
