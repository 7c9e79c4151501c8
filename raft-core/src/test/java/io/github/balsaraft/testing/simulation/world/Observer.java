package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftEvent;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.storage.LogWrite;
import org.jspecify.annotations.Nullable;

/** Sees what happens in a simulated cluster, while it happens, and changes nothing. */
public interface Observer {

  /** Sees nothing. */
  Observer NONE = new Observer() {};

  /** A process starts. */
  default void onStart(HostId host, int life) {}

  /** A process is no more, or does nothing any more. */
  default void onEnd(HostId host, int life, String how) {}

  /** A process was told to stop, and says that everybody who waited there was told how things stand. */
  default void onStopped(HostId host, int life) {}

  /** Whether steps are wanted: replicas are traced only if somebody wants them. Asked when a process starts. */
  default boolean wantsSteps() {
    return true;
  }

  /** A replica takes a step, but for sending and receiving messages. */
  default void onStep(HostId host, int life, TraceEvent step) {}

  /** A write is durable, and nobody knows yet. */
  default void onDurable(HostId host, int life, LogWrite write) {}

  /** A message leaves. Its number is its own, and the same for all copies that arrive. */
  default void onSent(HostId from, HostId to, GroupMessage message, long number) {}

  /** A copy of a message arrives. */
  default void onArrived(HostId from, HostId to, GroupMessage message, long number) {}

  /** A copy of a message does not arrive. */
  default void onLost(HostId from, HostId to, GroupMessage message, long number) {}

  /** A state machine has applied a command. */
  default void onApplied(HostId host, int life, Command command, byte[] result) {}

  /** A state machine was written down as it was after this command; the checksum is one of what it wrote. */
  default void onCaptured(HostId host, int life, long index, long contentChecksum) {}

  /** A state machine was restored from a snapshot up to this entry. */
  default void onRestored(HostId host, int life, long index, long contentChecksum) {}

  /** A state machine on disk has said at the start of its process which entry its state is of. */
  default void onHeld(HostId host, int life, EntryId entry) {}

  /** A process was asked how it is. */
  default void onStatus(HostId host, int life, NodeStatus status) {}

  /** Whether the events for listeners are wanted. Asked when a process starts. */
  default boolean wantsEvents() {
    return false;
  }

  /** A listener of a replica is told of something. */
  default void onEvent(HostId host, int life, RaftEvent event) {}

  /** A client's session asks for something, maybe not for the first time. Its number is that of the attempt. */
  default void onSessionAsks(long number, SessionEntry entry) {}

  /** What became of an attempt, if the client hears of it. */
  default void onSessionAnswered(long number, SessionAnswer answer) {}

  /** Nothing gets from one host to the other from now on. */
  default void onCut(HostId from, HostId to) {}

  /** Messages get from one host to the other again. */
  default void onJoined(HostId from, HostId to) {}

  /** A process does nothing for so long from now on. */
  default void onPause(HostId host, int life, long nanos) {}

  /** Something is done to the cluster from outside. */
  default void onFault(String what) {}

  /** A fault shows at a host; of a message that is the sender, and the other one the receiver. */
  default void onMishap(Mishap mishap, HostId host, @Nullable HostId other) {}

  /** A node has done something for whoever asked it. */
  default void onServed(HostId host, Served what) {}

  /** Whether the log lines of the hosts are wanted, as notes. */
  default boolean wantsLog() {
    return false;
  }

  /** Something worth a word happens at a host. */
  default void onNote(HostId host, String what) {}
}
