package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.patience;
import static io.github.balsaraft.core.CoreHarness.voter;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** When one that campaigns gives it up: it may stand for a while only, and asks nobody once that is over. */
class CampaignStateTest {

  /** n1 never stands of its own accord. */
  private static final Configuration VOTERS =
      Configuration.of(List.of(voter("n1").withPriority(0), voter("n2"), voter("n3")));

  private final CoreHarness cluster = new CoreHarness(OPTIONS);
  private final HarnessReplica n1 = cluster.add("n1", patience(1), VOTERS);
  private final HarnessReplica n2 = cluster.add("n2", patience(2), VOTERS);

  {
    cluster.add("n3", patience(3), VOTERS);
  }

  private final List<String> reasons = new ArrayList<>();

  private void collectReasonsOfN1() {
    cluster.trace(new HarnessTrace() {
      @Override
      public void roleChanged(HarnessReplica replica, Ready.RoleChange change) {
        if (replica == n1) {
          reasons.add(change.reason());
        }
      }
    });
  }

  private void assertGivesUp() {
    collectReasonsOfN1();
    cluster.network().take(message -> true);
    cluster.timeout(n1);
    assertThat(n1.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(reasons).containsExactly("it may not stand for election any more");
    assertThat(cluster.network().isEmpty()).as("nobody is asked").isTrue();
  }

  @Test
  @DisplayName(
      "who never stands of its own accord, and was named by its leader, campaigns once and not again")
  void namedAndNotElected() {
    cluster.elect("n2");
    cluster.transfer(n2, n1.id);
    while (n1.view().currentRole() != Role.CANDIDATE) {
      cluster.deliver(cluster.network().take(0));
    }
    assertThat(cluster.network().take(RequestVote.class::isInstance)).hasSize(2);
    assertGivesUp();
  }

  @Test
  @DisplayName("who stands as a last resort goes on as long as others show that they need it")
  void neededNoMore() {
    cluster.preset(n1, 1, 1, 1);
    RequestPreVote hopeless = new RequestPreVote(n2.id, n1.id, 2, new EntryId(1, 1));
    while (n1.view().currentRole() != Role.PRE_CANDIDATE) {
      cluster.deliver(hopeless);
      cluster.timeout(n1);
      cluster.network().take(message -> true);
    }
    long lastNeededNanos = n1.clockNanos;
    cluster.deliver(hopeless);
    long until = lastNeededNanos
        + 2 * LastResort.PATIENCE_ELECTION_TIMEOUTS * OPTIONS.electionTimeoutMaxNanos();
    while (n1.core().nextDeadlineNanos() <= until) {
      cluster.timeout(n1);
      assertThat(n1.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
      assertThat(cluster.network().take(RequestPreVote.class::isInstance)).hasSize(2);
    }
    assertGivesUp();
  }

  @Test
  @DisplayName(
      "who asks early, because of a failure hint, keeps its term whatever a voter says; who waited for its timeout moves above it")
  void laterTermAfterAHint() {
    HarnessReplica n3 = cluster.replica("n3");
    cluster.elect("n2");
    cluster.settle();
    cluster.peerGone(n3, n2.id);
    assertThat(n3.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    cluster.network().take(message -> true);
    cluster.deliver(new PreVoteResponse(n1.id, n3.id, 7, 2, false));
    assertThat(n3.view().hardState().term()).isEqualTo(1);
    cluster.pass(n3, 2 * OPTIONS.electionTimeoutMaxNanos());
    cluster.network().take(message -> true);
    assertThat(n3.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    cluster.deliver(new PreVoteResponse(n1.id, n3.id, 7, 2, false));
    assertThat(n3.view().hardState().term()).isEqualTo(7);
  }
}
