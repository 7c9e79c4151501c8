package io.github.balsaraft.testing.simulation.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.storage.SnapshotFolder;
import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvModel;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.SequentialModel;
import io.github.balsaraft.testing.simulation.load.KvCommand.Verb;
import io.github.balsaraft.testing.simulation.world.Chance;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A key-value store with a few keys, so that clients get in each other's way; every value that is set is another. */
public final class KvWorkload implements Workload<KvInput, KvOutput> {

  private static final String BURST_KEY = "burst";
  private static final double BURSTS_OF_QUERIES = 0.3;
  private static final int BURST_BYTES = 900;
  private static final int MOST_IN_A_BURST = 40;

  /** In so many runs the state is on disk. */
  private static final double ON_DISK = 0.3;

  private final int keys;
  private final int valueBytes;
  private double onDisk = ON_DISK;
  private boolean isOnDisk;
  private long lastValue;

  /** Values of a few bytes. */
  public KvWorkload(int keys) {
    this(keys, 0);
  }

  /**
   * A workload for one run.
   *
   * @param keys how many there are; of each there is one for texts and one for numbers
   * @param valueBytes about how large values are, at the most
   */
  public KvWorkload(int keys, int valueBytes) {
    this.keys = keys;
    this.valueBytes = valueBytes;
  }

  /** The same with its state in memory in every run. */
  public KvWorkload inMemory() {
    onDisk = 0;
    return this;
  }

  /** The same with its state on disk in every run. */
  public KvWorkload onDisk() {
    onDisk = 1;
    return this;
  }

  @Override
  public void begin(Chance chance) {
    isOnDisk = chance.happens(onDisk);
  }

  @Override
  public StateMachine newStateMachine() {
    return new KvMachine();
  }

  @Override
  public StateMachine openStateMachine(SnapshotFolder folder) {
    return isOnDisk ? new DiskKvMachine(folder) : newStateMachine();
  }

  @Override
  public boolean noticesDamagedState() {
    return isOnDisk;
  }

  @Override
  public KvInput next(Chance chance) {
    int kind = chance.below(100);
    String key = "k" + chance.below(keys);
    if (kind < 40) {
      return new KvInput.Get(key);
    }
    if (kind < 75) {
      return new KvInput.Set(key, newValue(chance));
    }
    if (kind < 85) {
      // Sometimes the value that is there.
      String expected = Long.toString(Math.max(1, lastValue - chance.below(2 * keys)));
      return new KvInput.CompareAndSet(
          key, chance.happens(0.2) ? null : expected, newValue(chance));
    }
    if (kind < 92) {
      return new KvInput.Delete(key);
    }
    return new KvInput.Increment("n" + chance.below(keys), chance.between(1, 9));
  }

  private String newValue(Chance chance) {
    String number = Long.toString(++lastValue);
    int padding = valueBytes == 0 ? 0 : (int) chance.between(0, valueBytes);
    return padding <= number.length() ? number : number + "-".repeat(padding - number.length());
  }

  @Override
  public List<KvInput> finalQueries() {
    List<KvInput> all = new ArrayList<>(List.of(new KvInput.Get(BURST_KEY)));
    for (int key = 0; key < keys; key++) {
      all.add(new KvInput.Get("k" + key));
      all.add(new KvInput.Get("n" + key));
    }
    return all;
  }

  /** Of a key of its own, which nobody sets: what is compared is large, and what is stored is not. */
  @Override
  public List<KvInput> burst(Chance chance) {
    KvInput one = chance.happens(BURSTS_OF_QUERIES)
        ? new KvInput.Get(BURST_KEY)
        : new KvInput.CompareAndSet(BURST_KEY, "-".repeat(BURST_BYTES), "set");
    return Collections.nCopies((int) chance.between(2, MOST_IN_A_BURST), one);
  }

  @Override
  public boolean isQuery(KvInput operation) {
    return operation instanceof KvInput.Get;
  }

  @Override
  public byte[] encode(KvInput operation) {
    if (operation instanceof KvInput.Get get) {
      return get.key().getBytes(UTF_8);
    }
    return command(operation).encode();
  }

  private static KvCommand command(KvInput operation) {
    if (operation instanceof KvInput.Set set) {
      return new KvCommand(Verb.SET, set.key(), "", set.value());
    }
    if (operation instanceof KvInput.CompareAndSet cas) {
      return cas.expected() == null
          ? new KvCommand(Verb.SET_IF_ABSENT, cas.key(), "", cas.value())
          : new KvCommand(Verb.SET_IF, cas.key(), cas.expected(), cas.value());
    }
    if (operation instanceof KvInput.Delete delete) {
      return new KvCommand(Verb.DELETE, delete.key(), "", "");
    }
    if (operation instanceof KvInput.Increment increment) {
      return new KvCommand(Verb.ADD, increment.key(), "", Long.toString(increment.by()));
    }
    throw new IllegalArgumentException("not among the operations of this workload: " + operation);
  }

  @Override
  public KvOutput decode(KvInput operation, byte[] answer) {
    String value = KvCommand.decodeAnswer(answer);
    return value == null ? KvOutput.nil() : new KvOutput(value, false);
  }

  @Override
  public SequentialModel<?, KvInput, KvOutput> model() {
    return new KvModel();
  }
}
