package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.JoinAnswer;
import io.github.balsaraft.model.JoinAnswer.Status;
import io.github.balsaraft.model.JoinRequest;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A leader that is the only voter decides about new replicas of a host that carried a learner before. */
class JoiningTest {

  private static final ReplicaId OLD = new ReplicaId(2);
  private static final ReplicaId NEW = new ReplicaId(3);
  private static final HostId N2 = new HostId("n2");
  private static final long SILENT = 1_000_000_000;

  private final VirtualTime time = new VirtualTime();
  private final SoleVoter leader = new SoleVoter(
      time, Member.learner(OLD, N2, "n2").withPriority(7).withCampaignDelayMillis(250));
  private final RaftCore core = leader.core;

  private long lastChange;

  private JoinAnswer ask(ReplicaId replica, HostId host, String address) {
    JoinAnswer answer = Joining.nextStep(
        core,
        new JoinRequest(replica, host, address),
        time.nowNanos(),
        SILENT,
        change -> core.changeConfiguration(++lastChange, change));
    leader.settle();
    return answer;
  }

  @Test
  void onlyALeaderLetsAnybodyIn() {
    assertThat(ask(NEW, N2, "n2").status()).isEqualTo(Status.NOT_LEADER);
  }

  @Test
  void aHostThatIsNobodysIsRefused() {
    leader.lead();
    JoinAnswer answer = ask(NEW, new HostId("n9"), "n9");
    assertThat(answer.status()).isEqualTo(Status.REFUSED);
    assertThat(answer.detail()).contains("n9");
    assertThat(core.view().configuration().members()).hasSize(2);
  }

  @Test
  void anEarlierReplicaThatWasHeardAMomentAgoIsNotReplaced() {
    leader.lead();
    assertThat(ask(NEW, N2, "n2").detail()).contains("may still be there");
  }

  @Test
  void aNewReplicaTakesThePlaceOfASilentOne() {
    leader.lead();
    time.runFor(2 * SILENT);
    leader.settle();
    assertThat(ask(NEW, N2, "elsewhere").status()).isEqualTo(Status.IN_PROGRESS);
    // The earlier one counted in no quorum: it makes room at once.
    assertThat(core.view().configuration().members().stream().map(Member::replica))
        .containsExactly(SoleVoter.REPLICA, NEW);
    assertThat(core.view().configuration().member(NEW).address()).isEqualTo("elsewhere");
    // It is what the old one was, and never more.
    assertThat(core.view().configuration().member(NEW))
        .isEqualTo(
            Member.learner(NEW, N2, "elsewhere").withPriority(7).withCampaignDelayMillis(250));
    assertThat(ask(NEW, N2, "elsewhere").status()).isEqualTo(Status.DONE);
    assertThat(core.view().configuration().isVoter(NEW)).isFalse();
    assertThat(core.view().configuration().removedAt(OLD)).isPositive();
  }

  @Test
  void aNewReplicaTakesThePlaceOfTheVoterAndNotOfOneThatWasToTakeIt() {
    JoinRequest request = new JoinRequest(NEW, N2, "n2");
    Member voter = Member.voter(OLD, N2, "n2").withPriority(0).withCampaignDelayMillis(300);
    Member lost = Member.learner(new ReplicaId(9), N2, "n2");
    Member expected = Member.voter(NEW, N2, "n2").withPriority(0).withCampaignDelayMillis(300);
    assertThat(Joining.inPlaceOf(List.of(voter, lost), request)).isEqualTo(expected);
    assertThat(Joining.inPlaceOf(List.of(lost, voter), request)).isEqualTo(expected);
  }

  @Test
  void aReplicaThatWasRemovedIsNotLetInAgain() {
    leader.lead();
    time.runFor(2 * SILENT);
    leader.settle();
    ask(NEW, N2, "n2");
    time.runFor(2 * SILENT);
    leader.settle();
    JoinAnswer answer = ask(OLD, N2, "n2");
    assertThat(answer.status()).isEqualTo(Status.REFUSED);
    assertThat(answer.detail()).contains("was removed at index");
  }

  /** It comes from the network: it must not stop a leader. */
  @Test
  void aRequestThatMakesNoSenseIsRefused() {
    leader.lead();
    time.runFor(2 * SILENT);
    leader.settle();
    assertThat(ask(NEW, N2, "").status()).isEqualTo(Status.REFUSED);
    assertThat(ask(NEW, N2, "x".repeat(300)).status()).isEqualTo(Status.REFUSED);
    assertThat(core.view().configuration().members()).hasSize(2);
  }
}
