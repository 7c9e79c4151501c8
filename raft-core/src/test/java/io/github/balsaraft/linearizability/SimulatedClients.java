package io.github.balsaraft.linearizability;

import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Clients of a store that is linearizable by construction, in virtual time: each operation takes effect at one moment between
 * its invocation and its return. Some outcomes get lost on the way: such an operation took effect, or takes effect much later,
 * or never. One seed decides everything.
 */
final class SimulatedClients {

  /** What clients do, out of 100 operations; the rest are reads. */
  enum Workload {
    REGISTER(30, 15, 3, 0, 0),
    LIST(0, 0, 0, 60, 0),
    COUNTER(0, 0, 0, 0, 60),
    EVERYTHING(15, 10, 5, 20, 15),
    WRITES_ONLY(70, 20, 10, 0, 0);

    private final int sets;
    private final int compareAndSets;
    private final int deletes;
    private final int appends;
    private final int increments;

    Workload(int sets, int compareAndSets, int deletes, int appends, int increments) {
      this.sets = sets;
      this.compareAndSets = compareAndSets;
      this.deletes = deletes;
      this.appends = appends;
      this.increments = increments;
    }
  }

  private static final int MEAN_STEP = 1000;

  private final Random random;
  private final int clients;
  private final int keys;
  private final int operations;
  private final int unknownPerThousand;
  private final Workload workload;

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::time).thenComparingLong(Event::number));
  private final Map<String, String> store = new HashMap<>();
  private final Map<String, String> lastSeen = new HashMap<>();
  private final List<Operation<KvInput, KvOutput>> history = new ArrayList<>();
  private long eventNumber;
  private long now;
  private int invoked;

  SimulatedClients(
      long seed, int clients, int keys, int operations, int unknownPerThousand, Workload workload) {
    this.random = new Random(seed);
    this.clients = clients;
    this.keys = keys;
    this.operations = operations;
    this.unknownPerThousand = unknownPerThousand;
    this.workload = workload;
  }

  List<Operation<KvInput, KvOutput>> run() {
    for (int client = 0; client < clients; client++) {
      int process = client;
      after(random.nextInt(MEAN_STEP), () -> invoke(process));
    }
    for (Event event = events.poll(); event != null; event = events.poll()) {
      now = event.time;
      event.action.run();
    }
    history.sort(Comparator.comparingLong(Operation::invoked));
    return history;
  }

  private void invoke(int process) {
    if (invoked++ >= operations) {
      return;
    }
    KvInput input = input(invoked);
    long from = now;
    if (random.nextInt(1000) < unknownPerThousand) {
      history.add(Operation.unknown(process, input, from));
      int fate = random.nextInt(10);
      if (fate < 6) {
        after(
            fate < 3 ? random.nextInt(MEAN_STEP) : random.nextInt(50 * MEAN_STEP),
            () -> apply(input));
      }
      after(5 * MEAN_STEP, () -> invoke(process));
      return;
    }
    after(random.nextInt(MEAN_STEP), () -> {
      KvOutput output = apply(input);
      after(random.nextInt(MEAN_STEP), () -> {
        history.add(Operation.completed(process, input, output, from, now));
        after(random.nextInt(MEAN_STEP / 10), () -> invoke(process));
      });
    });
  }

  private KvInput input(int number) {
    String key = "k" + random.nextInt(keys);
    int dice = random.nextInt(100);
    if ((dice -= workload.sets) < 0) {
      return new KvInput.Set(key, "v" + number);
    }
    if ((dice -= workload.compareAndSets) < 0) {
      return new KvInput.CompareAndSet(key, lastSeen.get(key), "v" + number);
    }
    if ((dice -= workload.deletes) < 0) {
      return new KvInput.Delete(key);
    }
    if ((dice -= workload.appends) < 0) {
      return new KvInput.Append(key, number + ";");
    }
    if (dice - workload.increments < 0) {
      return new KvInput.Increment(key, 1 + random.nextInt(3));
    }
    return new KvInput.Get(key);
  }

  /** The store, written down a second time: the model is under test. */
  private KvOutput apply(KvInput input) {
    String key = input.key();
    String value = store.get(key);
    if (input instanceof KvInput.Get) {
      lastSeen.put(key, value);
      return value == null ? KvOutput.nil() : KvOutput.value(value);
    } else if (input instanceof KvInput.Set set) {
      store.put(key, set.value());
      return KvOutput.ok();
    } else if (input instanceof KvInput.CompareAndSet cas) {
      boolean equal = value == null ? cas.expected() == null : value.equals(cas.expected());
      if (equal) {
        store.put(key, cas.value());
      }
      return equal ? KvOutput.ok() : KvOutput.nil();
    } else if (input instanceof KvInput.Delete) {
      return KvOutput.number(store.remove(key) == null ? 0 : 1);
    } else if (input instanceof KvInput.Append append) {
      String longer = (value == null ? "" : value) + append.text();
      store.put(key, longer);
      return KvOutput.number(longer.length());
    }
    KvInput.Increment increment = (KvInput.Increment) input;
    try {
      long sum = (value == null ? 0 : Long.parseLong(value)) + increment.by();
      store.put(key, Long.toString(sum));
      return KvOutput.number(sum);
    } catch (NumberFormatException e) {
      return KvOutput.error();
    }
  }

  private void after(long delay, Runnable action) {
    events.add(new Event(now + delay, eventNumber++, action));
  }

  private record Event(long time, long number, Runnable action) {}
}
