package io.github.balsaraft.examples.kv.faults;

import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvOutput;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What one client does: it draws operations on few keys, so that clients meet. Registers are set, compared and deleted;
 * one key is a counter, and one is a list that only grows. Every value is written at most once.
 */
final class RandomOperations {

  static final String COUNTER = "counter";
  static final String LIST = "list";

  private static final List<String> REGISTERS = List.of("x", "y", "z");

  /** All keys. */
  static final List<String> KEYS = List.of("x", "y", "z", COUNTER, LIST);

  /** Ends an element of the list. */
  static final String LIST_END = ";";

  private final int client;
  private final Random random;

  /** What any client has seen last of a register; makes compare-and-set succeed now and then. */
  private final Map<String, String> lastSeen;

  private int values;

  RandomOperations(int client, long seed, Map<String, String> lastSeen) {
    this.client = client;
    this.random = new Random(seed + client);
    this.lastSeen = lastSeen;
  }

  /** For all clients of one workload. */
  static Map<String, String> newLastSeen() {
    return new ConcurrentHashMap<>();
  }

  KvInput next() {
    int kind = random.nextInt(10);
    if (kind == 0) {
      return random.nextInt(10) < 4
          ? new KvInput.Get(LIST)
          : new KvInput.Append(LIST, newValue() + LIST_END);
    } else if (kind <= 2) {
      return random.nextInt(10) < 4
          ? new KvInput.Get(COUNTER)
          : new KvInput.Increment(COUNTER, 1 + random.nextInt(3));
    }
    return onRegister(REGISTERS.get(random.nextInt(REGISTERS.size())));
  }

  private KvInput onRegister(String key) {
    int kind = random.nextInt(10);
    if (kind < 4) {
      return new KvInput.Get(key);
    } else if (kind < 6) {
      return new KvInput.Set(key, newValue());
    } else if (kind < 9) {
      return new KvInput.CompareAndSet(key, lastSeen.get(key), newValue());
    }
    return new KvInput.Delete(key);
  }

  private String newValue() {
    values++;
    return client + "." + values;
  }

  /** Remembers what an answer shows. */
  void saw(KvInput input, KvOutput output) {
    if (input instanceof KvInput.Get && REGISTERS.contains(input.key())) {
      see(input.key(), output);
    } else if (input instanceof KvInput.Set set) {
      see(set.key(), KvOutput.value(set.value()));
    } else if (input instanceof KvInput.CompareAndSet cas && output.equals(KvOutput.ok())) {
      see(cas.key(), KvOutput.value(cas.value()));
    } else if (input instanceof KvInput.Delete delete) {
      see(delete.key(), KvOutput.nil());
    }
  }

  private void see(String key, KvOutput value) {
    if (value.text() == null) {
      lastSeen.remove(key);
    } else {
      lastSeen.put(key, value.text());
    }
  }
}
