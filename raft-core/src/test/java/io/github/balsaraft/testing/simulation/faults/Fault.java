package io.github.balsaraft.testing.simulation.faults;

/**
 * One thing that is done to a cluster. It says what at a glance ({@code toString}), and ends by itself after a while if it is of
 * the kind that ends.
 *
 * @param atNanos when it begins
 * @param kind what
 * @param lastsNanos for how long; the meaning is the kind's
 * @param host of which host, counted in the order of their names, or {@link #LEADER}; other kinds may leave it out of account
 * @param other another host
 * @param amount how much; the meaning is the kind's
 */
public record Fault(
    long atNanos, FaultKind kind, long lastsNanos, int host, int other, long amount) {

  /** The host that leads when the fault begins. Nothing happens if none does. */
  public static final int LEADER = -1;
}
