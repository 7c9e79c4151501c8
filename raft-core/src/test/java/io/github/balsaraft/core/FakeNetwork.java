package io.github.balsaraft.core;

import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Messages under way, oldest first. It delivers nothing by itself: a test takes out what it wants to deliver, in any order
 * and as often as it likes. On a cut link messages are lost when they are sent.
 */
final class FakeNetwork {

  private final List<ProtocolMessage> inFlight = new ArrayList<>();
  private final Set<String> cut = new TreeSet<>();

  /** Sends a message; false if it is lost at once. */
  boolean send(ProtocolMessage message) {
    boolean passes = !isCut(message.from(), message.to());
    if (passes) {
      inFlight.add(message);
    }
    return passes;
  }

  List<ProtocolMessage> inFlight() {
    return inFlight;
  }

  boolean isEmpty() {
    return inFlight.isEmpty();
  }

  /** Takes the messages of some links out of the network, in the order in which they were sent. */
  List<ProtocolMessage> take(Predicate<ProtocolMessage> which) {
    List<ProtocolMessage> taken =
        new ArrayList<>(inFlight.stream().filter(which).toList());
    inFlight.removeAll(taken);
    return taken;
  }

  /** Takes one message out. */
  ProtocolMessage take(int position) {
    return inFlight.remove(position);
  }

  boolean isCut(ReplicaId from, ReplicaId to) {
    return cut.contains(link(from, to));
  }

  /** Cuts one direction; what is under way arrives. */
  void cut(ReplicaId from, ReplicaId to) {
    cut.add(link(from, to));
  }

  void heal(ReplicaId from, ReplicaId to) {
    cut.remove(link(from, to));
  }

  void healAll() {
    cut.clear();
  }

  private static String link(ReplicaId from, ReplicaId to) {
    return from + ">" + to;
  }
}
