package io.github.balsaraft.api;

import java.util.List;
import java.util.stream.Collectors;

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
  // An array, for it survives serialization.
  private final ChangeRefusal[] refusals;

  /** Refused. */
  public ChangeFailedException(List<ChangeRefusal> refusals) {
    super(refusals.stream().map(ChangeRefusal::detail).collect(Collectors.joining("; ")), null);
    this.end = End.REFUSED;
    this.refusals = refusals.toArray(ChangeRefusal[]::new);
  }

  /** Begun, and not brought to its end. */
  public ChangeFailedException(End end, String detail) {
    super(detail, null);
    this.end = end;
    this.refusals = new ChangeRefusal[0];
  }

  /** What became of it. */
  public End end() {
    return end;
  }

  /** Everything that speaks against it, if it was refused; else empty. */
  public List<ChangeRefusal> refusals() {
    return List.of(refusals);
  }

  /** True if leadership was lost, or if all that speaks against it passes by itself. */
  @Override
  public boolean isRetryable() {
    return switch (end) {
      case REFUSED -> refusals().stream().allMatch(refusal -> refusal.reason().isPassing());
      case ABORTED -> false;
      case LOST -> true;
    };
  }
}
