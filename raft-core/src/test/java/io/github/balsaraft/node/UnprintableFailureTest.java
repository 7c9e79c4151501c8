package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.Founder;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.storage.RecoveredState;
import io.github.balsaraft.testing.UnprintableError;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** What failed can't be said, since its text fails as well. Nothing may go on after half a step for that. */
class UnprintableFailureTest {

  private static final HostId SELF = new HostId("n1");
  private static final String HALF_WAY = "fails half way";

  private final VirtualTime time = new VirtualTime();
  private final Environment environment = new Environment(time);
  private final Store store = new Store();
  private final Machine machine = new Machine();
  private final GroupNode node = start();

  private static final class Environment extends ForwardedEnvironment {
    boolean writerFails;
    boolean stepFails;

    Environment(VirtualTime time) {
      super(SimulatedEnvironment.alone(time));
    }

    /** In the middle of a step: the core has given out what is to be written, and the writer hasn't got it. */
    @Override
    public long nowNanos() {
      if (stepFails
          && StackWalker.getInstance()
              .walk(frames ->
                  frames.anyMatch(frame -> frame.getClassName().equals(LoopOutput.class.getName())
                      && frame.getMethodName().equals("write")))) {
        throw new UnprintableError();
      }
      return super.nowNanos();
    }

    @Override
    public Executor writer() {
      return task -> {
        if (writerFails) {
          throw new UnprintableError();
        }
        super.writer().execute(task);
      };
    }
  }

  private static final class Machine implements StateMachine {
    final List<String> given = new ArrayList<>();

    @Override
    public byte[] apply(Command command) {
      String text = new String(command.bytes(), UTF_8);
      given.add(text);
      if (text.equals(HALF_WAY)) {
        throw new UnprintableError();
      }
      return new byte[0];
    }

    @Override
    public byte[] query(byte[] query) {
      return query;
    }
  }

  private static final class Store implements LogStore {
    private final MemoryLogStore log = new MemoryLogStore();
    boolean fails;
    int writes;

    @Override
    public RecoveredState recover() {
      return log.recover();
    }

    @Override
    public void write(LogWrite write) {
      writes++;
      if (fails) {
        throw new UnprintableError();
      }
      log.write(write);
    }

    @Override
    public List<EntryBatch> read(GroupId group, long fromIndex, long toIndex, long maxBytes) {
      return log.read(group, fromIndex, toIndex, maxBytes);
    }

    @Override
    public Durability durability() {
      return log.durability();
    }

    @Override
    public void close() {
      log.close();
    }
  }

  private GroupNode start() {
    HostRuntime host =
        new HostRuntime(SELF, store, new FakeTransport(), environment, Duration.ZERO);
    GroupNode started = host.startGroup(new GroupSettings(
        GroupId.DEFAULT,
        new BirthPlan(BirthPlan.Kind.BOOTSTRAP, List.of(new Founder(SELF, "n1"))),
        machine,
        RaftOptions.defaults(),
        TraceSink.OFF));
    CompletableFuture<Void> leader = started.awaitLeader();
    time.runUntil(leader::isDone, 60 * SECONDS);
    assertThat(leader).isCompleted();
    return started;
  }

  /** A thread of a pool that dies of what was thrown is replaced, and the next task comes. */
  private void run() {
    long end = time.nowNanos() + SECONDS;
    while (time.nowNanos() < end) {
      try {
        time.runFor(end - time.nowNanos());
      } catch (UnprintableError e) {
        // Whatever has to be said of it must not be said with its text.
      }
    }
  }

  private void assertFailed() {
    CompletableFuture<NodeStatus> asked = node.statusSoon();
    run();
    assertThat(asked).isCompleted();
    NodeStatus status = asked.getNow(null);
    assertThat(status.health()).isEqualTo(Health.FAILED);
    assertThat(status.healthDetail()).contains(UnprintableError.class.getSimpleName());
  }

  @Test
  void theStateMachinesIsGivenNoEntryTwice() {
    CompletableFuture<byte[]> failing = node.propose(HALF_WAY.getBytes(UTF_8));
    run();
    CompletableFuture<byte[]> later = node.propose("later".getBytes(UTF_8));
    run();
    assertThat(machine.given).containsExactly(HALF_WAY);
    assertThat(failing).isCompletedExceptionally();
    assertThat(later).isCompletedExceptionally();
    assertFailed();
  }

  @Test
  void theLogStoresEndsTheHost() {
    store.fails = true;
    CompletableFuture<byte[]> proposal = node.propose("a".getBytes(UTF_8));
    run();
    store.fails = false;
    int writes = store.writes;
    assertFailed();
    assertThat(proposal).isCompletedExceptionally();
    assertThat(store.writes).isEqualTo(writes);
  }

  /** The core has given out a write that nobody makes. */
  @Test
  void aStepsEndsTheReplica() {
    environment.stepFails = true;
    CompletableFuture<byte[]> proposal = node.propose("a".getBytes(UTF_8));
    run();
    environment.stepFails = false;
    assertFailed();
    assertThat(proposal).isCompletedExceptionally();
    assertThat(machine.given).isEmpty();
  }

  /** The step has done its part: the write waits, and is made with the next. */
  @Test
  void theWritersExecutorIsOutlived() {
    environment.writerFails = true;
    CompletableFuture<byte[]> proposal = node.propose("a".getBytes(UTF_8));
    run();
    assertThat(proposal).isNotDone();
    environment.writerFails = false;
    CompletableFuture<byte[]> later = node.propose("b".getBytes(UTF_8));
    run();
    assertThat(proposal).isCompleted();
    assertThat(later).isCompleted();
    assertThat(machine.given).containsExactly("a", "b");
  }
}
