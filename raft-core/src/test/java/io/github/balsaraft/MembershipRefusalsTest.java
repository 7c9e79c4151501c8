package io.github.balsaraft;

import static io.github.balsaraft.ChangeAsserts.changeFailure;
import static io.github.balsaraft.ChangeAsserts.propose;
import static io.github.balsaraft.ChangeAsserts.reasons;
import static io.github.balsaraft.ChangeAsserts.voters;
import static io.github.balsaraft.GrowingCluster.address;
import static io.github.balsaraft.GrowingCluster.host;
import static io.github.balsaraft.LocalCluster.awaitTrue;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ChangeFailedException;
import io.github.balsaraft.api.ChangePreview;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MemberOptions;
import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.api.MembershipView.MemberView;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.model.ChangeRefusal.Reason;
import io.github.balsaraft.model.ReplicaId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Changes that are not made, the reasons, and looks that change nothing. */
class MembershipRefusalsTest {

  private static final AddOptions VOTER = AddOptions.voter().withTimeLimit(Duration.ofSeconds(60));

  @Test
  void whatCantBeIsRefusedWithEveryReasonAndThePreviewAgrees() throws Exception {
    try (GrowingCluster cluster = GrowingCluster.ofThree()) {
      propose(cluster, "a");
      Throwable unknown = cluster.failureAtLeader(leader -> leader.remove(host("n9")));
      assertThat(reasons(unknown)).containsExactly(Reason.UNKNOWN_MEMBER);
      assertThat(unknown).hasMessageContainingAll("n9", "n1, n2 and n3");
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
