package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import org.jspecify.annotations.Nullable;

/** What an operator has asked one process for, and nobody has answered yet. */
final class OperatorRequest {
  final String what;
  final HostId host;
  final int life;

  /** Null if it is no change. */
  final @Nullable ConfigurationChange change;

  /** Null if it is no transfer. */
  AnsweredTransfers.@Nullable Transfer transfer;

  /** Who loses its vote by it, if anybody does. */
  final @Nullable HostId loser;

  /** Whether the loser is then no member any more. */
  final boolean leaves;

  OperatorRequest(
      String what,
      SimulatedHost.Life at,
      @Nullable ConfigurationChange change,
      @Nullable HostId loser,
      boolean leaves) {
    this.what = what;
    this.change = change;
    this.host = at.host();
    this.life = at.number();
    this.loser = loser;
    this.leaves = leaves;
  }

  boolean isAt(HostId other, int otherLife) {
    return life == otherLife && host.equals(other);
  }

  @Override
  public String toString() {
    return what + " asked of " + host;
  }
}
