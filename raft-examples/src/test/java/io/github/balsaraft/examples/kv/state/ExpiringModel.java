package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.examples.kv.state.ExpiringModel.Asked;
import io.github.balsaraft.examples.kv.state.ExpiringModel.State;
import io.github.balsaraft.testing.SequentialModel;
import org.jspecify.annotations.Nullable;

/**
 * A store some of whose values may vanish at any time, once and for all; and two accounts between which something is
 * transferred. When a value vanishes is not said: that depends on clocks. That nobody sees it afterwards is.
 */
final class ExpiringModel implements SequentialModel<State, Asked, String> {

  static final String NIL = "nil";
  static final String OK = "OK";

  /** What is asked for. */
  sealed interface Asked {
    /** The value of a key, or nil. */
    record Get(String key) implements Asked {}

    /**
     * Sets a value.
     *
     * @param millis after which it expires; 0 for never
     */
    record Set(String key, String value, long millis) implements Asked {}

    /** Deletes a key; answered with its value or nil. */
    record GetAndDelete(String key) implements Asked {}

    /** Sets a value for ever, in a transaction that answers the old one. */
    record GetAndSet(String key, String value) implements Asked {}

    /** Takes from one account and gives to the other; answered with both sums. */
    record Transfer(long amount) implements Asked {}

    /** Answered with both sums, read in a transaction. */
    record Look() implements Asked {}
  }

  /**
   * One key, or the two accounts.
   *
   * @param value null if there is none; of the accounts always null
   * @param vanishes whether the value may be gone
   * @param transferred what has been transferred so far
   * @param begun whether anything has
   */
  record State(@Nullable String value, boolean vanishes, long transferred, boolean begun) {
    static final State EMPTY = new State(null, false, 0, false);

    String sums() {
      return begun ? -transferred + " " + transferred : NIL + " " + NIL;
    }
  }

  @Override
  public State initial() {
    return State.EMPTY;
  }

  @Override
  public Object partition(Asked asked) {
    if (asked instanceof Asked.Get get) {
      return get.key();
    } else if (asked instanceof Asked.Set set) {
      return set.key();
    } else if (asked instanceof Asked.GetAndDelete delete) {
      return delete.key();
    } else if (asked instanceof Asked.GetAndSet set) {
      return set.key();
    }
    return "accounts";
  }

  @Override
  public boolean isReadOnly(Asked asked, @Nullable String answer) {
    // An answer of nil says that the value has vanished, if there was one that could.
    return asked instanceof Asked.Look
        || (asked instanceof Asked.Get && (answer == null || !answer.equals(NIL)));
  }

  @Override
  public boolean isOverwrite(Asked asked, @Nullable String answer) {
    return asked instanceof Asked.Set
        || asked instanceof Asked.GetAndDelete
        || asked instanceof Asked.GetAndSet;
  }

  @Override
  public @Nullable State step(State state, Asked asked, @Nullable String answer) {
    if (asked instanceof Asked.Set set) {
      return new State(set.value(), set.millis() > 0, 0, false);
    } else if (asked instanceof Asked.Get) {
      return answer != null && answer.equals(NIL)
          ? allowed(state, answer, State.EMPTY)
          : allowed(state, answer, state);
    } else if (asked instanceof Asked.GetAndDelete) {
      return allowed(state, answer, State.EMPTY);
    } else if (asked instanceof Asked.GetAndSet set) {
      return allowed(state, answer, new State(set.value(), false, 0, false));
    } else if (asked instanceof Asked.Transfer transfer) {
      State next = new State(null, false, state.transferred() + transfer.amount(), true);
      return answer == null || answer.equals(next.sums()) ? next : null;
    }
    return answer == null || answer.equals(state.sums()) ? state : null;
  }

  /** The next state, if a key in this one can be answered so. */
  private static @Nullable State allowed(State state, @Nullable String answer, State next) {
    boolean mayBeGone = state.value() == null || state.vanishes();
    boolean fits =
        answer == null || (answer.equals(NIL) ? mayBeGone : answer.equals(state.value()));
    return fits ? next : null;
  }
}
