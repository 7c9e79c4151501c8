package io.github.balsaraft.testing.simulation.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.TransferFailedException;
import io.github.balsaraft.api.TransferFailedException.Failure;
import io.github.balsaraft.model.HostId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Answers to transfers that were not true are found, and those that were true are not. */
class AnsweredTransfersTest {

  private static final HostId N1 = new HostId("n1");
  private static final HostId N2 = new HostId("n2");
  private static final HostId N3 = new HostId("n3");

  private final AnsweredTransfers transfers = new AnsweredTransfers();

  private static TransferFailedException answer(Failure failure, String reason) {
    return new TransferFailedException(null, null, failure, reason);
  }

  @Test
  @DisplayName("done: the named host has led in a later term")
  void done() {
    transfers.leads(N1, 4);
    transfers.leads(N2, 3);
    AnsweredTransfers.Transfer early = transfers.asked(N1, 1, 4, N2);
    assertThat(transfers.done(early, N2)).contains("has not led since");
    AnsweredTransfers.Transfer late = transfers.asked(N1, 1, 4, N2);
    transfers.leads(N2, 5);
    assertThat(transfers.done(late, N2)).isNull();
    AnsweredTransfers.Transfer another = transfers.asked(N1, 1, 4, N3);
    assertThat(transfers.done(another, N2)).contains("with n2 as the leader");
    assertThat(transfers.done(transfers.asked(N1, 1, 4, null), N2)).isNull();
  }

  @Test
  @DisplayName("refused, or not done: the target was not told to campaign")
  void failed() {
    for (Failure failure : Failure.values()) {
      AnsweredTransfers.Transfer untold = transfers.asked(N1, 1, 4, N2);
      transfers.begun(N1, 1, 4, 7);
      assertThat(transfers.failed(untold, answer(failure, "reason"))).isNull();
      AnsweredTransfers.Transfer told = transfers.asked(N1, 1, 4, N2);
      transfers.begun(N1, 1, 4, 8);
      transfers.told(N1, N2, 4, 8);
      String untrue = transfers.failed(told, answer(failure, "reason"));
      if (failure == Failure.OUTCOME_UNKNOWN) {
        assertThat(untrue).isNull();
      } else {
        assertThat(untrue).contains("was told to campaign").contains(failure.toString());
      }
    }
  }

  @Test
  @DisplayName(
      "refused, or not done, with the target left to the leader: nobody was told to campaign")
  void failedWithoutATarget() {
    AnsweredTransfers.Transfer untold = transfers.asked(N1, 1, 4, null);
    transfers.begun(N1, 1, 4, 7);
    transfers.told(N3, N2, 4, 7);
    transfers.told(N1, N2, 4, 6);
    assertThat(transfers.failed(untold, answer(Failure.NOT_DONE, "reason"))).isNull();
    AnsweredTransfers.Transfer told = transfers.asked(N1, 1, 4, null);
    transfers.begun(N1, 1, 4, 8);
    transfers.told(N1, N3, 4, 8);
    assertThat(transfers.failed(told, answer(Failure.NOT_DONE, "reason")))
        .contains("was told to campaign");
  }

  @Test
  @DisplayName("what another transfer has done is not held against one")
  void others() {
    AnsweredTransfers.Transfer first = transfers.asked(N1, 1, 4, N2);
    transfers.begun(N1, 1, 4, 1);
    transfers.begun(N1, 1, 4, 2);
    transfers.told(N1, N2, 4, 2);
    transfers.told(N1, N3, 4, 1);
    transfers.told(N1, N2, 5, 1);
    transfers.told(N3, N2, 4, 1);
    assertThat(transfers.failed(first, answer(Failure.NOT_DONE, "the first"))).isNull();
    AnsweredTransfers.Transfer second = transfers.asked(N1, 1, 4, N2);
    transfers.begun(N1, 1, 4, 3);
    transfers.told(N1, N2, 4, 3);
    assertThat(
            transfers.failed(second, answer(Failure.NOT_DONE, "a transfer is under way already")))
        .isNull();
    AnsweredTransfers.Transfer third = transfers.asked(N1, 1, 4, N2);
    AnsweredTransfers.Transfer fourth = transfers.asked(N1, 1, 4, N2);
    transfers.begun(N1, 1, 4, 4);
    transfers.told(N1, N2, 4, 4);
    assertThat(transfers.failed(third, answer(Failure.REFUSED, "one of two"))).isNull();
    assertThat(transfers.failed(fourth, answer(Failure.REFUSED, "the other"))).isNull();
  }
}
