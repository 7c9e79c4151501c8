package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.world.HostPace;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A mailbox that doesn't get its turn must not fill the heap, whatever it is that callers go on asking for. */
class RequestLimitsTest {

  private static final long MAX_READ_BYTES = 3500;

  private final TestCluster cluster = new TestCluster(
      1,
      1,
      SimulationSettings.smallLimits().toBuilder()
          .maxPendingReadBytes(MAX_READ_BYTES)
          .build());

  /** Nothing in it moves but in simulated time, and so no mailbox either. */
  private GroupNode leader() {
    cluster.start(new HostId("n1"));
    return cluster.awaitLeader().node();
  }

  private static Throwable failure(CompletableFuture<?> future) {
    assertThat(future).as("refused at once").isCompletedExceptionally();
    return future.handle((answer, failure) -> failure).join();
  }

  /** Called overload, it would be asked again and again. */
  @Test
  void aQueryThatNeverHasRoomIsNotCalledOverload() {
    GroupNode node = leader();
    byte[] query = new byte[(int) MAX_READ_BYTES];
    assertThat(failure(node.query(query, ReadConsistency.LINEARIZABLE)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxPendingReadBytes is " + MAX_READ_BYTES);
    assertThat(node.pendingReadBytes()).isZero();
  }

  @Test
  void readsAreBoundedInBytesAndEachCountsForMoreThanItsQuery() {
    GroupNode node = leader();
    byte[] query = new byte[1000];
    CompletableFuture<byte[]> first = node.query(query, ReadConsistency.LINEARIZABLE);
    CompletableFuture<byte[]> second = node.query(query, ReadConsistency.STALE);
    assertThat(failure(node.query(query, ReadConsistency.LEASE)))
        .isInstanceOf(ReadNotServedException.class)
        .hasMessageContaining("no more than " + MAX_READ_BYTES + " bytes of reads")
        .extracting(refusal -> ((ReadNotServedException) refusal).retryAfter())
        .isEqualTo(Optional.of(OverloadedException.RETRY_AFTER));
    // Without a query there is room for some more, and not for ever.
    for (int i = 0; i < (MAX_READ_BYTES - 2 * 1256) / 256; i++) {
      assertThat(node.read(ReadConsistency.LINEARIZABLE, () -> "")).isNotDone();
    }
    assertThat(failure(node.read(ReadConsistency.LINEARIZABLE, () -> "")))
        .isInstanceOf(ReadNotServedException.class);
    cluster.time.runFor(SECONDS);
    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(node.pendingReadBytes()).as("all is given back").isZero();
  }

  @Test
  void questionsAreBoundedWhereTheyAreOffered() {
    GroupNode node = leader();
    CompletableFuture<?> first = ask(node, GroupNode.MAX_QUESTIONS);
    assertThat(failure(node.membership().view())).isInstanceOf(OverloadedException.class);
    assertThat(failure(node.transferLeadership(null))).isInstanceOf(OverloadedException.class);
    assertThat(failure(node.statusSoon())).isInstanceOf(OverloadedException.class);
    assertThatThrownBy(node::status)
        .as("the failure itself, in no wrapping")
        .isInstanceOf(OverloadedException.class);
    assertThat(node.awaitLeader()).as("those who wait for long count apart").isNotDone();
    cluster.time.runFor(SECONDS);
    assertThat(first).isCompleted();
    assertThereIsRoomAgain(node);
  }

  @Test
  void whoAwaitsALeaderCountsUntilHeIsTold() {
    GroupNode node = leader();
    CompletableFuture<Void> first = node.awaitLeader();
    for (int i = 1; i < LeaderWaits.MAX_WAITS; i++) {
      CompletableFuture<?> unused = node.awaitLeader();
    }
    assertThat(failure(node.awaitLeader())).isInstanceOf(OverloadedException.class);
    cluster.time.runFor(SECONDS);
    assertThat(first).isCompleted();
    assertThat(node.awaitLeader()).isNotDone();
  }

  /** The mailbox has its turns, but the thread that tells callers hangs in the application. */
  @Test
  void aQuestionCountsUntilItIsAnswered() {
    GroupNode node = leader();
    HostPace pace = cluster.world.host(new HostId("n1")).pace();
    pace.applyTakes(1000 * SECONDS);
    CompletableFuture<?> first = ask(node, GroupNode.MAX_QUESTIONS);
    cluster.time.runFor(SECONDS);
    assertThat(first).isNotDone();
    assertThat(failure(node.membership().view())).isInstanceOf(OverloadedException.class);
    pace.applyTakes(0);
    cluster.time.runFor(1000 * SECONDS);
    assertThereIsRoomAgain(node);
  }

  /** A caller that gives up after a while and asks again must not get around the bound. */
  @Test
  void aQuestionCountsUntilItsTurnEvenIfItsCallerHasGivenUp() {
    GroupNode node = leader();
    for (int i = 0; i < GroupNode.MAX_QUESTIONS; i++) {
      node.membership().view().cancel(false);
    }
    assertThat(failure(node.membership().view())).isInstanceOf(OverloadedException.class);
    cluster.time.runFor(SECONDS);
    assertThereIsRoomAgain(node);
  }

  /** Whoever is told that nothing was begun must not see it happen once the mailbox has its turn after all. */
  @Test
  void whatWasGivenUpAtCloseDoesNotHappenLater() {
    GroupNode node = leader();
    cluster.time.runFor(SECONDS);
    CompletableFuture<?> permitted = setLeases(node, LeaseRules.permitted(300, 100));
    cluster.time.runFor(SECONDS);
    assertThat(permitted).isCompleted();
    CompletableFuture<?> forbidden = setLeases(node, LeaseRules.FORBIDDEN);
    node.abandon();
    assertThat(failure(forbidden)).isInstanceOf(ShuttingDownException.class);
    cluster.time.runFor(SECONDS);
    cluster.crash(new HostId("n1"));
    CompletableFuture<MembershipView> view = leader().membership().view();
    cluster.time.runFor(SECONDS);
    assertThat(view.join().configuration().leaseRules().permitted()).isTrue();
  }

  /** Whatever a caller has chained to the answer would hold up the protocol of all groups on that thread. */
  @Test
  void aQuestionThatBreaksTheNodeIsAnsweredOnTheThreadThatTellsCallers() {
    GroupNode node = leader();
    SimulatedHost.Life life = cluster.life(new HostId("n1"));
    cluster.time.runFor(SECONDS);
    cluster.world.host(life.host()).pace().applyTakes(1_000 * SECONDS);
    boolean[] thrown = {false};
    cluster.observers.add(new Observer() {
      @Override
      public boolean wantsLog() {
        return true;
      }

      @Override
      public void onNote(HostId host, String what) {
        if (!thrown[0]) {
          thrown[0] = true;
          throw new AssertionError("a logger that throws in the middle of a step");
        }
      }
    });
    CompletableFuture<?> asked = setLeases(node, LeaseRules.permitted(300, 100));
    cluster.time.runFor(SECONDS);
    assertThat(cluster.status(life).health()).isEqualTo(NodeStatus.Health.FAILED);
    assertThat(asked).as("by the mailbox").isNotDone();
    cluster.time.runFor(2_000 * SECONDS);
    assertThat(failure(asked)).isInstanceOf(OutcomeUnknownException.class);
  }

  private static CompletableFuture<?> setLeases(GroupNode node, LeaseRules rules) {
    return node.membership().change(new ConfigurationChange.SetLeases(rules));
  }

  private static CompletableFuture<?> ask(GroupNode node, int times) {
    CompletableFuture<?> first = node.membership().view();
    for (int i = 1; i < times; i++) {
      CompletableFuture<?> unused = node.membership().view();
    }
    return first;
  }

  private void assertThereIsRoomAgain(GroupNode node) {
    CompletableFuture<?> later = node.membership().view();
    cluster.time.runFor(SECONDS);
    assertThat(later).as("there is room again").isCompleted();
  }
}
