package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.RaftSession;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.testing.EchoMachine;
import io.github.balsaraft.transport.LocalNetwork;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Closing while something hangs: a state machine, a callback, a disk. Nothing is closed under them, and nobody is forgotten. */
class ClosingTest {

  private static final Duration SHORT = Duration.ofMillis(100);

  private final LocalNetwork network = new LocalNetwork();
  private final HangingStore store = new HangingStore();
  private final CountDownLatch applying = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private final List<String> applied = new ArrayList<>();

  /** Hangs in the command "hang". */
  private final StateMachine machine = new EchoMachine() {
    @Override
    public byte[] apply(Command command) {
      if (new String(command.bytes(), UTF_8).equals("hang")) {
        applying.countDown();
        await(go);
      }
      synchronized (applied) {
        applied.add(new String(command.bytes(), UTF_8));
      }
      return super.apply(command);
    }
  };

  @AfterEach
  void letGo() {
    go.countDown();
    store.go.countDown();
    LocalCluster.awaitTrue("the store to be closed in the end", () -> store.closed);
    assertThat(store.misused).as("the store was closed while it was in use").isFalse();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody should be interrupted", e);
    }
  }

  private RaftNode start(Duration closeTimeout) throws Exception {
    RaftNode node = RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(machine)
        .logStore(store)
        .transport(network.transport())
        .options(LocalCluster.FAST)
        .closeTimeout(closeTimeout)
        .start();
    node.awaitLeader().get(30, SECONDS);
    return node;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static void close(AutoCloseable closeable) throws Exception {
    CompletableFuture.runAsync(() -> {
          try {
            closeable.close();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        })
        .get(60, SECONDS);
  }

  private static void assertFails(CompletableFuture<?> future, Class<? extends Throwable> how) {
    // Whoever closes waits for so long and no longer: on a machine that stood still the ends may
    // come behind that.
    LocalCluster.awaitTrue("nobody to wait any longer", future::isDone);
    assertThatThrownBy(future::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(how);
  }

  @Test
  void aStateMachineThatHangsIsNotWaitedForForEver() throws Exception {
    RaftNode node = start(SHORT);
    List<CompletableFuture<byte[]>> proposed = new ArrayList<>();
    proposed.add(node.propose(bytes("hang")));
    await(applying);
    for (int i = 0; i < 100; i++) {
      proposed.add(node.propose(bytes("later" + i)));
    }
    LocalCluster.awaitTrue(
        "all to be committed",
        () -> node.status().commitIndex() == node.status().lastIndex());
    CompletableFuture<byte[]> read = node.query(bytes("q"));
    CompletableFuture<byte[]> stale = node.query(bytes("q"), ReadConsistency.STALE);
    close(node);
    assertThat(store.closed).as("closed under the state machine").isFalse();
    for (CompletableFuture<byte[]> future : proposed) {
      assertFails(future, OutcomeUnknownException.class);
    }
    assertFails(read, ReadNotServedException.class);
    assertFails(stale, ReadNotServedException.class);
    assertFails(node.propose(bytes("too late")), ShuttingDownException.class);
    assertFails(node.query(bytes("too late")), ReadNotServedException.class);
    assertFails(node.awaitLeader(), ShuttingDownException.class);
    assertThat(threads()).isNotEmpty().allMatch(Thread::isDaemon);
    go.countDown();
    LocalCluster.awaitTrue("the store to be closed", () -> store.closed);
    assertThat(applied).as("nothing is applied after the close").containsExactly("hang");
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("balsa-n1-"))
        .toList();
  }

  @Test
  void aWriteThatHangsIsNotWaitedForForEverAndTheStoreIsClosedAfterIt() throws Exception {
    RaftNode node = start(SHORT);
    store.hanging = true;
    CompletableFuture<byte[]> proposed = node.propose(bytes("a"));
    await(store.hangs);
    close(node);
    assertThat(store.closed).as("closed under a write").isFalse();
    assertFails(proposed, OutcomeUnknownException.class);
    store.go.countDown();
    LocalCluster.awaitTrue("the store to be closed", () -> store.closed);
    assertThat(store.misused).isFalse();
  }

  @Test
  void aCallbackThatHangsHoldsUpNobodyElse() throws Exception {
    RaftNode node = start(SHORT);
    // Else the result may be there before the callback, which would then run and hang right here.
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch attached = new CountDownLatch(1);
    CompletableFuture<Integer> first = node.read(ReadConsistency.LINEARIZABLE, () -> {
      reading.countDown();
      await(attached);
      return 7;
    });
    await(reading);
    CompletableFuture<Void> hanging = node.propose(bytes("a")).thenRun(() -> {
      applying.countDown();
      await(go);
    });
    attached.countDown();
    assertThat(first.get(30, SECONDS)).isEqualTo(7);
    await(applying);
    CompletableFuture<byte[]> behind = node.propose(bytes("b"));
    LocalCluster.awaitTrue(
        "both to be committed",
        () -> node.status().commitIndex() == node.status().lastIndex());
    close(node);
    assertFails(behind, OutcomeUnknownException.class);
    assertThat(hanging).isNotDone();
    go.countDown();
    hanging.get(30, SECONDS);
  }

  @Test
  void aCallbackOfASessionThatHangsHoldsUpNobodyElse() throws Exception {
    RaftNode node = start(SHORT);
    store.hanging = true;
    RaftSession session = node.session();
    // Before the result can be there, else the callback would run and hang right here.
    CompletableFuture<Void> hanging = session.propose(bytes("a")).thenRun(() -> {
      applying.countDown();
      await(go);
    });
    store.hanging = false;
    store.go.countDown();
    await(applying);
    CompletableFuture<byte[]> ofAnother = node.session().propose(bytes("b"));
    ofAnother.get(30, SECONDS);
    CompletableFuture<byte[]> behind = session.propose(bytes("c"));
    close(node);
    assertFails(behind, RaftException.class);
    assertThat(hanging).isNotDone();
    go.countDown();
    hanging.get(30, SECONDS);
  }

  @Test
  void aReaderThatHangsIsToldOnToo() throws Exception {
    RaftNode node = start(SHORT);
    CompletableFuture<Integer> read = node.read(ReadConsistency.LINEARIZABLE, () -> {
      applying.countDown();
      await(go);
      return 7;
    });
    await(applying);
    close(node);
    assertFails(read, ReadNotServedException.class);
  }

  @Test
  void whatIsWaitedForIsSaidInOneLine() throws Exception {
    RaftNode node = start(SHORT);
    CompletableFuture<byte[]> proposed = node.propose(bytes("hang"));
    await(applying);
    store.hanging = true;
    CompletableFuture<byte[]> written = node.propose(bytes("b"));
    await(store.hangs);
    PrintStream err = System.err;
    ByteArrayOutputStream logged = new ByteArrayOutputStream();
    System.setErr(new PrintStream(logged, true, UTF_8));
    try {
      close(node);
      LocalCluster.awaitTrue(
          "a line", () -> logged.toString(UTF_8).contains("closing took longer"));
    } finally {
      System.setErr(err);
    }
    assertThat(logged.toString(UTF_8).lines().filter(line -> line.contains("closing took")))
        .singleElement()
        .asString()
        .contains("longer than 100 ms", "group g0 is still in its state machine or in a callback")
        .contains("the log store is still making a write durable");
    assertFails(proposed, OutcomeUnknownException.class);
    assertFails(written, OutcomeUnknownException.class);
  }

  @Test
  void whoIsInterruptedReturnsAtOnceAndItGoesOn() throws Exception {
    RaftNode node = start(Duration.ofDays(1));
    CompletableFuture<byte[]> proposed = node.propose(bytes("hang"));
    await(applying);
    Thread.currentThread().interrupt();
    node.close();
    assertThat(Thread.interrupted()).as("the flag is as it was").isTrue();
    assertFails(node.propose(bytes("too late")), ShuttingDownException.class);
    assertThat(store.closed).isFalse();
    go.countDown();
    assertThat(proposed.get(30, SECONDS)).isEqualTo(bytes("hang"));
    LocalCluster.awaitTrue("the store to be closed", () -> store.closed);
  }

  @Test
  void oneGroupThatHangsIsClosedWithoutTheOthers() throws Exception {
    try (RaftHost host = RaftHost.builder()
        .id("n1")
        .logStore(store)
        .transport(network.transport())
        .threads(1, 2)
        .closeTimeout(SHORT)
        .start()) {
      RaftNode hanging = group(host, 1, machine);
      RaftNode other = group(host, 2, new Appender());
      CompletableFuture<byte[]> proposed = hanging.propose(bytes("hang"));
      await(applying);
      close(hanging);
      assertFails(proposed, OutcomeUnknownException.class);
      assertThat(new String(other.propose(bytes("a")).get(30, SECONDS), UTF_8)).isNotNull();
      assertThat(store.closed).isFalse();
      assertThatThrownBy(() -> group(host, 1, machine)).hasMessageContaining("was closed");
    }
    assertThat(store.closed).as("the state machine still hangs").isFalse();
  }

  private static RaftNode group(RaftHost host, long id, StateMachine machine) throws Exception {
    RaftNode node = host.group(new GroupId(id))
        .bootstrap("n1")
        .stateMachine(machine)
        .options(LocalCluster.FAST)
        .start();
    node.awaitLeader().get(30, SECONDS);
    return node;
  }

  @Test
  void aNegativeTimeoutIsRefused() throws Exception {
    assertThatThrownBy(() -> RaftNode.builder().closeTimeout(Duration.ofMillis(-1)))
        .hasMessageContaining("negative");
    start(Duration.ZERO).close();
  }
}
