package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.testing.simulation.faults.FaultMix;
import io.github.balsaraft.testing.simulation.world.Chance;
import java.time.Duration;

/**
 * How a simulated run is set up. What the seed decides is not among it.
 *
 * @param hosts founders of the group
 * @param spares further hosts, which an operator may let in
 * @param length how long faults come; the run ends some time after that, when all is in order again
 * @param clients who ask for one thing at a time
 * @param thinkTime how long each waits, on the average, before it asks for something else
 * @param options of every node. If faults come, the seed decides whether proposals are forwarded, failure hints used and snapshots taken
 *     all the time, as far as these options say nothing else than {@link #smallLimits} about it
 * @param faults whether any come
 * @param checksEveryEvent whether what Raft promises is checked after every event, or only at the end whether what clients were
 *     told is true, which is faster
 */
public record SimulationSettings(
    int hosts,
    int spares,
    Duration length,
    int clients,
    Duration thinkTime,
    RaftOptions options,
    boolean faults,
    boolean checksEveryEvent) {

  private static final double FORWARDING = 0.5;
  private static final double HINTS = 0.7;
  private static final double SNAPSHOTS = 0.6;
  private static final double NARROW_LINKS = 0.3;
  private static final double FOUNDED_WITH_LEASES = 0.4;
  private static final double AMBUSHED_WITH_LEASES = 0.8;

  private static final int LARGE_DRIFT_BOUND_PPM = 200_000;

  private static final long MILLION = 1_000_000;

  private static final RaftOptions SMALL_LIMITS = smallLimits();

  /** Five nodes for half a minute, two spare hosts, eight clients, every kind of fault, and all checks. */
  public static final SimulationSettings DEFAULT = new SimulationSettings(
      5, 2, Duration.ofSeconds(30), 8, Duration.ofMillis(80), SMALL_LIMITS, true, true);

  /** Small messages, windows and queues, so that a little load meets every limit. */
  public static RaftOptions smallLimits() {
    return RaftOptions.builder()
        .maxCommandBytes(1024)
        .maxMessageBytes(1024)
        .maxInflight(4, 4096)
        .maxApplyQueueBytes(2000)
        .logWindowBytes(500)
        .maxUncommittedBytes(8192)
        .maxPendingProposalBytes(16384)
        .maxPendingReadBytes(4096)
        .build();
  }

  /** The options of the nodes in the run of a seed. */
  RaftOptions optionsOf(long seed) {
    if (!faults) {
      return options;
    }
    Chance chance = Chance.of(seed, "options");
    boolean forwarding = chance.happens(FORWARDING);
    boolean hints = chance.happens(HINTS);
    RaftOptions.Builder drawn = options.toBuilder();
    if (options.forwardProposals() == SMALL_LIMITS.forwardProposals()) {
      drawn.forwardProposals(forwarding);
    }
    if (options.failureHints() == SMALL_LIMITS.failureHints()) {
      drawn.failureHints(hints);
    }
    if (options.snapshots().equals(SMALL_LIMITS.snapshots())) {
      drawn.snapshots(snapshotsOf(seed));
    }
    return drawn.build();
  }

  /** Most runs take many snapshots and cut their logs close behind them; the others take none that matter. */
  private static SnapshotOptions snapshotsOf(long seed) {
    Chance chance = Chance.of(seed, "snapshots");
    if (!chance.happens(SNAPSHOTS)) {
      return SnapshotOptions.defaults();
    }
    long retained = chance.spread(1, 100) - 1;
    return SnapshotOptions.builder()
        .minLogBytes(chance.spread(200, 20_000))
        .logRatio(chance.happens(0.5) ? 0 : 1)
        .retained(retained, retained + chance.below(50))
        .build();
  }

  /** How many bytes of entries may be under way on a link in the run of a seed. */
  long linkBytesOf(long seed) {
    Chance chance = Chance.of(seed, "links");
    return faults && chance.happens(NARROW_LINKS) ? chance.spread(200, 4_000) : Long.MAX_VALUE;
  }

  /** The rules for leases with which the group is founded in the run of a seed. */
  LeaseRules leasesOf(long seed) {
    double founded = FaultMix.isOfAmbushes(seed) ? AMBUSHED_WITH_LEASES : FOUNDED_WITH_LEASES;
    return faults && (FaultMix.isOfLargeDrift(seed) || Chance.of(seed, "leases").happens(founded))
        ? permittedLeases(seed)
        : LeaseRules.FORBIDDEN;
  }

  /** The rules by which leases are permitted in the run of a seed, if they are. */
  LeaseRules permittedLeases(long seed) {
    int windowMillis = (int) options.electionTimeoutMin().toMillis();
    return FaultMix.isOfLargeDrift(seed)
        ? LeaseRules.permitted(windowMillis, LARGE_DRIFT_BOUND_PPM)
        : LeaseRules.permitted(windowMillis);
  }

  /** By how much each clock may go wrong in the run of a seed: one forward and one back are still within the rules for leases. */
  long maxDriftPpm(long seed) {
    long bound = permittedLeases(seed).maxClockDriftPpm();
    // Of a window w a lease is (1 - b) w; a leader that is slow by d and a voter that is as much
    // fast need (1 - d) / (1 + d) of it
    // at least. So d is b / (2 - b), and a little less, since both round.
    return bound * MILLION / (2 * MILLION - bound) - bound / 50;
  }

  /** The same without faults. */
  public SimulationSettings calm() {
    return new SimulationSettings(
        hosts, 0, length, clients, thinkTime, options, false, checksEveryEvent);
  }

  /** The same, checked only at the end. */
  public SimulationSettings checkedAtTheEnd() {
    return new SimulationSettings(
        hosts, spares, length, clients, thinkTime, options, faults, false);
  }

  /** The same with other options for the nodes. */
  public SimulationSettings withOptions(RaftOptions others) {
    return new SimulationSettings(
        hosts, spares, length, clients, thinkTime, others, faults, checksEveryEvent);
  }

  /** The same with so many founders. */
  public SimulationSettings withHosts(int founders) {
    return new SimulationSettings(
        founders, spares, length, clients, thinkTime, options, faults, checksEveryEvent);
  }

  /** The same with so many further hosts. */
  public SimulationSettings withSpares(int others) {
    return new SimulationSettings(
        hosts, others, length, clients, thinkTime, options, faults, checksEveryEvent);
  }

  /** The same for so long. */
  public SimulationSettings withLength(Duration other) {
    return new SimulationSettings(
        hosts, spares, other, clients, thinkTime, options, faults, checksEveryEvent);
  }

  /** The same with so many clients. */
  public SimulationSettings withClients(int others) {
    return new SimulationSettings(
        hosts, spares, length, others, thinkTime, options, faults, checksEveryEvent);
  }
}
