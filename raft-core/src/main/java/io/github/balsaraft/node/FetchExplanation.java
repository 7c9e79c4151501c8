package io.github.balsaraft.node;

import io.github.balsaraft.api.SnapshotStatus;
import java.time.Duration;

/** How far a node is with the snapshot that it fetches. */
final class FetchExplanation {

  /** When nothing has moved for longer it is worth a word: nothing else ends a fetch whose disk hangs. */
  private static final Duration LONG = Duration.ofMinutes(1);

  private FetchExplanation() {}

  static String of(SnapshotStatus.Fetching fetching) {
    String snapshot = fetching.ofBytes() == 0
        ? "a snapshot"
        : "a snapshot of " + Wording.bytes(fetching.ofBytes());
    String from = fetching.from().map(host -> " from " + host).orElse("");
    return switch (fetching.phase()) {
      case TAKING_UP ->
        "it reads what is here of a snapshot" + from + " since an earlier fetch"
            + unchanged(fetching, "its disk");
      case FETCHING ->
        "it fetches a snapshot" + from + ", of which it has " + Wording.bytes(fetching.bytes())
            + (fetching.ofBytes() == 0 ? "" : " of " + Wording.bytes(fetching.ofBytes()))
            + unchanged(fetching, "its disk");
      case VERIFYING ->
        "it has fetched " + snapshot + from + " and reads it once more before it is used, "
            + Wording.bytes(fetching.bytes()) + " so far"
            + unchanged(fetching, "its disk");
      case RESTORING ->
        "its state machine takes over " + snapshot + from + ", of which it has read "
            + Wording.bytes(fetching.bytes())
            + unchanged(fetching, "its state machine");
    };
  }

  private static String unchanged(SnapshotStatus.Fetching fetching, String who) {
    Duration unchanged = fetching.unchangedFor();
    return unchanged.compareTo(LONG) <= 0
        ? ""
        : "; that has not moved for " + Wording.duration(unchanged) + ": look at " + who
            + " if it stays so";
  }
}
