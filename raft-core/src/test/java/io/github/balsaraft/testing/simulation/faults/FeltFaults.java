package io.github.balsaraft.testing.simulation.faults;

import static io.github.balsaraft.testing.simulation.world.Mishap.APPLY_SLOW;
import static io.github.balsaraft.testing.simulation.world.Mishap.CHANGE_CALLED_OFF;
import static io.github.balsaraft.testing.simulation.world.Mishap.DAMAGE_FOUND;
import static io.github.balsaraft.testing.simulation.world.Mishap.DISK_FULL;
import static io.github.balsaraft.testing.simulation.world.Mishap.FETCH_INTERRUPTED;
import static io.github.balsaraft.testing.simulation.world.Mishap.FILE_DAMAGE_READ;
import static io.github.balsaraft.testing.simulation.world.Mishap.FILE_SYNC_FAILED;
import static io.github.balsaraft.testing.simulation.world.Mishap.FILE_WRITE_FAILED;
import static io.github.balsaraft.testing.simulation.world.Mishap.LEADER_ASKED_EARLY;
import static io.github.balsaraft.testing.simulation.world.Mishap.MAILBOX_SLOW;
import static io.github.balsaraft.testing.simulation.world.Mishap.MESSAGE_CUT;
import static io.github.balsaraft.testing.simulation.world.Mishap.MESSAGE_DETOURED;
import static io.github.balsaraft.testing.simulation.world.Mishap.MESSAGE_LOST;
import static io.github.balsaraft.testing.simulation.world.Mishap.MESSAGE_REPEATED;
import static io.github.balsaraft.testing.simulation.world.Mishap.MESSAGE_SLOW;
import static io.github.balsaraft.testing.simulation.world.Mishap.PROCESS_PAUSED;
import static io.github.balsaraft.testing.simulation.world.Mishap.SNAPSHOT_SLOW;
import static io.github.balsaraft.testing.simulation.world.Mishap.STATE_DAMAGE_READ;
import static io.github.balsaraft.testing.simulation.world.Mishap.SYNC_FAILED;
import static io.github.balsaraft.testing.simulation.world.Mishap.VOTER_RESTARTED;
import static io.github.balsaraft.testing.simulation.world.Mishap.WRITE_FAILED;
import static io.github.balsaraft.testing.simulation.world.Mishap.WRITE_SLOW;
import static io.github.balsaraft.testing.simulation.world.Mishap.WRITE_STALLED;
import static io.github.balsaraft.testing.simulation.world.Mishap.WRITE_TORN;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.world.Mishap;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which faults were felt: they have led to something by which they can be told from nothing. A write that was to fail and that nobody
 * made, or a link that was cut between hosts that had nothing to say to each other, has tested nothing.
 */
final class FeltFaults {

  private static final long FOR_EVER = Long.MAX_VALUE;

  private final VirtualTime time;
  private final Map<FaultKind, Integer> felt = new EnumMap<>(FaultKind.class);

  /** In the order in which they began. */
  private final List<Unfelt> unfelt = new ArrayList<>();

  FeltFaults(VirtualTime time) {
    this.time = time;
  }

  /**
   * One that has begun, and was not felt yet.
   *
   * @param signs what it is known by
   * @param inside whom it concerns; of a message one of both hosts is meant, the other one being outside. Empty if it concerns everybody
   */
  private record Unfelt(FaultKind kind, Set<Mishap> signs, List<HostId> inside, long untilNanos) {

    boolean isFeltBy(Mishap mishap, HostId host, @Nullable HostId other) {
      if (!signs.contains(mishap)) {
        return false;
      }
      if (kind == FaultKind.ONE_WAY_CUT) {
        return inside.equals(List.of(host, Objects.requireNonNull(other)));
      }
      boolean isOtherInside = other != null && inside.contains(other);
      return inside.isEmpty() || inside.contains(host) != isOtherInside;
    }
  }

  /** How many of each kind were felt. */
  Map<FaultKind, Integer> counts() {
    return felt;
  }

  /**
   * A fault has begun.
   *
   * @param inside the hosts that it concerns, none for all; of one link the sender and the receiver
   */
  void begun(Fault fault, List<HostId> inside) {
    begun(fault, inside, fault.lastsNanos());
  }

