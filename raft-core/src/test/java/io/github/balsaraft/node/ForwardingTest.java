package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.RaftMetrics;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedOutcomes.Kind;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SessionEntry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Both sides of forwarding: messages may be lost, repeated and late, and every proposal ends once and truthfully. */
class ForwardingTest {

  private static final ReplicaId FOLLOWER = new ReplicaId(1);
  private static final ReplicaId LEADER = new ReplicaId(2);
  private static final long TIMEOUT = 1000;
  private static final long RETRY = 10_000_000;
  private static final int MAX_PENDING = 100;
  private static final int MAX_COMMAND = 600;
  private static final int MAX_MESSAGE = 4 << 20;

  private final Forwarder forwarder = new Forwarder(FOLLOWER, 77, TIMEOUT, Runnable::run);
  private final List<ForwardedOutcomes> answers = new ArrayList<>();
  private final List<Proposal> taken = new ArrayList<>();

  /** Whether the way back to the follower takes anything. */
  private boolean wayBack = true;

  private long nowNanos;
  private long patience = TIMEOUT;
  private final Queue<Runnable> timer = new ArrayDeque<>();
  private final NodeMetrics metrics = new NodeMetrics(new Histogram());
  private OutcomeQueue outcomes = outcomes(1000);
  private ForwardingIntake intake = intake(4, MAX_PENDING);

  private OutcomeQueue outcomes(long maxBytes) {
    return new OutcomeQueue(
        LEADER,
        maxBytes,
        MAX_MESSAGE,
        patience,
        () -> nowNanos,
        (atNanos, task) -> timer.add(task),
        (to, message) -> wayBack && answers.add(message));
  }

  private ForwardingIntake intake(long termAtStart, long maxBytes) {
    return new ForwardingIntake(termAtStart, maxBytes, MAX_COMMAND, MAX_MESSAGE, outcomes, metrics);
  }

  private ForwardedProposals forward(long term, List<Proposal> proposals) {
    return forwarder.forward(proposals, LEADER, term, 0);
  }

  private void arrive(ForwardedProposals message, long currentTerm, boolean leads) {
    intake.onProposals(message, currentTerm, leads, taken::add);
  }

  private List<String> kinds() {
    List<String> kinds = new ArrayList<>();
    for (ForwardedOutcomes message : answers) {
      message.outcomes().forEach(outcome -> kinds.add(outcome.sequence() + ":" + outcome.kind()));
    }
    return kinds;
  }

  @Test
  void theThreeEndsComeBack() {
    List<Proposal> proposals = RecordedProposal.of("a", "b", "c", "d");
    arrive(forward(5, proposals), 5, true);
    taken.get(0).applied("result".getBytes(UTF_8));
    taken.get(1).unknown("lost");
    taken.get(2).notAppended(new OverloadedException("full", Duration.ofMillis(250)));
    taken.get(3).notAppended(new NotLeaderException(null, "no"));
    assertThat(answers).isEmpty();
    outcomes.flush();
    assertThat(answers).hasSize(1);
    forwarder.onOutcomes(answers.get(0), LeaderHint.NONE);
    assertThat(RecordedProposal.ends(proposals))
        .containsExactly(
            "applied:result",
            "unknown:lost",
            "not appended:OverloadedException after PT0.25S",
            "not appended:NotLeaderException");
    forwarder.onOutcomes(answers.get(0), LeaderHint.NONE);
    forwarder.loseAll("leader changed");
    forwarder.expire(10 * TIMEOUT);
    assertThat(RecordedProposal.ends(proposals)).noneMatch(ends -> ends.contains(" and "));
  }

  /** The step in which a new leader is first heard of also passes on what was proposed in it. */
  @Test
  void whatTheNewLeaderWasSentIsNotLostWithTheOldOne() {
    List<Proposal> before = RecordedProposal.of("a");
    List<Proposal> after = RecordedProposal.of("b");
    forwarder.forward(before, new ReplicaId(3), 4, 0);
    arrive(forward(5, after), 5, true);
    forwarder.leaderIs(LEADER, 5);
    assertThat(RecordedProposal.ends(before))
        .containsExactly("unknown:the leader changed before it answered");
    taken.get(0).applied("result".getBytes(UTF_8));
    outcomes.flush();
    forwarder.onOutcomes(answers.get(0), LeaderHint.NONE);
    assertThat(RecordedProposal.ends(after)).containsExactly("applied:result");
  }

