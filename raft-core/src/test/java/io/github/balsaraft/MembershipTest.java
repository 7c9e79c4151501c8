package io.github.balsaraft;

import static io.github.balsaraft.ChangeAsserts.changeFailure;
import static io.github.balsaraft.ChangeAsserts.propose;
import static io.github.balsaraft.ChangeAsserts.voters;
import static io.github.balsaraft.GrowingCluster.address;
import static io.github.balsaraft.GrowingCluster.host;
import static io.github.balsaraft.LocalCluster.awaitTrue;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.AbortResult;
import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ChangeFailedException;
import io.github.balsaraft.api.ChangeFailedException.End;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.MemberOptions;
import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.api.MembershipView.AdditionView;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Members are added, changed, replaced and removed at run time, by the names of their hosts. */
class MembershipTest {

  private static final AddOptions VOTER = AddOptions.voter().withTimeLimit(Duration.ofSeconds(60));

  // ------------------------------------------------------------------ add

  /** It knows a single member, and that need not be the leader; nobody knows its address until it asks. */
  @Test
  void aHostThatNobodyHasHeardOfAsksIsSeenAndIsAdded() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      String follower = GrowingCluster.FOUNDERS.stream()
          .filter(name -> !name.equals(cluster.leaderName()))
          .findFirst()
          .orElseThrow();
      RaftNode n4 = cluster.join("n4", follower);
      awaitTrue(
          "n4 to ask the leader",
          () -> cluster.view().pending().stream()
              .anyMatch(pending ->
                  pending.host().equals(host("n4")) && pending.address().equals(address("n4"))));
      awaitTrue("n4 to say what it waits for", () -> n4.explain().contains("is added"));
      assertThat(cluster.view().members()).hasSize(3);

      ChangeResult added = cluster.atLeader(leader -> leader.add(host("n4"), VOTER));

