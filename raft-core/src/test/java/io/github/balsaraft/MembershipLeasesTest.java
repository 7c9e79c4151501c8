package io.github.balsaraft;

import static io.github.balsaraft.ChangeAsserts.changeFailure;
import static io.github.balsaraft.ChangeAsserts.propose;
import static io.github.balsaraft.ChangeAsserts.reasons;
import static io.github.balsaraft.GrowingCluster.address;
import static io.github.balsaraft.GrowingCluster.host;
import static io.github.balsaraft.LocalCluster.awaitTrue;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.balsaraft.api.ChangePreview;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MemberOptions;
import io.github.balsaraft.api.Membership;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.model.ChangeRefusal.Reason;
import io.github.balsaraft.model.LeaseRules;
import org.junit.jupiter.api.Test;

/** Leases are permitted and forbidden at run time, as any other change of the configuration. */
class MembershipLeasesTest {

  private static final LeaseRules LEASES = LeaseRules.permitted(400);

  /** Reads at the leader until its lease has answered one; the lease may be about to be renewed, or another may lead. */
  private static void awaitLeaseRead(GrowingCluster cluster) {
    awaitTrue("a read by lease", () -> {
      RaftNode leader = cluster.leader();
      long before = leader.status().counters().leaseReadsGranted();
      boolean answered = leader
          .query(new byte[0], ReadConsistency.LEASE)
          .handle((answer, failure) -> failure == null)
          .join();
      return answered && leader.status().counters().leaseReadsGranted() > before;
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
}
