package io.github.balsaraft.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.StateMachine;
import java.util.ArrayList;
import java.util.List;

/**
 * A state machine that remembers every command, which is a text: for tests of what reaches one. A result is how many there are, an answer
 * is all of them with commas between. Any thread may ask it what it has.
 */
public class RecordingMachine implements StateMachine {

  private final List<String> applied = new ArrayList<>();

  @Override
  public synchronized byte[] apply(Command command) {
    applied.add(new String(command.bytes(), UTF_8));
    return String.valueOf(applied.size()).getBytes(UTF_8);
  }

  @Override
  public synchronized byte[] query(byte[] query) {
    return String.join(",", applied).getBytes(UTF_8);
  }

  /** The commands, in the order in which they were applied. */
  public final synchronized List<String> applied() {
    return List.copyOf(applied);
  }

  /** Has other commands from now on: for those who are restored from a snapshot. */
  protected final synchronized void replaceWith(List<String> commands) {
    applied.clear();
    applied.addAll(commands);
  }
}
