package io.github.balsaraft.core;

import static io.github.balsaraft.core.ScopeBounds.FIGURE_8;
import static io.github.balsaraft.core.ScopeBounds.SMALL;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.ScopeBounds.Fault;
import io.github.balsaraft.core.ScopeSearch.Counterexample;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small-scope exhaustion: three real cores, two terms, three entries, and everything that can happen to them. The first
 * tests are small enough for every build; {@code -Draft.exhaustion=full} goes further and takes its time, less with
 * {@code -Draft.scope=pre-votes}, which takes those bounds only that have this in their text; {@code none} is for whoever runs the
 * other tests many times. How many states there are is part of the tests ({@link ScopeCounts}): a number that
 * changes without anybody having meant it shows a change of the protocol.
 */
@DisabledIfSystemProperty(named = "raft.exhaustion", matches = "none")
class SmallScopeTest {

  private static final String EACH_BUILD = "each build";
  private static final long MOST_STATES = 20_000_000;

  private static void exhaust(ScopeBounds bounds, String run) throws IOException {
    ScopeSearch search = new ScopeSearch(bounds);
    Counterexample found = search.run(MOST_STATES);
    System.out.println("small scope, " + search);
    assertThat(found).as(bounds.toString()).isNull();
    ScopeCounts.check(bounds, run, search);
  }

  @Test
  @DisplayName(
      "two terms and three entries: no order of messages, however many get lost, breaks a property")
  void everyOrderOfMessages() throws IOException {
    exhaust(SMALL, EACH_BUILD);
  }

  @Test
  @DisplayName("two terms above three logs of which no two agree (Raft paper, figure 8)")
  void divergentLogs() throws IOException {
    exhaust(FIGURE_8, EACH_BUILD);
  }

  @Test
  @DisplayName("one term with disks that take their time, and a crash")
  void slowDisksAndACrash() throws IOException {
    ScopeBounds bounds = SMALL.withTerms(1).withProposals(0).withSlowDisks().withRestarts(1);
    exhaust(bounds, EACH_BUILD);
  }

  @Test
  @DisplayName(
      "what would break Raft if it happened is found: forgotten votes, lost writes, false claims")
  void findsFaults() {
    Map<Fault, ScopeBounds> faults = new TreeMap<>(Map.of(
        Fault.VOTE_FORGOTTEN, SMALL.withRestarts(1),
        Fault.LAST_WRITE_LOST, SMALL.withRestarts(1),
        Fault.REFUSAL_BECOMES_VOTE, SMALL,
        Fault.ACKNOWLEDGES_TOO_MUCH, FIGURE_8,
        Fault.COMMIT_TOO_FAR, FIGURE_8));
    for (Fault fault : Fault.values()) {
      if (fault != Fault.NONE) {
        ScopeSearch search = new ScopeSearch(faults.get(fault).with(fault));
        assertThat(search.run(MOST_STATES)).as(fault.name()).isNotNull();
      }
    }
  }

  @Test
  @DisplayName("the way to a violation is cut down to what it takes")
  void shortCounterexample() {
    Counterexample found =
        new ScopeSearch(SMALL.withRestarts(1).with(Fault.VOTE_FORGOTTEN)).run(MOST_STATES);
    assertThat(found.violation()).contains("election safety");
    assertThat(found.inputs()).as(found.toString()).hasSizeLessThan(12);
  }

  /** Each freedom as far as it ends in minutes. */
  static List<ScopeBounds> further() {
    String asked = System.getProperty("raft.scope", "");
    return Stream.of(
            SMALL.withProposals(2),
            SMALL.withRestarts(1),
            SMALL.withProposals(0).withHeartbeats(1),
            SMALL.withTerms(1).withHeartbeats(1),
            SMALL.withTerms(1).withPreVotes(),
            SMALL.withTerms(1).withSlowDisks(),
            SMALL.withProposals(0).withSlowDisks())
        .filter(bounds -> bounds.toString().contains(asked))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("further")
  @DisplayName("each fault and freedom at length")
  @EnabledIfSystemProperty(named = "raft.exhaustion", matches = "full")
  void full(ScopeBounds bounds) throws IOException {
    exhaust(bounds, "full");
  }
}
