package io.github.balsaraft.core;

import static io.github.balsaraft.core.ScopeBounds.FIGURE_8;
import static io.github.balsaraft.core.ScopeBounds.SMALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.balsaraft.core.ScopeBounds.Fault;
import io.github.balsaraft.core.ScopeSearch.Counterexample;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small-scope exhaustion: three real cores, two terms, three entries, and everything that can happen to them. The first
 * tests are small enough for every build; {@code -Draft.exhaustion=full} goes further and takes its time, {@code none} is for
 * whoever runs the other tests many times. How many states there are is part of the tests: a number that changes without
 * anybody having meant it shows a change of the protocol.
 */
@DisabledIfSystemProperty(named = "raft.exhaustion", matches = "none")
class SmallScopeTest {

  private static final long MOST_STATES = 20_000_000;

  private static ScopeSearch exhaust(ScopeBounds bounds) {
    ScopeSearch search = new ScopeSearch(bounds);
    Counterexample found = search.run(MOST_STATES);
    System.out.println("small scope, " + search);
    assertThat(found).as(bounds.toString()).isNull();
    return search;
  }

  @Test
  @DisplayName(
      "two terms and three entries: no order of messages, however many get lost, breaks a property")
  void everyOrderOfMessages() {
    assertThat(exhaust(SMALL).states()).isEqualTo(117_235);
  }

  @Test
  @DisplayName("two terms above three logs of which no two agree (Raft paper, figure 8)")
  void divergentLogs() {
    assertThat(exhaust(FIGURE_8).states()).isEqualTo(30_473);
  }

  @Test
  @DisplayName("one term with disks that take their time, and a crash")
  void slowDisksAndACrash() {
    ScopeBounds bounds = SMALL.withTerms(1).withProposals(0).withSlowDisks().withRestarts(1);
    assertThat(exhaust(bounds).states()).isEqualTo(2595);
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

  /** Each freedom as far as it ends in minutes, with the number of states. */
  static List<Arguments> further() {
    return List.of(
        arguments(SMALL.withProposals(2), 1_508_520),
        arguments(SMALL.withRestarts(1), 1_447_342),
        arguments(SMALL.withProposals(0).withHeartbeats(1), 160_844),
        arguments(SMALL.withTerms(1).withHeartbeats(1), 91_620),
        arguments(SMALL.withTerms(1).withPreVotes(), 23_337),
        arguments(SMALL.withTerms(1).withSlowDisks(), 59_718),
        arguments(SMALL.withProposals(0).withSlowDisks(), 541_647));
  }

  @ParameterizedTest
  @MethodSource("further")
  @DisplayName("each fault and freedom at length")
  @EnabledIfSystemProperty(named = "raft.exhaustion", matches = "full")
  void full(ScopeBounds bounds, int states) {
    assertThat(exhaust(bounds).states()).isEqualTo(states);
  }
}
