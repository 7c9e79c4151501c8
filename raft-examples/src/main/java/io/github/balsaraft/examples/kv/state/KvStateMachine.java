package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.StateMachine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The replicated key-value store: each command is a {@link Batch}, each result its {@link Answers}. */
public final class KvStateMachine implements StateMachine {

  private final Keyspace keyspace = new Keyspace();

  /** For {@link #keys}, which any thread may call. */
  private volatile int keys;

  private volatile Map<String, String> clientAddresses = Map.of();

  @Override
  public byte[] apply(Command command) {
    byte[] answers = Answers.applyAll(Batch.decode(command.payload()), keyspace);
    keys = keyspace.size();
    clientAddresses = keyspace.clientAddresses();
    return answers;
  }

  /**
   * Answers a batch that only reads.
   *
   * @throws IllegalArgumentException if it would write
   */
  @Override
  public byte[] query(byte[] query) {
    Batch batch = Batch.decode(ByteBuffer.wrap(query));
    batch.operations().forEach(KvStateMachine::requireRead);
    return Answers.applyAll(batch, keyspace);
  }

  /**
   * Answers reads without copying any value. To be called where {@link #query} may be called.
   *
   * @throws IllegalArgumentException if one of them would write
   */
  public List<Answer> read(List<Operation> reads) {
    List<Answer> answers = new ArrayList<>(reads.size());
    for (Operation read : reads) {
      requireRead(read);
      answers.add(read.applyTo(keyspace));
    }
    return answers;
  }

  /** How many keys there were after the last command. Any thread may ask. */
  public int keys() {
    return keys;
  }

  /** Where clients reach a server, if that has announced it. Any thread may ask. */
  public Optional<String> clientAddress(String hostId) {
    return Optional.ofNullable(clientAddresses.get(hostId));
  }

  private static void requireRead(Operation operation) {
    if (operation.isWrite()) {
      throw new IllegalArgumentException(
          "a query must not write: " + operation.getClass().getSimpleName());
    }
  }
}
