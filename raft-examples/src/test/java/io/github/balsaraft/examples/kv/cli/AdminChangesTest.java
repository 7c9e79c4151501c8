package io.github.balsaraft.examples.kv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.AbortResult;
import io.github.balsaraft.api.ChangeFailedException;
import io.github.balsaraft.api.ChangePreview;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.api.TransferFailedException;
import io.github.balsaraft.api.TransferFailedException.Failure;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.ChangeRefusal.Reason;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator sees who changes the members by {@code kv admin}, or hands leadership over. */
class AdminChangesTest extends AdminTyping {

  @Test
  void anAdditionSaysHowItEnded() {
    members.answerChanges(CompletableFuture.completedFuture(new ChangeResult(18, four())));
    assertThat(admin("add", "n4")).isZero();
    assertThat(printed()).isEqualTo("n4 is a voter (voters n1 n2 n3 n4, index 18)\n");
    assertThat(complaint()).isEmpty();
  }

  /** Who reads that nothing is being added would look no further, and the host becomes a voter. */
  @ParameterizedTest
  @CsvSource({
    "CALLED_OFF, 0, the addition of n4 is called off",
    "TOO_LATE, 1, it is too late: n4 is being given its role; remove or demote it afterwards",
    "NOTHING, 1, n4 is not being added"
  })
  void whatCallingOffCameToIsSaid(AbortResult result, int exit, String said) {
    members.answerAborts(result);
    assertThat(admin("abort", "n4")).isEqualTo(exit);
    assertThat(printed()).isEqualTo(said + "\n");
  }

  /** The first time may have called it off. */
  @Test
  void whatIsCalledOffAgainBecauseTheAnswerWasLostIsNotBeingAddedAnyMore() throws Exception {
    members.answerAborts(
        CompletableFuture.failedFuture(ChangeFailedException.lost("leadership was lost")));
    CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(() -> admin("abort", "n4"));
    members.awaitAsked(1);
    members.answerAborts(AbortResult.NOTHING);
    assertThat(exit.get(30, TimeUnit.SECONDS)).isZero();
    assertThat(printed()).isEqualTo("n4 is not being added (any more)\n");
  }

  /** The lost answer may have been that it was too late, or of a leader that was lost with its addition and had let the host in. */
  @Test
  void whatIsNotBeingAddedAnyMoreMayBeAMember() throws Exception {
    MembershipView.MemberView n4 = new MembershipView.MemberView(
        voter(4),
        false,
        OptionalLong.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty());
    members.show(new MembershipView(
        true, Optional.empty(), four(), 0, true, List.of(n4), List.of(), List.of()));
    members.answerAborts(
        CompletableFuture.failedFuture(ChangeFailedException.lost("leadership was lost")));
    CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(() -> admin("abort", "n4"));
    members.awaitAsked(1);
    members.answerAborts(AbortResult.NOTHING);
    assertThat(exit.get(30, TimeUnit.SECONDS)).isOne();
    assertThat(printed())
        .isEqualTo("n4 is not being added (any more); it is a voter: remove or demote it\n");
  }

  /** The servers get the time too, and give up a server that needs longer. */
  @ParameterizedTest
  @CsvSource({"add n4", "promote n4", "replace n3 n4"})
  void whatWaitsForAServerToCatchUpHasTenMinutes(String words) {
    members.answerChanges(CompletableFuture.completedFuture(new ChangeResult(18, four())));
    assertThat(admin(words.split(" ", -1))).isZero();
    Duration limit = members.asked().get(0) instanceof ConfigurationChange.Add add
        ? add.options().timeLimit()
        : members.asked().get(0) instanceof ConfigurationChange.Promote promote
            ? promote.timeLimit()
            : ((ConfigurationChange.Replace) members.asked().get(0)).timeLimit();
    assertThat(limit).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
  }

  @Test
  void aFailureIsOneLineWithoutTheProtocolsWords() {
    members.answerChanges(CompletableFuture.failedFuture(ChangeFailedException.refused(
        List.of(new ChangeRefusal(Reason.UNKNOWN_MEMBER, "n9 isn't a member")))));
    assertThat(admin("remove", "n9")).isEqualTo(1);
    assertThat(complaint()).isEqualTo("kv: remove was refused: n9 isn't a member\n");
    err.reset();
    members.answerChanges(CompletableFuture.failedFuture(
        ChangeFailedException.aborted("it did not catch up in time")));
    assertThat(admin("add", "n4")).isEqualTo(1);
    assertThat(complaint()).isEqualTo("kv: add was given up: it did not catch up in time\n");
  }

