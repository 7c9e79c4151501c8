package io.github.balsaraft.core.log;

import io.github.balsaraft.model.EntryId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The first index of each term in the log: enough to tell the term of any index without reading an entry, at one pair per
 * term.
 *
 * <p>Invariant: indexes and terms both ascend strictly; the first pair covers the first index of the log, and the position
 * just before it is remembered as {@link #base}.
 */
public final class TermStarts {

  private long[] indexes = new long[8];
  private long[] terms = new long[8];
  private int size;
  private EntryId base = EntryId.NONE;
  private long lastIndex;

  /** Of an empty log. */
  public TermStarts() {}

  /**
   * Of a recovered log.
   *
   * @param base the position just before the first entry
   * @param starts the first position of each term, ascending
   * @param lastIndex the index of the last entry, or that of {@code base} if there is none
   */
  public TermStarts(EntryId base, List<EntryId> starts, long lastIndex) {
    this.base = base;
    this.lastIndex = base.index();
    for (int i = 0; i < starts.size(); i++) {
      long end = i + 1 < starts.size() ? starts.get(i + 1).index() - 1 : lastIndex;
      append(starts.get(i).term(), starts.get(i).index(), end);
    }
    if (this.lastIndex != lastIndex) {
      throw new IllegalArgumentException("no term covers the last index " + lastIndex);
    }
  }

  /** The index of the last entry, or that of the base if there is none. */
  public long lastIndex() {
    return lastIndex;
  }

  /** The position of the last entry, or the base. */
  public EntryId last() {
    return size == 0 ? base : new EntryId(terms[size - 1], lastIndex);
  }

  /** The position just before the first entry: that of the snapshot, or {@link EntryId#NONE}. */
  public EntryId base() {
    return base;
  }

  /** Notes entries of one term that follow the last one. */
  public void append(long term, long firstIndex, long newLastIndex) {
    if (firstIndex != lastIndex + 1 || newLastIndex < firstIndex) {
      throw new IllegalArgumentException(
          "entries " + firstIndex + ".." + newLastIndex + " don't follow index " + lastIndex);
    }
    long lastTerm = last().term();
    if (term < lastTerm) {
      throw new IllegalArgumentException("term " + term + " doesn't follow term " + lastTerm);
    }
    if (size == 0 || term > lastTerm) {
      if (size == indexes.length) {
        indexes = Arrays.copyOf(indexes, 2 * size);
        terms = Arrays.copyOf(terms, 2 * size);
      }
      indexes[size] = firstIndex;
      terms[size] = term;
      size++;
    }
    lastIndex = newLastIndex;
  }

  /** Forgets entries at this index and above. */
  public void truncateFrom(long index) {
    if (index <= base.index()) {
      throw new IllegalArgumentException(
          "can't truncate at " + index + ", the log starts after " + base);
    }
    while (size > 0 && indexes[size - 1] >= index) {
      size--;
    }
    lastIndex = Math.min(lastIndex, index - 1);
  }

  /** Forgets entries up to this index, inclusive, but keeps its position as the new base. */
  public void compactTo(long index) {
    if (index <= base.index()) {
      return;
    }
    EntryId newBase = new EntryId(termAt(index), index);
    int kept = 0;
    while (kept < size && (kept + 1 < size ? indexes[kept + 1] <= index + 1 : lastIndex <= index)) {
      kept++;
    }
    System.arraycopy(indexes, kept, indexes, 0, size - kept);
    System.arraycopy(terms, kept, terms, 0, size - kept);
    size -= kept;
    if (size > 0) {
      indexes[0] = Math.max(indexes[0], index + 1);
    }
    base = newBase;
  }

  /** Forgets everything: the log goes on after this position. */
  public void startAfter(EntryId newBase) {
    size = 0;
    base = newBase;
    lastIndex = newBase.index();
  }

  /** The term of an index between base and last, both inclusive. */
  public long termAt(long index) {
    if (index == base.index()) {
      return base.term();
    }
    if (index < base.index() || index > lastIndex) {
      throw new IndexOutOfBoundsException(
          "index " + index + " is outside of (" + base.index() + ", " + lastIndex + "]");
    }
    return terms[pairOf(index)];
  }

  /** Whether the log holds an entry, or has its base, at this position. */
  public boolean contains(EntryId position) {
    return position.index() >= base.index()
        && position.index() <= lastIndex
        && termAt(position.index()) == position.term();
  }

  /**
   * The last position whose index is at most {@code index} and whose term is at most {@code term}, or the base. Above
   * it the log can't agree with one that has {@code term} at {@code index}; so looking for the point where two logs agree
   * takes at most one step per term.
   */
  public EntryId lastNotAbove(long index, long term) {
    long candidate = Math.min(index, lastIndex);
    while (candidate > base.index()) {
      int pair = pairOf(candidate);
      if (terms[pair] <= term) {
        return new EntryId(terms[pair], candidate);
      }
      candidate = indexes[pair] - 1;
    }
    return base;
  }

  /** The first position of each term. */
  public List<EntryId> starts() {
    List<EntryId> starts = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      starts.add(new EntryId(terms[i], indexes[i]));
    }
    return starts;
  }

  private int pairOf(long index) {
    // Nearly always the last pair: a leader's term lasts long.
    if (indexes[size - 1] <= index) {
      return size - 1;
    }
    int found = Arrays.binarySearch(indexes, 0, size, index);
    return found >= 0 ? found : -found - 2;
  }
}
