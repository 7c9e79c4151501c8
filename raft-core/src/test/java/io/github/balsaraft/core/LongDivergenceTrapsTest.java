package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.ProtocolMessage;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Trap 18, at length: two logs that part near their beginning, and of which no two terms are the same from there on. */
class LongDivergenceTrapsTest {

  private static final int TERMS = 10_000;
  private static final int ENTRIES_OF_A_TERM = 3;

  /** One entry of term 1, and then every other term from here on. */
  private static long[] log(long firstTerm) {
    long[] terms = new long[1 + TERMS * ENTRIES_OF_A_TERM];
    Arrays.setAll(terms, i -> i == 0 ? 1 : firstTerm + 2L * ((i - 1) / ENTRIES_OF_A_TERM));
    return terms;
  }

  @Test
  @DisplayName(
      "trap 18: logs of thousands of alternating terms agree after one question for each term, and not for each entry")
  void trap18_alternatingTerms() {
    CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
    HarnessReplica leader = cluster.replica("n1");
    HarnessReplica divergent = cluster.replica("n2");
    long[] odd = log(3);
    long[] even = log(2);
    long lastTerm = odd[odd.length - 1];
    cluster.preset(leader, lastTerm, odd);
    cluster.preset(cluster.replica("n3"), lastTerm, odd);
    cluster.preset(divergent, lastTerm, even);
    int[] refusals = new int[1];
    cluster.trace(new HarnessTrace() {
      @Override
      public void sent(ProtocolMessage message, boolean passes) {
        if (message instanceof AppendEntriesResponse answer && answer.isRejection()) {
          refusals[0]++;
        }
      }
    });
    cluster.elect("n1");
    cluster.run(OPTIONS.electionTimeoutMinNanos());
    assertThat(divergent.view().lastEntry()).isEqualTo(leader.view().lastEntry());
    assertThat(divergent.view().termAt(2)).isEqualTo(3);
    assertThat(refusals[0]).isBetween(TERMS / 2, TERMS + 1);
  }
}
