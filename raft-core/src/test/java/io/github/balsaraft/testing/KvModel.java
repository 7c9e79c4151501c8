package io.github.balsaraft.testing;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A key-value store with the operations of {@link KvInput}, each on one key. */
public final class KvModel implements SequentialModel<KvState, KvInput, KvOutput> {

  private final @Nullable KvSeen seen;

  /** The whole store. */
  public KvModel() {
    this(null);
  }

  private KvModel(@Nullable KvSeen seen) {
    this.seen = seen;
  }

  @Override
  public KvState initial() {
    return KvState.ABSENT;
  }

  @Override
  public Object partition(KvInput input) {
    return input.key();
  }

  @Override
  public SequentialModel<KvState, KvInput, KvOutput> focusedOn(
      List<Operation<KvInput, KvOutput>> operations) {
    return new KvModel(new KvSeen(operations));
  }

  @Override
  public Object kind(KvInput input) {
    return seen == null ? input : seen.kind(input);
  }

  @Override
  public boolean isReadOnly(KvInput input, @Nullable KvOutput output) {
    if (input instanceof KvInput.Get) {
      return true;
    }
    if (output == null) {
      return false;
    }
    return output.isError()
        || (input instanceof KvInput.CompareAndSet && output.equals(KvOutput.nil()))
        || (input instanceof KvInput.Delete && output.equals(KvOutput.number(0)));
  }

  @Override
  public boolean isOverwrite(KvInput input, @Nullable KvOutput output) {
    // The length that an append answers says nothing of what stands before it.
    return input instanceof KvInput.Set
        || input instanceof KvInput.Delete
        || (output != null && !(input instanceof KvInput.Append) && !isReadOnly(input, output));
  }

  @Override
  public @Nullable KvState changesOnly(KvInput input) {
    if (input instanceof KvInput.CompareAndSet cas) {
      return cas.expected() == null ? KvState.ABSENT : value(cas.expected());
    }
    return null;
  }

  @Override
  public KvInput relaxed(KvInput input) {
    return input instanceof KvInput.CompareAndSet cas
        ? new KvInput.Set(cas.key(), cas.value())
        : input;
  }

  @Override
  public long bytes(KvState state) {
    return 24 + (state.text() == null ? 0 : 56 + 2L * state.text().length());
  }

  @Override
  public boolean isUnlikely(KvState state) {
    return state.length() >= 0;
  }

  @Override
  public @Nullable KvState step(KvState state, KvInput input, @Nullable KvOutput output) {
    if (input instanceof KvInput.Get) {
      return allowed(state, get(state), output);
    }
    if (input instanceof KvInput.Set set) {
      return allowed(value(set.value()), KvOutput.ok(), output);
    }
    if (input instanceof KvInput.CompareAndSet cas) {
      boolean equal =
          cas.expected() == null ? state.isAbsent() : Objects.equals(state.text(), cas.expected());
      return equal
          ? allowed(value(cas.value()), KvOutput.ok(), output)
          : allowed(state, KvOutput.nil(), output);
    }
    if (input instanceof KvInput.Delete) {
      return allowed(KvState.ABSENT, KvOutput.number(state.isAbsent() ? 0 : 1), output);
    }
    if (input instanceof KvInput.Append append) {
      return append(state, append, output);
    }
    if (input instanceof KvInput.Increment increment) {
      return increment(state, increment, output);
    }
    throw new IllegalArgumentException("unknown operation: " + input);
  }

  /** The value as an answer; null if it is one that no answer shows. */
  private static @Nullable KvOutput get(KvState state) {
    if (state.isAbsent()) {
      return KvOutput.nil();
    }
    return state.text() == null ? null : KvOutput.value(state.text());
  }

  private @Nullable KvState append(
      KvState state, KvInput.Append append, @Nullable KvOutput output) {
    int length = state.bytes() + KvState.bytes(append.text());
    KvState next;
    if (state.isAbsent()) {
      next = value(append.text());
    } else if (state.text() != null) {
      next = value(state.text() + append.text());
    } else {
      next = seen == null ? KvState.unseen(length) : seen.unseen(length);
    }
    if (seen != null && seen.isImpossible(next)) {
      return null;
    }
    return allowed(next, KvOutput.number(length), output);
  }

  private @Nullable KvState increment(
      KvState state, KvInput.Increment increment, @Nullable KvOutput output) {
    // A value of which only the length matters is never a number in a history with increments.
    Long before = state.isAbsent()
        ? Long.valueOf(0)
        : state.text() == null ? null : KvNumbers.parse(state.text());
    Long sum = before == null ? null : KvNumbers.sum(before, increment.by());
    return sum == null
        ? allowed(state, KvOutput.error(), output)
        : allowed(value(Long.toString(sum)), KvOutput.number(sum), output);
  }

  private KvState value(String text) {
    return seen == null ? KvState.of(text) : seen.state(text);
  }

  private static @Nullable KvState allowed(
      KvState next, @Nullable KvOutput answer, @Nullable KvOutput output) {
    return output == null || output.equals(answer) ? next : null;
  }
}
