package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How long a leader hands its office over: for an election timeout at most, and not beyond the moment that it has set itself (trap 34),
 * because nothing is proposed meanwhile. What keeps its process from looking at its clock is allowed for.
 */
public final class TransferBounds {

  /** How much later a timer of the process may be than its clock, whose speed may change: of the longest election timeout. */
  private static final int PART_FOR_TIMERS = 4;

  private final World world;
  private final long longestNanos;

  /** What was seen of transfers that are under way. */
  private final Map<HostId, Seen> seen = new TreeMap<>();

  /** The transfers of all nodes of a world, which run with these options. */
  public TransferBounds(World world, RaftOptions options) {
    this.world = world;
    this.longestNanos = options.electionTimeoutMax().toNanos();
  }

  private record Seen(int life, long deadlineNanos, long slowestTurnNanos) {}

  /** What is wrong with a transfer of leadership at this node; null if there is none, or nothing is. To be asked after each event. */
  public @Nullable String exceededBy(SimulatedHost.Life life) {
    CoreView core = life.node().view();
    long deadlineNanos = core == null ? Long.MAX_VALUE : core.transferDeadlineNanos();
    // A core that nobody asks for its output any more gives nothing up.
    boolean goesOn = life.isUp() && !life.isStopping() && !life.mayHaveMetDamage();
    if (deadlineNanos == Long.MAX_VALUE || !goesOn) {
      if (!seen.isEmpty()) {
        seen.remove(life.host());
      }
      return null;
    }
    SimulatedHost host = world.host(life.host());
    return exceededBy(
        life.host(),
        life.number(),
        deadlineNanos,
        host.clock().nowNanos(),
        world.time().nowNanos() - life.pausedUntilNanos(),
        host.pace().mailboxNanos());
  }

  /**
   * As above.
   *
   * @param deadlineNanos when the transfer has to have ended, by the clock of the host
   * @param nowNanos what that shows
   * @param sincePauseNanos for how long the process has not been paused
   * @param turnNanos up to how long its mailbox waits for its turn at the moment
   */
  @Nullable
  String exceededBy(
      HostId host,
      int life,
      long deadlineNanos,
      long nowNanos,
      long sincePauseNanos,
      long turnNanos) {
    Seen before = seen.get(host);
    boolean isSame = before != null && before.life == life && before.deadlineNanos == deadlineNanos;
    // Who began to wait for a turn when these were slow still does.
    long slowest = isSame ? Math.max(before.slowestTurnNanos, turnNanos) : turnNanos;
    seen.put(host, new Seen(life, deadlineNanos, slowest));
    if (deadlineNanos - nowNanos > longestNanos) {
      return host + " hands leadership over, and has " + (deadlineNanos - nowNanos)
          + " ns left for it, which is more than an election timeout";
    }
    long allowed = slowest + longestNanos / PART_FOR_TIMERS;
    return nowNanos - deadlineNanos > allowed && sincePauseNanos > allowed
        ? host + " hands leadership over, and should have ended that " + (nowNanos - deadlineNanos)
            + " ns ago"
        : null;
  }
}
