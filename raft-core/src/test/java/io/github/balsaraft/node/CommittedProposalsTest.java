package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

  /** What remains of a run behind the snapshot is applied. */
  @Test
  void whatASnapshotHasReplacedIsUnknown() {
    String replaced = "unknown:a snapshot took the place of its entry before that was applied here";
    proposals.endReplaced(6);
    assertThat(RecordedProposal.ends(first)).containsExactly(replaced, replaced, "");
    proposals.endReplaced(10);
    assertThat(RecordedProposal.ends(first)).containsExactly(replaced, replaced, replaced);
    apply(11, 11);
    assertThat(RecordedProposal.ends(second)).containsExactly(replaced, "applied:at 11");
  }

  @Test
  void atTheEndTheRestIsToldAndNobodyTwice() {
    apply(5, 6);
    proposals.endAll("stopped");
    proposals.endAll("stopped again");
    assertThat(RecordedProposal.ends(first))
        .containsExactly("applied:at 5", "applied:at 6", "unknown:stopped");
    assertThat(RecordedProposal.ends(second)).containsExactly("unknown:stopped", "unknown:stopped");
  }

  /** Telling one of them fails, though all were applied. */
  @Test
  void whoWasNotToldIsToldAtTheEnd() {
    ((RecordedProposal) first.get(1)).failing = true;
    assertThatThrownBy(() -> apply(5, 7)).hasMessage("can't be told");
    proposals.endAll("stopped");
    assertThat(RecordedProposal.ends(first))
        .containsExactly("applied:at 5", "unknown:stopped", "unknown:stopped");
    assertThat(RecordedProposal.ends(second)).containsExactly("unknown:stopped", "unknown:stopped");
  }

  /** It may be in the middle of a run that the state machine hangs. */
  @Test
  void whoAbandonsFindsTheRestOfARunThatHasBegun() {
    LocalProposal applied = local("a");
    LocalProposal hanging = local("b");
    proposals.endAll("not of this test");
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
