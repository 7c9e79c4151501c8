package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.Ready.TransferOutcome;
import io.github.balsaraft.core.Ready.TransferOutcome.End;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who reads the log learns why writes were refused for a while, and to whom leadership was to pass. */
class TransferLogTest {

  private static final ReplicaId N1 = new ReplicaId(1);
  private static final ReplicaId N2 = new ReplicaId(2);
  private static final Configuration GROUP = Configuration.of(List.of(
      Member.voter(N1, new HostId("n1"), "n1:1"), Member.voter(N2, new HostId("n2"), "n2:1")));

  private final RecordedLines lines = new RecordedLines();
  private final TransferLog log = new TransferLog(N1, new RateLimitedLog("n1/g0", lines), () -> 0);

  private List<String> said() {
    return lines.lines().stream().map(line -> line.replaceFirst("^n1/g0 ", "")).toList();
  }

  private void handsOver(Configuration configuration) {
    log.observe(true, N2, N1, configuration);
  }

  @Test
  void oneThatAnOperatorAsksForIsInTheLogFromItsBeginningToItsEnd() {
    log.observe(true, null, N1, GROUP);
    log.asked(TransferLog.Cause.OPERATOR);
    handsOver(GROUP);
    handsOver(GROUP);
    log.observe(true, null, N1, GROUP);
    log.ended(
        new TransferOutcome(1, End.TIMED_OUT, N2, "it did not answer", false),
        TransferLog.Cause.OPERATOR,
        GROUP);
    assertThat(said())
        .containsExactly(
            "hands leadership over to n2, asked for by an operator; nothing is proposed meanwhile",
            "leadership is not handed over any more to n2, this member leads on",
            "hand leadership over to n2, asked for by an operator: timed out: it did not answer");
  }

  @Test
  void whoLeadsAfterwardsIsSaid() {
    handsOver(GROUP);
    log.observe(false, null, N2, GROUP);
    handsOver(GROUP);
    log.observe(false, null, null, GROUP);
    assertThat(lines.lines("was being handed over"))
        .satisfiesExactly(
            line -> assertThat(line).endsWith("n2, which leads now"),
            line -> assertThat(line).endsWith("n2, this member's office is over"));
  }

  @Test
  void whyALeaderGoesByItselfIsSaid() {
    handsOver(GROUP.without(N1));
    log.observe(false, null, N2, GROUP);
    handsOver(GROUP.with(Member.voter(N1, new HostId("n1"), "n1:1").withPriority(0)));
    log.observe(false, null, N2, GROUP);
    handsOver(GROUP);
    assertThat(lines.lines("hands leadership over to n2, because"))
        .satisfiesExactly(
            line -> assertThat(line).contains("no longer a voter"),
            line -> assertThat(line).contains("priority 0"),
            line -> assertThat(line).contains("disk"));
  }

  /** It tries again and again within moments, and the same is said once; another outcome is news. */
  @Test
  void aMemberThatStopsSaysSoOnce() {
    for (int attempt = 1; attempt <= 3; attempt++) {
      log.asked(TransferLog.Cause.STOPS);
      log.ended(
          new TransferOutcome(attempt, End.NOT_NOW, null, "nobody answers", false),
          TransferLog.Cause.STOPS,
          GROUP);
    }
    log.asked(TransferLog.Cause.STOPS);
    handsOver(GROUP);
    log.observe(false, null, N2, GROUP);
    log.ended(
        new TransferOutcome(4, End.TRANSFERRED, N2, "", true), TransferLog.Cause.STOPS, GROUP);
    assertThat(said())
        .containsExactly(
            "hand leadership over, because this member stops: not now: nobody answers",
            "hands leadership over to n2, because this member stops; nothing is proposed meanwhile",
            "leadership was being handed over to n2, which leads now",
            "hand leadership over to n2, because this member stops: transferred");
  }

  /** It never began, so that the next one, which the leader begins by itself, is not the operator's. */
  @Test
  void whatIsRefusedIsTheEndOfTheRequest() {
    log.asked(TransferLog.Cause.OPERATOR);
    log.ended(
        new TransferOutcome(1, End.REFUSED, null, "nobody can", false),
        TransferLog.Cause.OPERATOR,
        GROUP);
    handsOver(GROUP.without(N1));
    assertThat(said())
        .containsExactly(
            "hand leadership over, asked for by an operator: refused: nobody can",
            "hands leadership over to n2, because this member is no longer a voter; nothing is "
                + "proposed meanwhile");
  }
}
