package io.github.balsaraft.linearizability;

import io.github.balsaraft.testing.LinearizabilityChecker;
import io.github.balsaraft.testing.LinearizabilityChecker.Limits;
import io.github.balsaraft.testing.LinearizabilityResult;
import io.github.balsaraft.testing.Operation;
import io.github.balsaraft.testing.SequentialModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Many clients that add to one counter, some of whose outcomes are unknown, under a model that says no more than it must: each
 * set of them that took effect is another state, and the last answer fits none.
 */
final class CrowdedCounter {

  private static final int ROUNDS = 200;

  private CrowdedCounter() {}

  /** Prints what is found with so many megabytes. */
  public static void main(String[] arguments) {
    long maxBytes = Long.parseLong(arguments[0]) << 20;
    System.out.println(check(8, new Limits(Long.MAX_VALUE, maxBytes)).describe());
  }

  static LinearizabilityResult<Long, Long> check(int clients, Limits limits) {
    return new LinearizabilityChecker<>(new Sum(), limits).check(history(clients));
  }

  private static List<Operation<Long, Long>> history(int clients) {
    Random random = new Random(1);
    List<Operation<Long, Long>> history = new ArrayList<>();
    long sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long start = round * 1000L;
      for (int client = 0; client < clients; client++) {
        long by = 1L << random.nextInt(40);
        if (client % 4 == 0) {
          history.add(Operation.unknown(round * clients + client, by, start + client));
        } else {
          sum += by;
          history.add(Operation.completed(client, by, sum, start + client, start + 999));
        }
      }
    }
    history.add(Operation.completed(clients, 0L, -1L, ROUNDS * 1000L, ROUNDS * 1000L + 1));
    return history;
  }

  private static final class Sum implements SequentialModel<Long, Long, Long> {
    @Override
    public Long initial() {
      return 0L;
    }

    @Override
    public @Nullable Long step(Long state, Long by, @Nullable Long output) {
      Long next = state + by;
      return output == null || output.equals(next) ? next : null;
    }
  }
}
