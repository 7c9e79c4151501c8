package io.github.balsaraft.node;

import io.github.balsaraft.api.RaftListener;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.core.membership.LeaseBounds;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.trace.TraceSink;
import java.util.List;

/**
 * What a replica is started with.
 *
 * @param group which group
 * @param birth how it comes into being if it has no data
 * @param stateMachine empty, unless it keeps its state by itself
 * @param options its settings
 * @param trace is told of every step
 * @param listeners hear what becomes of it
 */
public record GroupSettings(
    GroupId group,
    BirthPlan birth,
    StateMachine stateMachine,
    RaftOptions options,
    TraceSink trace,
    List<RaftListener> listeners) {

  /** A replica that nobody listens to. */
  public GroupSettings(
      GroupId group,
      BirthPlan birth,
      StateMachine stateMachine,
      RaftOptions options,
      TraceSink trace) {
    this(group, birth, stateMachine, options, trace, List.of());
  }

  public GroupSettings {
    listeners = List.copyOf(listeners);
    LeaseBounds bounds = new LeaseBounds(
        options.heartbeatInterval().toNanos(), options.electionTimeoutMax().toNanos());
    String problem = bounds.problem(birth.leases());
    if (problem != null) {
      throw new IllegalArgumentException(problem);
    }
  }
}
