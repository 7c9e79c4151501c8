package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.examples.kv.state.ExpiringModel.Asked;
import io.github.balsaraft.examples.kv.state.Operation.Condition;
import io.github.balsaraft.testing.SequentialModel;
import io.github.balsaraft.testing.simulation.RaftSimulation;
import io.github.balsaraft.testing.simulation.SimulationRuns;
import io.github.balsaraft.testing.simulation.load.Workload;
import io.github.balsaraft.testing.simulation.world.Chance;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

/** Keys that expire, and transactions, in simulated clusters, whose clocks are wrong and jump too. */
class KvExpirySimulationTest {

  @RaftSimulation(seeds = 15)
  @DisplayName(
      "a key that expires is gone for everybody and never comes back, and nobody sees half a transaction")
  void isLinearizable(SimulationRuns runs) {
    runs.check(Store::new);
  }

  private static final class Store implements Workload<Asked, String> {
    private long lastValue;

    @Override
    public StateMachine newStateMachine() {
      return new KvStateMachine();
    }

    @Override
    public Asked next(Chance chance) {
      String key = "k" + chance.below(3);
      String value = "v" + ++lastValue;
      return switch (chance.below(9)) {
        case 0, 1, 2 -> new Asked.Get(key);
        case 3 -> new Asked.Set(key, value, 0);
        case 4, 5 -> new Asked.Set(key, value, chance.between(1, 3_000));
        case 6 ->
          chance.happens(0.5) ? new Asked.GetAndDelete(key) : new Asked.GetAndSet(key, value);
        case 7 -> new Asked.Transfer(chance.between(-9, 9));
        default -> new Asked.Look();
      };
    }

    @Override
    public boolean isQuery(Asked asked) {
      return asked instanceof Asked.Get || asked instanceof Asked.Look;
    }

    @Override
    public List<Asked> finalQueries() {
      return List.of(
          new Asked.Get("k0"), new Asked.Get("k1"), new Asked.Get("k2"), new Asked.Look());
    }

    @Override
    public byte[] encode(Asked asked) {
      return new Batch(List.of(operation(asked)), 1 << 20).encode(64);
    }

    private static Operation operation(Asked asked) {
      if (asked instanceof Asked.Get get) {
        return new Operation.Get(Bytes.of(get.key()));
      } else if (asked instanceof Asked.Set set) {
        Expiry expiry = set.millis() == 0 ? Expiry.NEVER : Expiry.after(set.millis());
        return new Operation.Set(
            Bytes.of(set.key()),
            Bytes.of(set.value()),
            Condition.ALWAYS,
            Bytes.EMPTY,
            false,
            expiry);
      } else if (asked instanceof Asked.GetAndDelete delete) {
        return new Operation.GetAndDelete(Bytes.of(delete.key()));
      } else if (asked instanceof Asked.GetAndSet set) {
        Bytes key = Bytes.of(set.key());
        return transaction(
            new Operation.Get(key),
            new Operation.Set(key, Bytes.of(set.value()), Condition.ALWAYS, Bytes.EMPTY, false));
      } else if (asked instanceof Asked.Transfer transfer) {
        return transaction(
            new Operation.Increment(Bytes.of("from"), -transfer.amount()),
            new Operation.Increment(Bytes.of("to"), transfer.amount()));
      }
      return transaction(new Operation.Get(Bytes.of("from")), new Operation.Get(Bytes.of("to")));
    }

    private static Operation transaction(Operation... operations) {
      return new Transaction(List.of(), List.of(operations), 1 << 20);
    }

    @Override
    public String decode(Asked asked, byte[] bytes) {
      Answer answer = Answers.decode(bytes).get(0);
      if (!(answer instanceof Answer.Several several)) {
        return text(answer);
      }
      return asked instanceof Asked.GetAndSet
          ? text(several.answers().get(0))
          : text(several.answers().get(0)) + " " + text(several.answers().get(1));
    }

    private static String text(Answer answer) {
      if (answer instanceof Answer.Value value) {
        return value.bytes().toString();
      } else if (answer instanceof Answer.Count count) {
        return Long.toString(count.value());
      }
      return answer instanceof Answer.Nil ? ExpiringModel.NIL : ExpiringModel.OK;
    }

    @Override
    public SequentialModel<?, Asked, String> model() {
      return new ExpiringModel();
    }
  }
}
