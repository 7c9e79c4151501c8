package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.log.LogWindow;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A log grows for as long as its group lives; what a core holds of it doesn't. */
class LogMemoryTest {

  private static final CoreOptions SMALL_WINDOW =
      new CoreOptionsBuilder().windowBytes(500).build();

  private static int heldBatches(HarnessReplica replica) {
    CoreContext context = (CoreContext) ObjectGraph.get(replica.core(), "context");
    LogWindow window = (LogWindow) ObjectGraph.get(context.log, "window");
    List<?> batches = (List<?>) ObjectGraph.get(window, "batches");
    return (int) batches.stream().filter(Objects::nonNull).count();
  }

  @Test
  @DisplayName(
      "entries that have left the window of recent ones are let go, at the leader and at followers")
  void evictedEntriesAreLetGo() {
    CoreHarness cluster = ofVoters(SMALL_WINDOW, "n1", "n2", "n3");
    HarnessReplica leader = cluster.elect("n1");
    for (int i = 0; i < 300; i++) {
      cluster.propose(leader, "command");
      cluster.settle();
    }
    // Eight or nine batches fit.
    for (HarnessReplica replica : cluster.replicas()) {
      assertThat(heldBatches(replica)).as("%s", replica).isBetween(5, 10);
      assertThat(replica.applied).hasSize(301);
    }
  }

  @Test
  @DisplayName(
      "a follower that catches up with a leader which has committed nothing yet doesn't hold the whole log")
  void catchingUpBeforeAnythingIsCommitted() {
    CoreOptions options =
        new CoreOptionsBuilder().windowBytes(500).maxUncommittedBytes(1000).build();
    CoreHarness cluster = ofVoters(options, "n1", "n2", "n3", "n4", "n5");
    HarnessReplica leader = cluster.replica("n1");
    long[] terms = new long[300];
    Arrays.fill(terms, 1);
    cluster.preset(leader, 1, terms);
    for (int attempt = 0; attempt < 5 && !leader.leads(); attempt++) {
      cluster.timeout(leader);
      cluster.settleWithout(AppendEntries.class);
    }
    for (String name : List.of("n3", "n4", "n5")) {
      cluster.crash(cluster.replica(name), 0);
    }
    cluster.settle();
    HarnessReplica follower = cluster.replica("n2");
    assertThat(follower.view().durableIndex()).isEqualTo(301);
    assertThat(leader.view().commitIndex()).isZero();
    assertThat(follower.view().windowBytes()).isBetween(1000L, 1500L);
    assertThat(heldBatches(follower)).isLessThan(40);

    cluster.start(cluster.replica("n3"));
    cluster.run(options.electionTimeoutMinNanos());
    assertThat(follower.applied).hasSize(301);
  }

  /** As its options below say: what is uncommitted, what is under way, and a message. */
  private static final long MOST_UNFINISHED_BYTES = 1000 + 1600 + 400;

  private static final CoreOptions BOUNDED =
      new CoreOptionsBuilder().windowBytes(500).maxUncommittedBytes(1000).build();

  @Test
  @DisplayName(
      "a disk that hangs costs a follower no more memory for each message that is lost on the way to it")
  void losesMessagesWhileItsDiskHangs() {
    CoreHarness cluster = ofVoters(BOUNDED, "n1", "n2", "n3");
    HarnessReplica leader = cluster.elect("n1");
    HarnessReplica slow = cluster.replica("n3");
    slow.autoDisk = false;
    for (int i = 0; i < 40; i++) {
      cluster.propose(leader, "is lost");
      cluster.network().take(message -> message.to().equals(slow.id));
      cluster.propose(leader, "shows that something is missing");
      cluster.settle();
      // It doesn't answer until the leader asks again.
      for (int beat = 0; beat < 6; beat++) {
        cluster.pass(leader, BOUNDED.heartbeatNanos());
        cluster.pass(cluster.replica("n2"), BOUNDED.heartbeatNanos());
        cluster.settle();
      }
    }
    assertThat(leader.applied).hasSize(81);
    assertThat(slow.view().unfinishedBytes()).isPositive();
    assertBoundedAndHeals(cluster, slow);
  }

  @Test
  @DisplayName(
      "a disk that hangs costs a follower no more memory for each leader that sends ahead to it")
  void leadersChangeWhileADiskHangs() {
    CoreHarness cluster = ofVoters(BOUNDED, "n1", "n2", "n3", "n4", "n5");
    cluster.elect("n1");
    HarnessReplica slow = cluster.replica("n5");
    slow.autoDisk = false;
    for (int i = 0; i < 20; i++) {
      HarnessReplica leader = cluster.elect(i % 2 == 0 ? "n2" : "n1");
      cluster.propose(leader, "x".repeat(200));
      cluster.settle();
      cluster.propose(leader, "x".repeat(200));
      cluster.settle();
    }
    assertThat(slow.view().unfinishedBytes()).isGreaterThan(1000L);
    assertBoundedAndHeals(cluster, slow);
  }

  /** As when its memory is small. */
  @Test
  @DisplayName("a follower whose disk hangs and that takes no more is sent little in vain")
  void followerThatTakesNoMore() {
    CoreOptions wide = new CoreOptionsBuilder().maxInflight(64, 16_000).build();
    CoreOptions narrow =
        new CoreOptionsBuilder().maxUncommittedBytes(500).maxInflight(4, 500).build();
    CoreHarness cluster = ofVoters(wide, "n1", "n2", "n3");
    HarnessReplica slow = cluster.replica("n3");
    cluster.crash(slow, 0);
    cluster.start(slow, narrow);
    HarnessReplica leader = cluster.elect("n1");
    slow.autoDisk = false;
    for (int i = 0; i < 60; i++) {
      cluster.propose(leader, "x".repeat(200));
      cluster.settle();
    }
    assertThat(slow.view().unfinishedBytes()).as("takes no more").isBetween(1000L, 1400L);
    int stalls = 20;
    assertThat(sentDuring(stalls, cluster, slow))
        .as("messages with entries, after it was asked %d times where it stands", stalls)
        .isBetween(stalls / 2, stalls);
    assertBoundedAndHeals(cluster, slow);
  }

