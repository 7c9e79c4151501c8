package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.StateMachine;
import java.util.ArrayList;
import java.util.List;

/** Remembers every command; a result is how many there are, an answer is all of them. */
final class Appender implements StateMachine {

  private final List<String> applied = new ArrayList<>();

  @Override
  public synchronized byte[] apply(Command command) {
    String text = new String(command.bytes(), UTF_8);
    if (text.equals("throw")) {
      throw new IllegalStateException("asked to throw");
    }
    applied.add(text);
    return String.valueOf(applied.size()).getBytes(UTF_8);
  }

  @Override
  public synchronized byte[] query(byte[] query) {
    return String.join(",", applied).getBytes(UTF_8);
  }

  synchronized List<String> applied() {
    return List.copyOf(applied);
  }
}
