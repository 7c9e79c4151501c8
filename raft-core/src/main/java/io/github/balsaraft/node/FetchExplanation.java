package io.github.balsaraft.node;

import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.model.HostId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How far a node is with the snapshot that its state is restored from at the start, and with that which it fetches. */
final class FetchExplanation {

  /** When nothing has moved for longer it is worth a word: nothing else ends a fetch whose disk hangs. */
  private static final Duration LONG = Duration.ofMinutes(1);

  private FetchExplanation() {}

  static List<String> of(SnapshotStatus snapshots) {
    List<String> clauses = new ArrayList<>();
    snapshots
        .restoring()
        .ifPresent(restoring -> clauses.add(takesOver(
            "a snapshot of " + Wording.bytes(restoring.ofBytes()),
            restoring.bytes(),
            restoring.unchangedFor())));
    boolean isFirst = clauses.isEmpty();
    snapshots.fetching().ifPresent(fetching -> clauses.add(of(fetching, isFirst)));
    return clauses;
  }

  /**
   * What is being done with one that is fetched.
   *
   * @param isFirst whether the state machine takes over no other before it
   */
  private static String of(SnapshotStatus.Fetching fetching, boolean isFirst) {
    String snapshot = fetching.ofBytes() == 0
        ? "a snapshot"
        : "a snapshot of " + Wording.bytes(fetching.ofBytes());
    String from = fetching.from().map(host -> " from " + host).orElse("");
    return switch (fetching.phase()) {
      case TAKING_UP ->
        "it reads what is here of a snapshot" + from + " since an earlier fetch"
            + unchanged(fetching.unchangedFor(), "its disk");
      case FETCHING ->
        "it fetches a snapshot" + from + ", of which it has " + Wording.bytes(fetching.bytes())
            + (fetching.ofBytes() == 0 ? "" : " of " + Wording.bytes(fetching.ofBytes()))
            + unchanged(fetching.unchangedFor(), whoStandsStill(fetching));
      case VERIFYING ->
        "it has fetched " + snapshot + from + " and reads it once more before it is used, "
            + Wording.bytes(fetching.bytes()) + " so far"
            + unchanged(fetching.unchangedFor(), "its disk");
      case RESTORING ->
        isFirst
            ? takesOver(snapshot + from, fetching.bytes(), fetching.unchangedFor())
            : "it has fetched " + snapshot + from + ", which comes after that";
    };
  }

  /** As long as nothing is known of it, the source may have to take it first. */
  private static String whoStandsStill(SnapshotStatus.Fetching fetching) {
    return fetching.ofBytes() == 0
        ? fetching.from().map(HostId::name).orElse("where it comes from")
            + ", which may have to take it first,"
        : "its disk";
  }

  private static String takesOver(String snapshot, long readBytes, Duration unchanged) {
    return "its state machine takes over " + snapshot + ", of which it has read "
        + Wording.bytes(readBytes)
        + unchanged(unchanged, "its state machine");
  }

  private static String unchanged(Duration unchanged, String who) {
    return unchanged.compareTo(LONG) <= 0
        ? ""
        : "; that has not moved for " + Wording.duration(unchanged) + ": look at " + who
            + " if it stays so";
  }
}