      assertThat(voters(added.configuration())).containsExactly("n1", "n2", "n3", "n4");
      assertThat(added.index()).isPositive();
      awaitTrue("n4 to apply", () -> cluster.machines.get("n4").applied().equals(List.of("a")));
      awaitTrue("n4 not to ask any more", () -> cluster.view().pending().isEmpty());
    }
  }

  @Test
  void anAdditionWaitsForItsHost() throws Exception {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      RaftNode leader = cluster.leader();
      CompletableFuture<ChangeResult> added = leader.membership().add(host("n4"), VOTER);
      MembershipView view = leader.membership().view().get(30, SECONDS);
      assertThat(view.additions()).singleElement().satisfies(addition -> {
        assertThat(addition.host()).isEqualTo(host("n4"));
        assertThat(addition.phase()).isEqualTo(AdditionView.Phase.AWAITING_HOST);
        assertThat(addition.detail()).contains("start it");
      });
      cluster.join("n4", "n1", "n2", "n3");
      assertThat(voters(added.get(60, SECONDS).configuration())).contains("n4");
      assertThat(leader.membership().view().get(30, SECONDS).additions()).isEmpty();
    }
  }

  @Test
  void aHostThatNeverAsksIsGivenUpAndTheReasonSaysWhatToDo() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      AddOptions brief = VOTER.withTimeLimit(Duration.ofMillis(200));
      ChangeFailedException failure =
          changeFailure(cluster.failureAtLeader(leader -> leader.add(host("n9"), brief)));
      assertThat(failure.end()).isEqualTo(End.ABORTED);
      assertThat(failure).hasMessageContaining("n9 has not asked").hasMessageContaining("joins");
      assertThat(cluster.view().additions()).isEmpty();
    }
  }

  @Test
  void anAdditionIsCalledOff() throws Exception {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      RaftNode leader = cluster.leader();
      CompletableFuture<ChangeResult> added = leader.membership().add(host("n4"), VOTER);
      assertThat(leader.membership().abort(host("n4")).get(30, SECONDS))
          .isEqualTo(AbortResult.CALLED_OFF);
      assertThat(changeFailure(RaftNodeTest.failure(added)).end()).isEqualTo(End.ABORTED);
      assertThat(leader.membership().abort(host("n4")).get(30, SECONDS))
          .isEqualTo(AbortResult.NOTHING);
    }
  }

  @Test
  void askingAgainForWhatIsDoneEndsAtOnce() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      ChangeResult again = cluster.atLeader(leader -> leader.add(host("n2"), VOTER));
      assertThat(again.index()).isEqualTo(1);
      assertThat(cluster.atLeader(leader -> leader.promote(host("n2"))).index()).isEqualTo(1);
      MemberOptions asItIs = MemberOptions.NONE.withPriority(Member.DEFAULT_PRIORITY);
      assertThat(cluster.atLeader(leader -> leader.update(host("n2"), asItIs)).index())
          .isEqualTo(1);
    }
  }

  // ------------------------------------------------------------------ roles and options

  @Test
  void aLearnerIsPromotedAndAVoterDemoted() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      cluster.join("n4", "n1");
      AddOptions learner = AddOptions.learner()
          .withPriority(7)
          .withCampaignDelay(Duration.ofMillis(250))
          .withTimeLimit(Duration.ofSeconds(60));
      cluster.atLeader(leader -> leader.add(host("n4"), learner));
      Member member = cluster.view().configuration().membersOn(host("n4")).get(0);
      assertThat(member.role()).isEqualTo(MemberRole.LEARNER);
      assertThat(member.priority()).isEqualTo(7);
      assertThat(member.campaignDelayMillis()).isEqualTo(250);

      cluster.atLeader(leader -> leader.promote(host("n4")));
      assertThat(cluster.view().configuration().membersOn(host("n4")))
          .containsExactly(member.withRole(MemberRole.VOTER, false));

      ChangeResult demoted = cluster.atLeader(leader -> leader.demote(host("n4")));
      assertThat(voters(demoted.configuration())).containsExactly("n1", "n2", "n3");
      assertThat(demoted.configuration().membersOn(host("n4"))).containsExactly(member);
    }
  }

  @Test
  void priorityAndDelayAreChanged() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      MemberOptions options =
          MemberOptions.NONE.withPriority(0).withCampaignDelay(Duration.ofSeconds(2));
      cluster.atLeader(leader -> leader.update(host("n3"), options));
      Member n3 = cluster.view().configuration().membersOn(host("n3")).get(0);
      assertThat(n3.priority()).isZero();
      assertThat(n3.campaignDelayMillis()).isEqualTo(2000);
      assertThat(n3.address()).isEqualTo(address("n3"));
    }
  }

  /** The others were started with the old address, and follow all the same. */
  @Test
  void aMemberMovesToAnotherAddress() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      String moving = GrowingCluster.FOUNDERS.stream()
          .filter(name -> !name.equals(cluster.leaderName()))
          .findFirst()
          .orElseThrow();
      cluster.stop(moving);
      MemberOptions elsewhere = MemberOptions.NONE.withAddress("elsewhere");
      cluster.atLeader(leader -> leader.update(host(moving), elsewhere));
      String[] founders =
          GrowingCluster.FOUNDERS.stream().map(GrowingCluster::entry).toArray(String[]::new);
      cluster.start(moving, "elsewhere", node -> node.bootstrap(founders));
      propose(cluster, "b");
      awaitTrue(
          "it hears of the leader and applies",
          () -> cluster.machines.get(moving).applied().equals(List.of("a", "b")));
    }
  }

  // ------------------------------------------------------------------ remove and replace

  @Test
  void aRemovedMemberSaysThatItWasRemoved() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      String leaving = GrowingCluster.FOUNDERS.stream()
          .filter(name -> !name.equals(cluster.leaderName()))
          .findFirst()
          .orElseThrow();
      ChangeResult removed = cluster.atLeader(leader -> leader.remove(host(leaving)));
      assertThat(voters(removed.configuration())).hasSize(2).doesNotContain(leaving);
      RaftNode gone = cluster.nodes.get(leaving);
      awaitTrue("it is told", () -> gone.status().removedAt() > 0);
      assertThat(gone.status().removedAt()).isLessThanOrEqualTo(removed.index());
      assertThat(gone.explain())
          .startsWith("Removed: " + leaving + " was removed from the group at index ")
          .contains("stop this process and delete its folder");
      // Started again on the same folder it is told again.
      cluster.stop(leaving);
      RaftNode again = cluster.found(leaving);
      awaitTrue("it is told again", () -> again.status().removedAt() > 0);
      assertThat(again.status().health()).isEqualTo(Health.RUNNING);
      // With an empty folder it is a new replica, and waits to be added.
      cluster.stop(leaving);
      cluster.wipe(leaving);
      cluster.found(leaving);
      cluster.atLeader(leader -> leader.add(host(leaving), VOTER));
      assertThat(cluster.view().members()).hasSize(3);
    }
  }

  /** A learner never campaigns, so it hears of its removal only because it asks to be let in. */
  @Test
  void aLearnerThatWasAwayWhenItWasRemovedIsTold() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      cluster.join("n4", "n1");
      cluster.atLeader(leader ->
          leader.add(host("n4"), AddOptions.learner().withTimeLimit(Duration.ofSeconds(60))));
      awaitTrue(
          "n4 to know that it is a learner",
          () -> cluster
                  .nodes
                  .get("n4")
                  .status()
                  .configuration()
                  .membersOn(host("n4"))
                  .size()
              == 1);
      cluster.stop("n4");
      cluster.atLeader(leader -> leader.remove(host("n4")));
      RaftNode again = cluster.join("n4", "n1");
      awaitTrue("it is told", () -> again.status().removedAt() > 0);
    }
  }

  /** Nobody that runs has ever sent it anything, so that it is reached where its question comes from. */
  @Test
  void aLearnerIsToldByLeadersThatNeverKnewIt() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      cluster.join("n4", "n1");
      cluster.atLeader(leader ->
          leader.add(host("n4"), AddOptions.learner().withTimeLimit(Duration.ofSeconds(60))));
      awaitTrue(
          "n4 to know that it is a learner",
          () -> !cluster
              .nodes
              .get("n4")
              .status()
              .configuration()
              .membersOn(host("n4"))
              .isEmpty());
      cluster.stop("n4");
      cluster.atLeader(leader -> leader.remove(host("n4")));
      GrowingCluster.FOUNDERS.forEach(cluster::stop);
      GrowingCluster.FOUNDERS.forEach(cluster::found);
      RaftNode again = cluster.join("n4", "n1", "n2", "n3");
      awaitTrue("it is told", () -> again.status().removedAt() > 0);
    }
  }

  @Test
  void aLeaderRemovesItself() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      awaitTrue(
          "both others to be heard of",
          () ->
              cluster.view().members().stream().allMatch(member -> member.live().orElse(false)));
      String before = cluster.leaderName();
      cluster.leader().membership().remove(host(before)).join();
      awaitTrue(
          "another leads",
          () -> cluster.nodes.values().stream()
              .anyMatch(node -> !node.status().host().equals(host(before))
                  && node.status().leader().equals(Optional.of(node.status().host()))));
      awaitTrue("it knows", () -> cluster.nodes.get(before).status().removedAt() > 0);
      cluster.stop(before);
      propose(cluster, "b");
      assertThat(cluster.view().members()).hasSize(2);
    }
  }

  @Test
  void aDeadMemberIsReplacedByANewHostInOneChangeOfVoters() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      String dead = GrowingCluster.FOUNDERS.stream()
          .filter(name -> !name.equals(cluster.leaderName()))
          .findFirst()
          .orElseThrow();
      cluster.atLeader(leader -> leader.update(host(dead), MemberOptions.NONE.withPriority(9)));
      cluster.stop(dead);
      cluster.join("n4", "n1", "n2", "n3");
      ChangeResult replaced = cluster.atLeader(leader -> leader.replace(host(dead), host("n4")));
      assertThat(voters(replaced.configuration())).hasSize(3).contains("n4").doesNotContain(dead);
      assertThat(replaced.configuration().membersOn(host("n4")).get(0).priority())
          .isEqualTo(9);
    }
  }
}
