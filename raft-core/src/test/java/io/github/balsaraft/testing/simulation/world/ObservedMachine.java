package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.StateMachine;
import java.util.function.BiConsumer;

/** The application's state machine, with somebody looking over its shoulder. */
public final class ObservedMachine implements StateMachine {

  private final StateMachine machine;
  private BiConsumer<Command, byte[]> onApplied = (command, result) -> {};
  private long appliedIndex;

  public ObservedMachine(StateMachine machine) {
    this.machine = machine;
  }

  void observeWith(BiConsumer<Command, byte[]> newObserver) {
    onApplied = newObserver;
  }

  /** What the application has given. */
  public StateMachine machine() {
    return machine;
  }

  /** The index of the last command that it has applied. */
  public long appliedIndex() {
    return appliedIndex;
  }

  @Override
  public byte[] apply(Command command) {
    byte[] result = machine.apply(command);
    appliedIndex = command.index();
    onApplied.accept(command, result);
    return result;
  }

  @Override
  public byte[] query(byte[] query) {
    return machine.query(query);
  }
}
