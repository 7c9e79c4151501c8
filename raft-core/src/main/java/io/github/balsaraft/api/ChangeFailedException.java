package io.github.balsaraft.api;

import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.ChangeRefusal.Reason;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A change of the configuration did not come to its end. Asking for the same change again is safe in all three cases, because it
 * says how things should be in the end; {@link #isRetryable} says whether it may help without anybody doing anything first.
 */
public final class ChangeFailedException extends RaftException {

  private static final long serialVersionUID = 1L;

  /** What became of the change. */
  public enum End {
    /** Nothing has changed. */
    REFUSED,
    /** Given up: its time was over, it was called off, or another change came in between. The message says what remains. */
    ABORTED,
    /** Leadership was lost. What is in the log may still be committed; asking the next leader goes on from there. */
    LOST
  }

  private final End end;
  // Arrays of strings, for they survive serialization.
  private final String[] reasons;
  private final String[] details;

  private ChangeFailedException(End end, String detail, List<ChangeRefusal> refusals) {
    super(detail, null);
    this.end = end;
    this.reasons = refusals.stream().map(refusal -> refusal.reason().name()).toArray(String[]::new);
    this.details = refusals.stream().map(ChangeRefusal::detail).toArray(String[]::new);
  }

  /**
   * Refused.
   *
   * @param refusals all that speaks against it
   * @throws IllegalArgumentException if that is nothing
   */
  public static ChangeFailedException refused(List<ChangeRefusal> refusals) {
    if (refusals.isEmpty()) {
      throw new IllegalArgumentException("a change is refused for a reason");
    }
    return new ChangeFailedException(End.REFUSED, ChangeRefusal.details(refusals), refusals);
  }

  /** Given up. */
  public static ChangeFailedException aborted(String detail) {
    return new ChangeFailedException(End.ABORTED, detail, List.of());
  }

  /** Lost sight of, with leadership. */
  public static ChangeFailedException lost(String detail) {
    return new ChangeFailedException(End.LOST, detail, List.of());
  }

  /** What became of it. */
  public End end() {
    return end;
  }

  /** Everything that speaks against it, if it was refused; else empty. */
  public List<ChangeRefusal> refusals() {
    return IntStream.range(0, reasons.length)
        .mapToObj(i -> new ChangeRefusal(Reason.valueOf(reasons[i]), details[i]))
        .toList();
  }

  /** True if leadership was lost, or if all that speaks against it passes by itself. */
  @Override
  public boolean isRetryable() {
    return switch (end) {
      case REFUSED -> ChangeRefusal.allPass(refusals());
      case ABORTED -> false;
      case LOST -> true;
    };
  }
}
