package io.github.balsaraft;

import static io.github.balsaraft.GrowingCluster.address;
import static io.github.balsaraft.GrowingCluster.host;
import static io.github.balsaraft.LocalCluster.awaitTrue;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ChangeFailedException;
import io.github.balsaraft.api.ChangeFailedException.End;
import io.github.balsaraft.api.ChangePreview;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MemberOptions;
import io.github.balsaraft.api.Membership;
import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.api.MembershipView.AdditionView;
import io.github.balsaraft.api.MembershipView.MemberView;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.model.ChangeRefusal.Reason;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What operators ask for in the names of hosts, at real nodes in this process. */
class MembershipTest {

  private static final AddOptions VOTER = AddOptions.voter().withTimeLimit(Duration.ofSeconds(60));

  private static void propose(GrowingCluster cluster, String command) {
    cluster.atLeader(leader -> cluster.leader().propose(command.getBytes(UTF_8)));
  }

  private static List<String> voters(Configuration configuration) {
    return configuration.members().stream()
        .filter(Member::isVoter)
        .map(member -> member.host().name())
        .sorted()
        .toList();
  }

  private static ChangeFailedException changeFailure(Throwable failure) {
    assertThat(failure).isInstanceOf(ChangeFailedException.class);
    return (ChangeFailedException) failure;
  }

  private static List<Reason> reasons(Throwable failure) {
    return changeFailure(failure).refusals().stream()
        .map(refusal -> refusal.reason())
        .toList();
  }

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
      assertThat(leader.membership().abort(host("n4")).get(30, SECONDS)).isTrue();
      assertThat(changeFailure(RaftNodeTest.failure(added)).end()).isEqualTo(End.ABORTED);
      assertThat(leader.membership().abort(host("n4")).get(30, SECONDS)).isFalse();
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

  // ------------------------------------------------------------------ leases

  private static final LeaseRules LEASES = LeaseRules.permitted(400);

  /** Reads at the leader until its lease has answered one; the lease may be about to be renewed, or another may lead. */
  private static void awaitLeaseRead(GrowingCluster cluster) {
    awaitTrue("a read by lease", () -> {
      RaftNode leader = cluster.leader();
      long before = leader.status().counters().leaseReadsGranted();
      leader.query(new byte[0], ReadConsistency.LEASE).join();
      return leader.status().counters().leaseReadsGranted() > before;
    });
  }