  /** Asked again as long as that may help, and then it says so. */
  @Test
  void whatPassesIsWaitedForUntilTheTimeIsOver() {
    members.answerChanges(CompletableFuture.failedFuture(ChangeFailedException.refused(
        List.of(new ChangeRefusal(Reason.CHANGE_UNDER_WAY, "another change is under way")))));
    assertThat(admin("remove", "n3", "--timeout", "1")).isEqualTo(1);
    assertThat(members.asked()).hasSizeGreaterThan(1);
    assertThat(complaint())
        .isEqualTo("kv: not done within 1 s; asking again is safe. Last: "
            + "TRYAGAIN CHANGE_UNDER_WAY another change is under way\n");
  }

  @Test
  void aPreviewChangesNothing() {
    members.answerPreviews(new ChangePreview(
        List.of(),
        three(),
        Optional.of(four()),
        true,
        List.of("n4 has not asked to be let in yet: start its node so that it joins")));
    assertThat(admin("add", "n4", "--dry-run")).isZero();
    assertThat(printed()).isEqualTo("""
        add n4 would be done
          voters    n1 n2 n3 -> n1 n2 n3 n4
          learners  none (as before)
          note      n4 has not asked to be let in yet: start its node so that it joins
        """);
    out.reset();
    members.answerPreviews(new ChangePreview(
        List.of(new ChangeRefusal(Reason.NO_CANDIDATE, "nobody would stand")),
        three(),
        Optional.empty(),
        false,
        List.of()));
    assertThat(admin("set", "n1", "--priority", "0", "--dry-run")).isEqualTo(1);
    assertThat(printed()).isEqualTo("""
        set n1 would be refused
          refusal   NO_CANDIDATE nobody would stand
        """);
  }

  @Test
  void leadershipIsHandedOver() {
    members.answerTransfers(CompletableFuture.completedFuture(new HostId("n2")));
    assertThat(admin("transfer", "n2")).isZero();
    assertThat(printed()).isEqualTo("n2 leads\n");
    members.answerTransfers(CompletableFuture.failedFuture(
        new TransferFailedException(new HostId("n1"), null, Failure.REFUSED, "no voter is on n9")));
    assertThat(admin("transfer", "n9")).isEqualTo(1);
    assertThat(complaint()).isEqualTo("kv: leadership was not handed over: no voter is on n9\n");
    err.reset();
    members.answerTransfers(CompletableFuture.failedFuture(new TransferFailedException(
        new HostId("n1"), null, Failure.OUTCOME_UNKNOWN, "it was not heard to lead")));
    assertThat(admin("transfer", "n2")).isEqualTo(1);
    assertThat(complaint())
        .isEqualTo("kv: leadership was not seen to pass, and may have passed "
            + "or pass yet: it was not heard to lead; type: kv admin --servers ... status\n");
  }

  /** What is in the way passes, so that it is asked for again. */
  @Test
  void aTransferWaitsForAnother() throws Exception {
    members.answerTransfers(CompletableFuture.failedFuture(new TransferFailedException(
        new HostId("n1"), null, Failure.NOT_DONE, "a transfer is under way already")));
    CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(() -> admin("transfer"));
    members.awaitAsked(2);
    members.answerTransfers(CompletableFuture.completedFuture(new HostId("n2")));
    assertThat(exit.get(30, TimeUnit.SECONDS)).isZero();
    assertThat(printed()).isEqualTo("n2 leads\n");
  }

  /** One whose answer is lost, while another comes to lead. */
  private int transferWhoseEndIsLost(String leader, long term) throws Exception {
    CompletableFuture<HostId> lost = new CompletableFuture<>();
    members.answerTransfers(lost);
    CompletableFuture<Integer> exit =
        CompletableFuture.supplyAsync(() -> admin("transfer", "--timeout", "2"));
    members.awaitAsked(1);
    server.backend().setStatus(Role.FOLLOWER, leader, term);
    lost.completeExceptionally(new TransferFailedException(
        new HostId("n3"), null, Failure.OUTCOME_UNKNOWN, "leadership was lost"));
    return exit.get(30, TimeUnit.SECONDS);
  }

  /** Whoever leads by then would hand over once more if it were asked. */
  @Test
  void aTransferToAnybodyWhoseEndWasLostIsNotRepeatedAtTheNextLeader() throws Exception {
    assertThat(transferWhoseEndIsLost("n3", 5)).isZero();
    assertThat(printed()).isEqualTo("n3 leads\n");
    assertThat(members.asked()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"n1, 6, it was away and is back", "n3, 4, this was so before it was asked"})
  void ifItIsNotClearWhetherLeadershipHasPassedThatIsSaid(String leader, long term, String why)
      throws Exception {
    assertThat(transferWhoseEndIsLost(leader, term)).as(why).isEqualTo(1);
    assertThat(complaint())
        .isEqualTo("kv: it is not known whether leadership has passed from n1; "
            + "look who leads before you ask again. Last: UNKNOWN LOST leadership was lost\n");
    assertThat(members.asked()).hasSize(1);
  }
}
