package io.github.balsaraft.testing;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.StateMachine;

/** A state machine without a state, for tests of what is around one: a result is the command, an answer is the query. */
public class EchoMachine implements StateMachine {

  @Override
  public byte[] apply(Command command) {
    return command.bytes();
  }

  @Override
  public byte[] query(byte[] query) {
    return query;
  }
}
