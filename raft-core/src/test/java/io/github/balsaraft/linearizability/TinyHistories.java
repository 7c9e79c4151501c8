package io.github.balsaraft.linearizability;

import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random histories of a handful of operations on one key with few values, most of them wrong in an interesting way. */
final class TinyHistories {

  private static final String KEY = "x";

  private TinyHistories() {}

  /** Answers as they would be plausible, at random times. */
  static List<Operation<KvInput, KvOutput>> guessed(Random random) {
    List<Operation<KvInput, KvOutput>> history = new ArrayList<>();
    int size = 2 + random.nextInt(6);
    int flavour = random.nextInt(3);
    for (int i = 0; i < size; i++) {
      KvInput input = input(random, flavour);
      long invoked = random.nextInt(30);
      history.add(
          random.nextInt(4) == 0
              ? Operation.unknown(i, input, invoked)
              : Operation.completed(
                  i, input, output(random, input), invoked, invoked + 1 + random.nextInt(12)));
    }
    return history;
  }

  /** A history that was linearizable before one answer in it was exchanged. */
  static List<Operation<KvInput, KvOutput>> mutated(Random random, long seed) {
    SimulatedClients.Workload workload =
        List.of(SimulatedClients.Workload.values()).get(random.nextInt(4));
    List<Operation<KvInput, KvOutput>> history =
        new ArrayList<>(new SimulatedClients(seed, 3, 1, 7, 250, workload).run());
    return exchangeAnswer(history, random);
  }

  /** Gives one operation the answer that another of its kind got. */
  static List<Operation<KvInput, KvOutput>> exchangeAnswer(
      List<Operation<KvInput, KvOutput>> history, Random random) {
    List<Operation<KvInput, KvOutput>> changed = new ArrayList<>(history);
    Operation<KvInput, KvOutput> victim = history.get(random.nextInt(history.size()));
    List<KvOutput> others = history.stream()
        .filter(other -> !other.isUnknown()
            && other.input().getClass() == victim.input().getClass()
            && other.input().key().equals(victim.input().key()))
        .map(Operation::output)
        .toList();
    if (!victim.isUnknown() && !others.isEmpty()) {
      KvOutput output = others.get(random.nextInt(others.size()));
      changed.set(
          changed.indexOf(victim),
          Operation.completed(
              victim.process(), victim.input(), output, victim.invoked(), victim.returned()));
    }
    return changed;
  }

  private static KvInput input(Random random, int flavour) {
    String value = flavour == 2
        ? String.valueOf(1 + random.nextInt(2))
        : List.of("a", "b", "ab").get(random.nextInt(3));
    return switch (random.nextInt(flavour == 0 ? 5 : 7)) {
      case 0, 1 -> new KvInput.Get(KEY);
      case 2 -> new KvInput.Set(KEY, value);
      case 3 -> new KvInput.CompareAndSet(KEY, random.nextInt(3) == 0 ? null : "a", value);
      case 4 -> new KvInput.Delete(KEY);
      default ->
        flavour == 1
            ? new KvInput.Append(KEY, value)
            : new KvInput.Increment(KEY, 1 + random.nextInt(2));
    };
  }

  private static KvOutput output(Random random, KvInput input) {
    if (input instanceof KvInput.Get) {
      return random.nextInt(3) == 0
          ? KvOutput.nil()
          : KvOutput.value(List.of("a", "b", "ab", "1", "2", "3").get(random.nextInt(6)));
    } else if (input instanceof KvInput.Set) {
      return KvOutput.ok();
    } else if (input instanceof KvInput.CompareAndSet) {
      return random.nextBoolean() ? KvOutput.ok() : KvOutput.nil();
    } else if (input instanceof KvInput.Delete) {
      return KvOutput.number(random.nextInt(2));
    }
    return random.nextInt(6) == 0 ? KvOutput.error() : KvOutput.number(1 + random.nextInt(4));
  }
}
