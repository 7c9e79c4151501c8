package io.github.balsaraft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random clusters under random faults; see {@link CoreFuzz}. {@code -Draft.seed=…} replays one, {@code -Draft.seeds=…} runs
 * more, {@code -Draft.firstSeed=…} others, {@code -Draft.steps=…} longer ones.
 */
class CoreFuzzTest {

  private static final int STEPS = Integer.getInteger("raft.steps", 3000);

  /** The limit is there for runs that never end: how long it takes depends on how many are asked for, and on the machine. */
  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  @DisplayName("no fault breaks safety, and after all faults the cluster is one again")
  void trap38_randomFaultsWhileMembersChange() {
    Long only = Long.getLong("raft.seed");
    long first = only != null ? only : Long.getLong("raft.firstSeed", 1);
    long count = only != null ? 1 : Long.getLong("raft.seeds", 200);
    for (long seed = first; seed < first + count; seed++) {
      runOne(seed);
    }
  }

  @SuppressWarnings("CatchAndPrintStackTrace")
  private static void runOne(long seed) {
    CoreFuzz fuzz = new CoreFuzz(seed, STEPS);
    try {
      fuzz.run();
    } catch (RuntimeException | AssertionError e) {
      fail(
          fuzz + "\n" + fuzz.lastLines() + "\nFAILED " + e.getMessage()
              + "\nreplay: mvn -pl raft-core test -Dtest=CoreFuzzTest -Draft.seed=" + seed
              + (STEPS == 3000 ? "" : " -Draft.steps=" + STEPS),
          e);
    }
  }

  @Test
  @DisplayName("the same seed gives the same run, to the bit")
  void sameSeedSameRun() {
    for (long seed = 1; seed <= 5; seed++) {
      assertThat(transcript(seed)).isEqualTo(transcript(seed));
    }
  }

  private static List<String> transcript(long seed) {
    CoreFuzz fuzz = new CoreFuzz(seed, 500);
    List<String> lines = new ArrayList<>();
    fuzz.harness().trace(new HarnessTrace() {
      @Override
      public void sent(io.github.balsaraft.model.ProtocolMessage message, boolean passes) {
        lines.add(message.toString());
      }

      @Override
      public void writes(HarnessReplica replica, CoreWrite write) {
        lines.add(replica + " " + write);
      }

      @Override
      public void roleChanged(HarnessReplica replica, Ready.RoleChange change) {
        lines.add(replica + " " + change);
      }
    });
    fuzz.run();
    return lines;
  }
}
