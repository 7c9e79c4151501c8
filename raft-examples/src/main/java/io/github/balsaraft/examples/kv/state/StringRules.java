package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.examples.kv.state.Answer.Refusal;
import io.github.balsaraft.examples.kv.state.Operation.Append;
import io.github.balsaraft.examples.kv.state.Operation.Delete;
import io.github.balsaraft.examples.kv.state.Operation.Exists;
import io.github.balsaraft.examples.kv.state.Operation.Increment;
import io.github.balsaraft.examples.kv.state.Operation.MultiGet;
import io.github.balsaraft.examples.kv.state.Operation.MultiSet;
import io.github.balsaraft.examples.kv.state.Operation.Set;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What the operations on values do. */
final class StringRules {

  private StringRules() {}

  /** Refuses before it reads a value that would be too much. */
  static Answer get(Bytes key, Keyspace keyspace, long maxBytes) {
    Found found = keyspace.find(key);
    return found != null && found.valueBytes() > maxBytes ? tooLong() : valueOrNil(found);
  }

  /** Refuses before it reads a value that would be too much: a key may be named any number of times. */
  static Answer multiGet(MultiGet operation, Keyspace keyspace, long maxBytes) {
    List<Optional<Bytes>> values = new ArrayList<>(operation.keys().size());
    long bytes = 0;
    for (Bytes key : operation.keys()) {
      Found found = keyspace.find(key);
      bytes += Answer.Values.bytesOf(found == null ? 0 : found.valueBytes());
      if (bytes > maxBytes) {
        return tooLong();
      }
      values.add(Optional.ofNullable(found).map(Found::value));
    }
    return new Answer.Values(values);
  }

  static Answer tooLong() {
    return new Answer.Refused(Refusal.ANSWERS_TOO_LONG);
  }

  static Answer exists(Exists operation, Keyspace keyspace) {
    long found = 0;
    for (Bytes key : operation.keys()) {
      if (keyspace.find(key) != null) {
        found++;
      }
    }
    return new Answer.Count(found);
  }

  static Answer length(Bytes key, Keyspace keyspace) {
    Found stored = keyspace.find(key);
    return new Answer.Count(stored == null ? 0 : stored.valueBytes());
  }

  static Answer set(Set operation, Keyspace keyspace) {
    Found old = keyspace.find(operation.key());
    boolean holds = switch (operation.condition()) {
      case ALWAYS -> true;
      case IF_ABSENT -> old == null;
      case IF_PRESENT -> old != null;
      case IF_EQUAL ->
        old != null
            && old.valueBytes() == operation.expected().length()
            && old.value().equals(operation.expected());
    };
    Answer answer =
        operation.returnOld() ? valueOrNil(old) : holds ? Answer.Done.DONE : Answer.Nil.NIL;
    if (holds) {
      long deadline = operation.expiry().deadlineMillis(deadlineOf(old), keyspace.logTimeMillis());
      keyspace.put(operation.key(), operation.value(), deadline);
    }
    return answer;
  }

  static Answer multiSet(MultiSet operation, Keyspace keyspace) {
    for (int i = 0; i < operation.keys().size(); i++) {
      keyspace.put(operation.keys().get(i), operation.values().get(i), Stored.NO_DEADLINE);
    }
    return Answer.Done.DONE;
  }

  static Answer delete(Delete operation, Keyspace keyspace) {
    long deleted = 0;
    for (Bytes key : operation.keys()) {
      if (keyspace.remove(key)) {
        deleted++;
      }
    }
    return new Answer.Count(deleted);
  }

  static Answer getAndDelete(Bytes key, Keyspace keyspace) {
    Answer answer = valueOrNil(keyspace.find(key));
    boolean unused = keyspace.remove(key);
    return answer;
  }

  static Answer increment(Increment operation, Keyspace keyspace) {
    Found old = keyspace.find(operation.key());
    OptionalLong before = old == null ? OptionalLong.of(0) : numberIn(old);
    if (before.isEmpty()) {
      return new Answer.Refused(Refusal.NOT_AN_INTEGER);
    }
    long value;
    try {
      value = Math.addExact(before.getAsLong(), operation.delta());
    } catch (ArithmeticException e) {
      return new Answer.Refused(Refusal.OVERFLOW);
    }
    keyspace.put(operation.key(), Bytes.of(value), deadlineOf(old));
    return new Answer.Count(value);
  }

  private static OptionalLong numberIn(Found found) {
    return found.valueBytes() > Decimal.MAX_LENGTH
        ? OptionalLong.empty()
        : Decimal.parse(found.value());
  }

  static Answer append(Append operation, Keyspace keyspace) {
    Found old = keyspace.find(operation.key());
    long length = (old == null ? 0L : old.valueBytes()) + operation.suffix().length();
    if (length > Math.min(operation.maxBytes(), Append.LARGEST_VALUE_BYTES)) {
      return new Answer.Refused(Refusal.TOO_LONG);
    }
    Bytes before = old == null ? Bytes.EMPTY : old.value();
    keyspace.put(operation.key(), before.plus(operation.suffix()), deadlineOf(old));
    return new Answer.Count(length);
  }

  static Answer valueOrNil(@Nullable Found stored) {
    return stored == null ? Answer.Nil.NIL : new Answer.Value(stored.value());
  }

  private static long deadlineOf(@Nullable Found stored) {
    return stored == null ? Stored.NO_DEADLINE : stored.deadlineMillis();
  }
}
