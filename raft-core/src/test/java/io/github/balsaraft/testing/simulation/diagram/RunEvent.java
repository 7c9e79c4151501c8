package io.github.balsaraft.testing.simulation.diagram;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceState;
import io.github.balsaraft.storage.LogWrite;
import org.jspecify.annotations.Nullable;

/** One thing that happened in a run. All times are nanoseconds since the simulation began. */
sealed interface RunEvent {

  long atNanos();

  /** What a host was like when the part of the run that is kept begins; state is null if it has never taken a step. */
  record Before(
      long atNanos,
      HostId host,
      int life,
      boolean up,
      long applied,
      @Nullable TraceState state,
      LogOutline log)
      implements RunEvent {}

  record Started(long atNanos, HostId host, int life) implements RunEvent {}

  record Ended(long atNanos, HostId host, int life, String how) implements RunEvent {}

  record Step(long atNanos, HostId host, int life, TraceEvent step) implements RunEvent {}

  record Durable(long atNanos, HostId host, int life, LogWrite write) implements RunEvent {}

  record Sent(long atNanos, HostId from, HostId to, GroupMessage message, long number)
      implements RunEvent {}

  record Arrived(long atNanos, HostId from, HostId to, long number) implements RunEvent {}

  record Lost(long atNanos, HostId from, HostId to, long number) implements RunEvent {}

  record Applied(
      long atNanos, HostId host, int life, long index, long term, String command, String result)
      implements RunEvent {}

  /** A state machine was restored from a snapshot up to this index. */
  record Restored(long atNanos, HostId host, int life, long index) implements RunEvent {}

  /** A process has begun with a state on disk, which is the one after this entry. */
  record Held(long atNanos, HostId host, int life, EntryId entry) implements RunEvent {}

  record Cut(long atNanos, HostId from, HostId to) implements RunEvent {}

  record Joined(long atNanos, HostId from, HostId to) implements RunEvent {}

  /** A process does nothing for so long, unless it ends before; with 0 it goes on at once, whatever it was told before. */
  record Paused(long atNanos, HostId host, int life, long nanos) implements RunEvent {}

  record Fault(long atNanos, String what) implements RunEvent {}

  record Note(long atNanos, HostId host, String what) implements RunEvent {}

  /** A client's operation, told when it ended, or when the run did; {@code toNanos} is negative if nobody has answered it. */
  record Operation(
      long atNanos, String client, long fromNanos, long toNanos, String text, String outcome)
      implements RunEvent {}

  record Violation(long atNanos, String what) implements RunEvent {}
}
