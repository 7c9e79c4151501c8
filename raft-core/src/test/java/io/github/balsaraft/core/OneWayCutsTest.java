package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Links that are cut in one direction (trap 11): whichever, a majority whose members hear each other commits something again and
 * again.
 *
 * <p>For three replicas each build tries all patterns, for five a sample, in which no two are the same but for the names of
 * the replicas. {@code -Draft.cuts=2000} takes a larger one and {@code -Draft.cuts=all} all that differ, of
 * which {@code -Draft.cutsStep=1000} leaves a thousandth; {@code -Draft.firstSeed=…} draws others. With {@code -Draft.exhaustion=none} a tenth is enough.
 */
class OneWayCutsTest {

  private static final boolean FEW = "none".equals(System.getProperty("raft.exhaustion"));

  /** Coarse enough for many patterns, and well below the interval of heartbeats. */
  private static final long STEP_NANOS = 50 * MILLIS;

  private static final int SETTLING_MILLIS = 4000;
  private static final int PATIENCE_MILLIS = 10_000;

  private static final OneWayCuts THREE = new OneWayCuts(3);
  private static final OneWayCuts FIVE = new OneWayCuts(5);

  @Test
  @DisplayName(
      "trap 11: whatever links of three are cut in one direction, a majority that hears each other has a leader")
  void trap11_oneWayCuts() {
    int tried = 0;
    for (int pattern = 0; pattern < 1 << THREE.links(); pattern += FEW ? 9 : 1) {
      if (THREE.leavesMajority(pattern)) {
        requireCommits(THREE, pattern, pattern);
        tried++;
      }
    }
    assertThat(tried).isGreaterThan(FEW ? 2 : 30);
  }

  @Test
  @DisplayName("trap 11: the same of five, for a sample of what can be cut")
  void trap11_oneWayCutsOfFive() {
    String cuts = System.getProperty("raft.cuts", FEW ? "3" : "30");
    long seed = Long.getLong("raft.firstSeed", 1);
    int step = Integer.getInteger("raft.cutsStep", 1);
    IntStream patterns = cuts.equals("all")
        ? IntStream.iterate(0, pattern -> pattern < 1 << FIVE.links(), pattern -> pattern + step)
            .filter(pattern -> FIVE.leavesMajority(pattern) && FIVE.nameless(pattern) == pattern)
        : sample(seed, Integer.parseInt(cuts));
    patterns.forEach(pattern -> requireCommits(FIVE, pattern, seed));
  }

  private static IntStream sample(long seed, int size) {
    SplittableRandom random = new SplittableRandom(seed);
    TreeSet<Integer> drawn = new TreeSet<>();
    return IntStream.generate(() -> draw(random))
        .filter(pattern -> FIVE.leavesMajority(pattern) && drawn.add(FIVE.nameless(pattern)))
        .limit(size);
  }

  private static int draw(SplittableRandom random) {
    int percent = 10 + random.nextInt(80);
    int pattern = 0;
    for (int link = 0; link < FIVE.links(); link++) {
      pattern |= random.nextInt(100) < percent ? 1 << link : 0;
    }
    return pattern;
  }

  private static void requireCommits(OneWayCuts cuts, int pattern, long seed) {
    int replicas = cuts.replicas();
    CoreHarness cluster = new CoreHarness(OPTIONS);
    String[] names =
        IntStream.rangeClosed(1, replicas).mapToObj(i -> "n" + i).toArray(String[]::new);
    for (int i = 0; i < replicas; i++) {
      cluster.add(names[i], new SplittableRandom(seed * 31 + i)::nextLong, voters(names));
    }
    cluster.elect("n1");
    cluster.propose(cluster.replica("n1"), "before");
    cluster.settle();
    for (int from = 0; from < replicas; from++) {
      for (int to = 0; to < replicas; to++) {
        if (from != to && cuts.isCut(pattern, from, to)) {
          cluster.network().cut(cluster.replica(names[from]).id, cluster.replica(names[to]).id);
        }
      }
    }
    pass(cluster, SETTLING_MILLIS);
    long before = cluster.invariants().committedIndex();
    for (int waited = 0; cluster.invariants().committedIndex() == before; waited += 1000) {
      assertThat(waited)
          .as("ms without a commit, links cut among " + replicas + ": "
              + Integer.toBinaryString(pattern) + ", seed " + seed)
          .isLessThan(PATIENCE_MILLIS);
      cluster.replicas().stream()
          .filter(HarnessReplica::leads)
          .forEach(leader -> cluster.propose(leader, "after"));
      pass(cluster, 1000);
    }
  }

  private static void pass(CoreHarness cluster, long millis) {
    for (long passed = 0; passed < millis * MILLIS; passed += STEP_NANOS) {
      cluster.replicas().forEach(replica -> cluster.pass(replica, STEP_NANOS));
      cluster.settle();
    }
  }
}
