package io.github.balsaraft.examples.kv.state;

import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All keys in memory. */
final class MemoryKeys implements KeyStore {

  private KeyTable table = new KeyTable();

  private Deletions deletions = new Deletions();

  /** The deadlines of all keys that have one: exactly these, however often they are moved. */
  private final TreeSet<Deadline> deadlines = new TreeSet<>();

  private record Deadline(long millis, Bytes key) implements Comparable<Deadline> {
    @Override
    public int compareTo(Deadline other) {
      int byTime = Long.compare(millis, other.millis);
      return byTime != 0 ? byTime : key.compareTo(other.key);
    }
  }

  /** The keys of this moment. Costs next to nothing. */
  KeyTable.Frozen freeze() {
    return table.freeze();
  }

  /** The deletions of this moment. */
  Deletions deletions() {
    return deletions.copy();
  }

  @Override
  public @Nullable Stored get(Bytes key) {
    return table.get(key);
  }

  @Override
  public void put(Stored stored) {
    forgetDeadline(table.put(stored));
    if (stored.hasDeadline()) {
      deadlines.add(new Deadline(stored.deadlineMillis(), stored.key()));
    }
  }

  @Override
  public void putDeadline(Found found, long deadlineMillis, long version) {
    put(new Stored(found.key(), found.value(), deadlineMillis, version));
  }

  @Override
  public @Nullable Stored remove(Bytes key) {
    Stored old = table.remove(key);
    forgetDeadline(old);
    return old;
  }

  private void forgetDeadline(@Nullable Stored old) {
    if (old != null && old.hasDeadline()) {
      deadlines.remove(new Deadline(old.deadlineMillis(), old.key()));
    }
  }

  @Override
  public void clear() {
    table = new KeyTable();
    deadlines.clear();
    deletions = new Deletions();
  }

  @Override
  public int size() {
    return table.size();
  }

  @Override
  public long scan(long cursor, long count, Consumer<Found> consumer) {
    return table.scan(cursor, count, consumer::accept);
  }

  @Override
  public int deadlineCount() {
    return deadlines.size();
  }

  @Override
  public long nextDeadlineMillis() {
    return deadlines.isEmpty() ? Long.MAX_VALUE : deadlines.first().millis();
  }

  @Override
  public Bytes removeNextToExpire() {
    Bytes key = deadlines.first().key();
    Stored unused = remove(key);
    return key;
  }

  @Override
  public long lastDeletion(int group) {
    return deletions.of(group);
  }

  @Override
  public void putLastDeletion(int group, long version) {
    deletions.put(group, version);
  }
}
