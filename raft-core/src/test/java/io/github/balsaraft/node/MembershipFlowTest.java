package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ChangeFailedException;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MembershipView.AdditionView;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.RecordingMachine;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes that wait for their hosts, at a leader that needs nobody else to commit. */
class MembershipFlowTest {

  private static final HostId N2 = new HostId("n2");
  private static final HostId N3 = new HostId("n3");

  private final VirtualTime time = new VirtualTime();
  private final SoleVoter leader = new SoleVoter(time);
  private final RecordedLines lines = new RecordedLines();
  private final Guests guests = new Guests(new NoRoutes());
  private final MembershipFlow flow = new MembershipFlow(
      new ApplyPipeline(
          GroupId.DEFAULT,
          new RecordingMachine(),
          new MemoryLogStore(),
          1000,
          1 << 20,
          SimulatedEnvironment.alone(time),
          (what, cause) -> {
            throw new AssertionError(what, cause);
          },
          () -> {}),
      guests,
      new ChangeLog(new RateLimitedLog("n1/g0", lines), this::logNanos));

  private boolean logFails;

  private long logNanos() {
    if (logFails) {
      throw new IllegalStateException("the log fails");
    }
    return time.nowNanos();
  }

  @BeforeEach
  void lead() {
    leader.lead();
  }

  private CompletableFuture<ChangeResult> add(HostId host) {
    CompletableFuture<ChangeResult> answer = new CompletableFuture<>();
    flow.change(
        leader.core,
        new ConfigurationChange.Add(host, AddOptions.learner()),
        answer,
        time.nowNanos());
    return answer;
  }

  private void asks(HostId host, int replica) {
    guests.heard(host, host.name(), new ReplicaId(replica), time.nowNanos());
  }

  private void step() {
    flow.step(leader.core, time.nowNanos());
    leader.settle(ready -> ready.changes().forEach(end -> flow.ended(end, leader.core.view())));
    time.runFor(VirtualTime.MILLIS);
  }

  @Test
  void eachBeginsWhenItsHostAsksAndTheOneBeforeHasEnded() {
    CompletableFuture<ChangeResult> second = add(N2);
    CompletableFuture<ChangeResult> third = add(N3);
    step();
    assertThat(flow.waitingAdditions(leader.core.view().configuration())).hasSize(2);
    asks(N3, 3);
    asks(N2, 2);
    step();
    step();
    assertThat(second.join().configuration().membersOn(N3)).isEmpty();
    assertThat(third.join().configuration().membersOn(N2)).hasSize(1);
    assertThat(flow.waitingAdditions(leader.core.view().configuration())).isEmpty();
  }

  /** An operator's script that goes on asking must not fill the heap of the leader. */
  @Test
  void onlySoManyChangesWait() {
    List<CompletableFuture<ChangeResult>> waiting = new ArrayList<>();
    for (int number = 0; number < MembershipFlow.MAX_CHANGES; number++) {
      waiting.add(add(new HostId("host" + number)));
    }
    CompletableFuture<ChangeResult> tooMany = add(N2);
    step();
    assertThat(tooMany).isCompletedExceptionally();
    assertThat(tooMany.handle((result, failure) -> failure).join())
        .isInstanceOf(OverloadedException.class);
    assertThat(waiting).noneMatch(CompletableFuture::isDone);
    asks(new HostId("host7"), 7);
    step();
    step();
    assertThat(waiting.get(7)).isCompleted();
    assertThat(add(N2)).as("there is room again").isNotDone();
  }

  /** Here: the promotion of the one whose place is to be taken. What has waited for its host can wait for that, too. */
  @Test
  void whatStandsInTheWayWhenTheHostAsksIsWaitedFor() {
    asks(N3, 3);
    CompletableFuture<ChangeResult> learner = add(N3);
    step();
    step();
    assertThat(learner).isCompleted();
    CompletableFuture<ChangeResult> replaced =
        change(new ConfigurationChange.Replace(N3, N2, AddOptions.DEFAULT_TIME_LIMIT));
    CompletableFuture<ChangeResult> promoted =
        change(new ConfigurationChange.Promote(N3, AddOptions.DEFAULT_TIME_LIMIT));
    step();
    asks(N2, 2);
    step();
    assertThat(promoted).isNotDone();
    assertThat(replaced).isNotDone();
    assertThat(flow.waitingAdditions(leader.core.view().configuration()))
        .extracting(AdditionView::host)
        .containsExactly(N2);
  }

