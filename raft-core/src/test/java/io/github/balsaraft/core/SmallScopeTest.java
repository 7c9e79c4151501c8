package io.github.balsaraft.core;

import static io.github.balsaraft.core.ScopeBounds.FIGURE_8;
import static io.github.balsaraft.core.ScopeBounds.SMALL;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.ScopeBounds.Fault;
import io.github.balsaraft.core.ScopeSearch.Counterexample;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Small-scope exhaustion: three real cores, two terms, three entries, and everything that can happen to them. The first
 * tests are small enough for every build; {@code -Draft.exhaustion=full} goes further and takes minutes,
 * {@code none} is for whoever runs the other tests many times.
 */
@DisabledIfSystemProperty(named = "raft.exhaustion", matches = "none")
class SmallScopeTest {

  private static final long MOST_STATES = 20_000_000;

  private static void exhaust(ScopeBounds bounds) {
    ScopeSearch search = new ScopeSearch(bounds);
    Counterexample found = search.run(MOST_STATES);
    System.out.println("small scope, " + search);
    assertThat(found).as(bounds.toString()).isNull();
    assertThat(search.states()).isGreaterThan(100);
  }

  @Test
  @DisplayName(
      "two terms and three entries: no order of messages, however many get lost, breaks a property")
  void everyOrderOfMessages() {
    exhaust(SMALL);
  }

  @Test
  @DisplayName("two terms above three logs of which no two agree (Raft paper, figure 8)")
  void divergentLogs() {
    exhaust(FIGURE_8);
  }

  @Test
  @DisplayName("one term with disks that take their time, and a crash")
  void slowDisksAndACrash() {
    exhaust(SMALL.withTerms(1).withProposals(0).withSlowDisks().withRestarts(1));
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

  @Test
  @DisplayName("each fault and freedom at length")
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  @EnabledIfSystemProperty(named = "raft.exhaustion", matches = "full")
  void full() {
    exhaust(SMALL.withProposals(2));
    exhaust(SMALL.withRestarts(1));
    exhaust(SMALL.withSlowDisks());
    exhaust(SMALL.withHeartbeats(1));
    exhaust(SMALL.withPreVotes());
  }
}
