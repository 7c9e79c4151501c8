package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.EntryBatch;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How much a leader sends to whom, and in how many messages (Raft paper 5.3; pipelining: thesis 10.2.1). */
class ReplicatorTest {

  private static final int LARGE = 4 << 20;

  private static List<AppendEntries> sentTo(CoreHarness cluster, HarnessReplica follower) {
    return cluster
        .network()
        .take(message -> message instanceof AppendEntries && message.to().equals(follower.id))
        .stream()
        .map(AppendEntries.class::cast)
        .toList();
  }

  private static long bytes(AppendEntries message) {
    return message.batches().stream().mapToLong(EntryBatch::sizeInBytes).sum();
  }

  private static void proposeTogether(CoreHarness cluster, HarnessReplica leader, String... all) {
    for (String command : all) {
      cluster.inputOnly(leader, core -> cluster.proposeTo(leader, core, command));
    }
    cluster.pump(leader);
  }

  @Test
  @DisplayName("10.2.1: what doesn't fit one message follows in the next, before any answer")
  void severalMessagesAtOnce() {
    CoreOptions options = new CoreOptionsBuilder().maxMessageBytes(100).build();
    CoreHarness cluster = ofVoters(options, "n1", "n2", "n3");
    HarnessReplica leader = cluster.elect("n1");
    cluster.settle();
    String command = "x".repeat(60);
    proposeTogether(cluster, leader, command, command, command);
    List<AppendEntries> sent = sentTo(cluster, cluster.replica("n2"));
    assertThat(sent).extracting(AppendEntries::lastIndex).containsExactly(2L, 3L, 4L);
    assertThat(sent.get(1).previous().index()).isEqualTo(2);
  }

  @Test
  @DisplayName(
      "choice: a message whose fit is not known is small; one to a follower whose log is known has its full size")
  void smallUntilProven() {
    CoreOptions options = new CoreOptionsBuilder()
        .maxMessageBytes(LARGE)
        .maxInflight(100, 4 * LARGE)
        .maxUncommittedBytes(4 * LARGE)
        .build();
    CoreHarness cluster = ofVoters(options, "n1", "n2", "n3");
    HarnessReplica leader = cluster.elect("n1");
    HarnessReplica proven = cluster.replica("n2");
    String[] commands = new String[10];
    Arrays.fill(commands, "x".repeat(30_000));
    cluster.settle();
    proposeTogether(cluster, leader, commands);
    List<AppendEntries> sent = sentTo(cluster, proven);
    assertThat(sent).hasSize(1);
    assertThat(bytes(sent.get(0))).isGreaterThan(300_000);

    // Of a follower that nothing is known of more than a probe's bytes are never under way.
    HarnessReplica candidate = cluster.replica("n3");
    cluster.settle();
    cluster.transfer(leader, candidate.id);
    while (!candidate.leads()) {
      cluster.deliver(cluster.network().take(0));
    }
    cluster.network().take(message -> message instanceof AppendEntries);
    proposeTogether(cluster, candidate, commands);
    assertThat(sentTo(cluster, proven))
        .allSatisfy(message -> assertThat(bytes(message)).isLessThan(CoreOptions.PROBE_BYTES))
        .hasSizeBetween(1, 3);
  }

  @Test
  @DisplayName(
      "choice: whether the logs agree is asked before entries are read from disk for a follower that was only supposed to agree")
  void asksBeforeItLoads() {
    CoreOptions options = new CoreOptionsBuilder().windowBytes(0).build();
    CoreHarness cluster = ofVoters(options, "n1", "n2", "n3");
    HarnessReplica leader = cluster.replica("n1");
    HarnessReplica silent = cluster.replica("n3");
    cluster.network().cut(silent.id, leader.id);
    cluster.elect("n1");
    leader.autoLoads = false;
    cluster.stepDo(leader, core -> core.writable(silent.id, false));
    cluster.propose(leader, "a");
    cluster.propose(leader, "b");
    while (leader.view().commitIndex() < 3) {
      cluster.deliver(cluster.network().take(0));
    }
    assertThat(leader.view().progressOf(silent.id).isProven()).isFalse();
    assertThat(leader.view().progressOf(silent.id).mode()).isEqualTo(Progress.Mode.REPLICATE);
    sentTo(cluster, silent);
    cluster.stepDo(leader, core -> core.writable(silent.id, true));
    assertThat(leader.loads).isEmpty();
    List<AppendEntries> sent = sentTo(cluster, silent);
    assertThat(sent).hasSize(1);
    assertThat(sent.get(0).batches()).isEmpty();
    assertThat(sent.get(0).previous().index())
        .as("where it was supposed to agree")
        .isZero();
    assertThat(leader.view().progressOf(silent.id).mode()).isEqualTo(Progress.Mode.PROBE);
    cluster.network().healAll();
    leader.autoLoads = true;
    cluster.run(3000 * MILLIS);
    assertThat(silent.applied).isEqualTo(leader.applied);
  }
}
