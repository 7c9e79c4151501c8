package io.github.balsaraft.node;

import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceSink;

/** Keeps a sink that fails from stopping the replica: the trace ends, and the protocol goes on. */
final class GuardedTrace implements TraceSink {

  private final TraceSink sink;
  private final RateLimitedLog log;
  private boolean failed;

  private GuardedTrace(TraceSink sink, RateLimitedLog log) {
    this.sink = sink;
    this.log = log;
  }

  /** Tracing that is off stays off. */
  static TraceSink of(TraceSink sink, RateLimitedLog log) {
    return sink == TraceSink.OFF ? sink : new GuardedTrace(sink, log);
  }

  @Override
  public void record(TraceEvent event) {
    if (failed) {
      return;
    }
    try {
      sink.record(event);
    } catch (Throwable e) {
      end(e);
    }
  }

  @Override
  public boolean wantsMessages() {
    if (failed) {
      return false;
    }
    try {
      return sink.wantsMessages();
    } catch (Throwable e) {
      end(e);
      return false;
    }
  }

  private void end(Throwable cause) {
    failed = true;
    log.error("the trace sink failed; this replica is not traced any more", cause);
  }
}
