package io.github.balsaraft.api;

/**
 * Hears what becomes of a node: who leads, who belongs to the group, which snapshots there are, and how the node itself is.
 *
 * <p><b>Order.</b> A listener hears one event after the other, in the order in which they happened on that node. What one step
 * of the protocol brings about comes as: health (when it begins to take part), role, leader, membership, snapshots; and when the
 * node stops: role, leader, health, and nothing after {@link NodeStatus.Health#CLOSED}. The term never falls from one event to
 * the next, and there is at most one leader in a term. Nodes tell their own story: at the same moment another may not have heard
 * of it yet, so an event that says that this node leads is no promise that nobody else believes so; only a committed command is.
 *
 * <p><b>Threads.</b> Called on a thread that the host keeps for listeners, never on one that runs the protocol, applies commands
 * or serves the network, and without any lock of the library. All nodes of a host share that thread: a listener that is slow
 * delays other listeners, and nothing else. It may call any method of the node, {@code close} included.
 *
 * <p><b>Bounds.</b> At most {@link #MAX_WAITING_EVENTS} events wait for a listener. If there would be more, the oldest are
 * dropped, so that the last one is how things stand, and an {@link RaftEvent.EventsDropped} says how many in their place.
 *
 * <p><b>Errors.</b> What a listener throws is logged, and it hears the next event all the same.
 */
@FunctionalInterface
public interface RaftListener {

  /** So many events wait for a listener at most. */
  int MAX_WAITING_EVENTS = 1024;

  /**
   * Something has happened.
   *
   * @param event one of the kinds of {@link RaftEvent}; later versions may have more, so leave alone what you don't know
   */
  void onEvent(RaftEvent event);
}
