package io.github.balsaraft.testing;

import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which values of one key the answers of a history can tell apart. A value that is never read nor compared with, and that no
 * appending can turn into one that is, acts like any other such value of the same length.
 */
final class KvSeen {

  private final TreeSet<String> values = new TreeSet<>();
  private final List<String> longest;
  private final boolean appends;
  private final boolean onlyGrows;

  /** Of the longest value; -1 if none was seen. */
  private final int maxBytes;

  private final boolean increments;

  KvSeen(List<Operation<KvInput, KvOutput>> operations) {
    boolean anyAppend = false;
    boolean anyIncrement = false;
    boolean anyOther = false;
    for (Operation<KvInput, KvOutput> operation : operations) {
      KvOutput output = operation.output();
      if (operation.input() instanceof KvInput.CompareAndSet cas && cas.expected() != null) {
        values.add(cas.expected());
      } else if (operation.input() instanceof KvInput.Get
          && output != null
          && output.text() != null) {
        values.add(output.text());
      }
      anyAppend |= operation.input() instanceof KvInput.Append;
      anyIncrement |= operation.input() instanceof KvInput.Increment;
      anyOther |= !(operation.input() instanceof KvInput.Append
          || operation.input() instanceof KvInput.Get);
    }
    this.appends = anyAppend;
    this.increments = anyIncrement;
    this.onlyGrows = anyAppend && !anyOther;
    this.longest = values.stream()
        .filter(value -> !isBeginning(values.higher(value), value))
        .toList();
    this.maxBytes = longest.stream().mapToInt(KvState::bytes).max().orElse(-1);
  }

  private static boolean isBeginning(@Nullable String whole, String text) {
    return whole != null && whole.startsWith(text);
  }

  /** The state as far as it matters. */
  KvState state(String text) {
    return matters(text) ? KvState.of(text) : unseen(KvState.bytes(text));
  }

  /** A value of this length of which nothing else matters. */
  KvState unseen(int length) {
    return KvState.unseen(appends ? length : 0);
  }

  /**
   * Whether no order of the operations leads through the state. Where there is nothing but appends and reads, every state is the
   * beginning of the longest value that was read, or longer.
   */
  boolean isImpossible(KvState state) {
    return onlyGrows && state.length() >= 0 && state.length() <= maxBytes;
  }

  private boolean matters(String text) {
    if (increments && KvNumbers.mayBecomeNumber(text)) {
      return true;
    }
    return appends ? isBeginning(values.ceiling(text), text) : values.contains(text);
  }

  /** What makes unknown operations interchangeable. */
  Object kind(KvInput input) {
    if (input instanceof KvInput.Set set) {
      return List.of("set", state(set.value()));
    }
    if (input instanceof KvInput.CompareAndSet cas) {
      return List.of(
          "cas", String.valueOf(cas.expected()), cas.expected() == null, state(cas.value()));
    }
    if (input instanceof KvInput.Append append && !canBePartOfSeen(append.text())) {
      return List.of("append", KvState.bytes(append.text()));
    }
    return input;
  }

  private boolean canBePartOfSeen(String text) {
    return (increments && KvNumbers.mayBecomeNumber(text))
        || longest.stream().anyMatch(value -> value.contains(text));
  }
}