  @Test
  void whoHasAskedAndCouldNotBeLetInIsNotSaidToBeSilent() {
    CompletableFuture<ChangeResult> silent = add(N2);
    time.runFor(AddOptions.DEFAULT_TIME_LIMIT.toNanos() - VirtualTime.SECONDS);
    CompletableFuture<ChangeResult> asking = add(N3);
    time.runFor(2 * VirtualTime.SECONDS);
    step();
    assertThat(silent.handle((result, failure) -> failure).join())
        .hasMessageContaining("n2 has not asked to be let in within");
    time.runFor(AddOptions.DEFAULT_TIME_LIMIT.toNanos());
    asks(N3, 3);
    step();
    assertThat(asking.handle((result, failure) -> failure).join())
        .hasMessageContaining("n3 has asked to be let in, and could not be within");
  }

  /** A replica that fails in the middle of a step stops; who isn't told then waits for ever. */
  @Test
  void ifOneFailsOnItsWayToTheCoreTheOthersAreToldToo() {
    CompletableFuture<ChangeResult> second = add(N2);
    CompletableFuture<ChangeResult> third = add(N3);
    asks(N2, 2);
    logFails = true;
    assertThatThrownBy(this::step).hasMessage("the log fails");
    flow.stop(new NodeFailedException("the log fails"));
    time.runFor(VirtualTime.MILLIS);
    assertThat(failure(third)).isInstanceOf(NodeFailedException.class);
    assertThat(failure(second))
        .as("it may have got to the core")
        .isInstanceOfSatisfying(
            ChangeFailedException.class,
            lost -> assertThat(lost.end()).isEqualTo(ChangeFailedException.End.LOST));
  }

  // ------------------------------------------------------------------ what the log says

  /** After "waits until n2 asks" the log has an end of it too, whatever that is. */
  @Test
  void whatHasWaitedAndIsRefusedIsInTheLog() {
    CompletableFuture<ChangeResult> second = add(N2);
    asks(N2, 1);
    step();
    assertThat(failure(second)).isInstanceOf(ChangeFailedException.class);
    assertThat(lines.lines("add n2 as learner"))
        .satisfiesExactly(
            line -> assertThat(line).contains("waits until n2 asks"),
            line -> assertThat(line).contains("refused: "));
  }

  @Test
  void whatWaitsWhenLeadershipIsLostIsInTheLog() {
    CompletableFuture<ChangeResult> second = add(N2);
    RaftCore follower = new SoleVoter(new VirtualTime()).core;
    flow.step(follower, time.nowNanos());
    time.runFor(VirtualTime.MILLIS);
    assertThat(failure(second)).isInstanceOf(NotLeaderException.class);
    assertThat(lines.lines("given up: this member doesn't lead any more")).hasSize(1);
  }

  @Test
  void whatIsRefusedIsInTheLogUnlessItPasses() {
    assertThat(failure(change(new ConfigurationChange.Remove(N3)))).isNotNull();
    assertThat(lines.lines("remove n3, asked for by an operator: refused: n3 isn't a member"))
        .hasSize(1);
  }

  // ------------------------------------------------------------------ looks

  @Test
  void whoComesInPlaceOfALearnerIsShownAsOne() {
    asks(N2, 2);
    CompletableFuture<ChangeResult> second = add(N2);
    step();
    assertThat(second).isCompleted();
    CompletableFuture<ChangeResult> replaced =
        change(new ConfigurationChange.Replace(N2, N3, Duration.ofMinutes(1)));
    assertThat(replaced).isNotDone();
    assertThat(flow.waitingAdditions(leader.core.view().configuration()))
        .singleElement()
        .satisfies(waiting -> assertThat(waiting.role()).isEqualTo(MemberRole.LEARNER));
  }

  private CompletableFuture<ChangeResult> change(ConfigurationChange change) {
    CompletableFuture<ChangeResult> answer = new CompletableFuture<>();
    flow.change(leader.core, change, answer, time.nowNanos());
    time.runFor(VirtualTime.MILLIS);
    return answer;
  }

  private static Throwable failure(CompletableFuture<?> answer) {
    assertThat(answer).isCompletedExceptionally();
    return answer.handle((result, failure) -> failure).join();
  }

  private static final class NoRoutes implements Guests.Routes {
    @Override
    public void open(HostId host, String address) {
      // Nothing is sent to it.
    }

    @Override
    public void close(HostId host) {
      // It was never open.
    }
  }
}
