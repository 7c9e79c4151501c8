package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.VoteResponse;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Trap 29, the bug that was found in 2015 in changing one server at a time, in each of its shapes. Of n1 to n4, n1 appends one
 * change and is cut off; n2 is elected, makes another change from the same configuration, and commits it with a quorum of what
 * comes of it; n1 comes back, is elected by a quorum of its own change, and the two quorums don't meet: what n2 has committed is
 * lost. Each test goes as far along that schedule as the core lets it.
 */
class ConcurrentChangesTrapsTest {

  /** The first leader's change and the quorum that would elect it; the second's change and the quorum that would commit it. */
  private record Shape(
      String name,
      Configuration first,
      List<String> electingFirst,
      Configuration second,
      List<String> committingSecond) {

    @Override
    public String toString() {
      return name;
    }
  }

  private static Stream<Shape> shapes() {
    Configuration withN5 = voters("n1", "n2", "n3", "n4", "n5");
    Configuration withN6 = voters("n1", "n2", "n3", "n4", "n6");
    Configuration withoutN1 = voters("n2", "n3", "n4");
    Configuration withoutN2 = voters("n1", "n3", "n4");
    return Stream.of(
        new Shape(
            "two additions", withN5, List.of("n1", "n4", "n5"), withN6, List.of("n2", "n3", "n6")),
        new Shape(
            "an addition and a removal",
            withN5,
            List.of("n1", "n4", "n5"),
            withoutN1,
            List.of("n2", "n3")),
        new Shape("two removals", withoutN2, List.of("n1", "n3"), withoutN1, List.of("n2", "n4")));
  }

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3", "n4");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");

  {
    cluster.add("n5", CoreHarness.patience(5), Configuration.EMPTY);
    cluster.add("n6", CoreHarness.patience(6), Configuration.EMPTY);
  }

  /** These hear each other, and nobody else anybody. What is under way is lost. */
  private void onlyAmong(List<String> names) {
    cluster.network().take(message -> true);
    cluster.network().healAll();
    for (HarnessReplica from : cluster.replicas()) {
      for (HarnessReplica to : cluster.replicas()) {
        if (from != to && !(names.contains(from.name) && names.contains(to.name))) {
          cluster.network().cut(from.id, to.id);
        }
      }
    }
  }

  /** n1 has appended its change, and only who is new to the group has heard of it. n2 is elected, and nobody has its no-op. */
  private void twoLeaders(Shape shape) {
    cluster.elect("n1");
    cluster.run(200 * MILLIS);
    onlyAmong(List.of("n1", "n5"));
    assertThat(cluster.change(n1, shape.first())).isTrue();
    cluster.settle();
    onlyAmong(List.of("n2", "n3", "n4"));
    for (String voter : List.of("n3", "n4")) {
      cluster.pass(cluster.replica(voter), OPTIONS.electionTimeoutMinNanos());
    }
    cluster.timeout(n2);
    while (!n2.leads()) {
      cluster.network().take(ConcurrentChangesTrapsTest::isOfElection).forEach(cluster::deliver);
    }
    assertThat(n1.leads()).as("it doesn't know").isTrue();
  }

  private static boolean isOfElection(ProtocolMessage message) {
    return message instanceof RequestPreVote
        || message instanceof PreVoteResponse
        || message instanceof RequestVote
        || message instanceof VoteResponse;
  }

  private void assertSecondChangeIsRefused(Shape shape) {
    assertThat(cluster.change(n2, shape.second())).isFalse();
    assertThat(n2.lastOutcome().refusals())
        .extracting(ChangeRefusal::reason)
        .contains(ChangeRefusal.Reason.NOT_READY);
  }

  private void assertFirstIsNotElected(Shape shape) {
    onlyAmong(shape.electingFirst());
    cluster.run(10 * OPTIONS.electionTimeoutMaxNanos());
    assertThat(n1.leads()).isFalse();
  }

  /** Whatever was committed before is committed still: the invariants see to it. */
  private void assertEndsInOneConfiguration() {
    cluster.network().healAll();
    cluster.run(10 * OPTIONS.electionTimeoutMaxNanos());
    List<HarnessReplica> leaders =
        cluster.replicas().stream().filter(HarnessReplica::leads).toList();
    assertThat(leaders).hasSize(1);
    Configuration agreed = leaders.get(0).view().configuration();
    assertThat(agreed.isJoint()).isFalse();
    assertThat(agreed.incomingVoters())
        .allSatisfy(
            voter -> assertThat(cluster.replica(voter).view().configuration()).isEqualTo(agreed));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  @DisplayName(
      "trap 29: the second leader can't make its change before the old configuration has committed its no-op")
  void trap29_secondChangeWaits(Shape shape) {
    twoLeaders(shape);
    assertSecondChangeIsRefused(shape);
    // The quorum that would commit its change is none of the configuration in force.
    onlyAmong(shape.committingSecond());
    cluster.pass(n2, OPTIONS.electionTimeoutMaxNanos() / 2);
    cluster.settle();
    assertSecondChangeIsRefused(shape);
    assertFirstIsNotElected(shape);
    assertEndsInOneConfiguration();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  @DisplayName(
      "trap 29: once it can, neither a quorum of its change alone commits that, nor a quorum of the other elects the first leader")
  void trap29_quorumsMeet(Shape shape) {
    twoLeaders(shape);
    cluster.run(OPTIONS.heartbeatNanos());
    assertThat(n2.view().termAt(n2.view().commitIndex())).isEqualTo(2);
    onlyAmong(shape.committingSecond());
    assertThat(cluster.change(n2, shape.second())).isTrue();
    cluster.run(OPTIONS.electionTimeoutMinNanos());
    assertThat(n2.leads()).isTrue();
    assertThat(n2.view().commitIndex()).isLessThan(n2.view().configurationIndex());
    assertFirstIsNotElected(shape);
    assertEndsInOneConfiguration();
    assertThat(n1.view().termAt(2)).as("the first change is gone").isEqualTo(2);
  }
}
