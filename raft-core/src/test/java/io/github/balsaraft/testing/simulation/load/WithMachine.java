package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.testing.SequentialModel;
import io.github.balsaraft.testing.simulation.world.Chance;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A workload with another state machine. */
record WithMachine<I, O>(Workload<I, O> other, Supplier<? extends StateMachine> machines)
    implements Workload<I, O> {

  @Override
  public StateMachine newStateMachine() {
    return machines.get();
  }

  @Override
  public boolean hasSessions() {
    return other.hasSessions();
  }

  @Override
  public void begin(Chance chance) {
    other.begin(chance);
  }

  @Override
  public I next(Chance chance) {
    return other.next(chance);
  }

  @Override
  public boolean isQuery(I operation) {
    return other.isQuery(operation);
  }

  @Override
  public byte[] encode(I operation) {
    return other.encode(operation);
  }

  @Override
  public O decode(I operation, byte[] answer) {
    return other.decode(operation, answer);
  }

  @Override
  public O rejected(I operation, String reason) {
    return other.rejected(operation, reason);
  }

  @Override
  public List<I> finalQueries() {
    return other.finalQueries();
  }

  @Override
  public List<I> burst(Chance chance) {
    return other.burst(chance);
  }

  @Override
  public @Nullable SequentialModel<?, I, O> model() {
    return other.model();
  }
}
