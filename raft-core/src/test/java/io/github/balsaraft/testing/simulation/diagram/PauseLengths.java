package io.github.balsaraft.testing.simulation.diagram;

import io.github.balsaraft.model.HostId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How long pauses of a run have lasted: whose process ends, or is told to go on, is not paused any more. */
final class PauseLengths {

  /** Asked for by key and never gone through. */
  private final Map<RunEvent.Paused, Long> lengths = new HashMap<>();

  PauseLengths(RecordedRun run) {
    List<RunEvent> latestFirst = new ArrayList<>(run.beginning());
    latestFirst.addAll(run.events());
    Collections.reverse(latestFirst);
    Map<HostId, Long> nextEnds = new HashMap<>();
    for (RunEvent event : latestFirst) {
      if (event instanceof RunEvent.Ended ended) {
        nextEnds.put(ended.host(), ended.atNanos());
      } else if (event instanceof RunEvent.Started started) {
        nextEnds.put(started.host(), started.atNanos());
      } else if (event instanceof RunEvent.Paused pause) {
        if (pause.nanos() == 0) {
          nextEnds.put(pause.host(), pause.atNanos());
        }
        long most = nextEnds.getOrDefault(pause.host(), Long.MAX_VALUE) - pause.atNanos();
        lengths.put(pause, Math.min(pause.nanos(), most));
      }
    }
  }

  /** Of one of the run's pauses. */
  long of(RunEvent.Paused pause) {
    return lengths.get(pause);
  }
}