  /** How many messages with entries a member is sent until it was asked so often where it stands. */
  private static int sentDuring(int stalls, CoreHarness cluster, HarnessReplica member) {
    int sent = 0;
    for (int beat = 0; beat < stalls * 5; beat++) {
      cluster
          .replicas()
          .forEach(replica -> cluster.pass(replica, cluster.options().heartbeatNanos()));
      while (!cluster.network().isEmpty()) {
        ProtocolMessage next = cluster.network().take(0);
        boolean hasEntries =
            next instanceof AppendEntries append && !append.batches().isEmpty();
        sent += hasEntries && next.to().equals(member.id) ? 1 : 0;
        cluster.deliver(next);
      }
    }
    return sent;
  }

  /**
   * It answers no leader before that one's term is durable, and with it whatever earlier leaders have sent: so each sends ahead to it
   * until its window is full, and asks then. Once it answers it is full of what its present leader has sent, and held back.
   */
  @Test
  @DisplayName(
      "a follower that earlier leaders have filled is sent a window by each in vain, and nothing each time that it is asked")
  void filledByEarlierLeaders() {
    int window = 64;
    CoreOptions wide = new CoreOptionsBuilder()
        .maxUncommittedBytes(100_000)
        .maxInflight(window, 16_000)
        .build();
    CoreOptions narrow =
        new CoreOptionsBuilder().maxUncommittedBytes(500).maxInflight(4, 500).build();
    CoreHarness cluster = ofVoters(wide, "n1", "n2", "n3", "n4", "n5");
    HarnessReplica slow = cluster.replica("n5");
    cluster.crash(slow, 0);
    cluster.start(slow, narrow);
    cluster.elect("n1");
    slow.autoDisk = false;
    int stalls = 20;
    for (String name : List.of("n2", "n1", "n2")) {
      HarnessReplica leader = cluster.elect(name);
      for (int i = 0; i < 100; i++) {
        cluster.propose(leader, "x".repeat(200));
      }
      assertThat(sentDuring(1, cluster, slow)).as("%s sends ahead", name).isBetween(1, window);
      assertThat(sentDuring(stalls, cluster, slow)).as("to who doesn't answer").isZero();
    }
    assertThat(slow.view().unfinishedBytes()).as("takes no more").isGreaterThan(1000L);
    long term = cluster.view("n2").hardState().term();
    while (slow.disk.durableHardState().term() < term) {
      cluster.completeWrite(slow);
    }
    assertThat(sentDuring(stalls, cluster, slow))
        .as("it answers and is filled again")
        .isLessThanOrEqualTo(2 * window + stalls);
    assertThat(slow.view().unfinishedBytes()).as("takes no more").isGreaterThan(1000L);
    assertThat(sentDuring(stalls, cluster, slow)).as("held back").isLessThanOrEqualTo(stalls);
    slow.autoDisk = true;
    while (slow.disk.pendingWrites() > 0) {
      cluster.completeWrite(slow);
    }
    cluster.run(2 * wide.electionTimeoutMaxNanos());
    assertThat(slow.applied).isEqualTo(cluster.replica("n2").applied);
  }

  private static void assertBoundedAndHeals(CoreHarness cluster, HarnessReplica slow) {
    assertThat(slow.view().unfinishedBytes()).isLessThanOrEqualTo(MOST_UNFINISHED_BYTES);
    assertThat(slow.view().windowBytes()).isLessThanOrEqualTo(MOST_UNFINISHED_BYTES + 400);
    slow.autoDisk = true;
    while (slow.disk.pendingWrites() > 0) {
      cluster.completeWrite(slow);
    }
    cluster.settle();
    cluster.run(BOUNDED.electionTimeoutMaxNanos());
    HarnessReplica leader =
        cluster.replicas().stream().filter(HarnessReplica::leads).findFirst().orElseThrow();
    assertThat(slow.applied).isEqualTo(leader.applied);
    assertThat(slow.view().unfinishedBytes()).isZero();
  }

  /** However long a follower is away, and whatever is proposed meanwhile. */
  @Test
  @DisplayName("a follower that is away costs the leader no memory")
  void followerThatIsAwayCostsNoMemory() {
    CoreHarness cluster = ofVoters(SMALL_WINDOW, "n1", "n2", "n3");
    HarnessReplica leader = cluster.elect("n1");
    cluster.crash(cluster.replica("n3"), 0);
    int early = 0;
    for (int round = 1; round <= 10; round++) {
      for (int i = 0; i < 100; i++) {
        cluster.propose(leader, "command");
        cluster.settle();
        for (String up : List.of("n1", "n2")) {
          cluster.pass(cluster.replica(up), SMALL_WINDOW.heartbeatNanos());
        }
        cluster.settle();
      }
      int held = ReachableObjects.count(leader.core());
      if (round == 1) {
        early = held;
      }
      // Tidying up comes in steps, so that at one moment there is more than at another.
      assertThat(held).as("objects after %d00 commands", round).isLessThan(2 * early);
    }
    assertThat(leader.core().view().currentRole()).isEqualTo(Role.LEADER);
    assertThat(heldBatches(leader)).isLessThanOrEqualTo(10);
  }
}
