package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.model.EntryType;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommittedProposalsTest {

  private final CommittedProposals proposals = new CommittedProposals();
  private final List<Proposal> first = RecordedProposal.of("a", "b", "c");
  private final List<Proposal> second = RecordedProposal.of("d", "e");

  CommittedProposalsTest() {
    proposals.addAll(
        List.of(new ProposalTracker.Run(5, first, 0), new ProposalTracker.Run(10, second, 0)));
  }

  private void apply(long fromIndex, long toIndex) {
    for (long index = fromIndex; index <= toIndex; index++) {
      proposals.applied(index, ("at " + index).getBytes(UTF_8));
    }
  }

  @Test
  void eachIsToldTheResultOfItsIndexAndTheOthersAreOfOtherNodes() {
    apply(1, 5);
    proposals.rejected(6, new CommandRejectedException("not this one"));
    apply(7, 12);
    assertThat(RecordedProposal.ends(first))
        .containsExactly("applied:at 5", "rejected:not this one", "applied:at 7");
    assertThat(RecordedProposal.ends(second)).containsExactly("applied:at 10", "applied:at 11");
  }

  /** A run that goes on behind the snapshot is none that it has replaced: what remains of it is applied. */
  @Test
  void whatASnapshotHasReplacedIsUnknown() {
    proposals.endReplaced(6);
    assertThat(RecordedProposal.ends(first)).containsExactly("", "", "");
    proposals.endReplaced(10);
    assertThat(RecordedProposal.ends(first))
        .hasSize(3)
        .containsOnly(
            "unknown:a snapshot took the place of its entry before that was applied here");
    apply(11, 11);
    assertThat(RecordedProposal.ends(second)).containsExactly("", "applied:at 11");
  }

  @Test
  void atTheEndTheRestIsToldAndNobodyTwice() {
    apply(5, 6);
    proposals.endAll(6, "stopped");
    proposals.endAll(6, "stopped again");
    assertThat(RecordedProposal.ends(first))
        .containsExactly("applied:at 5", "applied:at 6", "unknown:stopped");
    assertThat(RecordedProposal.ends(second)).containsExactly("unknown:stopped", "unknown:stopped");
  }

  /** It may be in the middle of a run that the state machine hangs. */
  @Test
  void whoAbandonsFindsTheRestOfARunThatHasBegun() {
    LocalProposal applied = local("a");
    LocalProposal hanging = local("b");
    proposals.endAll(0, "not of this test");
    proposals.addAll(List.of(new ProposalTracker.Run(5, List.of(applied, hanging), 0)));
    apply(5, 5);
    proposals.abandonAll("closed");
    assertThat(applied.future.join()).asString(UTF_8).isEqualTo("at 5");
    assertThat(hanging.future)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(OutcomeUnknownException.class)
        .withMessage("closed");
  }

  private static LocalProposal local(String command) {
    return new LocalProposal(
        EntryType.COMMAND, command.getBytes(UTF_8), new Budget(1), 0, 0, () -> {});
  }
}
