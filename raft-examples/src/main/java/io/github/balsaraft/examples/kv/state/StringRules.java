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

  static Answer get(Bytes key, Keyspace keyspace) {
    return valueOrNil(keyspace.find(key));
  }

  static Answer multiGet(MultiGet operation, Keyspace keyspace) {
    List<Optional<Bytes>> found = new ArrayList<>(operation.keys().size());
    for (Bytes key : operation.keys()) {
      found.add(Optional.ofNullable(keyspace.find(key)).map(Stored::value));
    }
    return new Answer.Values(found);
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
    Stored stored = keyspace.find(key);
    return new Answer.Count(stored == null ? 0 : stored.value().length());
  }

  static Answer set(Set operation, Keyspace keyspace) {
    Stored old = keyspace.find(operation.key());
    boolean holds = switch (operation.condition()) {
      case ALWAYS -> true;
      case IF_ABSENT -> old == null;
      case IF_PRESENT -> old != null;
      case IF_EQUAL -> old != null && old.value().equals(operation.expected());
    };
    if (holds) {
      long deadline = operation.expiry().deadlineMillis(deadlineOf(old), keyspace.logTimeMillis());
      keyspace.put(operation.key(), operation.value(), deadline);
    }
    if (operation.returnOld()) {
      return valueOrNil(old);
    }
    return holds ? Answer.Done.DONE : Answer.Nil.NIL;
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
    Stored old = keyspace.find(key);
    boolean unused = keyspace.remove(key);
    return valueOrNil(old);
  }

  static Answer increment(Increment operation, Keyspace keyspace) {
    Stored old = keyspace.find(operation.key());
    OptionalLong before = old == null ? OptionalLong.of(0) : Decimal.parse(old.value());
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

  static Answer append(Append operation, Keyspace keyspace) {
    Stored old = keyspace.find(operation.key());
    Bytes before = old == null ? Bytes.EMPTY : old.value();
    long length = (long) before.length() + operation.suffix().length();
    if (length > Math.min(operation.maxBytes(), Append.LARGEST_VALUE_BYTES)) {
      return new Answer.Refused(Refusal.TOO_LONG);
    }
    keyspace.put(operation.key(), before.plus(operation.suffix()), deadlineOf(old));
    return new Answer.Count(length);
  }

  static Answer valueOrNil(@Nullable Stored stored) {
    return stored == null ? Answer.Nil.NIL : new Answer.Value(stored.value());
  }

  private static long deadlineOf(@Nullable Stored stored) {
    return stored == null ? Stored.NO_DEADLINE : stored.deadlineMillis();
  }
}
