package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.storage.SnapshotFolder;
import io.github.balsaraft.testing.SequentialModel;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A workload with another state machine. */
record WithMachine<I, O>(
    Workload<I, O> other, Function<? super SnapshotFolder, ? extends StateMachine> machines)
    implements Workload<I, O> {

  /** On no host. */
  @Override
  public StateMachine newStateMachine() {
    return machines.apply(new FragileFolder(Chance.of(1, "folder of nobody")));
  }

  @Override
  public StateMachine openStateMachine(SnapshotFolder folder) {
    return machines.apply(folder);
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
