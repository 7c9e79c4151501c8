package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.examples.kv.state.Operation.Condition;
import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvModel;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.SequentialModel;
import io.github.balsaraft.testing.simulation.RaftSimulation;
import io.github.balsaraft.testing.simulation.SimulationRuns;
import io.github.balsaraft.testing.simulation.load.Workload;
import io.github.balsaraft.testing.simulation.world.Chance;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;

/** The state machine of the servers in simulated clusters, each run under other faults. */
class KvSimulationTest {

  @RaftSimulation(seeds = 30)
  @DisplayName(
      "whatever happens to the cluster, clients see one store that does one thing at a time")
  void isLinearizable(SimulationRuns runs) {
    runs.check(Store::new);
  }

  /** What clients ask of the store. */
  private static final class Store implements Workload<KvInput, KvOutput> {
    private long lastValue;

    @Override
    public StateMachine newStateMachine() {
      return new KvStateMachine();
    }

    @Override
    public KvInput next(Chance chance) {
      String text = "t" + chance.below(3);
      String value = "v" + ++lastValue;
      return switch (chance.below(6)) {
        case 0, 1 -> new KvInput.Get(text);
        case 2 -> new KvInput.Set(text, value);
        case 3 ->
          new KvInput.CompareAndSet(
              text, chance.happens(0.3) ? null : "v" + (lastValue - chance.below(5)), value);
        case 4 -> new KvInput.Delete(text);
        default -> new KvInput.Increment("n" + chance.below(2), chance.between(-5, 5));
      };
    }

    @Override
    public List<KvInput> finalQueries() {
      return Stream.of("t0", "t1", "t2", "n0", "n1")
          .<KvInput>map(KvInput.Get::new)
          .toList();
    }

    @Override
    public boolean isQuery(KvInput asked) {
      return asked instanceof KvInput.Get;
    }

    @Override
    public byte[] encode(KvInput asked) {
      return new Batch(List.of(operation(asked)), 1 << 20).encode(64);
    }

    private static Operation operation(KvInput asked) {
      Bytes key = Bytes.of(asked.key());
      if (asked instanceof KvInput.Get) {
        return new Operation.Get(key);
      }
      if (asked instanceof KvInput.Set set) {
        return new Operation.Set(key, Bytes.of(set.value()), Condition.ALWAYS, Bytes.EMPTY, false);
      }
      if (asked instanceof KvInput.CompareAndSet cas) {
        boolean ifAbsent = cas.expected() == null;
        return new Operation.Set(
            key,
            Bytes.of(cas.value()),
            ifAbsent ? Condition.IF_ABSENT : Condition.IF_EQUAL,
            ifAbsent ? Bytes.EMPTY : Bytes.of(cas.expected()),
            false);
      }
      if (asked instanceof KvInput.Delete) {
        return new Operation.Delete(List.of(key));
      }
      if (asked instanceof KvInput.Increment increment) {
        return new Operation.Increment(key, increment.by());
      }
      throw new IllegalArgumentException("not asked by these clients: " + asked);
    }

    @Override
    public KvOutput decode(KvInput asked, byte[] answer) {
      Answer first = Answers.decode(answer).get(0);
      if (first instanceof Answer.Done) {
        return KvOutput.ok();
      }
      if (first instanceof Answer.Nil) {
        return KvOutput.nil();
      }
      if (first instanceof Answer.Count count) {
        return KvOutput.number(count.value());
      }
      if (first instanceof Answer.Value value) {
        return KvOutput.value(value.bytes().toString());
      }
      return KvOutput.error();
    }

    @Override
    public SequentialModel<?, KvInput, KvOutput> model() {
      return new KvModel();
    }
  }
}
