package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.StateMachine;
import java.util.ArrayList;
import java.util.List;

/** Remembers every command; a result is how many there are. */
class ListMachine implements StateMachine {

  final List<String> applied = new ArrayList<>();

  @Override
  public byte[] apply(Command command) {
    applied.add(new String(command.bytes(), UTF_8));
    return String.valueOf(applied.size()).getBytes(UTF_8);
  }

  @Override
  public byte[] query(byte[] query) {
    return String.valueOf(applied.size()).getBytes(UTF_8);
  }
}
