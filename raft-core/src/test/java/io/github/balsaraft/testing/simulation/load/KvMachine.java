package io.github.balsaraft.testing.simulation.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshottingStateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A key-value store: the state machine of {@link KvWorkload}. */
public final class KvMachine implements SnapshottingStateMachine {

  private final Map<String, String> values = new TreeMap<>();

  public KvMachine() {}

  @Override
  public byte[] apply(Command command) {
    return execute(KvCommand.decode(command.bytes()));
  }

  byte[] execute(KvCommand command) {
    String key = command.key();
    String present = values.get(key);
    return switch (command.verb()) {
      case SET -> set(key, command.value());
      case SET_IF ->
        command.expected().equals(present) ? set(key, command.value()) : KvCommand.answer(null);
      case SET_IF_ABSENT -> present == null ? set(key, command.value()) : KvCommand.answer(null);
      case DELETE -> KvCommand.answer(values.remove(key) == null ? "0" : "1");
      case ADD -> {
        long sum =
            (present == null ? 0 : Long.parseLong(present)) + Long.parseLong(command.value());
        values.put(key, Long.toString(sum));
        yield KvCommand.answer(Long.toString(sum));
      }
    };
  }

  private byte[] set(String key, String value) {
    values.put(key, value);
    return KvCommand.answer("OK");
  }

  /** All of them, a copy. */
  Map<String, @Nullable String> values() {
    return new TreeMap<>(values);
  }

  /** Those of some keys; null where there is none. */
  Map<String, @Nullable String> valuesOf(Iterable<String> keys) {
    Map<String, @Nullable String> some = new TreeMap<>();
    for (String key : keys) {
      some.put(key, values.get(key));
    }
    return some;
  }

  /** Takes a value as it is; null for none. */
  void put(String key, @Nullable String value) {
    if (value == null) {
      values.remove(key);
    } else {
      values.put(key, value);
    }
  }

  void clear() {
    values.clear();
  }

  @Override
  public SnapshotView capture() {
    Map<String, String> captured = new TreeMap<>(values);
    return SnapshotView.of(out -> {
      DataOutputStream data = new DataOutputStream(out);
      data.writeInt(captured.size());
      for (Map.Entry<String, String> value : captured.entrySet()) {
        data.writeUTF(value.getKey());
        data.writeUTF(value.getValue());
      }
      data.flush();
    });
  }

  @Override
  public void restore(SnapshotReader snapshot) throws IOException {
    values.clear();
    DataInputStream data = new DataInputStream(snapshot.state());
    for (int left = data.readInt(); left > 0; left--) {
      values.put(data.readUTF(), data.readUTF());
    }
  }

  /** Answers with the value of a key. */
  @Override
  public byte[] query(byte[] key) {
    return KvCommand.answer(values.get(new String(key, UTF_8)));
  }
}
