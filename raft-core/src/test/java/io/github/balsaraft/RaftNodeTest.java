package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.api.TransferFailedException;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.transport.LocalNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class RaftNodeTest {

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String text(CompletableFuture<byte[]> future) throws Exception {
    return new String(future.get(30, SECONDS), UTF_8);
  }

  static Throwable failure(CompletableFuture<?> future) {
    try {
      Object result = future.get(30, SECONDS);
      throw new AssertionError("expected a failure, got " + result);
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSingleMemberAppliesAndAnswers() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1")) {
      RaftNode node = cluster.start("n1");
      node.awaitLeader().get(30, SECONDS);
      assertThat(text(node.propose(bytes("a")))).isEqualTo("1");
      assertThat(text(node.propose(bytes("b")))).isEqualTo("2");
      assertThat(text(node.query(bytes("")))).isEqualTo("a,b");
      assertThat(text(node.query(bytes(""), ReadConsistency.STALE))).isEqualTo("a,b");
      assertThat(node.status().role()).isEqualTo(Role.LEADER);
    }
  }

  @Test
  void threeMembersApplyTheSameCommandsInTheSameOrder() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll(LocalCluster.STEADY)) {
      RaftNode leader = cluster.awaitLeader();
      List<CompletableFuture<byte[]>> results = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        expected.add("c" + i);
        results.add(leader.propose(bytes("c" + i)));
      }
      for (int i = 0; i < results.size(); i++) {
        assertThat(text(results.get(i))).isEqualTo(String.valueOf(i + 1));
      }
      for (Appender machine : cluster.machines.values()) {
        LocalCluster.awaitTrue(
            "all commands on every member", () -> machine.applied().size() == 2000);
        assertThat(machine.applied()).isEqualTo(expected);
      }
    }
  }

  @Test
  void aFollowerRefusesAProposalWithAHint() {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll(LocalCluster.STEADY)) {
      HostId leader = cluster.awaitLeader().status().host();
      Throwable failure = failure(cluster.anyFollower().propose(bytes("a")));
      assertThat(failure).isInstanceOfSatisfying(NotLeaderException.class, e -> {
        assertThat(e.leader()).hasValue(leader);
        assertThat(e.leaderAddress()).hasValue(leader.name());
      });
    }
  }

  @Test
  void aFollowerForwardsProposalsIfAskedTo() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3")) {
      for (String name : cluster.names()) {
        cluster.start(name, LocalCluster.steadyOptions().forwardProposals(true).build());
      }
      cluster.awaitLeader();
      RaftNode follower = cluster.anyFollower();
      for (int i = 1; i <= 100; i++) {
        assertThat(text(follower.propose(bytes("x")))).isEqualTo(String.valueOf(i));
      }
    }
  }

  @Test
  void everyMemberAnswersLinearizableReads() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll(LocalCluster.STEADY)) {
      RaftNode leader = cluster.awaitLeader();
      cluster.nodes.values().forEach(node -> node.awaitLeader().join());
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < 50; i++) {
        all.append(i == 0 ? "" : ",").append(i);
        text(leader.propose(bytes(String.valueOf(i))));
        for (RaftNode node : cluster.nodes.values()) {
          assertThat(text(node.query(bytes("")))).isEqualTo(all.toString());
          assertThat(text(node.query(bytes(""), ReadConsistency.LEASE)))
              .as("not permitted, so confirmed by a quorum")
              .isEqualTo(all.toString());
          assertThat(node.status().leasesPermitted()).isFalse();
        }
      }
      for (RaftNode node : cluster.nodes.values()) {
        assertThat(node.status().counters().leaseReadsGranted()).isZero();
        assertThat(node.status().counters().leaseReadsRefused()).isEqualTo(50);
      }
    }
  }

  private static TransferFailedException transferFailure(CompletableFuture<?> future) {
    Throwable failure = failure(future);
    assertThat(failure).isInstanceOf(TransferFailedException.class);
    return (TransferFailedException) failure;
  }

  @Test
  void aLeaderHandsOverToTheHostThatIsNamed() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll(LocalCluster.STEADY)) {
      RaftNode leader = cluster.awaitLeader();
      text(leader.propose(bytes("kept")));
      RaftNode target = cluster.anyFollower();
      HostId host = target.status().host();
      assertThat(leader.transferLeadership(host).get(30, SECONDS)).isEqualTo(host);
      assertThat(leader.status().leader()).contains(host);
      LocalCluster.awaitTrue(
          "the target to know that it leads", () -> target.status().role() == Role.LEADER);
      assertThat(text(target.propose(bytes("more")))).isEqualTo("2");
      TransferFailedException elsewhere = transferFailure(leader.transferLeadership());
      assertThat(elsewhere).hasMessageContaining("not the leader");
      assertThat(elsewhere.leader()).contains(host);
      assertThat(elsewhere.leaderAddress()).contains(host.name());
      TransferFailedException refused =
          transferFailure(target.transferLeadership(new HostId("n9")));
      assertThat(refused.leader()).as("it goes on leading").contains(host);
      assertThat(refused.isRetryable()).as("as long as no voter is there").isFalse();
      target.close();
      assertThat(transferFailure(target.transferLeadership()).leader()).isEmpty();
    }
  }

  @Test
  void aNewLeaderTakesOverAndNothingAcknowledgedIsLost() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll()) {
      RaftNode leader = cluster.awaitLeader();
      text(leader.propose(bytes("kept")));
      String gone = leader.status().host().name();
      cluster.stop(gone);
      RaftNode next = cluster.awaitLeader();
      assertThat(text(next.propose(bytes("more")))).isEqualTo("2");
      cluster.start(gone);
      Appender restarted = cluster.machines.get(gone);
      LocalCluster.awaitTrue(
          "the restarted member to catch up", () -> restarted.applied().size() == 2);
      assertThat(restarted.applied()).containsExactly("kept", "more");
    }
  }

  @Test
  void withoutAQuorumAppendedProposalsEndUnknownAndLaterOnesAreRefused() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll()) {
      RaftNode leader = cluster.awaitLeader();
      String name = leader.status().host().name();
      for (String other : cluster.names()) {
        if (!other.equals(name)) {
          cluster.stop(other);
        }
      }
      CompletableFuture<byte[]> appended = leader.propose(bytes("a"));
      CompletableFuture<byte[]> read = leader.query(bytes(""));
      assertThat(failure(appended)).isInstanceOf(OutcomeUnknownException.class);
      assertThat(failure(read)).isInstanceOf(ReadNotServedException.class);
      assertThat(failure(leader.propose(bytes("b")))).isInstanceOf(NotLeaderException.class);
      assertThat(text(leader.query(bytes(""), ReadConsistency.STALE))).isEmpty();
    }
  }

  @Test
  void allMembersRestartAndFindTheirData() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll()) {
      RaftNode leader = cluster.awaitLeader();
      for (int i = 0; i < 100; i++) {
        var unused = leader.propose(bytes("c" + i));
      }
      text(leader.propose(bytes("last")));
      cluster.names().forEach(cluster::stop);
      cluster.startAll();
      RaftNode next = cluster.awaitLeader();
      assertThat(text(next.propose(bytes("after")))).isEqualTo("102");
    }
  }

  @Test
  void aWipedMemberJoinsAsANewReplicaAndNeverFoundsASecondCluster() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll()) {
      text(cluster.awaitLeader().propose(bytes("a")));
      for (String wiped : cluster.names()) {
        ReplicaId before = cluster.nodes.get(wiped).status().replica();
        Object clusterId = cluster.nodes.get(wiped).status().cluster();
        cluster.stop(wiped);
        cluster.wipe(wiped);
        RaftNode again = cluster.start(wiped);
        LocalCluster.awaitTrue(
            "the new replica to be a voter on " + wiped, () -> isOnlyVoter(again, wiped));
        assertThat(again.status().replica()).isNotEqualTo(before);
        assertThat(again.status().cluster()).isEqualTo(clusterId);
        LocalCluster.awaitTrue(
            "the data", () -> cluster.machines.get(wiped).applied().contains("a"));
      }
      assertThat(text(cluster.awaitLeader().propose(bytes("b")))).isEqualTo("2");
    }
  }

  private static boolean isOnlyVoter(RaftNode node, String host) {
    List<Member> members = node.status().configuration().membersOn(new HostId(host));
    return !node.status().configuration().isJoint()
        && members.size() == 1
        && members.get(0).isVoter()
        && members.get(0).replica().equals(node.status().replica());
  }

  @Test
  void aGroupIsNotFoundedBeforeAllFoundersAreThere() {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3")) {
      RaftNode first = cluster.start("n1");
      RaftNode second = cluster.start("n2");
      LocalCluster.awaitTrue("n1 to wait for n3 alone", () -> first.explain().contains("n3"));
      assertThat(first.status().health()).isEqualTo(Health.BEING_BORN);
      assertThat(failure(second.propose(bytes("a")))).isInstanceOf(NotLeaderException.class);
      cluster.start("n3");
      cluster.awaitLeader();
    }
  }

  @Test
  void aStateMachineThatThrowsStopsThatReplicaVisibly() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1")) {
      RaftNode node = cluster.start("n1");
      node.awaitLeader().get(30, SECONDS);
      text(node.propose(bytes("a")));
      assertThat(failure(node.propose(bytes("throw")))).isInstanceOf(OutcomeUnknownException.class);
      LocalCluster.awaitTrue("the failure to show", () -> node.status().health() == Health.FAILED);
      assertThat(node.status().healthDetail()).contains("entry at 4");
      assertThat(failure(node.propose(bytes("b")))).isInstanceOf(NodeFailedException.class);
    }
  }

  @Test
  void aClosedNodeAnswersEverythingAndForgetsNothing() {
    LocalCluster cluster = new LocalCluster("n1");
    RaftNode node = cluster.start("n1");
    node.awaitLeader().join();
    node.close();
    node.close();
    assertThat(failure(node.propose(bytes("a")))).isInstanceOf(ShuttingDownException.class);
    assertThat(failure(node.query(bytes("")))).isInstanceOf(ReadNotServedException.class);
    assertThat(failure(node.query(bytes(""), ReadConsistency.STALE)))
        .isInstanceOf(ReadNotServedException.class);
    assertThat(node.status().health()).isEqualTo(Health.CLOSED);
    assertThat(node.explain()).containsIgnoringCase("closed");
  }

  @Test
  void aCommandOverTheLimitIsRefusedAndNothingIsAppended() {
    try (LocalCluster cluster = new LocalCluster("n1")) {
      RaftNode node =
          cluster.start("n1", LocalCluster.options().maxCommandBytes(10).build());
      node.awaitLeader().join();
      long last = node.status().lastIndex();
      assertThat(failure(node.propose(new byte[11]))).isInstanceOf(CommandTooLargeException.class);
      assertThat(node.status().lastIndex()).isEqualTo(last);
    }
  }

  @Test
  void aStoreOfAnotherHostIsRefused() {
    MemoryLogStore store = new MemoryLogStore();
    try (LocalCluster cluster = new LocalCluster("n1")) {
      MemoryLogStore.Contents disk = store.contents();
      RaftNode.builder()
          .id("n9")
          .bootstrap("n9")
          .stateMachine(new Appender())
          .logStore(store)
          .transport(new LocalNetwork().transport())
          .start()
          .close();
      assertThatThrownBy(() -> RaftNode.builder()
              .id("n1")
              .bootstrap("n1")
              .stateMachine(new Appender())
              .logStore(new MemoryLogStore(disk))
              .transport(cluster.network.transport())
              .start())
          .isInstanceOf(LogStoreException.class)
          .hasMessageContaining("n9");
    }
  }

  @Test
  void aMistypedIdDoesNotClaimTheFolder() {
    MemoryLogStore store = new MemoryLogStore();
    assertThatThrownBy(() -> RaftNode.builder()
            .id("n9")
            .bootstrap("n1")
            .stateMachine(new Appender())
            .logStore(store)
            .transport(new LocalNetwork().transport())
            .start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("n9");
    assertThat(store.recover().host()).isNull();
  }

  @Test
  void aBuilderSaysWhatIsMissing() {
    assertThatThrownBy(() -> RaftNode.builder().start()).hasMessageContaining("bootstrap");
    assertThatThrownBy(() -> RaftNode.builder().bootstrap("n1").start())
        .hasMessageContaining("stateMachine");
    assertThatThrownBy(() ->
            RaftNode.builder().bootstrap("n1").stateMachine(new Appender()).start())
        .hasMessageContaining("id");
  }
}
