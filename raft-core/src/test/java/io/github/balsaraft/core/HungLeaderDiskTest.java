package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.TransferRevocation;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A leader whose own disk hangs hands over by itself, if somebody else can lead: a choice of ours, in neither the paper nor the thesis. */
class HungLeaderDiskTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");
  private final TransferRecorder recorder = new TransferRecorder();
  private final List<Ready.TransferOutcome> outcomes = recorder.outcomes;
  private final List<ProtocolMessage> sent = recorder.sent;

  @BeforeEach
  void elect() {
    cluster.elect("n1");
    cluster.trace(recorder);
  }

  @Test
  @DisplayName(
      "choice: a leader whose disk hangs for an election timeout while the others commit hands over to one of them")
  void ownDiskHangs() {
    n1.autoDisk = false;
    cluster.propose(n1, "x");
    cluster.run(OPTIONS.electionTimeoutMaxNanos() - OPTIONS.heartbeatNanos());
    assertThat(n1.leads()).as("it may only be slow").isTrue();
    assertThat(n1.view().transferTarget()).isNull();
    cluster.run(3 * OPTIONS.heartbeatNanos());
    assertThat(n1.leads()).isFalse();
    assertThat(List.of(n2, n3)).anyMatch(HarnessReplica::leads);
    assertThat(outcomes).as("nobody has asked").isEmpty();
  }

  @Test
  @DisplayName(
      "choice: a leader whose disk hangs takes proposals half of the time while nobody suitable catches up")
  void ownDiskHangsAndNobodyCatchesUp() {
    CoreHarness five = CoreHarness.ofVoters(OPTIONS, "n1", "n2", "n3", "n4", "n5");
    HarnessReplica leader = five.elect("n1");
    Configuration onlyN5 = leader.view().configuration();
    for (String follower : List.of("n2", "n3", "n4")) {
      onlyN5 = onlyN5.with(onlyN5.member(CoreHarness.id(follower)).withPriority(0));
    }
    five.change(leader, onlyN5);
    five.settle();
    five.replica("n5").autoDisk = false;
    leader.autoDisk = false;
    five.propose(leader, "x");
    int refused = 0;
    int samples = 0;
    for (long passed = 0; passed < 20 * OPTIONS.electionTimeoutMaxNanos(); passed += 100 * MILLIS) {
      five.run(100 * MILLIS);
      samples++;
      refused += leader.view().transferTarget() == null ? 0 : 1;
    }
    assertThat(leader.leads()).isTrue();
    assertThat(refused).isBetween(samples / 3, samples * 6 / 10);
  }

  @Test
  @DisplayName("choice: a leader whose disk hangs leads on if the others can't commit without it")
  void ownDiskHangsAndIsNeeded() {
    cluster.crash(n3, 0);
    n1.autoDisk = false;
    cluster.propose(n1, "x");
    cluster.run(3 * OPTIONS.electionTimeoutMaxNanos());
    assertThat(n1.leads()).isTrue();
    assertThat(sent).noneMatch(TransferRevocation.class::isInstance);
  }
}
