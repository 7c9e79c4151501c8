package io.github.balsaraft.core.log;

import java.util.ArrayList;
import java.util.List;

/**
 * About how many bytes lie between two indexes of a log, of what was appended since it was taken over. Keeps at most 256 marks,
 * however long the log is: the larger, the farther they are apart.
 */
final class LogSizes {

  private static final int MAX_MARKS = 256;

  /** Ascending. The first stands before what is known. */
  private final List<Mark> marks = new ArrayList<>();

  /** @param totalBytes of all entries up to there, counted from anywhere */
  private record Mark(long index, long totalBytes) {}

  /** The last mark moves on until it is more than so many bytes from the one before it. */
  private long spacingBytes;

  void append(long firstIndex, long lastIndex, long bytes) {
    if (marks.isEmpty()) {
      marks.add(new Mark(firstIndex - 1, 0));
    }
    add(new Mark(lastIndex, last().totalBytes + bytes));
    if (marks.size() > MAX_MARKS) {
      spacingBytes = Math.max(2 * spacingBytes, bytes);
      thin();
    }
  }

  private void add(Mark mark) {
    int count = marks.size();
    if (count > 1 && mark.totalBytes - marks.get(count - 2).totalBytes <= spacingBytes) {
      marks.set(count - 1, mark);
    } else {
      marks.add(mark);
    }
  }

  private Mark last() {
    return marks.get(marks.size() - 1);
  }

  private void thin() {
    List<Mark> all = List.copyOf(marks);
    marks.clear();
    all.forEach(this::add);
  }

  /** Forgets entries at this index and above. Those between the last mark before and this one count as nothing from now on. */
  void truncateFrom(long index) {
    while (!marks.isEmpty() && last().index >= index) {
      marks.remove(marks.size() - 1);
    }
  }

  /** Forgets entries up to this index, inclusive. */
  void compactTo(long index) {
    marks.subList(0, Math.max(0, firstAtLeast(index + 1) - 1)).clear();
    if (marks.size() < MAX_MARKS / 4) {
      spacingBytes /= 2;
    }
  }

  void clear() {
    marks.clear();
    spacingBytes = 0;
  }

  /** See {@link RaftLog#startOfBytes}. */
  long startOfBytes(long endIndex, long maxBytes) {
    if (marks.isEmpty()) {
      return 0;
    }
    int end = Math.min(firstAtLeast(endIndex), marks.size() - 1);
    long least = marks.get(end).totalBytes - maxBytes;
    if (marks.get(0).totalBytes >= least) {
      return 0;
    }
    int low = 1;
    int high = end;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (marks.get(middle).totalBytes >= least) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return Math.min(marks.get(low).index, endIndex);
  }

  /** The place of the first mark at this index or above; that after the last if there is none. */
  private int firstAtLeast(long index) {
    int low = 0;
    int high = marks.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (marks.get(middle).index >= index) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
