package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.examples.kv.state.Answer.Refusal;
import io.github.balsaraft.examples.kv.state.Operation.Announce;
import io.github.balsaraft.examples.kv.state.Operation.Append;
import io.github.balsaraft.examples.kv.state.Operation.Delete;
import io.github.balsaraft.examples.kv.state.Operation.Exists;
import io.github.balsaraft.examples.kv.state.Operation.Get;
import io.github.balsaraft.examples.kv.state.Operation.Increment;
import io.github.balsaraft.examples.kv.state.Operation.MultiGet;
import io.github.balsaraft.examples.kv.state.Operation.MultiSet;
import io.github.balsaraft.examples.kv.state.Operation.Set;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * All keys and their values, in memory. Used by one thread at a time.
 *
 * <p>Nothing here may depend on the order in which a hash table is walked: replicas differ in it.
 */
public final class Keyspace {

  private final Map<Bytes, Bytes> values = new HashMap<>();

  /** Where clients reach the servers, by their ids. Replaced when one of them changes, so that any thread may look at it. */
  private Map<String, String> clientAddresses = Map.of();

  /** How many keys there are. */
  public int size() {
    return values.size();
  }

  /** Where clients reach the servers, by their ids. */
  Map<String, String> clientAddresses() {
    return clientAddresses;
  }

  Answer announce(Announce operation) {
    Map<String, String> next = new HashMap<>(clientAddresses);
    next.put(operation.host().toString(), operation.address().toString());
    clientAddresses = Map.copyOf(next);
    return Answer.Done.DONE;
  }

  Answer get(Get operation) {
    return valueOrNil(values.get(operation.key()));
  }

  Answer multiGet(MultiGet operation) {
    List<Optional<Bytes>> found = new ArrayList<>(operation.keys().size());
    for (Bytes key : operation.keys()) {
      found.add(Optional.ofNullable(values.get(key)));
    }
    return new Answer.Values(found);
  }

  Answer exists(Exists operation) {
    long found = 0;
    for (Bytes key : operation.keys()) {
      if (values.containsKey(key)) {
        found++;
      }
    }
    return new Answer.Count(found);
  }

  Answer countKeys() {
    return new Answer.Count(values.size());
  }

  Answer set(Set operation) {
    Bytes old = values.get(operation.key());
    boolean holds = switch (operation.condition()) {
      case ALWAYS -> true;
      case IF_ABSENT -> old == null;
      case IF_PRESENT -> old != null;
      case IF_EQUAL -> old != null && old.equals(operation.expected());
    };
    if (holds) {
      values.put(operation.key(), operation.value());
    }
    if (operation.returnOld()) {
      return valueOrNil(old);
    }
    return holds ? Answer.Done.DONE : Answer.Nil.NIL;
  }

  Answer multiSet(MultiSet operation) {
    for (int i = 0; i < operation.keys().size(); i++) {
      values.put(operation.keys().get(i), operation.values().get(i));
    }
    return Answer.Done.DONE;
  }

  Answer delete(Delete operation) {
    long deleted = 0;
    for (Bytes key : operation.keys()) {
      if (values.remove(key) != null) {
        deleted++;
      }
    }
    return new Answer.Count(deleted);
  }

  Answer increment(Increment operation) {
    Bytes old = values.get(operation.key());
    OptionalLong before = old == null ? OptionalLong.of(0) : Decimal.parse(old);
    if (before.isEmpty()) {
      return new Answer.Refused(Refusal.NOT_AN_INTEGER);
    }
    long value;
    try {
      value = Math.addExact(before.getAsLong(), operation.delta());
    } catch (ArithmeticException e) {
      return new Answer.Refused(Refusal.OVERFLOW);
    }
    values.put(operation.key(), Bytes.of(value));
    return new Answer.Count(value);
  }

  Answer append(Append operation) {
    Bytes old = values.getOrDefault(operation.key(), Bytes.EMPTY);
    long length = (long) old.length() + operation.suffix().length();
    if (length > operation.maxBytes()) {
      return new Answer.Refused(Refusal.TOO_LONG);
    }
    values.put(operation.key(), old.plus(operation.suffix()));
    return new Answer.Count(length);
  }

  private static Answer valueOrNil(@Nullable Bytes value) {
    return value == null ? Answer.Nil.NIL : new Answer.Value(value);
  }
}
