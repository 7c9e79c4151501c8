package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.Weather;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is forwarded meets ways that take less than there is to send; nothing else is amiss. Then no outcome may be unknown. */
class NarrowLinksTest {

  /** Twice that gets through at a time. */
  private static final int LINK_BYTES = 3 << 20;

  /** Two of them fit into no message together. */
  private static final int LARGE = 1_200_000;

  private static final RaftOptions OPTIONS =
      RaftOptions.builder().forwardProposals(true).build();

  private final TestCluster cluster = new TestCluster(5, 3, OPTIONS, Sized::new);

  /** Answers a number with so many bytes. */
  private static final class Sized implements StateMachine {
    private int applied;

    @Override
    public byte[] apply(Command command) {
      applied++;
      String text = new String(command.bytes(), UTF_8);
      return new byte[text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0];
    }

    @Override
    public byte[] query(byte[] query) {
      return query;
    }
  }

  private SimulatedHost.Life leader;

  private GroupNode follower() {
    return follower(LINK_BYTES, MILLIS / 4);
  }

  private GroupNode follower(long linkBytes, long latencyNanos) {
    cluster.world.network().narrowLinks(linkBytes);
    // One after the other: what is overtaken is as good as lost.
    cluster.world.network().weather(new Weather(0, 0, 0, 0, latencyNanos, latencyNanos, 0));
    cluster.startAll();
    leader = cluster.awaitLeader();
    cluster.time.runFor(SECONDS);
    return cluster.running().stream()
        .filter(life -> !life.host().equals(leader.host()))
        .findFirst()
        .orElseThrow()
        .node();
  }

  private static List<CompletableFuture<byte[]>> propose(
      GroupNode node, int count, byte[] command) {
    List<CompletableFuture<byte[]>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(node.propose(command));
    }
    return all;
  }

  private static Throwable failureOf(CompletableFuture<byte[]> ended) {
    return ended.handle((result, failure) -> failure).getNow(null);
  }

  @Test
  void aFollowerRefusesAtOnceWhatTheWayToTheLeaderDoesNotTake() {
    GroupNode follower = follower();
    List<CompletableFuture<byte[]>> all = propose(follower, 12, new byte[LARGE]);
    cluster.time.runFor(MILLIS);
    List<CompletableFuture<byte[]>> refused =
        all.stream().filter(CompletableFuture::isCompletedExceptionally).toList();
    assertThat(refused).hasSizeBetween(6, 11);
    assertThat(refused)
        .allSatisfy(ended -> assertThat(failureOf(ended))
            .isInstanceOfSatisfying(
                OverloadedException.class,
                overloaded -> assertThat(overloaded.retryAfter()).isPositive()));
    cluster.time.runFor(OPTIONS.requestTimeout().toNanos() + SECONDS);
    assertThat(all).allMatch(CompletableFuture::isDone);
    assertThat(all.stream().filter(ended -> failureOf(ended) == null))
        .as("the others are done")
        .hasSize(all.size() - refused.size());
    assertThat(((Sized) leader.machine().machine()).applied).isEqualTo(all.size() - refused.size());
  }

  /** Nobody else has what a command returns that takes it out of the state. */
  @Test
  void resultsThatTheWayBackDoesNotTakeAtOnceFollow() {
    GroupNode follower = follower();
    List<CompletableFuture<byte[]>> all =
        propose(follower, 20, String.valueOf(LARGE).getBytes(UTF_8));
    cluster.time.runFor(SECONDS);
    assertThat(all).allSatisfy(ended -> {
      assertThat(ended).isCompleted();
      assertThat(ended.getNow(new byte[0])).hasSize(LARGE);
    });
    assertThat(leader.node().forwardedProposalBytes()).isZero();
  }

  /** As soon as the way takes something again, entries fill it. */
  @Test
  void resultsGetThroughBesideEntriesThatNeverEnd() {
    int entry = 20_000;
    GroupNode follower = follower(3L * entry, MILLIS);
    List<CompletableFuture<byte[]>> entries = new ArrayList<>();
    List<CompletableFuture<byte[]>> all = List.of();
    for (int i = 0;
        i < 1000 && (i <= 50 || !all.stream().allMatch(CompletableFuture::isDone));
        i++) {
      entries.removeIf(CompletableFuture::isDone);
      entries.addAll(propose(leader.node(), 40 - entries.size(), new byte[entry]));
      if (i == 50) {
        all = propose(follower, 10, String.valueOf(2 * entry).getBytes(UTF_8));
      }
      cluster.time.runFor(MILLIS);
    }
    assertThat(all)
        .hasSize(10)
        .allSatisfy(ended ->
            assertThat(ended).isCompletedWithValueMatching(result -> result.length == 2 * entry));
  }

  @Test
  void theLargestCommandHasRoomInABudgetOfItsSize() {
    RaftOptions tight = RaftOptions.builder()
        .maxCommandBytes(2000)
        .maxPendingProposalBytes(2000)
        .build();
    TestCluster sole = new TestCluster(1, 1, tight, Sized::new);
    sole.startAll();
    GroupNode node = sole.awaitLeader().node();
    List<CompletableFuture<byte[]>> two = propose(node, 2, new byte[2000]);
    sole.time.runFor(SECONDS);
    assertThat(two.get(0)).isCompleted();
    assertThat(failureOf(two.get(1))).isInstanceOf(OverloadedException.class);
  }
}