  @Test
  void leasesAreSwitchedOnAndOffInARunningCluster() throws Exception {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      assertThat(cluster.leader().status().holdsLease()).isFalse();
      ChangeResult on = cluster.atLeader(leader -> leader.setLeases(LEASES));
      assertThat(on.configuration().leaseRules()).isEqualTo(LEASES);
      awaitLeaseRead(cluster);
      awaitTrue("the leader to hold a lease", () -> cluster.leader().status().holdsLease());

      // Whoever leads next has a lease of its own.
      String next = GrowingCluster.FOUNDERS.stream()
          .filter(name -> !name.equals(cluster.leaderName()))
          .findFirst()
          .orElseThrow();
      awaitTrue(
          "leadership to be handed over",
          () -> cluster.leaderName().equals(next)
              || cluster
                  .leader()
                  .transferLeadership(host(next))
                  .handle((leader, failure) -> false)
                  .join());
      propose(cluster, "b");
      awaitLeaseRead(cluster);

      // Asking again is nothing to do, and other changes leave the rules alone.
      long index = cluster.view().configurationIndex();
      assertThat(cluster.atLeader(leader -> leader.setLeases(LEASES)).index()).isEqualTo(index);
      MemberOptions options = MemberOptions.NONE.withPriority(2);
      assertThat(cluster
              .atLeader(leader -> leader.update(host("n3"), options))
              .configuration()
              .leaseRules())
          .isEqualTo(LEASES);

      ChangeResult off = cluster.atLeader(Membership::forbidLeases);
      assertThat(off.configuration().leaseRules()).isEqualTo(LeaseRules.FORBIDDEN);
      for (RaftNode node : cluster.nodes.values()) {
        long before = node.status().counters().leaseReadsGranted();
        awaitTrue(
            "an answer",
            () -> node.query(new byte[0], ReadConsistency.LEASE)
                .handle((answer, failure) -> failure == null)
                .join());
        assertThat(node.status().counters().leaseReadsGranted())
            .as("confirmed by a quorum")
            .isEqualTo(before);
        assertThat(node.status().holdsLease()).isFalse();
      }
    }
  }

  @Test
  void rulesForLeasesThatMakeNoSenseAreRefused() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      Throwable tooLong =
          cluster.failureAtLeader(leader -> leader.setLeases(LeaseRules.permitted(5000)));
      assertThat(reasons(tooLong)).containsExactly(Reason.LEASE_RULES);
      assertThat(tooLong).hasMessageContaining("may be as long as the longest election timeout");
      assertThat(changeFailure(tooLong).isRetryable()).isFalse();
      ConfigurationChange tooShort = new ConfigurationChange.SetLeases(LeaseRules.permitted(50));
      ChangePreview preview = cluster.atLeader(leader -> leader.preview(tooShort));
      assertThat(preview.refusals())
          .extracting(refusal -> refusal.reason())
          .containsExactly(Reason.LEASE_RULES);
      assertThat(cluster.view().configurationIndex()).isEqualTo(1);
    }
  }

  @Test
  void aGroupIsFoundedWithLeases() {
    try (GrowingCluster cluster = new GrowingCluster()) {
      String[] founders =
          GrowingCluster.FOUNDERS.stream().map(GrowingCluster::entry).toArray(String[]::new);
      for (String name : GrowingCluster.FOUNDERS) {
        cluster.start(name, address(name), node -> node.bootstrap(founders).leases(LEASES));
      }
      propose(cluster, "a");
      assertThat(cluster.view().configuration().leaseRules()).isEqualTo(LEASES);
      assertThat(cluster.view().configurationIndex()).isEqualTo(1);
      awaitLeaseRead(cluster);
    }
  }

  @Test
  void aGroupIsNotFoundedWithLeasesThatMakeNoSense() {
    try (GrowingCluster cluster = new GrowingCluster()) {
      LeaseRules tooLong = LeaseRules.permitted(5000);
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              cluster.start("n1", "at-n1", node -> node.bootstrap("n1=at-n1").leases(tooLong)))
          .withMessageContaining("longest election timeout");
      assertThatIllegalStateException()
          .isThrownBy(
              () -> cluster.start("n1", "at-n1", node -> node.join("n2=at-n2").leases(LEASES)))
          .withMessageContaining("has its rules for leases already");
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

  // ------------------------------------------------------------------ refusals

  @Test
  void whatCantBeIsRefusedWithEveryReasonAndThePreviewAgrees() throws Exception {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      Throwable unknown = cluster.failureAtLeader(leader -> leader.remove(host("n9")));
      assertThat(reasons(unknown)).containsExactly(Reason.UNKNOWN_MEMBER);
      assertThat(unknown).hasMessage("n9 isn't a member; members are n1, n2 and n3");
      assertThat(changeFailure(unknown).isRetryable()).isFalse();
      assertThat(reasons(
              cluster.failureAtLeader(leader -> leader.add(host("n1"), AddOptions.learner()))))
          .containsExactly(Reason.IMPOSSIBLE);
      assertThat(reasons(cluster.failureAtLeader(leader -> leader.replace(host("n1"), host("n1")))))
          .containsExactly(Reason.IMPOSSIBLE);
      assertThat(reasons(cluster.failureAtLeader(leader -> leader.replace(host("n1"), host("n2")))))
          .containsExactly(Reason.IMPOSSIBLE);

      for (String name : List.of("n2", "n3")) {
        cluster.atLeader(leader -> leader.update(host(name), MemberOptions.NONE.withPriority(0)));
      }
      ConfigurationChange last =
          new ConfigurationChange.Update(host("n1"), MemberOptions.NONE.withPriority(0));
      assertThat(reasons(cluster.failureAtLeader(leader -> leader.change(last))))
          .contains(Reason.NO_CANDIDATE);
      ChangePreview preview = cluster.atLeader(leader -> leader.preview(last));
      assertThat(preview.isAllowed()).isFalse();
      assertThat(preview.refusals())
          .extracting(refusal -> refusal.reason())
          .contains(Reason.NO_CANDIDATE);
    }
  }

  /** The caller learns each reason from the core, and with it that waiting helps. */
  @Test
  void whatPassesByItselfIsRefusedAsRetryable() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      String leader = cluster.leaderName();
      List<String> followers =
          GrowingCluster.FOUNDERS.stream().filter(name -> !name.equals(leader)).toList();
      cluster.stop(followers.get(0));
      awaitTrue(
          "its silence to be noticed",
          () -> cluster.view().members().stream()
              .anyMatch(member -> !member.live().orElse(true)));
      // Of the leader and the stopped one no majority is heard of.
      ChangeFailedException refused = LocalCluster.await("a refusal", () -> {
        Throwable failure =
            RaftNodeTest.failure(cluster.leader().membership().demote(host(followers.get(1))));
        boolean silent = failure instanceof ChangeFailedException
            && reasons(failure).contains(Reason.NO_LIVE_MAJORITY);
        return silent ? Optional.of(changeFailure(failure)) : Optional.empty();
      });
      assertThat(refused.refusals()).hasSize(1);
      assertThat(refused).hasMessageContaining("would have to be heard of");
      assertThat(refused.isRetryable()).isTrue();
    }
  }

  @Test
  void aPreviewShowsWhatWouldBeAndDoesNothing() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      ConfigurationChange add = new ConfigurationChange.Add(host("n4"), VOTER);
      ChangePreview preview = cluster.atLeader(leader -> leader.preview(add));
      assertThat(preview.isAllowed()).isTrue();
      assertThat(preview.joint()).isTrue();
      assertThat(voters(preview.target().orElseThrow())).containsExactly("n1", "n2", "n3", "n4");
      assertThat(preview.notes()).singleElement().asString().contains("n4 has not asked");
      ChangePreview none = cluster.atLeader(
          leader -> leader.preview(new ConfigurationChange.Add(host("n1"), VOTER)));
      assertThat(none.notes()).containsExactly("it is so already");
      assertThat(cluster.view().configurationIndex()).isEqualTo(1);
    }
  }

  @Test
  void onlyTheLeaderChangesAnythingAndTheOthersNameIt() throws Exception {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      RaftNode follower = LocalCluster.await(
          "a follower that knows its leader",
          () -> cluster.nodes.values().stream()
              .filter(node -> node.status().leader().isPresent()
                  && !node.status().leader().equals(Optional.of(node.status().host())))
              .findFirst());
      List<CompletableFuture<?>> asked = List.of(
          follower.membership().remove(host("n1")),
          follower.membership().abort(host("n1")),
          follower.membership().preview(new ConfigurationChange.Remove(host("n1"))));
      for (CompletableFuture<?> future : asked) {
        Throwable failure = RaftNodeTest.failure(future);
        assertThat(failure).isInstanceOf(NotLeaderException.class);
        NotLeaderException notLeader = (NotLeaderException) failure;
        assertThat(notLeader.leader()).isPresent();
        assertThat(notLeader.leaderAddress())
            .contains(address(notLeader.leader().orElseThrow().name()));
      }
      MembershipView view = follower.membership().view().get(30, SECONDS);
      assertThat(view.leads()).isFalse();
      assertThat(view.members())
          .hasSize(3)
          .allMatch(
              member -> member.matchIndex().isEmpty() && member.lagEntries().isEmpty());
      assertThat(follower.status().peers())
          .hasSize(2)
          .allMatch(peer -> peer.matchIndex().isEmpty());
    }
  }

  // ------------------------------------------------------------------ looks, and the end

  @Test
  void aLookShowsHowFarTheMembersAre() {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      awaitTrue("all have everything and are heard of", () -> {
        MembershipView view = cluster.view();
        return view.members().stream()
            .allMatch(member ->
                member.lagEntries().equals(OptionalLong.of(0)) && member.live().orElse(false));
      });
      MembershipView view = cluster.view();
      assertThat(view.isSettled()).isTrue();
      assertThat(view.members())
          .extracting(member -> member.member().host().name())
          .containsExactly("n1", "n2", "n3");
      assertThat(view.members()).filteredOn(MemberView::leads).hasSize(1);
      assertThat(view.leader()).contains(host(cluster.leaderName()));
    }
  }

  @Test
  void closingEndsWhatWaits() throws Exception {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      String name = cluster.leaderName();
      RaftNode leader = cluster.leader();
      CompletableFuture<ChangeResult> added = leader.membership().add(host("n4"), VOTER);
      cluster.stop(name);
      Throwable failure = RaftNodeTest.failure(added);
      assertThat(failure).isInstanceOfAny(ShuttingDownException.class, NotLeaderException.class);
      assertThat(RaftNodeTest.failure(leader.membership().view()))
          .isInstanceOf(ShuttingDownException.class);
    }
  }

  @Test
  void aNodeThatIsNotBornSaysSo() throws ExecutionException, InterruptedException {
    try (GrowingCluster cluster = new GrowingCluster()) {
      RaftNode alone = cluster.join("n4", "n1");
      assertThat(RaftNodeTest.failure(alone.membership().remove(host("n1"))))
          .isInstanceOf(NotLeaderException.class);
      assertThat(alone.membership().view().get().members()).isEmpty();
      assertThat(alone.status().replica()).isNotEqualTo(new ReplicaId(1));
    }
  }
}