  /** Whoever wanted them sent knows that they were not. */
  @Test
  void whatCanNotBePackedIsNotKept() {
    List<Proposal> proposals = List.of(
        new RecordedProposal("a"),
        RecordedProposal.unusable(EntryType.COMMAND),
        new RecordedProposal("c"));
    assertThatThrownBy(() -> forward(5, proposals)).isInstanceOf(NullPointerException.class);
    assertThat(forwarder.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
    forwarder.loseAll("stopped");
    assertThat(RecordedProposal.ends(proposals)).containsExactly("", "", "");
  }

  @Test
  void withoutALeaderAllIsLost() {
    List<Proposal> proposals = RecordedProposal.of("a");
    arrive(forward(5, proposals), 5, true);
    forwarder.leaderIs(null, 5);
    assertThat(RecordedProposal.ends(proposals))
        .containsExactly("unknown:the leader changed before it answered");
  }

  @Test
  void aDuplicateIsTakenOnce() {
    ForwardedProposals message = forward(5, RecordedProposal.of("a", "b"));
    arrive(message, 5, true);
    arrive(message, 5, true);
    assertThat(RecordedProposal.commands(taken)).isEqualTo("a b");
    assertThat(answers).isEmpty();
  }

  @Test
  void whatWasDamagedOnTheWayIsAsGoodAsLost() {
    ForwardedProposals message = forward(5, RecordedProposal.of("a", "b"));
    byte[] second = message.commands().get(1);
    second[second.length - 1] ^= 1;
    arrive(message, 5, true);
    assertThat(taken).isEmpty();
    assertThat(answers).isEmpty();
    second[second.length - 1] ^= 1;
    arrive(message, 5, true);
    assertThat(RecordedProposal.commands(taken)).isEqualTo("a b");
    assertThat(taken.get(1).crc32c).isEqualTo(Payloads.checksum("b".getBytes(UTF_8)));
  }

  @Test
  void aMessageThatWasOvertakenIsLeftUnansweredAndEndsUnknown() {
    List<Proposal> first = RecordedProposal.of("a");
    List<Proposal> second = RecordedProposal.of("b");
    ForwardedProposals early = forward(5, first);
    ForwardedProposals late = forward(5, second);
    arrive(late, 5, true);
    arrive(early, 5, true);
    assertThat(RecordedProposal.commands(taken)).isEqualTo("b");
    assertThat(answers).isEmpty();
    assertThat(forwarder.deadlineNanos()).isEqualTo(TIMEOUT);
    forwarder.expire(TIMEOUT - 1);
    assertThat(RecordedProposal.ends(first)).containsExactly("");
    forwarder.expire(TIMEOUT);
    assertThat(RecordedProposal.ends(first).get(0)).startsWith("unknown:");
    assertThat(forwarder.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aMessageOfAnotherTermIsNeverAppendedNorAnswered() {
    ForwardedProposals message = forward(5, RecordedProposal.of("a"));
    arrive(message, 6, true);
    arrive(message, 6, false);
    arrive(message, 4, true);
    assertThat(taken).isEmpty();
    assertThat(answers).isEmpty();
  }

  @Test
  void aRefusalIsFinal() {
    ForwardedProposals message = forward(5, RecordedProposal.of("a", "b"));
    arrive(message, 5, false);
    assertThat(kinds()).containsExactly("1:NOT_LEADER", "2:NOT_LEADER");
    // A copy arrives after all: it must not be appended now.
    arrive(message, 5, true);
    assertThat(taken).isEmpty();
  }

  /** An earlier life of this process may have appended a first copy in the same term: only silence is truthful. */
  @Test
  void afterARestartInTheSameTermNothingIsRefused() {
    intake = intake(5, MAX_PENDING);
    arrive(forward(5, RecordedProposal.of("a")), 5, false);
    assertThat(answers).isEmpty();
    arrive(forward(6, RecordedProposal.of("b")), 6, false);
    assertThat(kinds()).containsExactly("2:NOT_LEADER");
  }

  @Test
  void whoIsRefusedHearsWhoLeadsByNow() {
    List<Proposal> proposals = RecordedProposal.of("a");
    arrive(forward(6, proposals), 6, false);
    forwarder.onOutcomes(answers.get(0), new LeaderHint(new HostId("n3"), "10.0.0.3:7400"));
    assertThat(RecordedProposal.ends(proposals))
        .containsExactly("not appended:NotLeaderException at 10.0.0.3:7400");
  }

  @Test
  void answersToAnEarlierLifeOfTheFollowerAreDropped() {
    List<Proposal> proposals = RecordedProposal.of("a");
    forward(5, proposals);
    ForwardedOutcomes.Outcome outcome =
        new ForwardedOutcomes.Outcome(1, Kind.APPLIED, "old".getBytes(UTF_8));
    forwarder.onOutcomes(
        new ForwardedOutcomes(LEADER, FOLLOWER, 76, List.of(outcome)), LeaderHint.NONE);
    assertThat(RecordedProposal.ends(proposals)).containsExactly("");
  }

  @Test
  void whatTheLeaderHasTakenIsBounded() {
    String large = "x".repeat(40);
    arrive(forward(5, RecordedProposal.of(large, large)), 5, true);
    arrive(forward(5, RecordedProposal.of(large)), 5, true);
    assertThat(taken).hasSize(2);
    assertThat(kinds()).containsExactly("3:OVERLOADED");
    assertThat(answers.get(0).outcomes().get(0).retryAfterMillis()).isEqualTo(10);
    taken.forEach(proposal -> proposal.applied(new byte[0]));
    outcomes.flush();
    assertThat(intake.pendingBytes()).isZero();
    // Larger than the bound, but alone: else it could never be done.
    arrive(forward(5, RecordedProposal.of("y".repeat(500))), 5, true);
    assertThat(taken).hasSize(3);
  }

  /** What the leader remembers of each is little, but followers may be started again without end. */
  @Test
  void onlySoManyProcessesForwardInATerm() {
    for (long process = 1; process <= ForwardingIntake.MAX_ORIGINS; process++) {
      forwardAndApply(process, 5);
    }
    assertThat(kinds())
        .hasSize(ForwardingIntake.MAX_ORIGINS)
        .allMatch(kind -> kind.endsWith("APPLIED"));
    answers.clear();
    Forwarder oneMore = new Forwarder(FOLLOWER, 123_456, TIMEOUT, Runnable::run);
    arrive(oneMore.forward(RecordedProposal.of("a"), LEADER, 5, 0), 5, true);
    assertThat(kinds()).containsExactly("1:OVERLOADED");
    answers.clear();
    forwardAndApply(123_456, 6);
    assertThat(kinds()).as("in the next term").containsExactly("1:APPLIED");
  }

  private void forwardAndApply(long process, long term) {
    Forwarder follower = new Forwarder(FOLLOWER, process, TIMEOUT, Runnable::run);
    arrive(follower.forward(RecordedProposal.of("a"), LEADER, term, 0), term, true);
    taken.remove(0).applied(new byte[0]);
    outcomes.flush();
  }

  @Test
  void whatIsLargerThanTheLeaderTakesIsCertainlyNotAppended() {
    List<Proposal> proposals = RecordedProposal.of("a", "x".repeat(MAX_COMMAND + 1), "b");
    arrive(forward(5, proposals), 5, true);
    assertThat(taken)
        .extracting(proposal -> new String(proposal.command, UTF_8))
        .containsExactly("a", "b");
    assertThat(kinds()).containsExactly("2:TOO_LARGE");
    taken.forEach(proposal -> proposal.applied("done".getBytes(UTF_8)));
    outcomes.flush();
    answers.forEach(answer -> forwarder.onOutcomes(answer, LeaderHint.NONE));
    assertThat(RecordedProposal.ends(proposals))
        .containsExactly("applied:done", "not appended:CommandTooLargeException", "applied:done");
    assertThat(intake.pendingBytes()).isZero();
  }

  @Test
  void whatTheLeaderRefusesIsCountedThereOnce() {
    ForwardedProposals message =
        forward(5, RecordedProposal.of("x".repeat(MAX_COMMAND + 1), "x".repeat(90)));
    arrive(message, 5, true);
    arrive(message, 5, true);
    assertThat(refusals()).containsExactly(0L, 0L, 1L);
    arrive(forward(5, RecordedProposal.of("a".repeat(90), "b".repeat(90))), 5, true);
    assertThat(refusals()).containsExactly(0L, 2L, 1L);
    arrive(forward(6, RecordedProposal.of("c")), 6, false);
    assertThat(refusals()).containsExactly(1L, 2L, 1L);
    assertThat(kinds())
        .containsExactly("1:TOO_LARGE", "3:OVERLOADED", "4:OVERLOADED", "5:NOT_LEADER");
    // Who refuses what was accepted counts it.
    taken.get(0).notAppended(new OverloadedException("full", Duration.ZERO));
    assertThat(refusals()).containsExactly(1L, 2L, 1L);
  }

  private List<Long> refusals() {
    RaftMetrics look = metrics.look(0);
    return List.of(
        look.value(RaftMetric.PROPOSALS_REFUSED_NOT_LEADER),
        look.value(RaftMetric.PROPOSALS_REFUSED_OVERLOADED),
        look.value(RaftMetric.PROPOSALS_REFUSED_TOO_LARGE));
  }

  @Test
  void aLargeResultHasAMessageOfItsOwn() {
    List<Proposal> proposals = RecordedProposal.of("a", "b", "c");
    arrive(forward(5, proposals), 5, true);
    taken.get(0).applied("small".getBytes(UTF_8));
    taken.get(1).applied(new byte[2 << 20]);
    taken.get(2).applied("too".getBytes(UTF_8));
    outcomes.flush();
    assertThat(answers).hasSize(3);
    assertThat(kinds()).containsExactly("1:APPLIED", "2:APPLIED", "3:APPLIED");
  }

  /** A transport drops such a message, and those who wait for the others in it would wait in vain. */
  @Test
  void aResultThatFitsIntoNoMessageIsSaidToBe() {
    List<Proposal> proposals = RecordedProposal.of("a", "b");
    arrive(forward(5, proposals), 5, true);
    taken.get(0).applied(new byte[MAX_MESSAGE]);
    taken.get(1).applied("small".getBytes(UTF_8));
    outcomes.flush();
    answers.forEach(answer -> forwarder.onOutcomes(answer, LeaderHint.NONE));
    List<String> ends = RecordedProposal.ends(proposals);
    assertThat(ends.get(0)).startsWith("answer too large:its result of " + MAX_MESSAGE);
    assertThat(ends.get(1)).isEqualTo("applied:small");
  }

  /** What a command has taken away on its way out of the state machine is nowhere else. */
  @Test
  void aResultWaitsForAWayThatIsFullAndTakesItsPartOfTheBudgetMeanwhile() {
    patience = RETRY + 1;
    outcomes = outcomes(200);
    intake = intake(4, 200);
    List<Proposal> proposals = RecordedProposal.of("a", "b");
    arrive(forward(5, proposals), 5, true);
    wayBack = false;
    taken.get(0).applied("x".repeat(60).getBytes(UTF_8));
    outcomes.flush();
    taken.get(1).unknown("lost");
    outcomes.flush();
    assertThat(answers).isEmpty();
    assertThat(intake.pendingBytes()).isGreaterThan(60);
    List<Proposal> beyond = RecordedProposal.of("c".repeat(80));
    arrive(forward(5, beyond), 5, true);
    assertThat(taken).as("there is no room for more").hasSize(2);
    nowNanos = RETRY;
    wayBack = true;
    timer.remove().run();
    answers.forEach(answer -> forwarder.onOutcomes(answer, LeaderHint.NONE));
    assertThat(RecordedProposal.ends(proposals))
        .containsExactly("applied:" + "x".repeat(60), "unknown:lost");
    assertThat(intake.pendingBytes()).isZero();
    assertThat(timer).isEmpty();
  }

  @Test
  void whoIsOutOfPatienceIsSentNothingAnyMore() {
    patience = RETRY;
    outcomes = outcomes(200);
    intake = intake(4, 200);
    arrive(forward(5, RecordedProposal.of("a")), 5, true);
    wayBack = false;
    taken.get(0).applied("late".getBytes(UTF_8));
    outcomes.flush();
    nowNanos = RETRY;
    wayBack = true;
    timer.remove().run();
    assertThat(answers).isEmpty();
    assertThat(intake.pendingBytes()).isZero();
    assertThat(timer).isEmpty();
  }

  /** Results are as large as they are, whatever their commands were like, and have been made when there turns out to be no room. */
  @Test
  void resultsThatWaitAreBounded() {
    patience = Long.MAX_VALUE;
    outcomes = outcomes(10_000);
    intake = intake(4, 10_000);
    List<Proposal> proposals = RecordedProposal.of("a", "b");
    List<Proposal> ofSession = List.of(RecordedProposal.ofSession(SessionEntry.open(1000)));
    arrive(forward(5, proposals), 5, true);
    arrive(forward(5, ofSession), 5, true);
    wayBack = false;
    taken.get(0).applied(new byte[9000]);
    // It would fit; but then there would be no room to say so of the next.
    taken.get(1).applied(new byte[900]);
    taken.get(2).applied(new byte[2000]);
    outcomes.flush();
    wayBack = true;
    nowNanos += RETRY;
    timer.remove().run();
    answers.forEach(answer -> forwarder.onOutcomes(answer, LeaderHint.NONE));
    assertThat(RecordedProposal.ends(proposals).get(0)).startsWith("applied:");
    assertThat(RecordedProposal.ends(proposals).get(1))
        .startsWith("answer too large:its result of 900 bytes found no room");
    assertThat(RecordedProposal.ends(ofSession).get(0))
        .as("it asks again, and is told what the group keeps")
        .startsWith("unknown:its result of 2000 bytes found no room");
    assertThat(intake.pendingBytes()).isZero();
  }

  /** One that is gone must not keep the others from what they have coming. */
  @Test
  void whatWaitsForOneMemberHoldsUpNoOther() {
    patience = Long.MAX_VALUE;
    outcomes = new OutcomeQueue(
        LEADER,
        500,
        MAX_MESSAGE,
        patience,
        () -> nowNanos,
        (atNanos, task) -> timer.add(task),
        (to, message) -> !to.equals(FOLLOWER) && answers.add(message));
    intake = intake(4, 500);
    arrive(forward(5, RecordedProposal.of("a")), 5, true);
    taken.get(0).applied(new byte[450]);
    outcomes.flush();
    Forwarder other = new Forwarder(new ReplicaId(3), 78, TIMEOUT, Runnable::run);
    List<Proposal> ofOther = RecordedProposal.of("b".repeat(300), "c".repeat(100));
    arrive(other.forward(ofOther, LEADER, 5, 0), 5, true);
    assertThat(taken).as("nor does it leave no room for commands").hasSize(3);
    taken.get(1).applied("x".repeat(300).getBytes(UTF_8));
    taken.get(2).applied("y".repeat(100).getBytes(UTF_8));
    outcomes.flush();
    answers.forEach(answer -> other.onOutcomes(answer, LeaderHint.NONE));
    assertThat(RecordedProposal.ends(ofOther))
        .containsExactly("applied:" + "x".repeat(300), "applied:" + "y".repeat(100));
  }

  /** Whoever has forwarded before it was started again doesn't know what it had asked, and others may have the same number. */
  @Test
  void processesOfOneMemberShareNoMessage() {
    arrive(forward(5, RecordedProposal.of("a")), 5, true);
    Forwarder later = new Forwarder(FOLLOWER, 78, TIMEOUT, Runnable::run);
    List<Proposal> ofLater = RecordedProposal.of("b");
    arrive(later.forward(ofLater, LEADER, 5, 0), 5, true);
    taken.get(0).applied("for nobody".getBytes(UTF_8));
    taken.get(1).applied("result".getBytes(UTF_8));
    outcomes.flush();
    assertThat(answers).extracting(ForwardedOutcomes::origin).containsExactly(77L, 78L);
    answers.forEach(answer -> later.onOutcomes(answer, LeaderHint.NONE));
    assertThat(RecordedProposal.ends(ofLater)).containsExactly("applied:result");
  }

  @Test
  void onceClosedItKeepsNothing() {
    arrive(forward(5, RecordedProposal.of("a", "b", "c")), 5, true);
    wayBack = false;
    taken.get(0).applied(new byte[0]);
    outcomes.flush();
    outcomes.close();
    taken.get(1).unknown("stopped");
    assertThat(intake.pendingBytes()).as("of the last one").isEqualTo(1 + 8);
    wayBack = true;
    taken.get(2).unknown("stopped");
    assertThat(kinds()).containsExactly("3:UNKNOWN");
    timer.remove().run();
    assertThat(timer).isEmpty();
    assertThat(intake.pendingBytes()).isZero();
  }

  /** A text that fits into no message would never leave. */
  @Test
  void reasonsAreCutToWhatFitsIntoAMessage() {
    intake = new ForwardingIntake(4, MAX_PENDING, MAX_COMMAND, 1100, outcomes, metrics);
    List<Proposal> proposals = RecordedProposal.of("a");
    arrive(forward(5, proposals), 5, true);
    taken.get(0).unknown("x".repeat(2000));
    outcomes.flush();
    answers.forEach(answer -> forwarder.onOutcomes(answer, LeaderHint.NONE));
    assertThat(RecordedProposal.ends(proposals)).containsExactly("unknown:" + "x".repeat(76));
  }
}