  /** As above, of one that lasts longer or shorter than it says. */
  void begun(Fault fault, List<HostId> inside, long lastsNanos) {
    Set<Mishap> signs = signs(fault.kind());
    if (signs.isEmpty()) {
      isFelt(fault.kind());
    } else {
      long until = endsByItself(fault.kind()) ? time.nowNanos() + lastsNanos : FOR_EVER;
      unfelt.add(new Unfelt(fault.kind(), signs, inside, until));
    }
  }

  private void isFelt(FaultKind kind) {
    felt.merge(kind, 1, Integer::sum);
  }

  /** Something has gone wrong; that is a sign of one fault of each kind at most. */
  void onMishap(Mishap mishap, HostId host, @Nullable HostId other) {
    if (unfelt.isEmpty()) {
      return;
    }
    Set<FaultKind> known = EnumSet.noneOf(FaultKind.class);
    for (Iterator<Unfelt> faults = unfelt.iterator(); faults.hasNext(); ) {
      Unfelt fault = faults.next();
      if (fault.untilNanos < time.nowNanos()) {
        faults.remove();
      } else if (fault.isFeltBy(mishap, host, other) && known.add(fault.kind)) {
        faults.remove();
        isFelt(fault.kind);
      }
    }
  }

  /** What a fault is known by; nothing if to begin it is to feel it. */
  private static Set<Mishap> signs(FaultKind kind) {
    return switch (kind) {
      case BAD_WEATHER -> EnumSet.of(MESSAGE_LOST, MESSAGE_REPEATED, MESSAGE_SLOW);
      case ONE_WAY_CUT, ISOLATION, SPLIT, ABANDONED_LEADER, STRAY_CANDIDATE ->
        EnumSet.of(MESSAGE_CUT);
      case PAUSE -> EnumSet.of(PROCESS_PAUSED);
      case SLOW_DISK -> EnumSet.of(WRITE_SLOW);
      case STALLED_DISK -> EnumSet.of(WRITE_STALLED);
      case FAILING_WRITE -> EnumSet.of(WRITE_FAILED, WRITE_TORN, SYNC_FAILED);
      case FULL_DISK -> EnumSet.of(DISK_FULL);
      case BIT_FLIP, HARD_STATE_BIT_FLIP -> EnumSet.of(DAMAGE_FOUND);
      case CALL_OFF_CHANGE -> EnumSet.of(CHANGE_CALLED_OFF);
      case SLOW_APPLY, STALLED_GROUP -> EnumSet.of(APPLY_SLOW);
      case SLOW_HOST -> EnumSet.of(MAILBOX_SLOW);
      case EAGER_OPERATOR -> EnumSet.of(LEADER_ASKED_EARLY);
      case FAILING_SNAPSHOT, FAILING_STATE -> EnumSet.of(FILE_WRITE_FAILED, FILE_SYNC_FAILED);
      case SNAPSHOT_BIT_FLIP -> EnumSet.of(FILE_DAMAGE_READ);
      case STATE_BIT_FLIP -> EnumSet.of(STATE_DAMAGE_READ);
      case LATE_ANSWERS -> EnumSet.of(MESSAGE_DETOURED);
      case VOTERS_RESTARTED -> EnumSet.of(VOTER_RESTARTED);
      case INTERRUPTED_FETCH -> EnumSet.of(FETCH_INTERRUPTED);
      case SLOW_SNAPSHOTS -> EnumSet.of(SNAPSHOT_SLOW);
      case CRASH,
          POWER_CUT,
          STOP,
          WIPED_DISK,
          CLOCK_DRIFT,
          CLOCK_JUMP,
          ADD_MEMBER,
          REMOVE_MEMBER,
          REPLACE_MEMBER,
          CHANGE_ROLE,
          UPDATE_MEMBER,
          CHANGE_LEASES,
          PREVIEW_CHANGE,
          TRANSFER,
          STOPPED_GROUP -> EnumSet.noneOf(Mishap.class);
    };
  }

  /** Others wait for the one moment at which they are felt, or go on in steps that come later. */
  private static boolean endsByItself(FaultKind kind) {
    return switch (kind) {
      case BAD_WEATHER,
          ONE_WAY_CUT,
          ISOLATION,
          SPLIT,
          PAUSE,
          SLOW_DISK,
          FULL_DISK,
          SLOW_APPLY,
          STALLED_GROUP,
          SLOW_HOST,
          EAGER_OPERATOR,
          SLOW_SNAPSHOTS -> true;
      default -> kind.isAmbush();
    };
  }
}
