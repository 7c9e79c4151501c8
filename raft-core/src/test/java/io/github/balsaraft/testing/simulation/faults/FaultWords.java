package io.github.balsaraft.testing.simulation.faults;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MICROS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.world.Disk;
import io.github.balsaraft.testing.simulation.world.Weather;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Says for people what a fault that has begun does, to whom, and for how long. */
final class FaultWords {

  private static final double PERCENT = 100;
  private static final long MANY_SECONDS = 120;
  private static final double SECONDS_PER_MINUTE = 60;

  private final Fault fault;
  private final HostId host;
  private final List<HostId> hosts;
  private final List<HostId> concerned;

  /**
   * @param host at which it happens; of an ambush the leader
   * @param hosts all of them
   * @param concerned whom it cuts off, if it does
   */
  FaultWords(Fault fault, HostId host, List<HostId> hosts, List<HostId> concerned) {
    this.fault = fault;
    this.host = host;
    this.hosts = hosts;
    this.concerned = concerned;
  }

  /** A length of time in a unit in which it can be read. */
  static String span(long nanos) {
    if (nanos < MILLIS) {
      return String.format(Locale.ROOT, "%.1f µs", (double) nanos / MICROS);
    }
    if (nanos < SECONDS) {
      return String.format(Locale.ROOT, "%.1f ms", (double) nanos / MILLIS);
    }
    return nanos < MANY_SECONDS * SECONDS
        ? String.format(Locale.ROOT, "%.2f s", (double) nanos / SECONDS)
        : String.format(Locale.ROOT, "%.1f min", (double) nanos / SECONDS / SECONDS_PER_MINUTE);
  }

  @Override
  public String toString() {
    return fault.kind() + ": " + words();
  }

  private String words() {
    String lasts = span(fault.lastsNanos());
    return switch (fault.kind()) {
      case BAD_WEATHER -> "for " + lasts + " the network " + weather();
      case ONE_WAY_CUT ->
        "for " + lasts + " nothing gets from " + host + " to " + hosts.get(fault.other());
      case ISOLATION -> "for " + lasts + " " + host + " is cut off from all others";
      case SPLIT -> "for " + lasts + " " + names(concerned) + " and " + others() + " are apart";
      case CRASH -> host + " is killed, and started after " + lasts;
      case POWER_CUT -> "all processes are killed, and started within " + lasts;
      case STOP -> stop() + ", and is started after " + lasts;
      case PAUSE ->
        host + " does nothing for " + lasts
            + cutOffToo("; from 2 ms on it is cut off for twice as long");
      case SLOW_DISK ->
        "for " + lasts + " each write of " + host + " takes " + span(fault.amount());
      case STALLED_DISK -> "the next write of " + host + " takes " + span(fault.amount());
      case FAILING_WRITE -> failure() + "; it is started again after " + lasts;
      case FULL_DISK -> "for " + lasts + " the disk of " + host + " is full";
      case BIT_FLIP -> "a bit of the log of " + host + " changes";
      case WIPED_DISK -> host + " gets an empty disk, and is started after " + lasts;
      case SLOW_APPLY ->
        "for " + lasts + " each turn of the state machine of " + host + " takes "
            + span(fault.amount())
            + cutOffToo("; behind the first it is cut off for twice as long");
      case SLOW_HOST ->
        "for " + lasts + " each turn of the mailbox of " + host + " takes " + span(fault.amount())
            + cutOffToo("; behind the first it is cut off for twice as long");
      case CLOCK_DRIFT ->
        "for " + lasts + " the clock of " + host + " runs " + Math.abs(fault.amount()) + " ppm too "
            + (fault.amount() < 0 ? "slow" : "fast");
      case CLOCK_JUMP ->
        "the wall clock of " + host + " jumps " + span(Math.abs(fault.amount()) * MILLIS)
            + (fault.amount() < 0 ? " back" : " ahead");
      case ADD_MEMBER,
          REMOVE_MEMBER,
          REPLACE_MEMBER,
          CHANGE_ROLE,
          UPDATE_MEMBER,
          CHANGE_LEASES,
          PREVIEW_CHANGE,
          CALL_OFF_CHANGE,
          TRANSFER -> "an operator asks";
      case EAGER_OPERATOR ->
        "for " + lasts + " an operator asks each new leader for changes at once";
      case FAILING_SNAPSHOT ->
        "of what " + host + " does with files of snapshots, " + (fault.amount() % 64 + 1)
            + " steps from now one fails";
      case SNAPSHOT_BIT_FLIP ->
        "a bit of a file of snapshots of " + host + " changes"
            + (fault.amount() % 2 == 1 ? ", and it is killed and started after " + lasts : "");
      case LATE_ANSWERS ->
        "what is sent to the leader, " + host
            + ", comes late, and then nothing that it sends arrives";
      case VOTERS_RESTARTED ->
        "voters that hear the leader, " + host
            + ", are started anew when the others, which don't, would elect another";
      case ABANDONED_LEADER ->
        "the leader and a follower, " + names(concerned)
            + ", are left to themselves with a change of the members";
      case STRAY_CANDIDATE ->
        names(concerned) + " is told to take over by " + host + ", and nobody gets what it sends";
      case INTERRUPTED_FETCH ->
        "for " + lasts + " " + host
            + " is cut off from all others, and then killed while it fetches snapshots";
      case SLOW_SNAPSHOTS ->
        "for " + lasts + " each step of " + host + " with files of snapshots takes "
            + span(fault.amount());
      case FAILING_STATE ->
        "of what the state machine of " + host + " does with its files, "
            + (fault.amount() % 64 + 1) + " steps from now one fails; started again " + lasts
            + " later";
      case HARD_STATE_BIT_FLIP ->
        "a bit of the stored term and vote of " + host
            + " changes, and it is killed and started after " + lasts;
      case STATE_BIT_FLIP ->
        "a bit of a file of the state machine of " + host
            + " changes, and it is killed and started after " + lasts;
      case STOPPED_GROUP -> "the group is stopped at " + host + ", and its process after " + lasts;
      case STALLED_GROUP ->
        "for " + lasts + " the state machine of the group at " + host + " does nothing";
    };
  }

  private String weather() {
    Weather bad = Badness.of(fault.amount()).weather();
    return String.format(
        Locale.ROOT,
        "loses %.0f %% of the messages, repeats %.0f %% at once and %.0f %% later, is slow with %.0f %%, and takes up to %s for the others",
        PERCENT * bad.loss(),
        PERCENT * bad.duplication(),
        PERCENT * bad.revival(),
        PERCENT * bad.slow(),
        span(bad.maxDelayNanos()));
  }

  private String failure() {
    Disk.Failure ofWrite = Saboteur.failureOfWrite(fault);
    if (ofWrite == null) {
      return "the log store of " + host + " fails, and no write shows it";
    }
    String next = "the next write of " + host + " fails, ";
    return switch (ofWrite) {
      case BEFORE -> next + "with nothing stored";
      case TORN -> next + "with a part stored";
      case AFTER -> next + "with all of it stored";
    };
  }

  private String stop() {
    return fault.amount() % 2 == 1
        ? host + " hands over for " + span(Stops.patience(fault)) + " at most, is stopped"
        : host + " is stopped";
  }

  private String cutOffToo(String words) {
    return fault.amount() % 2 == 1 ? words : "";
  }

  private String others() {
    return names(hosts.stream().filter(one -> !concerned.contains(one)).toList());
  }

  private static String names(List<HostId> some) {
    return some.stream().map(HostId::name).collect(Collectors.joining(", "));
  }
}
