package io.github.balsaraft.core;

import io.github.balsaraft.model.trace.ReplayedState;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceFormat;
import io.github.balsaraft.model.trace.TraceReplayer;
import io.github.balsaraft.model.trace.TraceSink;
import java.util.function.Consumer;

/**
 * Replays the trace of a cluster while it is being written: after each step the state that was rebuilt from the trace alone
 * must equal that of the core.
 */
final class ReplayCheck implements TraceSink {

  private final TraceReplayer replayer = new TraceReplayer();
  private Consumer<String> lines = line -> {};
  private boolean throughText;
  private boolean withMessages = true;

  /** Cores that start from now on leave out the messages. */
  void withoutMessages() {
    withMessages = false;
  }

  @Override
  public boolean wantsMessages() {
    return withMessages;
  }

  /** From now on events take the way through their text. */
  void throughText() {
    throughText = true;
  }

  /** Gets every line from now on. */
  void lines(Consumer<String> newLines) {
    throughText = true;
    lines = newLines;
  }

  @Override
  public void record(TraceEvent event) {
    if (!throughText) {
      replayer.replay(event);
      return;
    }
    String line = TraceFormat.format(event);
    lines.accept(line);
    TraceEvent read = TraceFormat.parse(line);
    if (!read.equals(event)) {
      throw new AssertionError("written " + event + "\nread    " + read);
    }
    replayer.replay(read);
  }

  void afterStep(HarnessReplica replica) {
    if (!replica.isUp()) {
      return;
    }
    CoreView core = replica.view();
    ReplayedState actual = new ReplayedState(
        core.hardState().term(),
        core.hardState().votedFor(),
        core.currentRole(),
        core.leader(),
        core.commitIndex(),
        core.lastEntry(),
        core.durableIndex(),
        core.configurationIndex(),
        core.configuration());
    ReplayedState replayed = replayer.state(replica.id);
    replica.check(actual.equals(replayed), "is " + actual + "\nbut replayed " + replayed);
  }
}
