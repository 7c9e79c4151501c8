package io.github.balsaraft.transport.netty;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.StateMachine;
import java.util.concurrent.atomic.AtomicInteger;

/** A command or a query that is a number is answered with so many bytes, any other with none. */
class SizedMachine implements StateMachine {

  final AtomicInteger applied = new AtomicInteger();

  @Override
  public byte[] apply(Command command) {
    applied.incrementAndGet();
    return query(command.bytes());
  }

  @Override
  public byte[] query(byte[] query) {
    String text = new String(query, UTF_8);
    return new byte[text.matches("\\d+") ? Integer.parseInt(text) : 0];
  }
}
