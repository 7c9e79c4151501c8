package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.ReplicaId;
import java.util.Collections;
import java.util.Set;
import java.util.TreeMap;

/**
 * Rebuilds the states of replicas from their traces, and checks them on the way. Each state comes from what the events say
 * has changed; the state in their header is compared with it, and never taken over, so that a missing event is noticed.
 *
 * <p>Takes the events of several replicas mixed, and of several lives of one, each of which begins with its start event. The
 * events of one replica must be in their order. Not thread-safe.
 */
public final class TraceReplayer {

  private final TreeMap<ReplicaId, ReplayedReplica> replicas = new TreeMap<>();

  /** Knows no replica yet. */
  public TraceReplayer() {}

  /**
   * Takes in the next event.
   *
   * @throws TraceMismatchException if it doesn't fit to those before it. The replica is then unknown until it starts anew;
   *     others are not concerned
   */
  public void replay(TraceEvent event) {
    ReplicaId id = event.header().replica();
    ReplayedReplica replica = replicas.remove(id);
    if (event instanceof TraceEvent.Started) {
      replica = new ReplayedReplica(id);
    } else if (replica == null) {
      throw new TraceMismatchException(id
          + " has not started, or its trace has contradicted itself: " + TraceFormat.format(event));
    }
    replica.replay(event);
    replicas.put(id, replica);
  }

  /** The replicas whose state is known, in the order of their ids. */
  public Set<ReplicaId> replicas() {
    return Collections.unmodifiableSet(replicas.keySet());
  }

  /**
   * The state of a replica after its latest event.
   *
   * @throws IllegalArgumentException if it is not known
   */
  public ReplayedState state(ReplicaId replica) {
    ReplayedReplica found = replicas.get(replica);
    if (found == null) {
      throw new IllegalArgumentException("the state of " + replica + " is not known");
    }
    return found.state();
  }
}
